"""The file of gradients is made once for each content, whole or not at all, and old ones are forgotten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import ChildTaskError, OutputWriteError
from inference.models import gradient_file
from inference.models.checksum import sha256_of
from inference.models.gradient_facts import GRAPH_FILE, SUMS_FILE, WEIGHTS_FILE
from inference.models.gradient_file import (
    MOST_KEPT,
    NoGradientsError,
    forget_gradient_file,
    gradient_folder,
    has_gradient_file,
    require_gradient_file,
)
from inference.models.progress import Progress
from inference.profile import Profile
from tests.inference.models.adopt.residual import residual_file
from tests.make_data import TINY


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.below(tmp_path / "profile")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return residual_file(tmp_path_factory.mktemp("models"))


def test_it_is_made_once(model: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []
    digest = sha256_of(model)
    made = require_gradient_file(model, digest, profile, on_progress=told.append)
    assert [progress.step for progress in told] == ["Preparing gradients"]
    assert sorted(path.name for path in made.parent.iterdir()) == sorted([GRAPH_FILE, WEIGHTS_FILE, SUMS_FILE])
    assert [path.name for path in made.parent.parent.iterdir()] == [made.parent.name]
    monkeypatch.setattr(gradient_file, "MAKING_MODULE", "there_is_no_such_module")
    assert require_gradient_file(model, digest, profile, on_progress=told.append) == made
    assert len(told) == 1
    forget_gradient_file(digest, profile)
    with pytest.raises(ChildTaskError):
        require_gradient_file(model, digest, profile)
    assert not list(made.parent.parent.iterdir())


def test_a_half_of_it_is_made_again(model: Path, profile: Profile) -> None:
    digest = sha256_of(model)
    made = require_gradient_file(model, digest, profile)
    (made.parent / WEIGHTS_FILE).unlink()
    assert require_gradient_file(model, digest, profile) == made
    assert (made.parent / WEIGHTS_FILE).stat().st_size > 0


@pytest.mark.parametrize("name", [GRAPH_FILE, WEIGHTS_FILE, SUMS_FILE])
def test_a_damaged_one_is_made_again(name: str, model: Path, profile: Profile) -> None:
    digest = sha256_of(model)
    damaged = require_gradient_file(model, digest, profile).parent / name
    whole = damaged.read_bytes()
    damaged.write_bytes(bytes(len(whole)))
    assert has_gradient_file(digest, profile)
    require_gradient_file(model, digest, profile)
    assert damaged.read_bytes() == whole


def test_one_of_an_earlier_version_has_no_checksums_and_is_made_again(model: Path, profile: Profile) -> None:
    digest = sha256_of(model)
    made = require_gradient_file(model, digest, profile)
    (made.parent / SUMS_FILE).unlink()
    assert not has_gradient_file(digest, profile)
    require_gradient_file(model, digest, profile)
    assert has_gradient_file(digest, profile)


def test_a_model_that_has_none_is_told_in_a_sentence(profile: Profile) -> None:
    with pytest.raises(NoGradientsError) as caught:
        require_gradient_file(TINY, sha256_of(TINY), profile)
    assert str(caught.value) == ("tiny has maps of its last stage only: it is not made of stages of residual blocks.")
    assert not list((profile.cache / "gradients").iterdir())


def test_whoever_does_not_wait_leaves_nothing_behind(model: Path, profile: Profile) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        require_gradient_file(model, sha256_of(model), profile, cancel=cancel)
    assert not list((profile.cache / "gradients").iterdir())


def test_a_cache_that_is_no_folder_is_told(model: Path, profile: Profile) -> None:
    profile.cache.parent.mkdir(parents=True)
    profile.cache.write_bytes(b"")
    with pytest.raises(OutputWriteError):
        require_gradient_file(model, sha256_of(model), profile)


def test_what_was_not_used_for_longest_goes_and_other_versions_and_leftovers_with_it(
    model: Path, profile: Profile
) -> None:
    folder = gradient_folder("", profile).parent
    others = [gradient_folder(f"{number}", profile) for number in range(MOST_KEPT)]
    for age, path in enumerate(others):
        path.mkdir(parents=True)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    (folder / "0-0").mkdir()
    old, new = folder / ".old.part", folder / ".new.part"
    for path in (old, new):
        path.mkdir()
    os.utime(old, (1_000_000, 1_000_000))
    made = require_gradient_file(model, sha256_of(model), profile)
    # The oldest went; somebody may be writing into the new part.
    assert {path.name for path in folder.iterdir()} == {
        made.parent.name, new.name, *(path.name for path in others[:-1]),
    }  # fmt: skip
