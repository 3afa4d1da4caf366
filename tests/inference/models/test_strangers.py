"""A model that this program did not install runs in a child first, once for each content."""

import shutil
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import ChildTaskError, InferenceError, ModelContractError, ModelLoadError
from inference.models import strangers
from inference.models.catalog import BUILT_IN_NAME, find_model
from inference.models.install import install_file
from inference.models.request import ModelRequest
from inference.models.strangers import require_tried
from inference.profile import Profile
from tests.inference.engine.variants import be_hungry, never_end, scale_evidence, variant
from tests.make_data import TINY, tiny_graph


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.below(tmp_path / "profile")


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every trial fails."""
    monkeypatch.setattr(strangers, "TRIAL_MODULE", "there_is_no_such_module")


def test_a_content_is_tried_once_wherever_it_lies(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_tried(TINY, profile)
    monkeypatch.setattr(strangers, "TRIAL_MODULE", "there_is_no_such_module")
    copy = shutil.copy(TINY, tmp_path / "copy.onnx")
    assert find_model(str(copy), profile).contract.name == "tiny"
    other = variant(tmp_path, lambda model: setattr(model, "producer_name", "somebody else"))
    with pytest.raises(ChildTaskError):
        find_model(str(other), profile)
    assert find_model(str(other), profile, try_out=False).contract.name == "tiny"


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"[" * 100_000, b"\xff"])
def test_a_damaged_memory_costs_another_trial(content: bytes, profile: Profile) -> None:
    profile.cache.mkdir(parents=True)
    memory = profile.cache / "tried-models.json"
    memory.write_bytes(content)
    require_tried(TINY, profile)
    assert memory.read_bytes() != content


@pytest.mark.usefixtures("no_child")
def test_the_built_in_model_is_no_stranger(profile: Profile) -> None:
    assert find_model(BUILT_IN_NAME, profile).built_in


def test_installed_models_are_no_strangers_and_those_put_there_by_hand_are(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_file(TINY, ModelRequest("added"), profile)
    shutil.copy(TINY, profile.models / "by-hand.onnx")
    monkeypatch.setattr(strangers, "TRIAL_MODULE", "there_is_no_such_module")
    assert find_model("added", profile).name == "added"
    with pytest.raises(ChildTaskError):
        find_model("by-hand", profile)


@pytest.mark.usefixtures("no_child")
def test_a_checksum_that_a_stranger_brings_proves_nothing(profile: Profile, tmp_path: Path) -> None:
    copy = Path(shutil.copy(TINY, tmp_path / "copy.onnx"))
    Path(f"{copy}.sha256").write_text(f"{'0' * 64}  copy.onnx\n")
    with pytest.raises(ChildTaskError):
        find_model(str(copy), profile)


def test_a_loop_never_reaches_the_runtime(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="Loop"):
        find_model(str(variant(tmp_path, never_end)), profile)


def test_a_model_that_contradicts_itself_is_refused_each_time(profile: Profile, tmp_path: Path) -> None:
    path = variant(tmp_path, scale_evidence)
    for _ in range(2):
        with pytest.raises(ModelContractError, match="do not add up"):
            find_model(str(path), profile)


def test_a_model_that_wants_all_memory_is_refused(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(InferenceError, match="memory"):
        find_model(str(variant(tmp_path, lambda model: be_hungry(model, more=1))), profile)


def test_a_model_that_takes_too_long_is_ended(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "TRIAL_TIMEOUT_S", 0.01)
    with pytest.raises(ChildTaskError, match=r"Trying tiny.onnx stopped: it took longer than 0\.01 seconds"):
        find_model(str(shutil.copy(TINY, tmp_path)), profile)


def test_a_trial_can_be_cancelled(profile: Profile) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        find_model(str(TINY), profile, cancel=cancel)


def test_a_plain_export_is_told_how_it_can_be_used(profile: Profile, tmp_path: Path) -> None:
    bare = tmp_path / "bare.onnx"
    bare.write_bytes(tiny_graph().SerializeToString())
    with pytest.raises(ModelContractError, match="add it with `models add` first"):
        find_model(str(bare), profile)
