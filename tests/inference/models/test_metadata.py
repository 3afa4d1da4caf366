"""The wire reader agrees with `onnx` on whole files and says a sentence about all others."""

from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.errors import ModelLoadError
from inference.models.metadata import read_metadata
from tests.make_data import TINY, tiny_graph


def test_it_reads_what_onnx_reads() -> None:
    expected = {entry.key: entry.value for entry in onnx.load_model(TINY).metadata_props}
    assert read_metadata(TINY) == expected
    assert "cardinal.contract" in expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(properties=st.dictionaries(st.text(max_size=40), st.text(max_size=300), max_size=5))
def test_any_metadata_comes_back(properties: dict[str, str], tmp_path: Path) -> None:
    model = tiny_graph()
    onnx.helper.set_model_props(model, properties)
    model.doc_string = "words before and after"
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    assert read_metadata(path) == properties


def test_metadata_before_the_graph(tmp_path: Path) -> None:
    # Fields may stand in any order, and a message may be written in two pieces.
    properties = onnx.ModelProto()
    onnx.helper.set_model_props(properties, {"a": "1"})
    path = tmp_path / "m.onnx"
    path.write_bytes(properties.SerializeToString() + tiny_graph().SerializeToString())
    assert read_metadata(path) == {"a": "1"}


def test_weights_are_not_read(tmp_path: Path) -> None:
    # A graph field (number 7) of 64 GiB that takes no room on the disk: reading it would not end.
    path = tmp_path / "huge.onnx"
    metadata = onnx.ModelProto()
    onnx.helper.set_model_props(metadata, {"a": "1"})
    with path.open("wb") as file:
        file.write(bytes([7 << 3 | 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02]))
        file.seek(2**36, 1)
        file.write(metadata.SerializeToString())
    assert read_metadata(path) == {"a": "1"}


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    whole = TINY.read_bytes()
    path = tmp_path / "m.onnx"
    complete = 0
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        try:
            complete += "cardinal.contract" in read_metadata(path)
        except ModelLoadError:
            continue
    assert complete == 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    try:
        metadata = read_metadata(path)
    except ModelLoadError:
        return
    assert all(isinstance(text, str) for pair in metadata.items() for text in pair)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00",  # field number 0
        b"\x0b\x0c",  # groups, which ONNX never uses
        b"\x08" + b"\xff" * 11,  # a number without end
        b"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # a length beyond the file
        b"\x72\x04\x0a\x02\xff\xfe",  # a key that is not UTF-8
        b"\x72\x04\x0a\x06abcdef",  # a key that is longer than its entry
        b"\x08\x01" * 10_001,  # endless tiny fields
    ],
)
def test_malformed_files(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelLoadError, match="not an ONNX model, or it is damaged"):
        read_metadata(path)


def test_missing_empty_and_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    for name, words in (("absent.onnx", "No such file"), ("empty.onnx", "empty"), (".", "directory|denied|Permission")):
        with pytest.raises(ModelLoadError, match=words):
            read_metadata(tmp_path / name)
