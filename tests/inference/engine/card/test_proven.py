"""A variant that fails costs itself: the plain session answers, from then on and at the next opening."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.cancel import Cancelled, CancelToken
from inference.engine.card import handle as handle_module
from inference.engine.card import opening, proven
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.handle import VariantHandle
from inference.engine.card.opening import Model, open_variant
from inference.engine.card.proven import ProvenSession, open_proven
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.runtime import OnnxSession
from inference.errors import InferenceError
from inference.models.contract import INPUT_NAME
from inference.models.half import half_file
from inference.models.half.half_file import NoHalfError, forget_half_file, half_path
from tests.inference.engine.card.spy import NAMES, pictures, right_answer, tiny_model

HALF = Variant(half=True, bound=True)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return tiny_model(tmp_path)


@pytest.fixture
def choices(model: Model) -> CardChoices:
    known = CardChoices(model.cache)
    known.remember(model.model_hash, model.device, CardChoice(HALF, batch=4, times_as_fast=2))
    return known


def _fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(_self: VariantHandle, _names: Sequence[str], _feeds: Mapping[str, Any], _options: object) -> NDArray[Any]:
        raise error

    monkeypatch.setattr(handle_module.VariantHandle, "run", run)


def _open(model: Model, choices: CardChoices) -> ProvenSession | None:
    session = open_proven(model.path, model.model_hash, model.device, choices, threads=1)
    assert session is None or isinstance(session, ProvenSession)
    return session


def _run(session: ProvenSession, count: int = 2, cancel: CancelToken | None = None) -> dict[str, NDArray[Any]]:
    return session.run(NAMES, {INPUT_NAME: pictures(count)}, cancel)


def _remembered(model: Model, choices: CardChoices) -> CardChoice:
    known = choices.remembered(model.model_hash, model.device)
    assert known is not None
    return known


def _require_rest(model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variant is kept, and not tried before a day is over."""
    known = _remembered(model, choices)
    assert (known.variant, known.is_resting, known.is_due) == (HALF, True, False)
    with monkeypatch.context() as patch:
        patch.setattr(proven, "open_variant", lambda *_arguments: pytest.fail("it was tried again"))
        assert _open(model, choices) is None
    date = time.time() - 1.01 * 86_400
    choices.remember(model.model_hash, model.device, replace(known, resting_since=date))


def _require_warning(caplog: pytest.LogCaptureFixture) -> None:
    [record] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "going on with the plain one" in record.getMessage()
    caplog.clear()


def test_what_was_found_is_opened(model: Model, choices: CardChoices) -> None:
    session = _open(model, choices)
    assert session is not None
    assert (session.device, session.precision) == (Device.CPU, Precision.FLOAT16)
    assert session.input is not None
    assert set(NAMES) <= set(session.outputs)
    assert session.metadata
    assert np.abs(_run(session)["logits"] - right_answer(pictures(2))[0]).max() < 1e-2


def test_nothing_is_opened_where_nothing_was_found(model: Model) -> None:
    choices = CardChoices(model.cache)
    assert _open(model, choices) is None
    choices.remember(model.model_hash, model.device, CardChoice(PLAIN, batch=4))
    assert _open(model, choices) is None


def test_a_failure_is_answered_by_the_plain_session_which_stays(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _open(model, choices)
    assert session is not None
    with monkeypatch.context() as patch:
        _fail_with(patch, RuntimeError("CUDA failure 719: unspecified launch failure"))
        answer = _run(session)
        assert np.array_equal(answer["logits"], right_answer(pictures(2))[0])
        assert session.precision is Precision.FLOAT32
        assert np.array_equal(_run(session)["logits"], answer["logits"])
    known = _remembered(model, choices)
    assert known.variant == PLAIN
    assert "unspecified launch failure" in known.tried[-1].objection
    assert _open(model, choices) is None
    session.go_back("again")
    assert _remembered(model, choices) == known
    _require_warning(caplog)


def test_the_memory_is_halved_by_the_caller_first(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _open(model, choices)
    assert session is not None
    with monkeypatch.context() as patch:
        _fail_with(patch, RuntimeError("Failed to allocate memory for requested buffer"))
        with pytest.raises(InferenceError) as caught:
            _run(session, count=2)
        assert caught.value.out_of_memory
        assert _remembered(model, choices).variant == HALF
        assert _run(session, count=1)["logits"].shape[0] == 1
    assert session.precision is Precision.FLOAT32
    _require_warning(caplog)


def test_a_graph_that_another_thread_disturbed_is_tried_again_another_time(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _open(model, choices)
    assert session is not None
    with monkeypatch.context() as patch:
        _fail_with(patch, RuntimeError("CUDA failure 901: operation failed due to a previous error during capture"))
        assert _run(session)["logits"].shape[0] == 2
    assert session.precision is Precision.FLOAT32
    assert (_remembered(model, choices).variant, _remembered(model, choices).resting_since) == (HALF, None)
    _require_warning(caplog)


def test_what_is_opened_later_says_itself_why_it_cannot_be(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = _open(model, choices)
    assert session is not None
    _fail_with(monkeypatch, InferenceError("its memory is too small", out_of_memory=True))
    with pytest.raises(InferenceError, match="its memory is too small") as caught:
        _run(session, count=2)
    assert caught.value.out_of_memory


def test_whoever_cancels_does_not_cost_the_variant(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = _open(model, choices)
    assert session is not None
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        _run(session, cancel=cancel)
    assert session.precision is Precision.FLOAT16
    assert _remembered(model, choices).variant == HALF


def test_what_cannot_be_opened_any_more_is_given_up(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object) -> None:
        raise InferenceError("no kernel was found")

    with monkeypatch.context() as patch:
        patch.setattr(proven, "open_variant", fails)
        assert _open(model, choices) is None
    assert _remembered(model, choices).variant == PLAIN


def test_what_another_thread_kept_from_opening_is_tried_again_another_time(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object) -> None:
        raise InferenceError("CUDA failure 900: operation not permitted when stream is capturing")

    with monkeypatch.context() as patch:
        patch.setattr(proven, "open_variant", fails)
        assert _open(model, choices) is None
    assert (_remembered(model, choices).variant, _remembered(model, choices).resting_since) == (HALF, None)


def _block_the_cache(model: Model) -> None:
    """Leave no room for the file in float16."""
    folder = half_path(model.model_hash, model.cache).parent
    shutil.rmtree(folder)
    folder.write_bytes(b"a file where a folder should be")


def test_a_cache_that_cannot_be_written_into_costs_a_day(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    _block_the_cache(model)
    assert _open(model, choices) is None
    _require_rest(model, choices, monkeypatch)
    # What is wrong is wrong still, and is believed for another day.
    assert _open(model, choices) is None
    _require_rest(model, choices, monkeypatch)


def test_a_child_that_cannot_work_costs_a_day(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_half_file(model.model_hash, model.cache)
    monkeypatch.setattr(half_file, "MAKING_MODULE", "there_is_no_such_module")
    assert _open(model, choices) is None
    _require_rest(model, choices, monkeypatch)


def test_a_cache_that_cannot_be_written_into_later_costs_a_day(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _open(model, choices)
    assert session is not None
    _block_the_cache(model)
    # The steady batch has a session of its own, which is opened now.
    images = pictures(4, side=32)
    answer = session.run(NAMES, {INPUT_NAME: images}, None)
    assert np.array_equal(answer["logits"], right_answer(images)[0])
    assert session.precision is Precision.FLOAT32
    _require_rest(model, choices, monkeypatch)
    _require_warning(caplog)


def test_a_model_that_has_no_file_in_float16_any_more_is_given_up(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise NoHalfError("its weights do not fit into float16")

    monkeypatch.setattr(opening, "require_half_file", refuse)
    assert _open(model, choices) is None
    assert _remembered(model, choices).variant == PLAIN


def test_the_plain_session_on_tensorrt_keeps_what_it_builds(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[tuple[Device, Variant]] = []

    def open_here(there: Model, variant: Variant, batch: int) -> OnnxSession:
        opened.append((there.device, variant))
        return open_variant(model, variant, batch)

    monkeypatch.setattr(proven, "open_variant", open_here)
    # Where it cannot be used, `open_session` says why and what would help.
    assert open_proven(model.path, model.model_hash, Device.TENSORRT, choices, threads=1) is None
    assert opened == []
    monkeypatch.setattr(proven, "find_refusal", lambda _device: None)
    plain = open_proven(model.path, model.model_hash, Device.TENSORRT, choices, threads=1)
    assert plain is not None
    assert plain.precision is Precision.FLOAT32
    assert opened == [(Device.TENSORRT, PLAIN)]
    assert open_proven(tmp_path / "gone.onnx", model.model_hash, Device.TENSORRT, choices) is None


def test_where_the_plain_session_cannot_be_opened_either_it_is_told(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _open(model, choices)
    assert session is not None
    _fail_with(monkeypatch, RuntimeError("the card fell off the bus"))
    refusal = Refusal(Device.CUDA, "no NVIDIA driver is installed", "Install it.")
    monkeypatch.setattr(proven, "open_session", lambda *_arguments: refusal)
    with pytest.raises(InferenceError, match="no NVIDIA driver"):
        _run(session)
    _require_warning(caplog)


def test_what_fails_its_check_at_the_opening_is_given_up_and_the_plain_session_answers(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = handle_module.VariantHandle.run

    def lies(self: VariantHandle, names: Sequence[str], feeds: Mapping[str, Any], options: Any) -> list[NDArray[Any]]:  # noqa: ANN401 - ONNX Runtime's
        arrays = run(self, names, feeds, options)
        return [array + 1 if name == "logits" else array for name, array in zip(names, arrays, strict=True)]

    with monkeypatch.context() as patch:
        patch.setattr(handle_module.VariantHandle, "run", lies)
        session = _open(model, choices)
    assert session is not None
    assert session.precision is Precision.FLOAT32
    assert np.array_equal(_run(session)["logits"], right_answer(pictures(2))[0])
    assert "do not add up" in _remembered(model, choices).tried[-1].objection
    _require_warning(caplog)


def test_a_model_that_is_gone_is_left_to_the_plain_opening(model: Model, choices: CardChoices, tmp_path: Path) -> None:
    gone = tmp_path / "gone.onnx"
    assert open_proven(gone, model.model_hash, model.device, choices) is None
    assert (_remembered(model, choices).variant, _remembered(model, choices).resting_since) == (HALF, None)


def test_want_of_memory_costs_a_day_and_then_the_fast_way_is_used_again(
    model: Model, choices: CardChoices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _open(model, choices)
    assert session is not None
    with monkeypatch.context() as patch:
        _fail_with(patch, RuntimeError("Failed to allocate memory for requested buffer of size 4096"))
        assert np.allclose(_run(session, count=1)["logits"], right_answer(pictures(1))[0], atol=1e-5)
        assert session.precision is Precision.FLOAT32
    _require_warning(caplog)
    _require_rest(model, choices, monkeypatch)

    def fail(*_arguments: object, **_options: object) -> None:
        raise InferenceError("the memory of cuda is too small.", out_of_memory=True)

    with monkeypatch.context() as patch:
        patch.setattr(proven, "open_variant", fail)
        assert _open(model, choices) is None
    _require_rest(model, choices, monkeypatch)
    session = _open(model, choices)
    assert session is not None
    assert session.precision is Precision.FLOAT16
    assert _remembered(model, choices).resting_since is None
