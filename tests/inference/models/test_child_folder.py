"""A child's temporary folder is its own, is deleted, and is never so deep that sockets do not fit."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from inference.errors import ChildTaskError
from inference.models import child_folder
from inference.models.child_folder import ChildFolder


def test_it_is_told_to_the_child_and_goes_with_all_that_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(child_folder, "_LONGEST", 1000)
    monkeypatch.setenv("CARDINAL_TEST", "kept")
    folder = ChildFolder("Adding birds")
    own = Path(folder.environment["TMPDIR"])
    assert own.parent == tmp_path
    assert folder.environment["CARDINAL_TEST"] == "kept"
    assert os.environ.get("TMPDIR") != str(own)
    (own / "pymp-1").mkdir()
    folder.complaints.write(b"first, last")
    assert folder.last_complaints(4) == "last"
    folder.close()
    folder.close()
    assert not own.exists()


def test_a_deep_one_is_not_told_since_sockets_have_no_room_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 70)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    folder = ChildFolder("Adding birds")
    assert folder.environment == dict(os.environ)
    folder.close()
    assert not list(deep.iterdir())


def test_no_place_for_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ChildTaskError, match="Adding birds stopped: no temporary file can be made"):
        ChildFolder("Adding birds")


def test_half_a_folder_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ChildTaskError, match="No space left on device"):
        ChildFolder("Adding birds")
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())
