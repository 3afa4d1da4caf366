"""Labels follow the content of files that were renumbered, exchanged or shifted under known names."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.cancel import Cancelled, CancelToken
from inference.sessions import settling
from inference.sessions.connection import Reader
from inference.sessions.identity import hash_of_file
from inference.sessions.marks import UNMARKED, Marks, is_removed, make_mark
from inference.sessions.records import Registered
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from tests.inference.sessions.making import MODEL, answer_file, files_in

_MARK = make_mark(ImageState.CORRECTED)


def _scan(session: Session, folder: Path, chunk: int) -> Registered | None:
    files = files_in(folder)
    for start in range(0, len(files), chunk):
        session.register(files[start : start + chunk], continues_scan=start > 0)
    return session.finish_scan()


def _labelled(tmp_path: Path, count: int) -> tuple[Session, Path]:
    """A session of `count` pictures of one size; each is labelled by its content."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    session = Session.create(tmp_path / "test.cardinal")
    for number in range(count):
        path = folder / f"{number:03d}.jpg"
        path.write_bytes(b"content %03d" % number)
        os.utime(path, ns=(10**18 + number, 10**18 + number))
    session.register(files_in(folder))
    assert session.finish_scan() is None
    keys = session.keys_of_paths([file.path for file in files_in(folder)])
    with session._database.write(durable=False) as connection:
        for name, key in keys.items():
            connection.execute("UPDATE image SET content_hash = ? WHERE id = ?", (hash_of_file(name), key))
    names = [session.vocabulary.code(Path(path).read_bytes().decode()) for path in keys]
    ordered = list(keys.values())
    after = Marks.of(ordered, [_MARK] * count, names)
    session.carry_out(Step(StepKind.LABEL, "", Marks.same(ordered, 0), after, 1.0))
    return session, folder


def _rename(folder: Path, new_names: dict[str, str]) -> None:
    """All at once, as a batch renamer does."""
    for old in new_names:
        (folder / old).rename(folder / f"{old}.part")
    for old, new in new_names.items():
        (folder / f"{old}.part").rename(folder / new)


def _rename_new(folder: Path, old: str, new: str) -> None:
    """And another picture takes the old name."""
    _rename(folder, {old: new})
    (folder / old).write_bytes(b"content new")


def _decide(session: Session, path: str, label: str) -> Sequence[int]:
    """Label one image that has no label or another; its key."""
    keys = list(session.keys_of_paths([path]).values())
    [(mark, name)] = [
        (rows.marks[at], rows.labels[at])
        for rows in session.load()
        for at, key in enumerate(rows.keys)
        if key == keys[0]
    ]
    after = Marks.same(keys, _MARK, session.vocabulary.code(label))
    session.carry_out(Step(StepKind.LABEL, label, Marks.same(keys, mark, name), after, 2.0))
    return keys


def _labels(session: Session) -> dict[str, str]:
    return {Path(image.path).name: image.label for image in session.labelled_images()}


def _contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def _shift_down(folder: Path) -> None:
    (folder / "000.jpg").unlink()
    _rename(folder, {f"{number:03d}.jpg": f"{number - 1:03d}.jpg" for number in range(1, 12)})


def _shift_up(folder: Path) -> None:
    _rename(folder, {f"{number:03d}.jpg": f"{number + 1:03d}.jpg" for number in range(12)})
    (folder / "000.jpg").write_bytes(b"content new")


def _exchange(folder: Path) -> None:
    _rename(folder, {"000.jpg": "011.jpg", "011.jpg": "000.jpg"})


def _rename_and_replace(folder: Path) -> None:
    _rename(folder, {"003.jpg": "zzz.jpg"})
    (folder / "003.jpg").write_bytes(b"content new")


@pytest.mark.parametrize(
    ("kind", "stays"), [(None, False), (StepKind.LABEL, True), (StepKind.CLEAR, True), (StepKind.RENAME, False)]
)
def test_what_is_said_of_an_answered_file_does_not_follow_the_one_before(
    kind: StepKind | None, stays: bool, tmp_path: Path
) -> None:
    session, folder = _labelled(tmp_path, 4)
    session.set_model(MODEL)
    _rename_and_replace(folder)
    answer_file(session, folder / "003.jpg")
    keys = list(session.keys_of_paths([str(folder / "003.jpg")]).values())
    said = session.vocabulary.code("said")
    if kind is not None:
        before = Marks.same(keys, _MARK, session.vocabulary.code("content 003"))
        after = Marks.same(keys, UNMARKED) if kind is StepKind.CLEAR else Marks.same(keys, _MARK, said)
        session.carry_out(Step(kind, "", before, after, 2.0))
    told = _scan(session, folder, 100)
    names = {None: "content 003", StepKind.LABEL: "said", StepKind.CLEAR: "", StepKind.RENAME: "said"}
    kept_by, without = ("003.jpg", "zzz.jpg") if stays else ("zzz.jpg", "003.jpg")
    assert _labels(session)[kept_by] == names[kind]
    assert _labels(session)[without] == ""
    assert (told is None) == stays
    assert told is None or told.in_doubt == frozenset(keys), "answered under its former name: not about this file"
    session.close()


def test_what_is_decided_during_a_scan_stays_with_the_answered_file(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 4)
    session.set_model(MODEL)
    _rename_and_replace(folder)
    session.register(files_in(folder))
    answer_file(session, folder / "003.jpg")
    _decide(session, str(folder / "003.jpg"), "said")
    session.finish_scan()
    assert _labels(session)["003.jpg"] == "said"
    assert _labels(session)["zzz.jpg"] == ""
    session.close()


@pytest.mark.parametrize("again", [False, True])
def test_who_takes_the_decision_back_has_the_label_of_the_former_file_follow_it_again(
    again: bool, tmp_path: Path
) -> None:
    session, folder = _labelled(tmp_path, 4)
    session.set_model(MODEL)
    _rename_and_replace(folder)
    answer_file(session, folder / "003.jpg")
    _decide(session, str(folder / "003.jpg"), "said")
    session.take_back()
    if again:
        session.repeat()
    _scan(session, folder, 100)
    found = _labels(session)
    expected = {"003.jpg": "said", "zzz.jpg": ""} if again else {"zzz.jpg": "content 003", "003.jpg": ""}
    assert {name: found[name] for name in expected} == expected
    session.close()


def test_the_first_of_two_decisions_about_the_new_file_stays_with_it(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 4)
    session.set_model(MODEL)
    _rename_and_replace(folder)
    answer_file(session, folder / "003.jpg")
    _decide(session, str(folder / "003.jpg"), "first")
    _decide(session, str(folder / "003.jpg"), "second")
    session.take_back()
    _scan(session, folder, 100)
    assert _labels(session)["003.jpg"] == "first"
    assert _labels(session)["zzz.jpg"] == ""
    session.close()


def test_a_file_that_was_only_renamed_is_in_no_doubt(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 4)
    _rename(folder, {"003.jpg": "zzz.jpg"})
    registered = session.register(files_in(folder))
    assert [Path(path).name for _, path in registered.moved] == ["zzz.jpg"]
    assert not registered.in_doubt
    assert session.finish_scan() is None
    session.close()


@pytest.mark.parametrize("change", [_shift_down, _shift_up, _exchange, _rename_and_replace])
@pytest.mark.parametrize("chunk", [1, 5, 100])
def test_each_label_stays_with_its_content(tmp_path: Path, change: Callable[[Path], None], chunk: int) -> None:
    session, folder = _labelled(tmp_path, 12)
    change(folder)
    told = _scan(session, folder, chunk)
    assert told is not None
    expected = {name: "" if text == "content new" else text for name, text in _contents(folder).items()}
    assert _labels(session) == expected
    for key, path in told.moved:
        assert session.path_of(key) == path
    for rows in session.load():
        gone = [key for key, mark in zip(rows.keys, rows.marks, strict=True) if is_removed(mark)]
        assert all(key in gone for key in told.homeless if key in rows.keys)
    session.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), chunk=st.integers(1, 8))
def test_any_renumbering(tmp_path_factory: pytest.TempPathFactory, order: Sequence[int], chunk: int) -> None:
    session, folder = _labelled(tmp_path_factory.mktemp("any"), 8)
    _rename(folder, {f"{old:03d}.jpg": f"{new:03d}.jpg" for old, new in enumerate(order)})
    _scan(session, folder, chunk)
    assert _labels(session) == _contents(folder)
    session.close()


def test_an_image_without_a_file_comes_back_with_its_label(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 12)
    kept = (folder / "000.jpg").read_bytes()
    _shift_down(folder)
    _scan(session, folder, 5)
    (folder / "later.jpg").write_bytes(kept)
    _scan(session, folder, 5)
    assert _labels(session)["later.jpg"] == "content 000"
    session.close()


def test_an_edited_file_keeps_its_label_and_a_touched_one_its_answer(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 3)
    (folder / "000.jpg").write_bytes(b"edited")
    os.utime(folder / "001.jpg", ns=(1, 1))
    told = _scan(session, folder, 5)
    assert told is not None
    assert not told.moved
    assert _labels(session) == {f"{number:03d}.jpg": f"content {number:03d}" for number in range(3)}
    keys = session.keys_of_paths([str(folder / name) for name in ("000.jpg", "001.jpg")])
    hashes = session.content_hashes_of(list(keys.values()))
    assert not hashes.get(keys[str(folder / "000.jpg")])
    assert hashes[keys[str(folder / "001.jpg")]] == hash_of_file(str(folder / "001.jpg"))
    session.close()


@pytest.mark.parametrize("scanned", range(1, 7))
@pytest.mark.parametrize("order", [(1, 2, 3, 4, 5, 6), (5, 0, 1, 2, 3, 4), (1, 0, 3, 2, 5, 4)])
def test_a_scan_that_was_interrupted_is_put_right_by_the_next_one(
    tmp_path: Path, order: Sequence[int], scanned: int
) -> None:
    session, folder = _labelled(tmp_path, 6)
    contents = _contents(folder)
    _rename(folder, {f"{old:03d}.jpg": f"{new:03d}.jpg" for old, new in enumerate(order)})
    # From the end: the file with the new name is found before those that had to make room for it.
    session.register(files_in(folder)[::-1][:scanned])
    session.close()
    session = Session.open(session.path)
    _scan(session, folder, 2)
    assert _labels(session) == _contents(folder)
    assert sorted(_labels(session).values()) == sorted(contents.values())
    assert _scan(session, folder, 100) is None
    session.close()


def test_an_added_image_with_a_decision_is_not_absorbed(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 2)
    _rename(folder, {"000.jpg": "001.jpg", "001.jpg": "002.jpg"})
    session.register(files_in(folder))
    (key,) = session.keys_of_paths([f"{folder}/002.jpg"]).values()
    code = session.vocabulary.code("meanwhile")
    session.carry_out(Step(StepKind.LABEL, "", Marks.same([key], 0), Marks.same([key], _MARK, code), 1.0))
    session.finish_scan()
    assert _labels(session) == {"001.jpg": "content 000", "002.jpg": "meanwhile"}
    session.close()


def test_a_decision_about_a_found_picture_leaves_the_earlier_one_off_the_list(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 2)
    _rename_new(folder, "001.jpg", "009.jpg")
    session.register(files_in(folder))
    _decide(session, f"{folder}/009.jpg", "meanwhile")
    told = session.finish_scan()
    assert told is not None
    assert len(told.homeless) == len(told.added) == 1
    assert told.added.paths == [f"{folder}/001.jpg"]
    # The earlier label belongs to the picture that is called 009 now, not to the new one under its name.
    assert _labels(session) == {"000.jpg": "content 000", "001.jpg": "", "009.jpg": "meanwhile"}
    session.close()


def test_a_decision_that_is_made_while_files_are_read_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, folder = _labelled(tmp_path, 2)
    _rename_new(folder, "001.jpg", "009.jpg")
    session.register(files_in(folder))
    settle, tries = settling.settle, list[int]()

    def and_decide(
        read: Reader, changed: Sequence[settling.ChangedImage], key: int, hash_file: Callable[[str], bytes | None]
    ) -> settling.Settlement:
        found = settle(read, changed, key, hash_file)
        tries.append(len(found.absorbed))
        if len(tries) == 1:
            _decide(session, f"{folder}/009.jpg", "meanwhile")
        return found

    monkeypatch.setattr(settling, "settle", and_decide)
    session.finish_scan()
    assert tries == [1, 0]
    assert _labels(session) == {"000.jpg": "content 000", "001.jpg": "", "009.jpg": "meanwhile"}
    session.close()


def test_an_image_without_a_file_stays_off_the_list_when_an_earlier_step_is_taken_back(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 3)
    _decide(session, f"{folder}/000.jpg", "later")
    (folder / "000.jpg").unlink()
    _rename(folder, {"001.jpg": "000.jpg"})
    told = _scan(session, folder, 5)
    assert told is not None
    assert len(told.homeless) == 1
    assert session.take_back() is not None
    assert session.image_count() == 2
    assert _labels(session) == {"000.jpg": "content 001", "002.jpg": "content 002"}
    assert session.repeat() is not None
    assert session.take_back() is not None
    assert session.take_back() is not None
    assert session.image_count() == 2
    assert _labels(session) == {"000.jpg": "", "002.jpg": ""}
    session.close()


def test_a_step_about_an_image_that_was_absorbed_changes_no_count(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 2)
    _rename_new(folder, "001.jpg", "009.jpg")
    added = session.register(files_in(folder)).added.keys
    session.finish_scan()
    removed = make_mark(removed=True)
    for before in (removed, UNMARKED):
        session.carry_out(Step(StepKind.ADD, "", Marks.same(added, before), Marks.same(added, UNMARKED), 1.0))
        assert session.image_count() == 3
    session.take_back()
    assert session.image_count() == 3
    # Whoever takes such a step back later must still find the image; but no file is taken for it.
    assert set(added) <= {key for rows in session.load() for key in rows.keys}
    (folder / "new.jpg").write_bytes((folder / "009.jpg").read_bytes())
    os.utime(folder / "new.jpg", ns=(10**18 + 1, 10**18 + 1))
    assert _scan(session, folder, 5) is None
    assert _labels(session) == {
        "000.jpg": "content 000",
        "001.jpg": "",
        "009.jpg": "content 001",
        "new.jpg": "",
    }
    session.close()


def test_an_image_without_a_file_comes_back_when_it_is_only_looked_through_again(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 3)
    kept = (folder / "000.jpg").read_bytes()
    (folder / "000.jpg").unlink()
    _rename(folder, {"001.jpg": "000.jpg"})
    _scan(session, folder, 5)
    (folder / "later.jpg").write_bytes(kept)
    told = session.register(files_in(folder), restore_removed=False)
    assert told.added.paths == [f"{folder}/later.jpg"]
    assert _labels(session)["later.jpg"] == "content 000"
    session.close()


def test_what_is_on_the_list_is_found_before_what_left_it(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 2)
    _rename_new(folder, "001.jpg", "009.jpg")
    session.register(files_in(folder))
    (key,) = _decide(session, f"{folder}/009.jpg", "meanwhile")
    session.finish_scan()
    with session._database.write(durable=False) as connection:
        found = hash_of_file(f"{folder}/009.jpg")
        connection.execute("UPDATE image SET content_hash = ? WHERE id = ?", (found, key))
    _rename(folder, {"009.jpg": "010.jpg"})
    _scan(session, folder, 5)
    assert _labels(session) == {"000.jpg": "content 000", "001.jpg": "", "010.jpg": "meanwhile"}
    session.close()


def test_an_image_whose_file_comes_back_under_a_known_name_is_told_as_added(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 3)
    kept = (folder / "000.jpg").read_bytes()
    (folder / "000.jpg").unlink()
    _rename(folder, {"001.jpg": "000.jpg"})
    _scan(session, folder, 5)
    (folder / "002.jpg").write_bytes(kept)
    told = _scan(session, folder, 5)
    assert told is not None
    assert [Path(path).name for path in told.added.paths] == ["002.jpg"]
    assert told.added.labels[0] == session.vocabulary.code("content 000")
    assert not told.moved
    assert _labels(session) == {"000.jpg": "content 001", "002.jpg": "content 000"}
    session.close()


def test_what_a_person_took_off_the_list_stays_off_it_when_files_are_renumbered(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 3)
    keys = list(session.keys_of_paths([f"{folder}/001.jpg"]).values())
    code = session.vocabulary.code("content 001")
    before = Marks.same(keys, _MARK, code)
    session.carry_out(
        Step(StepKind.REMOVE, "", before, Marks.same(keys, make_mark(ImageState.CORRECTED, removed=True), code), 2.0)
    )
    _rename(folder, {"001.jpg": "002.jpg", "002.jpg": "001.jpg"})
    session.register(files_in(folder), restore_removed=False)
    session.finish_scan()
    assert _labels(session) == {"000.jpg": "content 000", "001.jpg": "content 002"}
    session.close()


def test_reading_files_ends_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    """The window is closed in the middle; the next scan puts right what this one left open."""
    session, folder = _labelled(tmp_path, 4)
    _rename(folder, {"000.jpg": "001.jpg", "001.jpg": "002.jpg", "002.jpg": "000.jpg"})
    cancel = CancelToken()
    session.register(files_in(folder), cancel=cancel)
    cancel.cancel()
    with pytest.raises(Cancelled):
        session.finish_scan(cancel)
    _scan(session, folder, 5)
    assert _labels(session) == {**_contents(folder)}
    session.close()


def test_looking_for_moved_files_ends_likewise(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 2)
    folder.rename(tmp_path / "elsewhere")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        session.register(files_in(tmp_path / "elsewhere"), cancel=cancel)
    assert len(session.register(files_in(tmp_path / "elsewhere")).moved) == 2
    session.close()


def test_many_edited_files_of_one_size_are_looked_up_together(tmp_path: Path) -> None:
    session, folder = _labelled(tmp_path, 40)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[::-1])
        os.utime(path, ns=(5, 5))
    session.register(files_in(folder))
    asked: list[str] = []
    session._database._reader.set_trace_callback(asked.append)
    session.finish_scan()
    assert len(asked) < 20, "not once for each of them"
    session.close()
