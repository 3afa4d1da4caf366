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
from inference.models.quantize.keeping import Compared, QuantizeOrder, is_installed, quantize_model
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
    assert done.compared.unreadable == 1
    facts = done.compared.facts
    assert facts.source_sha256 == sha256_of(TINY)
    assert (facts.layers, facts.all_layers) == (1, 2)
    assert facts.comparison is not None
    # One of 31 is broken; which part it is in does not matter.
    assert facts.calibrated_on + facts.comparison.pictures == 30
    assert facts.comparison.pictures >= 18
    # Plain colours leave no doubt, but so few of them do not show enough.
    assert facts.comparison.agreement == 1
    assert not facts.passed
    assert list(dict.fromkeys(progress.step for progress in told)) == [
        "Calibrating (1 of 2 convolutions in int8)",
        "Looking for the faster engine of the model and of its copy",
        "Comparing (1 of 2 convolutions in int8)",
        "Measuring the speed with the same pictures again",
    ]

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
    assert again.compared.facts.calibrated_on in {4, 5}
    with pytest.raises(ChildTaskError, match="int8 already"):
        quantize_model(again.model, QuantizeOrder("twice", str(pictures), 5), profile)
    assert [model.name for model in list_models(profile).models if not model.built_in] == ["tiny-int8"]


def test_what_does_not_pass_is_not_kept(tmp_path: Path, profile: Profile) -> None:
    done = quantize_model(read_model(TINY), order(write_pictures(tmp_path / "pictures", 6)), profile)
    assert done.model is None
    # Half of a small folder calibrates.
    assert done.compared.facts.calibrated_on == 3
    assert is_empty(profile.models)
    assert is_empty(profile.cache)


def test_what_came_of_it_is_told_before_it_is_kept(tmp_path: Path, profile: Profile) -> None:
    pictures = write_pictures(tmp_path / "pictures", 4)
    told: list[Compared] = []

    def refuse(compared: Compared) -> None:
        told.append(compared)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantize_model(read_model(TINY), order(pictures, force=True), profile, on_compared=refuse)
    [compared] = told
    assert compared.is_kept
    assert compared.facts.comparison is not None
    assert is_empty(profile.models)
    assert is_empty(profile.cache)
    assert not is_installed(compared.facts, "tiny-int8", profile)

    quantize_model(read_model(TINY), order(pictures, force=True), profile, on_compared=told.append)
    assert is_installed(told[1].facts, "tiny-int8", profile)
    assert not is_installed(compared.facts, "tiny-int8", profile)


def test_one_picture_under_many_names_counts_once(tmp_path: Path, profile: Profile) -> None:
    pictures = write_pictures(tmp_path / "pictures", 2)
    for number in range(2, 30):
        os.link(pictures / f"{number % 2}.png", pictures / f"{number}.png")
    told: list[Compared] = []
    quantize_model(read_model(TINY), order(pictures, count=1), profile, on_compared=told.append)
    [compared] = told
    assert compared.facts.comparison is not None
    # One calibrates, so only the other can be compared.
    assert (compared.facts.calibrated_on, compared.facts.comparison.pictures, compared.repeated) == (1, 1, 28)
    with pytest.raises(ChildTaskError, match="Too few different pictures in"):
        quantize_model(read_model(TINY), order(pictures, count=29), profile)


def test_what_a_killed_program_left_goes_after_a_day(tmp_path: Path, profile: Profile) -> None:
    old, new = profile.cache / "quantizing-old", profile.cache / "quantizing-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "float.onnx").touch()
    yesterday = time.time() - 100_000
    os.utime(old, (yesterday, yesterday))
    quantize_model(read_model(TINY), order(write_pictures(tmp_path / "pictures", 4)), profile)
    assert list(profile.cache.iterdir()) == [new]


def test_what_another_program_tidied_up_meanwhile_is_no_error(
    tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = profile.cache / "quantizing-gone"
    monkeypatch.setattr(Path, "glob", lambda _folder, _pattern: iter([gone]))

    def stopped(_task: ChildTask, **_options: object) -> None:
        raise Cancelled

    monkeypatch.setattr(keeping, "run_child", stopped)
    with pytest.raises(Cancelled):
        quantize_model(read_model(TINY), replace(order(tmp_path), name="other"), profile)


@pytest.mark.parametrize("readable", [0, 1])
def test_too_few_pictures_are_told(readable: int, tmp_path: Path, profile: Profile) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(readable):
        Image.new("RGB", (9, 9)).save(pictures / f"{number}.png")
    (pictures / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ChildTaskError, match="Too few different pictures in"):
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
