"""Tests of inference.sessions.images and moves: new, known, changed, moved, removed files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import ImageProblem, ImageReadError, InferenceError
from inference.sessions.marks import Marks, with_removed
from inference.sessions.moves import MOST_CANDIDATES
from inference.sessions.records import FoundFile
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from tests.inference.sessions.making import (
    CORRECTED,
    classified,
    failed,
    found,
    label_step,
    labels_of,
    new_session,
    on_disk,
    states_of,
)


def answer_from_disk(session: Session, key: int) -> None:
    path = session.path_of(key)
    assert path is not None
    with open(path, "rb") as stream:  # noqa: PTH123 - a path is text here
        content_hash = hashlib.sha256(stream.read()).digest()
    session.keep_answers([classified(key, content_hash=content_hash)])


def test_files_are_new_once(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    first = session.register([*found(3), *found(1)])
    assert list(first.added.keys) == [1, 2, 3]
    assert first.added.paths == [file.path for file in found(3)]
    assert list(first.added.answers) == [ImageState.QUEUED] * 3
    again = session.register(found(5))
    assert (list(again.known), list(again.added.keys)) == ([1, 2, 3], [4, 5])
    assert session.keys_of_paths([found(2)[1].path, "/nowhere"]) == {found(2)[1].path: 2}
    assert session.path_of(2) == found(2)[1].path
    assert session.path_of(77) is None
    session.close()


def test_times_that_sqlite_cannot_hold_stop_nothing(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    late = FoundFile("/pictures/2400.jpg", 1001, 13_569_465_600 * 10**9)
    files = [late, FoundFile("/pictures/1800.jpg", 10, -(10**19)), *found(1)]
    assert list(session.register(files).added.keys) == [1, 2, 3]
    session.keep_answers([classified(1, mtime_ns=late.mtime_ns)])
    assert list(session.register(files).known) == [1, 2, 3]
    assert states_of(session)[1] is ImageState.SUGGESTED
    session.close()


def test_a_changed_file_waits_again_and_keeps_its_label(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    session.keep_answers([classified(1), classified(2), failed(3, ImageReadError("x", ImageProblem.DAMAGED))])
    session.carry_out(label_step(session, [1], "mine"))
    one, two, three = found(3)
    changed = [FoundFile(one.path, one.size_bytes, 5), two, FoundFile(three.path, 9, three.mtime_ns)]
    registered = session.register(changed)
    assert list(registered.changed) == [1, 3]
    assert list(registered.known) == [2]
    assert states_of(session) == {1: ImageState.QUEUED, 2: ImageState.SUGGESTED, 3: ImageState.QUEUED}
    assert labels_of(session) == {1: "mine"}
    assert list(session.register(changed).known) == [1, 2, 3]
    session.close()


def test_what_was_really_read_is_the_stamp(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.keep_answers([classified(1, mtime_ns=42)])
    (file,) = found(1)
    assert list(session.register([FoundFile(file.path, 1001, 42)]).known) == [1]
    assert list(session.register([file]).changed) == [1]
    session.close()


def test_failures_that_may_pass_are_tried_again(tmp_path: Path) -> None:
    session = new_session(tmp_path, 4)
    session.keep_answers(
        [
            failed(1, ImageReadError("x", ImageProblem.MISSING)),
            failed(2, ImageReadError("x", ImageProblem.TRUNCATED)),
            failed(3, InferenceError("no memory")),
            failed(4, ImageReadError("x", ImageProblem.NO_VALID_NUMBERS)),
        ]
    )
    registered = session.register(found(4))
    assert list(registered.changed) == [1, 3]
    assert list(registered.known) == [2, 4]
    assert [state.word for state in states_of(session).values()] == ["queued", "failed", "queued", "failed"]
    session.close()


def test_a_file_that_cannot_be_looked_at_is_taken_in_and_changes_nothing(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    registered = session.register([FoundFile(found(1)[0].path), FoundFile("/pictures/locked.jpg")])
    assert (list(registered.known), registered.added.paths) == ([1], ["/pictures/locked.jpg"])
    assert list(session.register(found(1)).known) == [1]
    session.close()


def test_removed_images_come_back_with_their_labels(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    session.keep_answers([classified(2)])
    session.carry_out(label_step(session, [2], "mine"))
    code = session.vocabulary.code("mine")
    gone = Marks.same([2], with_removed(CORRECTED, removed=True), code)
    session.carry_out(Step(StepKind.REMOVE, "", Marks.same([2], CORRECTED, code), gone, 1.0))
    assert session.image_count() == 2
    quiet = session.register(found(3), restore_removed=False)
    assert (list(quiet.known), len(quiet.added)) == ([1, 2, 3], 0)
    assert session.image_count() == 2
    registered = session.register(found(4))
    assert list(registered.added.keys) == [2, 4]
    assert list(registered.known) == [1, 3]
    assert list(registered.added.answers) == [ImageState.SUGGESTED, ImageState.QUEUED]
    assert registered.added.marks[0] == CORRECTED
    assert session.vocabulary.text(registered.added.labels[0]) == "mine"
    assert session.image_count() == 4
    session.close()


def test_renamed_files_keep_labels_and_answers(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(4):
        (pictures / f"{number}.jpg").write_bytes(b"same size %d" % number)
    session = new_session(tmp_path)
    session.register([on_disk(path) for path in sorted(pictures.iterdir())])
    for key in (1, 2, 3):
        answer_from_disk(session, key)
    session.carry_out(label_step(session, [1, 2, 3, 4], "mine"))
    (pictures / "0.jpg").rename(pictures / "renamed.jpg")
    other = pictures / "deeper" / "1.jpg"
    other.parent.mkdir()
    other.write_bytes((pictures / "1.jpg").read_bytes())  # another time, so only the bytes tell
    (pictures / "1.jpg").unlink()
    (pictures / "3.jpg").rename(pictures / "never read.jpg")
    (pictures / "new.jpg").write_bytes(b"same size X")
    files = [on_disk(path) for path in sorted(pictures.rglob("*.jpg"))]
    registered = session.register(files)
    assert dict(registered.moved) == {
        1: str(pictures / "renamed.jpg"),
        2: str(other),
        4: str(pictures / "never read.jpg"),
    }
    assert registered.added.paths == [str(pictures / "new.jpg")]
    assert labels_of(session) == dict.fromkeys(range(1, 5), "mine")
    assert states_of(session)[1] is states_of(session)[2] is ImageState.SUGGESTED
    assert list(session.register(files).changed) == []
    session.close()


def test_a_moved_folder_with_copies_keeps_them_apart_by_name(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (old / name).write_bytes(b"the same bytes")
    session = new_session(tmp_path)
    session.register([on_disk(path) for path in sorted(old.iterdir())])
    answer_from_disk(session, 1)
    answer_from_disk(session, 2)
    session.carry_out(label_step(session, [1], "first"))
    old.rename(new)
    registered = session.register([on_disk(path) for path in sorted(new.iterdir(), reverse=True)])
    assert dict(registered.moved) == {1: str(new / "a.jpg"), 2: str(new / "b.jpg")}
    session.close()


def test_a_copy_is_not_a_move_and_a_removed_image_that_moved_comes_back(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    original, copy = tmp_path / "a.jpg", tmp_path / "b.jpg"
    original.write_bytes(b"bytes")
    session.register([on_disk(original)])
    answer_from_disk(session, 1)
    copy.write_bytes(b"bytes")
    os.utime(copy, ns=(0, original.stat().st_mtime_ns))
    assert list(session.register([on_disk(copy)]).added.keys) == [2]
    gone = Marks.same([1], with_removed(0, removed=True))
    session.carry_out(Step(StepKind.REMOVE, "", Marks.same([1], 0), gone, 1.0))
    original.rename(tmp_path / "c.jpg")
    registered = session.register([on_disk(tmp_path / "c.jpg")])
    assert (registered.added.paths, registered.moved) == ([str(tmp_path / "c.jpg")], ())
    assert list(registered.added.keys) == [1]
    session.close()


def test_a_scan_that_goes_on_does_not_look_for_its_own_images(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    session.register([FoundFile("/gone/1.jpg", 7, 7)])
    # Of the same scan: the first is there, whatever the disk says by now.
    assert session.register([FoundFile("/gone/2.jpg", 7, 7)], continues_scan=True).moved == ()
    assert session.register([FoundFile("/gone/3.jpg", 7, 8)]).moved == ()
    assert dict(session.register([FoundFile("/gone/4.jpg", 7, 8)]).moved) == {3: "/gone/4.jpg"}
    session.close()


def test_many_files_of_one_size_and_time_are_recognised_when_their_folder_moves(tmp_path: Path) -> None:
    """As bitmaps from an archive: more of them than are looked at one by one."""
    count = MOST_CANDIDATES + 40
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    for number in range(count):
        (old / f"{number:03}.bmp").write_bytes(b"content %05d" % number)
        os.utime(old / f"{number:03}.bmp", ns=(7, 7))
    session = new_session(tmp_path)
    session.register([on_disk(path) for path in sorted(old.iterdir())])
    for key in range(1, count + 1):
        answer_from_disk(session, key)
    old.rename(new)
    for path in new.iterdir():
        os.utime(path, ns=(8, 8))
    files = [on_disk(path) for path in sorted(new.iterdir())]
    moved = dict(session.register(files[:100]).moved)
    moved |= dict(session.register(files[100:], continues_scan=True).moved)
    assert moved == {key: file.path for key, file in enumerate(files, 1)}
    session.close()


_BYTES = st.binary(min_size=1, max_size=60).map(lambda data: data.replace(b"\0", b"0"))


@settings(max_examples=40, deadline=None)
@given(st.lists(_BYTES, min_size=1, max_size=8, unique=True))
def test_names_of_every_kind_come_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, names: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("names")
    paths = [os.fsdecode(b"/p/" + name) for name in names]
    session = new_session(folder)
    session.register([FoundFile(path, 1 + place, 1) for place, path in enumerate(paths)])
    session.close()
    session = Session.open(folder / "test.cardinal")
    stored = [path for rows in session.load() for path in rows.paths]
    assert [os.fsencode(path) for path in stored] == [b"/p/" + name for name in names]
    assert [image.path for image in session.labelled_images()] == paths
    assert session.keys_of_paths(paths) == {path: key for key, path in enumerate(paths, 1)}
    session.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=20), min_size=1, max_size=8, unique=True))
def test_labels_of_every_kind_come_back(tmp_path_factory: pytest.TempPathFactory, labels: list[str]) -> None:
    folder = tmp_path_factory.mktemp("labels")
    labels = [*labels, '=HYPERLINK("x")', "a\nb", "\u202egpj", "\ud800", "nul\0", "\udcff", "👩‍👩‍👧"]
    session = new_session(folder, len(labels))
    for key, label in enumerate(labels, 1):
        session.carry_out(label_step(session, [key], label))
    session.close()
    session = Session.open(folder / "test.cardinal")
    assert list(labels_of(session).values()) == labels
    assert [step.subject for step in session.journal()[0]] == labels
    session.close()
