"""A variant opens as an ordinary session of the engine, and says in words why it does not."""

from __future__ import annotations

import os
from pathlib import Path

import onnxruntime
import pytest

from inference.cancel import Cancelled, CancelToken
from inference.engine.card import choice, opening
from inference.engine.card.handle import VariantHandle
from inference.engine.card.opening import MOST_KEPT, Model, close_variant, open_variant
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.network import hash_model
from inference.engine.probe import find_refusal
from inference.errors import InferenceError
from inference.models.contract import INPUT_NAME
from inference.models.half.half_file import half_path
from tests.inference.engine.card.spy import NAMES, pictures
from tests.inference.engine.variants import TINY


def _model(folder: Path, device: Device = Device.CPU, path: Path = TINY) -> Model:
    return Model(path, hash_model(str(path)), device, folder, 1, 16)


def test_float16_is_another_file_that_is_made_when_it_is_wanted(tmp_path: Path) -> None:
    model = _model(tmp_path)
    plain = open_variant(model, PLAIN, 4)
    half = open_variant(model, Variant(half=True, bound=True), 4)
    assert half_path(model.model_hash, model.cache).is_file()
    assert (plain.precision, half.precision) == (Precision.FLOAT32, Precision.FLOAT16)
    assert (plain.input, plain.outputs, plain.metadata) == (half.input, half.outputs, half.metadata)
    for _ in range(3):
        feeds = {INPUT_NAME: pictures(4)}
        wanted, found = plain.run(NAMES, feeds, None), half.run(NAMES, feeds, None)
        assert abs(wanted["logits"] - found["logits"]).max() < 1e-2
        assert (wanted["logits"] != found["logits"]).any()
    close_variant(half)
    close_variant(plain)


def test_a_model_without_such_a_file_is_told(tmp_path: Path) -> None:
    half = half_path(_model(tmp_path).model_hash, tmp_path)
    close_variant(open_variant(_model(tmp_path), Variant(half=True), 1))
    with pytest.raises(InferenceError, match="no convolutions that compute in float32"):
        open_variant(_model(tmp_path, path=half), Variant(half=True), 1)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(TINY.read_bytes()[:1000])
    with pytest.raises(InferenceError):
        open_variant(_model(tmp_path, path=broken), PLAIN, 1)


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    model = _model(tmp_path)
    close_variant(open_variant(model, Variant(half=True), 1))
    file = half_path(model.model_hash, model.cache)
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    close_variant(open_variant(model, Variant(half=True), 1))
    assert file.read_bytes() == whole


def test_a_file_that_is_not_at_fault_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(tmp_path)
    close_variant(open_variant(model, Variant(half=True), 1))
    made: list[object] = []
    monkeypatch.setattr(opening, "forget_half_file", lambda *names: made.append(names))
    monkeypatch.setattr(onnxruntime, "InferenceSession", _no_memory)
    with pytest.raises(InferenceError) as caught:
        open_variant(model, Variant(half=True), 1)
    assert caught.value.out_of_memory
    assert made == []


def _no_memory(*_what: object, **_how: object) -> None:
    raise RuntimeError("CUDA failure 2: out of memory ; GPU=0")


def test_what_tensorrt_builds_is_kept_for_few_models_and_apart_for_each_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = set()
    for number in range(MOST_KEPT + 2):
        with monkeypatch.context() as patch:
            patch.setattr(choice, "FORM", number)
            found = [opening._prepared_folder(_model(tmp_path, Device.TENSORRT), count) for count in (None, 32, 4)]
        [newest] = {folder.parent for folder in found}
        assert [folder.name for folder in found] == ["any", "32", "4"]
        assert all(folder.is_dir() for folder in found)
        os.utime(newest, ns=(number * 10**9, number * 10**9))
        folders.add(newest)
    assert len(folders) == MOST_KEPT + 2
    assert len(list((tmp_path / "tensorrt").iterdir())) == MOST_KEPT
    assert newest.is_dir()


def test_others_than_tensorrt_keep_no_folder(tmp_path: Path) -> None:
    close_variant(open_variant(_model(tmp_path), PLAIN, 1))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "tensorrt").write_bytes(b"")
    with pytest.raises(InferenceError, match="cannot be used"):
        opening._prepared_folder(_model(tmp_path, Device.TENSORRT), None)


@pytest.mark.parametrize(
    ("variant", "count"), [(Variant(bound=True), 4), (Variant(bound=True, turns=True), 2), (Variant(engine=True), 4)]
)
def test_the_steady_batch_is_opened_for_its_size_alone(tmp_path: Path, variant: Variant, count: int) -> None:
    session = open_variant(_model(tmp_path), variant, 4)
    assert session.input == (INPUT_NAME, "tensor(uint8)", ("N", "H", "W", 3))
    for _ in range(3):
        assert session.run(NAMES, {INPUT_NAME: pictures(4)}, None)["logits"].shape[0] == 4
    handle = session.handle
    assert isinstance(handle, VariantHandle)
    assert handle._fixed is not None
    assert handle._fixed.get_inputs()[0].shape == [count, 16, 16, 3]
    close_variant(session)


@pytest.mark.skipif(find_refusal(Device.CUDA) is None, reason="there is a card")
@pytest.mark.parametrize("device", [Device.CUDA, Device.TENSORRT])
def test_without_a_card_the_reason_is_told(tmp_path: Path, device: Device) -> None:
    with pytest.raises(InferenceError):
        open_variant(_model(tmp_path, device), PLAIN, 1)


def test_a_session_that_landed_on_the_processor_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "find_refusal", lambda _device: None)
    with pytest.raises(InferenceError):
        open_variant(_model(tmp_path, Device.COREML), PLAIN, 1)
    refusal = Refusal(Device.CUDA, "it is not here", "Bring it.")
    monkeypatch.setattr(opening, "find_refusal", lambda _device: refusal)
    with pytest.raises(InferenceError, match="it is not here"):
        open_variant(_model(tmp_path), PLAIN, 1)


def test_making_the_file_can_be_cancelled(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        open_variant(_model(tmp_path), Variant(half=True), 1, cancel=cancel)
