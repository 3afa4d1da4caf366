"""The file in float16 is made once for each content, whole or not at all, and old ones are forgotten."""

from __future__ import annotations

import os
from pathlib import Path

import onnx
import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import ChildTaskError, OutputWriteError
from inference.models.checksum import checksum_file, sha256_of
from inference.models.half import half_file
from inference.models.half.half_file import MOST_KEPT, NoHalfError, forget_half_file, half_path, require_half_file
from tests.inference.engine.variants import TINY


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "cache"


def test_it_is_made_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = sha256_of(TINY)
    made = require_half_file(TINY, digest, cache)
    assert made == half_path(digest, cache)
    onnx.checker.check_model(onnx.load(made))
    assert {path.name for path in made.parent.iterdir()} == {made.name, f"{made.name}.sha256"}
    monkeypatch.setattr(half_file, "MAKING_MODULE", "there_is_no_such_module")
    assert require_half_file(TINY, digest, cache) == made
    forget_half_file(digest, cache)
    assert not list(made.parent.iterdir())
    with pytest.raises(ChildTaskError):
        require_half_file(TINY, digest, cache)
    assert not list(made.parent.iterdir())


@pytest.mark.parametrize("is_checked", [True, False], ids=["changed", "unknown"])
def test_what_is_not_as_it_was_made_is_made_again(cache: Path, is_checked: bool) -> None:
    digest = sha256_of(TINY)
    made = require_half_file(TINY, digest, cache)
    whole = made.read_bytes()
    if is_checked:
        # One bit of a weight: ONNX Runtime would open it.
        made.write_bytes(whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:])
    else:
        checksum_file(made).unlink()
    assert require_half_file(TINY, digest, cache) == made
    assert made.read_bytes() == whole
    assert checksum_file(made).is_file()


def test_a_model_that_has_none_is_told_in_a_phrase(tmp_path: Path, cache: Path) -> None:
    half = tmp_path / "half.onnx"
    half.write_bytes(require_half_file(TINY, "0" * 64, cache).read_bytes())
    with pytest.raises(NoHalfError) as caught:
        require_half_file(half, sha256_of(half), cache)
    assert str(caught.value) == "it has no convolutions that compute in float32"
    assert not half_path(sha256_of(half), cache).exists()


def test_whoever_does_not_wait_leaves_nothing_behind(cache: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        require_half_file(TINY, sha256_of(TINY), cache, cancel=cancel)
    assert not list((cache / "half").iterdir())


def test_a_cache_that_is_no_folder_is_told(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"")
    with pytest.raises(OutputWriteError):
        require_half_file(TINY, sha256_of(TINY), cache)


def test_what_was_not_used_for_longest_goes_and_other_versions_and_leftovers_with_it(cache: Path) -> None:
    folder = half_path("", cache).parent
    folder.mkdir(parents=True)
    others = [half_path(f"{number}", cache) for number in range(MOST_KEPT)]
    for other in others:
        checksum_file(other).touch()
    old, new, strange = folder / ".old.part", folder / ".new.part", folder / "0-0.onnx"
    for age, path in enumerate((*others, new, strange)):
        path.touch()
        if path in others:
            os.utime(path, (1_000_000 - age, 1_000_000 - age))
    old.touch()
    os.utime(old, (1_000_000, 1_000_000))
    made = require_half_file(TINY, sha256_of(TINY), cache)
    # The oldest went; somebody may be writing into the new part.
    models = (made, *others[:-1])
    assert set(folder.iterdir()) == {new, *models, *map(checksum_file, models)}
