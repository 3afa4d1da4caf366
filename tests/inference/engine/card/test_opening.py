"""A variant opens as an ordinary session of the engine, and says in words why it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.engine.card import choice, opening
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


def test_what_tensorrt_builds_is_kept_for_few_models_and_apart_for_each_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = set()
    for number in range(MOST_KEPT + 2):
        with monkeypatch.context() as patch:
            patch.setattr(choice, "FORM", number)
            close_variant(open_variant(_model(tmp_path), Variant(engine=True), 1))
        newest = max((tmp_path / "tensorrt").iterdir(), key=lambda folder: folder.stat().st_mtime_ns)
        os.utime(newest, ns=(number * 10**9, number * 10**9))
        folders.add(newest)
    assert len(folders) == MOST_KEPT + 2
    assert len(list((tmp_path / "tensorrt").iterdir())) == MOST_KEPT
    assert newest.is_dir()


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
