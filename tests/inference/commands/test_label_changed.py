"""`label` about files that other programs have changed: what is said again is said of the new picture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from inference.sessions.session import Session
from tests.inference.commands.sessions import Run, answer, decisions, make_pictures, make_session
from tests.inference.sessions.making import files_in

_AGAIN = "Classify again with `classify --session`: until then, what is decided is about the picture before.\n"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures."""
    make_pictures(tmp_path / "pictures", ["a.png", "b.png"])
    return tmp_path / "pictures"


@pytest.fixture
def session(cardinal: Run, tmp_path: Path, pictures: Path) -> Path:
    """Both with a suggestion and the label wren."""
    path = tmp_path / "birds.cardinal"
    make_session(path, {str(pictures / name): ("magpie", 0.9) for name in ("a.png", "b.png")})
    cardinal("label", str(path), "--set", "wren", str(pictures))
    return path


def _replace_and_answer(session: Path, path: Path) -> None:
    """Another program keeps the picture under another name; the window looks at the new one and is closed."""
    path.rename(path.with_name("z_original.png"))
    Image.new("RGB", (8, 8), "blue").save(path)
    opened = Session.open(session)
    opened.keep_answers([answer(opened, path, ("jay", 0.7))])
    opened.close()


def _scan(session: Path, folder: Path) -> None:
    opened = Session.open(session)
    opened.register(files_in(folder))
    opened.finish_scan()
    opened.close()


def _labels(session: Path) -> dict[str, str]:
    return {name: label for name, (_, label, _) in decisions(session).items()}


@pytest.mark.parametrize("is_said_again", [False, True])
def test_the_same_label_said_of_the_new_picture_stays_with_it(
    cardinal: Run, session: Path, pictures: Path, is_said_again: bool
) -> None:
    _replace_and_answer(session, pictures / "a.png")
    if is_said_again:
        said = cardinal("label", str(session), "--set", "wren", str(pictures / "a.png"), str(pictures / "b.png"))
        assert said == (0, "", "Done: label 1 image as wren.\n")
        # By now nothing is open any more.
        said = cardinal("label", str(session), "--set", "wren", str(pictures))
        assert said == (0, "", "Nothing had to be changed.\n")
    _scan(session, pictures)
    kept_by = "a.png" if is_said_again else "z_original.png"
    assert _labels(session) == {kept_by: "wren", "b.png": "wren"}


def test_who_takes_it_back_has_the_label_follow_the_picture_before(
    cardinal: Run, session: Path, pictures: Path
) -> None:
    _replace_and_answer(session, pictures / "a.png")
    cardinal("label", str(session), "--set", "wren", str(pictures))
    assert cardinal("label", str(session), "--undo")[2] == "Taken back: label 1 image as wren.\n"
    _scan(session, pictures)
    assert _labels(session) == {"z_original.png": "wren", "b.png": "wren"}


@pytest.mark.parametrize("way", ["accept", "from", "from and replace"])
def test_accepting_and_importing_again_are_about_the_new_picture_too(
    cardinal: Run, session: Path, pictures: Path, tmp_path: Path, way: str
) -> None:
    path = pictures / "a.png"
    cardinal("label", str(session), "--clear", str(pictures))
    cardinal("label", str(session), "--accept", str(pictures))
    _replace_and_answer(session, path)
    if way == "accept":
        said = cardinal("label", str(session), "--accept", str(pictures))
        assert said == (0, "", "Done: accept 1 suggestion.\n")
        label = "jay"
    else:
        truth = tmp_path / "truth.csv"
        truth.write_text(f"path,label\n{path},magpie\n{pictures / 'b.png'},magpie\n")
        options = ["--replace"] if way == "from and replace" else []
        code, _, errors = cardinal("label", str(session), "--from", str(truth), *options)
        assert code == 0
        assert "take 1 decision from" in errors
        assert "kept" not in errors
        label = "magpie"
    _scan(session, pictures)
    assert _labels(session) == {"a.png": label, "b.png": "magpie"}


def test_where_nothing_stands_nothing_can_be_said_again(cardinal: Run, session: Path, pictures: Path) -> None:
    cardinal("label", str(session), "--clear", str(pictures))
    _replace_and_answer(session, pictures / "a.png")
    assert cardinal("label", str(session), "--clear", str(pictures))[2] == "Nothing had to be changed.\n"


def test_a_file_that_changed_since_nobody_looked_is_told(cardinal: Run, session: Path, pictures: Path) -> None:
    path = pictures / "a.png"
    Image.new("RGB", (8, 8), "blue").save(path)
    changed = f"{path} changed on disk after it was classified.\n{_AGAIN}"
    code, _, errors = cardinal("label", str(session), "--set", "wren", str(path), str(pictures / "b.png"))
    assert (code, errors) == (0, f"{changed}Nothing had to be changed.\n")
    code, _, errors = cardinal("label", str(session), "--set", "jay", str(path))
    assert (code, errors) == (0, f"{changed}Done: label 1 image as jay.\n")
    # Of a whole folder it is not looked for.
    assert cardinal("label", str(session), "--unsure", str(pictures))[2] == "Done: set 2 images unsure.\n"


def test_a_file_that_was_only_touched_and_one_that_is_gone_have_not_changed(
    cardinal: Run, session: Path, pictures: Path
) -> None:
    facts = (pictures / "a.png").stat()
    os.utime(pictures / "a.png", ns=(facts.st_atime_ns, facts.st_mtime_ns + 10**9))
    (pictures / "b.png").unlink()
    paths = [str(pictures / name) for name in ("a.png", "b.png")]
    assert cardinal("label", str(session), "--set", "wren", *paths) == (0, "", "Nothing had to be changed.\n")
