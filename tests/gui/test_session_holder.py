"""One session is open at a time; it is continued where it can be, closed once, and takes only its own answers."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gui import session_notices
from gui.session_holder import SessionHolder, SessionLoaded, SessionShown
from inference.cancel import Cancelled, CancelToken
from inference.classify.events import Answered
from inference.errors import SessionDamagedError, SessionInUseError
from inference.profile import Profile
from inference.sessions.folder import sessions_folder
from inference.sessions.records import FoundFile, ImageRows
from inference.sessions.session import Session
from tests.inference.sessions.making import MODEL, OTHER_MODEL, classified, found, label_step

JPEG = b"\xff\xd8 not really \xff\xd9"


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.below(tmp_path / "profile")


@pytest.fixture
def holder(profile: Profile) -> Iterator[SessionHolder]:
    made = SessionHolder(profile)
    yield made
    made.close_all()


def told_nobody(_told: object) -> None:
    """Where what is told does not matter."""


def required(holder: SessionHolder, *paths: Path, told: list[object] | None = None, new: bool = False) -> Session:
    """The session for what is being opened."""
    tell = told_nobody if told is None else told.append
    return holder.require([str(path) for path in paths], tell, CancelToken(), new=new)


def folder_of(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


def labelled(holder: SessionHolder, folder: Path, count: int = 3) -> Path:
    """A session of a folder with answers and one label, left and closed."""
    session = required(holder, folder)
    session.set_model(MODEL)
    session.add_source(str(folder))
    session.register(found(count))
    session.keep_answers([classified(1)])
    session.carry_out(label_step(session, [2], "jay"))
    left = holder.detach()
    assert left is session
    holder.close_left(session)
    return session.path


def test_a_new_session_is_named_after_the_folder_and_told(holder: SessionHolder, tmp_path: Path) -> None:
    told: list[object] = []
    session = required(holder, folder_of(tmp_path, "birds"), told=told)
    assert session.name == "birds"
    assert holder.session is session
    shown, loaded = told
    assert isinstance(shown, SessionShown)
    assert (shown.session, shown.is_new, shown.fallback) == (session, True, None)
    assert isinstance(loaded, SessionLoaded)
    assert (loaded.steps, loaded.in_force, loaded.image_count) == ((), 0, 0)
    assert required(holder, tmp_path / "other", told=told) is session, "what is opened next joins it"
    assert len(told) == 2


@pytest.mark.parametrize(("opened", "name"), [((), "pictures"), (("mammals/fox.jpg", "elsewhere/a.jpg"), "mammals")])
def test_files_give_a_session_the_name_of_their_folder(
    holder: SessionHolder, tmp_path: Path, opened: tuple[str, ...], name: str
) -> None:
    assert required(holder, *(tmp_path / path for path in opened)).name == name


def test_a_folder_is_continued_with_its_images_steps_and_counts(holder: SessionHolder, tmp_path: Path) -> None:
    birds = folder_of(tmp_path, "birds")
    path = labelled(holder, birds)
    assert holder.session is None
    told: list[object] = []
    session = required(holder, birds, told=told)
    assert session.path == path
    shown, rows, loaded = told
    assert isinstance(shown, SessionShown)
    assert not shown.is_new
    assert isinstance(rows, ImageRows)
    assert list(rows.keys) == [1, 2, 3]
    assert session.vocabulary.text(rows.labels[1]) == "jay"
    assert isinstance(loaded, SessionLoaded)
    assert [step.subject for step in loaded.steps] == ["jay"]
    assert (loaded.in_force, loaded.image_count, loaded.labelled_count) == (1, 3, 1)


def test_a_new_session_is_made_where_that_is_wanted(holder: SessionHolder, tmp_path: Path) -> None:
    birds = folder_of(tmp_path, "birds")
    path = labelled(holder, birds)
    assert required(holder, birds, new=True).path != path


def test_a_session_that_is_open_elsewhere_or_damaged_is_not_passed_over(
    holder: SessionHolder, profile: Profile, tmp_path: Path
) -> None:
    birds = folder_of(tmp_path, "birds")
    path = labelled(holder, birds)
    other = Session.open(path)
    with pytest.raises(SessionInUseError):
        required(holder, birds)
    assert holder.session is None
    other.close()
    path.write_bytes(b"SQLite format 3\0" + bytes(5000))
    with pytest.raises(SessionDamagedError):
        holder.open(path, told_nobody, CancelToken())
    assert holder.session is None
    assert [one.name for one in sessions_folder(profile).glob("*.cardinal")] == ["birds.cardinal"]


def test_a_session_that_is_given_up_while_it_opens_is_closed(holder: SessionHolder, tmp_path: Path) -> None:
    path = labelled(holder, folder_of(tmp_path, "birds"))
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        holder.open(path, lambda _told: cancel.cancel(), cancel)
    assert holder.session is None
    Session.open(path).close()


def test_opening_waits_for_the_session_that_is_being_closed(holder: SessionHolder, tmp_path: Path) -> None:
    path = labelled(holder, folder_of(tmp_path, "birds"))
    first = holder.open(path, told_nobody, CancelToken())
    left = holder.detach()
    assert left is first
    opened: list[Session] = []
    thread = threading.Thread(target=lambda: opened.append(holder.open(path, told_nobody, CancelToken())))
    thread.start()
    thread.join(0.2)
    assert thread.is_alive(), "its last decisions are not written yet"
    holder.close_left(first)
    thread.join(5)
    assert opened == [holder.session]


def test_nobody_waits_for_a_session_at_the_programs_end(holder: SessionHolder, tmp_path: Path) -> None:
    """Its closing was cancelled like everything else: the window would stay for ten seconds."""
    path = labelled(holder, folder_of(tmp_path, "birds"))
    holder.open(path, told_nobody, CancelToken())
    left = holder.detach()
    assert left is not None
    cancel, ended = CancelToken(), threading.Event()

    def wait() -> None:
        with pytest.raises(Cancelled):
            holder.open(path, told_nobody, cancel)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not ended.wait(0.2)
    cancel.cancel()
    assert ended.wait(5)
    thread.join()
    assert holder.session is None
    holder.close_left(left)


def test_where_nothing_can_be_written_the_session_lies_in_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    holder = SessionHolder(Profile.below(tmp_path / "file" / "no folder"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    told: list[object] = []
    session = required(holder, folder_of(tmp_path, "birds"), told=told)
    assert tmp_path in session.path.parents
    assert isinstance(told[0], SessionShown)
    assert told[0].fallback is not None
    holder.close_all()


def test_a_full_disk_is_the_reason_that_is_told_for_the_temporary_folder(
    holder: SessionHolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Session.create

    def refuse(path: Path) -> Session:
        if tmp_path / "elsewhere" not in path.parents:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return create(path)

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(Session, "create", refuse)
    told: list[object] = []
    session = required(holder, folder_of(tmp_path, "birds"), told=told)
    [shown] = [one for one in told if isinstance(one, SessionShown)]
    assert shown.fallback is not None
    assert shown.fallback.is_disk_full
    message = session_notices.saved_elsewhere(shown.fallback, str(session.path))
    assert "the disk is full" in message.text
    assert "permission" not in message.text


def answer(key: int, *, path: str | None = None) -> Answered:
    """What the network's thread tells, with a thumbnail."""
    kept = classified(key)
    outcome = kept.outcome if path is None else replace(kept.outcome, path=path)
    return Answered(key, outcome, JPEG, None, kept.embedding)


def test_answers_and_thumbnails_are_kept_for_images_of_this_session_only(holder: SessionHolder, tmp_path: Path) -> None:
    assert not holder.keep([answer(1)]), "no session is open"
    session = required(holder, folder_of(tmp_path, "birds"))
    session.register(found(3))
    holder.set_model(MODEL)
    assert holder.keep([answer(1), answer(2, path="/other/list.jpg"), answer(99)]) == {1}
    assert session.model == MODEL
    known = session.classification_of(1)
    assert known is not None
    assert known.predictions[0].label == "cat"
    assert session.classification_of(2) is None
    images = [(key, f"/pictures/{key:06d}.jpg") for key in (2, 1)]
    assert dict(holder.kept_thumbnails(images)) == {2: None, 1: JPEG}


def test_a_session_that_can_only_be_read_keeps_nothing(holder: SessionHolder, tmp_path: Path) -> None:
    path = labelled(holder, folder_of(tmp_path, "birds"))
    session = holder.open(path, told_nobody, CancelToken(), read_only=True)
    holder.set_model(OTHER_MODEL)
    assert holder.keep([answer(2)]) == {2}, "it may be shown all the same"
    assert session.classification_of(2) is None
    assert holder.wanted_model(session) == session.model == MODEL


def test_the_open_model_answers_where_answers_can_be_kept(holder: SessionHolder, tmp_path: Path) -> None:
    path = labelled(holder, folder_of(tmp_path, "birds"))
    holder.set_model(OTHER_MODEL)
    told: list[object] = []
    session = holder.open(path, told.append, CancelToken())
    assert session.model == OTHER_MODEL
    assert holder.wanted_model(session) == OTHER_MODEL
    rows = next(one for one in told if isinstance(one, ImageRows))
    assert session.vocabulary.text(rows.labels[1]) == "jay"
    assert {rows.scores[entry] < 0 for entry in range(3)} == {True}, "another model's answers do not count"


def test_thumbnails_of_no_session_and_of_a_broken_cache_are_none(tmp_path: Path, profile: Profile) -> None:
    holder = SessionHolder(profile)
    assert dict(holder.kept_thumbnails([(1, "/p/a.jpg")])) == {1: None}
    profile.cache.parent.mkdir(parents=True)
    profile.cache.touch()  # a file where the folder should be
    session = required(holder, folder_of(tmp_path, "birds"))
    session.register([FoundFile("/p/a.jpg")])
    assert dict(holder.kept_thumbnails([(1, "/p/a.jpg")])) == {1: None}
    holder.close_all()
    assert holder.session is None
    holder.close_all()
