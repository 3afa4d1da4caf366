"""The trial runs in a child; its death costs what it died of, and whoever cancels leaves the model untried."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.engine.card import asking
from inference.engine.card.asking import card_for, have_card_learned, is_card_unknown, learn_card
from inference.engine.card.choice import CardChoice, CardChoices, Tried
from inference.engine.card.opening import Model
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import AUTO, Device, Refusal
from inference.engine.network import hash_model
from inference.models.child import ChildTask
from inference.profile import Profile
from tests.inference.engine.variants import TINY

HALF = CardChoice(Variant(half=True), 8, tried=(Tried("float16", 1.5, 1e-3), Tried("float16, channels last")))


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
