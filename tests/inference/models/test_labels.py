"""Class lists in the forms that people pass around."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import ModelLoadError
from inference.models.contract import Label
from inference.models.labels import parse_labels, read_labels

CAT, DOG = Label("tabby", "n02123045"), Label("golden retriever", "n02099601")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat\n dog \n\n", (Label("cat"), Label("dog"))),
        ("n02123045\ttabby, tabby cat\nn02099601\tgolden retriever\n", (CAT, DOG)),
        ("n02123045 tabby, tabby cat\r\nn02099601 golden retriever", (CAT, DOG)),
        ('["cat", "dog"]', (Label("cat"), Label("dog"))),
        ('{"0": ["n02123045", "tabby"], "1": ["n02099601", "golden_retriever"]}', (CAT, DOG)),
        ("{0: 'cat', 1: 'dog'}", (Label("cat"), Label("dog"))),
        ('{"1": "dog", "0": "cat"}', (Label("cat"), Label("dog"))),
        ('{"0": "cat", "2": "dog"}', ()),
        ('{"cat": 0}', ()),
        ("[1, 2]", ()),
        ("{[", ()),
        ("", ()),
    ],
)
def test_forms(text: str, expected: tuple[Label, ...]) -> None:
    assert parse_labels(text) == expected


@given(names=st.lists(st.from_regex(r"[a-z]{1,20}", fullmatch=True), min_size=1))
def test_a_json_list_keeps_its_order(names: list[str]) -> None:
    assert [label.name for label in parse_labels(json.dumps(names))] == names


def test_files_that_are_no_class_lists(tmp_path: Path) -> None:
    path = tmp_path / "classes.txt"
    for data, words in ((b"\xff\xfe\x00", "not UTF-8"), (b"\n", "no class list"), (b"{", "no class list")):
        path.write_bytes(data)
        with pytest.raises(ModelLoadError, match=words):
            read_labels(path)
    with pytest.raises(ModelLoadError, match="No such file"):
        read_labels(tmp_path / "absent")
    path.write_bytes(b"\xef\xbb\xbfcat\n")
    assert read_labels(path) == (Label("cat"),)


def test_the_built_in_class_list(shared_data: Path) -> None:
    labels = read_labels(shared_data / "builtin" / "classes.txt")
    assert len(labels) == 200
    assert len({label.name for label in labels}) == 200
    assert labels[0] == Label("goldfish", "n01443537")
