"""Class folders hold whole copies, stay inside the target, overwrite nothing, and can be taken back."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import OutputWriteError
from inference.exports.folder_journal import JOURNAL, FolderWay, open_journal, read_journal
from inference.exports.folder_plan import FolderOptions, FolderProblemKind
from inference.exports.folders import carry_out, plan_folders, undo_folders
from inference.exports.importing import match, read_folder_labels
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState
from tests.inference.exports.conftest import Originals
from tests.inference.exports.hostile_classes import HOSTILE_CLASSES
from tests.inference.exports.labelled import HOSTILE_NAMES, labelled, without_label

HARD_LINKS = FolderOptions(FolderWay.HARD_LINK)
SYMLINKS = FolderOptions(FolderWay.SYMLINK)


def tree(folder: Path) -> dict[bytes, bytes]:
    """Everything below a folder: content of files, targets of links, nothing for folders."""
    found: dict[bytes, bytes] = {}
    for here, folders, files in os.walk(os.fsencode(folder)):
        for name in folders + files:
            path = here + b"/" + name
            found[path] = b"-> " + os.readlink(path) if os.path.islink(path) else _content(path)  # noqa: PTH114, PTH115
    return found


def _content(path: bytes) -> bytes:
    if os.path.isdir(path):  # noqa: PTH112
        return b"folder"
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def export(images: list[LabelledImage], target: Path, options: FolderOptions | None = None) -> int:
    plan = plan_folders(images, target, options or FolderOptions())
    assert plan.problems == ()
    result = carry_out(plan, CancelToken())
    assert result.failed == ()
    return result.written


def some_images(originals: Originals, count: int = 6) -> list[LabelledImage]:
    return [
        labelled(i, originals.add(f"{i}/IMG.jpg", f"picture {i}".encode() * 50), ["jay", "crow"][i % 2])
        for i in range(count)
    ]


def test_the_plan_says_everything_and_writes_nothing(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 3)
    images += [
        without_label(3, originals.add("u.jpg", b"u"), ImageState.UNSURE),
        without_label(4, originals.add("r.jpg", b"r"), ImageState.REJECTED),
        labelled(5, "/nowhere/a.jpg", "jay"),
        labelled(6, str(originals.folder), "jay"),
    ]
    target = tmp_path / "target"
    plan = plan_folders(images, target, FolderOptions(unsure_folder=True))
    assert [(entry.folder, entry.name) for entry in plan.entries] == [
        *[("_unsure", "u.jpg"), ("crow", "IMG.jpg"), ("jay", "IMG.jpg"), ("jay", "IMG (2).jpg")]
    ]
    assert [entry.source for entry in plan.renamed] == [images[2].path]
    assert plan.folders == {"jay": "jay", "crow": "crow"}
    assert [missing.path for missing in plan.missing] == ["/nowhere/a.jpg", str(originals.folder)]
    assert (plan.without_label, plan.to_write, plan.problems) == (1, 4, ())
    assert plan.total_bytes == 3 * 50 * len("picture 0") + 1
    assert not target.exists()
    mixed = random.Random(1).sample(images, len(images))  # noqa: S311 - no secret
    assert plan_folders(mixed, target, FolderOptions(unsure_folder=True)) == plan


def test_copies_are_whole_and_keep_their_time(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals)
    assert export(images, tmp_path / "target") == 6
    for name, image in (("IMG.jpg", images[0]), ("IMG (2).jpg", images[2]), ("IMG (3).jpg", images[4])):
        copy, source = tmp_path / "target" / "jay" / name, Path(image.path)
        assert copy.read_bytes() == source.read_bytes()
        assert copy.stat().st_mtime_ns == source.stat().st_mtime_ns
        assert not copy.samefile(source)
    assert sorted(os.listdir(tmp_path / "target" / "jay")) == ["IMG (2).jpg", "IMG (3).jpg", "IMG.jpg"]  # noqa: PTH208


def test_links_lead_to_the_originals(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 1)
    export(images, tmp_path / "hard", HARD_LINKS)
    export(images, tmp_path / "soft", SYMLINKS)
    assert (tmp_path / "hard/jay/IMG.jpg").samefile(images[0].path)
    assert not (tmp_path / "hard/jay/IMG.jpg").is_symlink()
    assert os.readlink(tmp_path / "soft/jay/IMG.jpg") == images[0].path  # noqa: PTH115


@pytest.mark.parametrize("way", FolderWay)
def test_hostile_classes_and_names_stay_inside(tmp_path: Path, originals: Originals, way: FolderWay) -> None:
    images = [
        labelled(i, originals.add(f"{i}/{HOSTILE_NAMES[i % len(HOSTILE_NAMES)]}", f"picture {i}".encode()), label)
        for i, label in enumerate(HOSTILE_CLASSES)
    ]
    parent = tmp_path / "parent"
    (parent / "beside").mkdir(parents=True)
    (parent / "beside" / "mine").write_bytes(b"mine")
    before = tree(tmp_path)
    target = parent / "target"
    assert export(images, target, FolderOptions(way)) == len(images)
    after = tree(tmp_path)
    inside = os.fsencode(target)
    assert {path: data for path, data in after.items() if not path.startswith(inside)} == before
    made = [path for path in after if path.startswith(inside + b"/") and after[path] != b"folder"]
    for path in made:
        assert os.path.realpath(os.path.dirname(path)).startswith(inside)  # noqa: PTH120
    assert len(made) == len(images) + 1
    # No class is lost: the names of the folders give the labels back.
    labels = read_folder_labels(target)
    assert match(labels.rows, [image.path for image in images]).found == {image.path: image.label for image in images}
    undone = undo_folders(target)
    assert (undone.removed, undone.kept) == (len(images), ())
    assert tree(tmp_path) == before


def test_nothing_is_overwritten(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 3)
    target = tmp_path / "target"
    (target / "jay").mkdir(parents=True)
    (target / "jay" / "img.JPG").write_bytes(b"mine")
    export(images, target)
    assert (target / "jay" / "img.JPG").read_bytes() == b"mine"
    assert sorted(os.listdir(target / "jay")) == ["IMG (2).jpg", "IMG (3).jpg", "img.JPG"]  # noqa: PTH208


@pytest.mark.parametrize("way", FolderWay)
def test_a_name_that_is_taken_meanwhile_is_not_overwritten(
    tmp_path: Path, originals: Originals, way: FolderWay
) -> None:
    plan = plan_folders(some_images(originals, 2), tmp_path / "target", FolderOptions(way))
    (tmp_path / "target" / "jay").mkdir(parents=True)
    (tmp_path / "target" / "jay" / "IMG.jpg").write_bytes(b"mine")
    result = carry_out(plan, CancelToken())
    assert (result.written, [failed.reason for failed in result.failed]) == (
        *(1, ["Another file took the name IMG.jpg meanwhile."]),
    )
    assert (tmp_path / "target" / "jay" / "IMG.jpg").read_bytes() == b"mine"
    assert undo_folders(tmp_path / "target").removed == 1
    assert (tmp_path / "target" / "jay" / "IMG.jpg").read_bytes() == b"mine"


def test_links_inside_the_target_are_refused(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 2)
    outside, target = tmp_path / "outside", tmp_path / "target"
    outside.mkdir()
    plan = plan_folders(images, target, FolderOptions())
    target.mkdir()
    (target / "jay").symlink_to(outside)
    with pytest.raises(OutputWriteError, match="a link or a file"):
        carry_out(plan, CancelToken())
    assert [problem.kind for problem in plan_folders(images, target, FolderOptions()).problems] == [
        FolderProblemKind.LINK_IN_TARGET
    ]
    assert not any(outside.iterdir())


def test_a_target_through_a_link_is_where_the_link_leads(tmp_path: Path, originals: Originals) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    export(some_images(originals, 1), tmp_path / "link")
    assert (tmp_path / "real/jay/IMG.jpg").is_file()


@pytest.mark.parametrize("below", ["", "0"])
def test_a_target_that_holds_the_pictures_is_refused(originals: Originals, below: str) -> None:
    plan = plan_folders(some_images(originals, 2), originals.folder / below, FolderOptions())
    assert [problem.kind for problem in plan.problems] == [FolderProblemKind.HOLDS_SOURCES]
    with pytest.raises(OutputWriteError, match="holds images of the session"):
        carry_out(plan, CancelToken())


def test_a_target_below_the_pictures_is_fine(originals: Originals) -> None:
    assert export(some_images(originals, 2), originals.folder / "export") == 2


def test_targets_that_cannot_be(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 1)
    (tmp_path / "file").write_bytes(b"")
    for target in (tmp_path / "file", tmp_path / "no" / "where"):
        problems = plan_folders(images, target, FolderOptions()).problems
        assert [problem.kind for problem in problems] == [FolderProblemKind.NO_FOLDER]


def test_no_room_is_said_before_anything_is_written(
    tmp_path: Path, originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = some_images(originals, 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1_000, 900, 100))
    plan = plan_folders(images, tmp_path / "target", FolderOptions())
    assert [problem.kind for problem in plan.problems] == [FolderProblemKind.NO_ROOM]
    with pytest.raises(OutputWriteError, match="The disk has no room"):
        carry_out(plan, CancelToken())
    assert not (tmp_path / "target").exists()
    assert plan_folders(images, tmp_path / "target", SYMLINKS).problems == ()


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a second file system")  # noqa: PTH112, S108
def test_hard_links_across_disks_are_refused(originals: Originals) -> None:
    if os.stat("/dev/shm").st_dev == originals.folder.stat().st_dev:  # noqa: PTH116, S108
        pytest.skip("needs a second file system")
    plan = plan_folders(some_images(originals, 2), Path("/dev/shm/cardinal-none"), HARD_LINKS)  # noqa: S108
    assert [problem.message for problem in plan.problems] == ["Hard links need both folders on one disk."]


def test_pictures_that_went_or_cannot_be_read_are_rows(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 4)
    plan = plan_folders([*images, labelled(9, "/nowhere.jpg")], tmp_path / "target", FolderOptions())
    gone, pipe = (images[i].path for i in (0, 1))
    for path in (gone, pipe):
        originals.forget(path)
        os.unlink(path)  # noqa: PTH108
    os.mkfifo(pipe)
    result = carry_out(plan, CancelToken())
    assert result.written == 2
    assert {failed.path for failed in result.failed} == {"/nowhere.jpg", gone, pipe}
    assert all(failed.reason.endswith(".") for failed in result.failed)


def test_a_picture_that_changes_meanwhile_is_a_row(
    tmp_path: Path, originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = some_images(originals, 1)
    originals.forget(images[0].path)
    read = os.read

    def growing(descriptor: int, count: int) -> bytes:
        data = read(descriptor, count)
        with Path(images[0].path).open("ab") as file:
            file.write(b"x" if len(data) else b"")
        return data

    plan = plan_folders(images, tmp_path / "target", FolderOptions())
    done = 0

    def once(descriptor: int, count: int) -> bytes:
        nonlocal done
        done += 1
        return growing(descriptor, count) if done == 1 else read(descriptor, count)

    monkeypatch.setattr(os, "read", once)
    result = carry_out(plan, CancelToken())
    assert [failed.reason for failed in result.failed] == ["It changed while it was being copied."]
    assert os.listdir(tmp_path / "target" / "jay") == []  # noqa: PTH208


def test_a_disk_that_writes_something_else_is_found_out(
    tmp_path: Path, originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_folders(some_images(originals, 1), tmp_path / "target", FolderOptions())
    write = os.write

    def flipped(descriptor: int, data: bytes) -> int:
        return write(descriptor, bytes(data).replace(b"picture", b"pictura"))

    monkeypatch.setattr(os, "write", flipped)
    with pytest.raises(OutputWriteError, match="not what was read"):
        carry_out(plan, CancelToken())
    assert os.listdir(tmp_path / "target" / "jay") == []  # noqa: PTH208


def test_short_writes_are_continued(tmp_path: Path, originals: Originals, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    images = some_images(originals, 1)
    export(images, tmp_path / "target")
    assert (tmp_path / "target/jay/IMG.jpg").read_bytes() == Path(images[0].path).read_bytes()


def test_the_same_export_again_writes_nothing(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals)
    for options in (FolderOptions(), HARD_LINKS, SYMLINKS):
        target = tmp_path / options.way
        export(images, target, options)
        before = {path: data for path, data in tree(target).items() if not path.endswith(JOURNAL.encode())}
        plan = plan_folders(images, target, options)
        assert (plan.to_write, plan.total_bytes, plan.renamed != ()) == (0, 0, True)
        assert carry_out(plan, CancelToken()).skipped == 6
        assert before == {path: data for path, data in tree(target).items() if not path.endswith(JOURNAL.encode())}


def test_a_stop_is_continued(tmp_path: Path, originals: Originals) -> None:
    images, target, cancel = some_images(originals), tmp_path / "target", CancelToken()

    def stop(done: int) -> None:
        if done == 3:
            cancel.cancel()

    plan = plan_folders(images, target, FolderOptions())
    with pytest.raises(Cancelled):
        carry_out(plan, cancel, stop)
    rest = plan_folders(images, target, FolderOptions())
    assert 0 < rest.to_write < 6
    carry_out(rest, CancelToken())
    assert [(one.folder, one.name) for one in rest.entries] == [(one.folder, one.name) for one in plan.entries]
    assert undo_folders(target).removed == 6
    assert not target.exists()


def test_undo_removes_only_what_is_as_it_was_made(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 8)
    target = tmp_path / "target"
    export(images, target)
    (target / "jay" / "mine.jpg").write_bytes(b"mine")
    (target / "jay" / "IMG.jpg").write_bytes(b"edited: " + Path(images[0].path).read_bytes()[8:])
    os.utime(target / "jay" / "IMG (2).jpg")
    originals.forget(images[4].path)
    os.unlink(images[4].path)  # noqa: PTH108
    undone = undo_folders(target)
    assert undone.removed == 6
    assert [(os.path.basename(kept.path), kept.reason) for kept in undone.kept] == [  # noqa: PTH119
        ("IMG (3).jpg", "Its original is no longer as it was, so this may be the last copy."),
        ("IMG.jpg", "It is not as the export made it."),
    ]
    assert sorted(os.listdir(target / "jay")) == ["IMG (3).jpg", "IMG.jpg", "mine.jpg"]  # noqa: PTH208
    assert not (target / "crow").exists()
    with pytest.raises(OutputWriteError, match="no list of an export"):
        undo_folders(tmp_path)


def test_undo_keeps_the_last_copy_of_what_an_original_was(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 4)
    target = tmp_path / "target"
    export(images, target)
    for image in images[:2]:
        originals.forget(image.path)
    # Another picture in the place of one original; another time, but the same content, of the other.
    Path(images[0].path).write_bytes(b"another 0" * 50)
    os.utime(images[1].path)
    undone = undo_folders(target)
    assert undone.removed == 3
    assert [kept.path for kept in undone.kept] == [f"{target}/jay/IMG.jpg"]
    assert (target / "jay" / "IMG.jpg").read_bytes() == b"picture 0" * 50


def test_nothing_to_export_makes_nothing(tmp_path: Path) -> None:
    plan = plan_folders([labelled(0, "/nowhere/a.jpg")], tmp_path / "target", FolderOptions())
    result = carry_out(plan, CancelToken())
    assert (result.written, result.skipped, len(result.failed)) == (0, 0, 1)
    assert not (tmp_path / "target").exists()


def test_undo_that_was_stopped_goes_on(tmp_path: Path, originals: Originals) -> None:
    target, cancel = tmp_path / "target", CancelToken()
    export(some_images(originals), target)

    def stop(done: int) -> None:
        if done == 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        undo_folders(target, cancel, stop)
    assert undo_folders(target).removed == 3
    assert not target.exists()


def test_undo_of_links_never_takes_the_last_name(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 2)
    target = tmp_path / "target"
    export(images, target, HARD_LINKS)
    originals.forget(images[0].path)
    os.unlink(images[0].path)  # noqa: PTH108
    assert undo_folders(target).removed == 1
    assert (target / "jay" / "IMG.jpg").read_bytes() == b"picture 0" * 50


def test_undo_follows_no_link_that_took_a_folders_place(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 1)
    target = tmp_path / "target"
    export(images, target)
    (target / "jay").rename(tmp_path / "elsewhere")
    (target / "jay").symlink_to(tmp_path / "elsewhere")
    assert undo_folders(target).removed == 0
    assert (tmp_path / "elsewhere" / "IMG.jpg").is_file()


def test_undo_waits_for_a_running_export(tmp_path: Path, originals: Originals) -> None:
    export(some_images(originals, 1), tmp_path / "target")
    with open_journal(str(tmp_path / "target")), pytest.raises(OutputWriteError, match="another export"):
        undo_folders(tmp_path / "target")


def test_another_label_gets_another_folder_in_a_second_export(tmp_path: Path, originals: Originals) -> None:
    path, other = originals.add("a.jpg", b"a"), originals.add("b.jpg", b"b")
    target = tmp_path / "target"
    export([labelled(0, path, "a/b")], target)
    export([labelled(1, other, "a_b")], target)
    assert plan_folders([labelled(1, other, "a_b")], target, FolderOptions()).folders == {"a_b": "a_b (2)"}


def failing(call: Callable[..., Any], at: int, calls: list[int]) -> Callable[..., Any]:
    """The call, but its k-th use fails as on a full disk."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for any call
        calls[0] += 1
        if calls[0] == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return call(*args, **kwargs)

    return wrapped


@pytest.mark.parametrize(
    ("name", "way"),
    [
        *[("write", FolderWay.COPY), ("link", FolderWay.COPY), ("rename", FolderWay.COPY), ("utime", FolderWay.COPY)],
        *[("mkdir", FolderWay.COPY), ("open", FolderWay.COPY), ("link", FolderWay.HARD_LINK)],
        *[("symlink", FolderWay.SYMLINK), ("write", FolderWay.SYMLINK)],
    ],
)
def test_a_disk_that_fails_at_any_point_leaves_nothing_partial(
    tmp_path: Path, originals: Originals, name: str, way: FolderWay
) -> None:
    images = some_images(originals, 3)
    contents = {Path(image.path).read_bytes() for image in images}
    at = 0
    while True:
        at += 1
        target = tmp_path / f"target {at}"
        plan = plan_folders(images, target, FolderOptions(way))
        calls = [0]
        with pytest.MonkeyPatch.context() as patch:
            if name == "rename":
                patch.setattr(os, "link", _unknown)
            patch.setattr(os, name, failing(getattr(os, name), at, calls))
            try:
                result = carry_out(plan, CancelToken())
            except OutputWriteError as error:
                assert "No space left" in str(error)  # noqa: PT017 - the loop ends when nothing is raised
            else:
                if calls[0] < at:
                    assert result.written == 3
                    break
                # Opening the picture failed, not the disk.
                assert [failed.reason for failed in result.failed] == ["No space left on device."]
        made = [path for path in tree(target) if b"IMG" in path] if target.exists() else []
        assert {_content(path) for path in made} <= contents
        assert not [path for path in (tree(target) if target.exists() else ()) if path.endswith(b".part")]
        export(images, target, FolderOptions(way))
        assert undo_folders(target).removed == 3
    assert at > 1


def _unknown(*_: object, **__: object) -> None:
    raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


def test_where_links_are_unknown_nothing_is_overwritten_either(
    tmp_path: Path, originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_folders(some_images(originals, 2), tmp_path / "target", FolderOptions())
    (tmp_path / "target" / "jay").mkdir(parents=True)
    (tmp_path / "target" / "jay" / "IMG.jpg").write_bytes(b"mine")
    monkeypatch.setattr(os, "link", _unknown)
    result = carry_out(plan, CancelToken())
    assert (result.written, len(result.failed)) == (1, 1)
    assert (tmp_path / "target" / "jay" / "IMG.jpg").read_bytes() == b"mine"


def test_the_journal_knows_the_hash_of_every_copy(tmp_path: Path, originals: Originals) -> None:
    images = some_images(originals, 2)
    export(images, tmp_path / "target")
    record = read_journal(str(tmp_path / "target"))
    assert record is not None
    hashes = {made.source: made.sha256 for made in record.files.values()}
    assert hashes == {image.path: hashlib.sha256(Path(image.path).read_bytes()).hexdigest() for image in images}
