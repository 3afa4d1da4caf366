"""The trial runs in a child; its death costs what it died of, and whoever cancels leaves the model untried."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.engine.card import asking
from inference.engine.card.asking import card_for, have_card_learned, is_card_unknown, learn_card
from inference.engine.card.choice import ENDED, CardChoice, CardChoices, Tried
from inference.engine.card.opening import Model
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import AUTO, Device, Refusal
from inference.engine.network import hash_model
from inference.errors import ChildTaskError, InferenceError
from inference.models.child import ChildTask
from inference.profile import Profile
from tests.inference.engine.variants import TINY

HALF = CardChoice(Variant(half=True), 8, tried=(Tried("float16", 1.5, 1e-3), Tried("float16, channels last")))

CUT_OFF = CardChoice(PLAIN, 8, tried=(Tried("float16", 1.5), Tried("float16", objection=ENDED)), failed_at=1.7e9)
"""As it is remembered before the best variant is opened again."""

_DAY_S = 86_400


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model.of(TINY, hash_model(str(TINY)), Device.CPU, tmp_path, 1)


def test_the_child_remembers_what_it_found(model: Model) -> None:
    choices = CardChoices(model.cache)
    found = have_card_learned(model, choices)
    assert found is not None
    # On the processor nothing is tried: the plain session is what runs there.
    assert (found.variant, found.tried) == (PLAIN, ())
    assert found.batch >= 1
    assert found == choices.remembered(model.model_hash, model.device)


def test_what_does_not_run_at_all_is_left_to_the_opening(model: Model, tmp_path: Path) -> None:
    gone = Model(tmp_path / "gone.onnx", model.model_hash, model.device, model.cache, 1, 16)
    assert have_card_learned(gone, CardChoices(model.cache)) is None


def test_a_child_that_dies_leaves_the_best_so_far(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    choices = CardChoices(model.cache)
    monkeypatch.setattr(asking, "TRYING_MODULE", "there_is_no_such_module")
    assert have_card_learned(model, choices) is None
    choices.remember(model.model_hash, model.device, HALF)
    assert have_card_learned(model, choices) == HALF


def test_whoever_cancels_leaves_the_model_untried(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    choices = CardChoices(model.cache)
    cancel = CancelToken()

    def child(_task: ChildTask, *, cancel: CancelToken) -> None:
        choices.remember(model.model_hash, model.device, HALF)
        cancel.cancel()
        cancel.raise_if_set()

    monkeypatch.setattr(asking, "run_child", child)
    with pytest.raises(Cancelled):
        have_card_learned(model, choices, cancel=cancel)
    assert choices.remembered(model.model_hash, model.device) is None


def _let_end(
    monkeypatch: pytest.MonkeyPatch, choices: CardChoices, choice: CardChoice | None, error: Exception
) -> None:
    """Let the child remember a choice and end."""

    def child(task: ChildTask, **_options: object) -> None:
        model_hash = next(word for word in task.arguments if word.startswith("--hash=")).removeprefix("--hash=")
        if choice is not None:
            choices.remember(model_hash, Device.CPU, choice)
        raise error

    monkeypatch.setattr(asking, "run_child", child)


@pytest.mark.parametrize(
    ("error", "objection", "is_for_good"),
    [
        (ChildTaskError("Trying", "it took longer than 1200 seconds."), "it took longer than 1200 seconds", False),
        (ChildTaskError("Trying", "its process died (signal 9).", -9), "its process died (signal 9)", False),
        (ChildTaskError("Trying", "its process died (signal 11).", -11), "its process died (signal 11)", True),
    ],
)
def test_how_the_child_ended_is_told_and_tried_again_unless_it_was_its_own_fault(
    model: Model, monkeypatch: pytest.MonkeyPatch, error: Exception, objection: str, *, is_for_good: bool
) -> None:
    choices, beforehand = CardChoices(model.cache), replace(CUT_OFF, failed_at=time.time())
    _let_end(monkeypatch, choices, beforehand, error)
    found = have_card_learned(model, choices)
    assert found is not None
    assert [one.objection for one in found.tried] == ["", objection]
    assert found.failed_at == (None if is_for_good else beforehand.failed_at)
    assert choices.remembered(model.model_hash, model.device) == found


def test_what_the_child_itself_says_of_its_failure_stays(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    choices = CardChoices(model.cache)
    told = CardChoice(PLAIN, 8, tried=(Tried("plain", objection="its memory is too small"),), failed_at=time.time())
    _let_end(monkeypatch, choices, told, InferenceError("its memory is too small", out_of_memory=True))
    assert have_card_learned(model, choices) == told


def test_a_trial_that_does_not_even_begin_again_is_not_due_at_every_start(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = CardChoices(model.cache)
    choices.remember(model.model_hash, model.device, CUT_OFF)
    _let_end(monkeypatch, choices, None, ChildTaskError("Trying", "its process could not be started."))
    found = have_card_learned(model, choices)
    assert found is not None
    assert (found.tried, found.is_due) == (CUT_OFF.tried, False)
    assert choices.remembered(model.model_hash, model.device) == found


def test_whoever_cancels_another_trial_keeps_what_was_known(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    choices, due = CardChoices(model.cache), replace(HALF, failed_at=time.time() - 2 * _DAY_S)
    choices.remember(model.model_hash, model.device, due)
    _let_end(monkeypatch, choices, CUT_OFF, Cancelled())
    with pytest.raises(Cancelled):
        have_card_learned(model, choices, cancel=CancelToken())
    assert choices.remembered(model.model_hash, model.device) == due


def test_what_was_found_counts_where_the_cache_cannot_be_written(model: Model, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"a file where a folder should be")
    choices = CardChoices(blocked)
    found = have_card_learned(replace(model, cache=blocked), choices)
    assert found is not None
    assert found.variant == PLAIN
    assert choices.remembered(model.model_hash, model.device) == found


def test_a_wish_comes_to_a_card_that_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here: set[Device] = set()
    absent = Refusal(Device.CUDA, "it is not here", "Bring it.")
    monkeypatch.setattr(asking, "find_refusal", lambda device: None if device in here else absent)
    monkeypatch.setattr(asking, "devices_to_try", lambda _wish: [Device.CUDA, Device.CPU])
    assert card_for(AUTO) is None
    here |= {Device.CUDA, Device.CPU}
    assert card_for(AUTO) is Device.CUDA
    assert card_for("cuda") is Device.CUDA
    # TensorRT is used only where it is asked for.
    assert card_for("tensorrt") is None
    here.add(Device.TENSORRT)
    assert (card_for("tensorrt"), card_for(AUTO)) == (Device.TENSORRT, Device.CUDA)
    assert card_for("cpu") is None


def test_a_model_is_tried_once(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    assert is_card_unknown(str(TINY), Device.CPU, profile)
    found = learn_card(str(TINY), Device.CPU, profile)
    assert found is not None
    assert not is_card_unknown(str(TINY), Device.CPU, profile)
    assert is_card_unknown(str(TINY), Device.CUDA, profile)


@pytest.mark.parametrize(("days_ago", "is_unknown"), [(0.5, False), (1.01, True)])
def test_what_failed_and_may_have_passed_is_tried_again_a_day_later(
    tmp_path: Path, days_ago: float, *, is_unknown: bool
) -> None:
    profile = Profile.below(tmp_path)
    choice = replace(CUT_OFF, failed_at=time.time() - days_ago * _DAY_S)
    CardChoices(profile.cache).remember(hash_model(str(TINY)), Device.CPU, choice)
    assert is_card_unknown(str(TINY), Device.CPU, profile) is is_unknown
