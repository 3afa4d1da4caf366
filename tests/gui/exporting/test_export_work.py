"""What the window's worker writes: nothing of others is replaced, and only our own is taken back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gui.exporting.export_settings import ExportForm, ExportSettings
from gui.exporting.export_work import export, make_plan, sidecar_journal
from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.exports.selection import Include
from inference.sessions.marks import Marks, make_mark
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from tests.inference.commands.sessions import hashes, make_pictures, make_session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Three images with suggestions; the first is labelled "jay"."""
    paths = make_pictures(tmp_path / "pictures", ["a.png", "b.png", "c.png"])
    keys = make_session(tmp_path / "s.cardinal", dict.fromkeys(paths, ("magpie", 0.9)))
    with contextlib.closing(Session.open(tmp_path / "s.cardinal")) as session:
        _label(session, keys[0], "jay")
        yield session


def _label(session: Session, key: int, label: str) -> None:
    after = Marks.same([key], make_mark(ImageState.CORRECTED), session.vocabulary.code(label))
    session.carry_out(Step(StepKind.LABEL, label, Marks.same([key], 0), after, 1.0))


def _write(session: Session, settings: ExportSettings) -> int:
    return export(session, settings, None, CancelToken(), lambda _done: None).count


def test_a_list_of_somebody_else_is_not_replaced(session: Session, tmp_path: Path) -> None:
    target = tmp_path / "lists"
    settings = ExportSettings(form=ExportForm.SPLITS, target=str(target))
    assert _write(session, settings) == 1
    (target / "train.txt").write_text("mine\n")
    before = hashes(target)
    with pytest.raises(OutputWriteError, match="not of Cardinal's making"):
        _write(session, settings)
    assert hashes(target) == before
    with pytest.raises(OutputWriteError, match="No such file"):
        _write(session, ExportSettings(form=ExportForm.SPLITS, target=str(tmp_path / "nowhere" / "lists")))


def test_the_session_itself_is_not_replaced(session: Session) -> None:
    with pytest.raises(OutputWriteError, match="belongs to a session"):
        _write(session, ExportSettings(target=str(session.path)))
    assert session.labelled_count() == 1


def test_only_sidecars_that_this_session_wrote_are_taken_back(session: Session, tmp_path: Path) -> None:
    settings = ExportSettings(form=ExportForm.XMP)
    assert _write(session, settings) == 1
    other = make_session(tmp_path / "other.cardinal", {f"{tmp_path}/pictures/b.png": None})
    with contextlib.closing(Session.open(tmp_path / "other.cardinal")) as second:
        _label(second, other[0], "wren")
        assert _write(second, settings) == 1
    foreign = (tmp_path / "pictures" / "b.png.xmp").read_bytes()
    session.take_back()
    plan = make_plan(session, settings, None, CancelToken())
    assert [entry.target for entry in plan.entries] == [f"{tmp_path}/pictures/a.png.xmp"]
    _write(session, settings)
    assert (tmp_path / "pictures" / "b.png.xmp").read_bytes() == foreign
    assert not (tmp_path / "pictures" / "a.png.xmp").exists()
    assert sidecar_journal(session) == tmp_path / "s.sidecars.jsonl"


def test_suggestions_that_were_asked_for_get_sidecars_and_no_other_image(session: Session, tmp_path: Path) -> None:
    settings = ExportSettings(form=ExportForm.XMP, include=Include.SUGGESTED, score_from=0.95)
    assert _write(session, settings) == 1
    assert sorted(path.name for path in (tmp_path / "pictures").glob("*.xmp")) == ["a.png.xmp"]
