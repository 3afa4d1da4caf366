"""An int8 copy is made by the real child process; it is installed whole, or nothing is."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from inference.cancel import Cancelled, CancelToken
from inference.engine.network import Network
from inference.errors import CardinalError, ChildTaskError, ModelContractError, OutputWriteError
from inference.models.catalog import BUILT_IN_NAME, find_model, list_models, read_model
from inference.models.checksum import require_unchanged, sha256_of
from inference.models.child import ChildTask
from inference.models.progress import Progress
from inference.models.quantize import keeping
from inference.models.quantize.keeping import QuantizeOrder, quantize_model
from inference.profile import Profile
from tests.inference.models.quantize.coloured import write_pictures
from tests.make_data import TINY


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.below(tmp_path / "profile")


def order(pictures: Path, *, count: int = 12, replace: bool = False, force: bool = False) -> QuantizeOrder:
    return QuantizeOrder("tiny-int8", str(pictures), count, replace=replace, force=force)


@pytest.mark.parametrize(("layers", "told"), [(None, []), (5, ["--layers=5"])])
def test_the_child_is_told_how_many_layers_were_wanted(
    layers: int | None, told: list[str], tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def stopped(task: ChildTask, **_options: object) -> None:
        seen.extend(task.arguments)
        raise Cancelled

    monkeypatch.setattr(keeping, "run_child", stopped)
    with pytest.raises(Cancelled):
        quantize_model(read_model(TINY), replace(order(tmp_path), layers=layers), profile)
    assert [word for word in seen if word.startswith("--layers")] == told


def is_empty(folder: Path) -> bool:
    return not folder.exists() or not list(folder.iterdir())


def test_forced_it_is_installed_checked_and_says_what_it_is(tmp_path: Path, profile: Profile) -> None:
    pictures = write_pictures(tmp_path / "pictures", 30)
    (pictures / "broken.png").write_bytes(b"no picture")
    told: list[Progress] = []
    done = quantize_model(read_model(TINY), order(pictures, force=True), profile, on_progress=told.append)
    assert done.model is not None
    assert done.unreadable == 1
    facts = done.facts
    assert facts.source_sha256 == sha256_of(TINY)
    assert (facts.layers, facts.all_layers) == (1, 2)
    assert facts.comparison is not None
    # One of 31 is broken; which part it is in does not matter.
    assert facts.calibrated_on + facts.comparison.pictures == 30
    assert facts.comparison.pictures >= 18
    # Plain colours leave no doubt, but so few of them do not show enough.
    assert facts.comparison.agreement == 1
    assert not facts.passed
    assert {progress.step for progress in told} == {"Calibrating", "Comparing"}

    installed = find_model("tiny-int8", profile)
    assert installed.contract.title == "Tiny test network, int8"
    assert installed.contract.name == "tiny-int8"
    require_unchanged(installed.path, sha256_of(installed.path))
    Network.open(installed.path, device="cpu").close()
    assert is_empty(profile.cache)

    with pytest.raises(ModelContractError, match="replace"):
        quantize_model(read_model(TINY), order(pictures, force=True), profile)
    again = quantize_model(read_model(TINY), order(pictures, count=5, replace=True, force=True), profile)
    assert again.model is not None
    assert again.facts.calibrated_on in {4, 5}
    with pytest.raises(ChildTaskError, match="int8 already"):
        quantize_model(again.model, QuantizeOrder("twice", str(pictures), 5), profile)
    assert [model.name for model in list_models(profile).models if not model.built_in] == ["tiny-int8"]


def test_what_does_not_pass_is_not_kept(tmp_path: Path, profile: Profile) -> None:
    done = quantize_model(read_model(TINY), order(write_pictures(tmp_path / "pictures", 6)), profile)
    assert done.model is None
    # Half of a small folder calibrates.
    assert done.facts.calibrated_on == 3
    assert is_empty(profile.models)
    assert is_empty(profile.cache)


def test_what_a_killed_program_left_goes_after_a_day(tmp_path: Path, profile: Profile) -> None:
    old, new = profile.cache / "quantizing-old", profile.cache / "quantizing-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "float.onnx").touch()
    yesterday = time.time() - 100_000
    os.utime(old, (yesterday, yesterday))
    quantize_model(read_model(TINY), order(write_pictures(tmp_path / "pictures", 4)), profile)
    assert list(profile.cache.iterdir()) == [new]


@pytest.mark.parametrize("readable", [0, 1])
def test_too_few_pictures_are_told(readable: int, tmp_path: Path, profile: Profile) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(readable):
        Image.new("RGB", (9, 9)).save(pictures / f"{number}.png")
    (pictures / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ChildTaskError, match="Too few pictures in"):
        quantize_model(read_model(TINY), order(pictures, force=True), profile)
    assert is_empty(profile.models)
    assert is_empty(profile.cache)


def test_cancelled_nothing_is_left(tmp_path: Path, profile: Profile) -> None:
    cancel = CancelToken()
    begun = threading.Event()

    def stop(_progress: Progress) -> None:
        begun.set()
        cancel.cancel()

    pictures = write_pictures(tmp_path / "pictures", 20)
    with pytest.raises(Cancelled):
        quantize_model(read_model(TINY), order(pictures, force=True), profile, on_progress=stop, cancel=cancel)
    assert begun.is_set()
    assert is_empty(profile.models)
    assert is_empty(profile.cache)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", ModelContractError),
        ("a/b", ModelContractError),
        ("resnext50_32x4d-v2", ModelContractError),
        (BUILT_IN_NAME.upper(), ModelContractError),
    ],
)
def test_names_that_cannot_be(name: str, error: type[CardinalError], tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(error):
        quantize_model(read_model(TINY), QuantizeOrder(name, str(tmp_path), 1), profile)
    assert is_empty(profile.cache)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, profile: Profile) -> None:
    pictures = write_pictures(tmp_path / "pictures", 4)
    profile.data.mkdir(parents=True)
    profile.models.write_bytes(b"a file where a folder should be")
    with pytest.raises(OutputWriteError):
        quantize_model(read_model(TINY), order(pictures, force=True), profile)
    profile.cache.rmdir()
    profile.cache.write_bytes(b"likewise")
    with pytest.raises(OutputWriteError):
        quantize_model(read_model(TINY), order(pictures, force=True), profile)
