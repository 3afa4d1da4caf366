"""Sidecars are planned, written, and taken back; pictures and what others wrote stay."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import OutputWriteError
from inference.exports import sidecar_change, sidecar_file
from inference.exports.sidecar_change import SidecarChange
from inference.exports.sidecar_file import SidecarChangedError, SidecarTrouble
from inference.exports.sidecar_journal import SidecarJournal, read_journal
from inference.exports.sidecar_plan import SidecarAction, SidecarNaming, SidecarOptions, SidecarPlan, sidecar_path
from inference.exports.sidecars import SidecarResult, count_written, plan_sidecars, revert_sidecars, write_sidecars
from inference.exports.xmp import new_sidecar, read_keywords, read_note, with_label
from inference.exports.xmp_packet import HIERARCHICAL, SUBJECT
from tests.inference.exports.sidecar_samples import (
    CRLF,
    DARKTABLE,
    DIGIKAM,
    LIGHTROOM,
    UTF_16,
    canonical,
    image,
    label_of,
)

PICTURE = b"\xff\xd8 not really a picture \xff\xd9"
ON_UNIX = pytest.mark.skipif(os.name == "nt", reason="links and permissions as Unix has them")
WHOLE_NAME = SidecarOptions()
STEM = SidecarOptions(naming=SidecarNaming.STEM)


class Folder:
    """Pictures in a folder, and a journal beside it."""

    def __init__(self, root: Path) -> None:
        self.path = root / "pictures"
        self.path.mkdir()
        self.journal = root / "journal.jsonl"

    def picture(self, name: str = "photo.jpg") -> Path:
        path = self.path / name
        path.write_bytes(PICTURE)
        return path

    def sidecar(self, data: bytes, name: str = "photo.jpg.xmp") -> Path:
        path = self.path / name
        path.write_bytes(data)
        return path

    def plan(self, label: str = "tabby", options: SidecarOptions = WHOLE_NAME) -> SidecarPlan:
        pictures = (path for path in sorted(self.path.iterdir()) if path.suffix != ".xmp")
        return plan_sidecars((image(path, label) for path in pictures), options)

    def write(self, plan: SidecarPlan) -> SidecarResult:
        return write_sidecars(plan, CancelToken(), journal=self.journal)

    def revert(self) -> SidecarResult:
        return revert_sidecars(self.journal, CancelToken())

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize(
    ("picture", "naming", "sidecar"),
    [
        ("/a.b/photo.jpg", SidecarNaming.WHOLE_NAME, "/a.b/photo.jpg.xmp"),
        ("/a.b/photo.jpg", SidecarNaming.STEM, "/a.b/photo.xmp"),
        ("/a.b/photo", SidecarNaming.STEM, "/a.b/photo.xmp"),
        ("/a.b/.jpg", SidecarNaming.STEM, "/a.b/.jpg.xmp"),
        ("/a/x.tar.gz", SidecarNaming.STEM, "/a/x.tar.xmp"),
        ("/a/\udcff\n.jpg", SidecarNaming.WHOLE_NAME, "/a/\udcff\n.jpg.xmp"),
    ],
)
def test_sidecars_are_named_as_others_name_them(picture: str, naming: SidecarNaming, sidecar: str) -> None:
    assert sidecar_path(picture, naming) == sidecar


def test_a_new_sidecar_is_made_and_taken_back(folder: Folder) -> None:
    picture = folder.picture()
    plan = folder.plan()
    assert [(entry.sidecar, entry.action) for entry in plan.entries] == [(f"{picture}.xmp", SidecarAction.NEW)]
    assert folder.names() == ["photo.jpg"]
    assert folder.write(plan).written == 1
    assert folder.names() == ["photo.jpg", "photo.jpg.xmp"]
    assert read_keywords((folder.path / "photo.jpg.xmp").read_bytes(), SUBJECT) == ("tabby",)
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((folder.path / "photo.jpg.xmp").stat().st_mode) == 0o666 & ~mask
    assert count_written(folder.journal) == 1
    result = folder.revert()
    assert (result.taken_back, result.problems) == (1, ())
    assert folder.names() == ["photo.jpg"]
    assert not folder.journal.exists()
    assert picture.read_bytes() == PICTURE


@pytest.mark.parametrize("sample", [DARKTABLE, DIGIKAM, LIGHTROOM, CRLF, UTF_16])
def test_an_existing_sidecar_is_merged_into_and_comes_back(folder: Folder, sample: bytes) -> None:
    folder.picture()
    sidecar = folder.sidecar(sample)
    sidecar.chmod(0o640)
    plan = folder.plan("lynx")
    assert plan.count(SidecarAction.MERGE) == 1
    assert folder.write(plan).written == 1
    assert read_keywords(sidecar.read_bytes(), SUBJECT)[-1] == "lynx"
    assert stat.S_IMODE(sidecar.stat().st_mode) == 0o640
    assert folder.revert().taken_back == 1
    assert sidecar.read_bytes() == sample
    assert folder.names() == ["photo.jpg", "photo.jpg.xmp"]


def test_writing_twice_writes_once(folder: Folder) -> None:
    folder.picture()
    folder.write(folder.plan())
    before = (folder.path / "photo.jpg.xmp").stat()
    plan = folder.plan()
    assert [entry.action for entry in plan.entries] == [SidecarAction.UNCHANGED]
    assert folder.write(plan).written == 0
    after = (folder.path / "photo.jpg.xmp").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_we_made_is_deleted_also_after_a_second_run(folder: Folder) -> None:
    folder.picture()
    folder.write(folder.plan("lynx"))
    folder.write(folder.plan("puma"))
    folder.revert()
    assert folder.names() == ["photo.jpg"]


def test_what_others_added_to_ours_stays(folder: Folder) -> None:
    folder.picture()
    folder.write(folder.plan())
    sidecar = folder.path / "photo.jpg.xmp"
    sidecar.write_bytes(
        sidecar.read_bytes().replace(b"<rdf:li>tabby</rdf:li>", b"<rdf:li>tabby</rdf:li><rdf:li>x</rdf:li>", 1)
    )
    assert folder.revert().taken_back == 1
    assert read_keywords(sidecar.read_bytes(), SUBJECT) == ("x",)
    assert read_keywords(sidecar.read_bytes(), HIERARCHICAL) == ()


def test_a_cleared_label_is_taken_back(folder: Folder) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg"):
        folder.picture(name)
    folder.sidecar(DIGIKAM, "b.jpg.xmp")
    folder.sidecar(LIGHTROOM, "c.jpg.xmp")
    labelled = [image(folder.path / name, "lynx") for name in ("a.jpg", "b.jpg")]
    folder.write(plan_sidecars(labelled, WHOLE_NAME))
    folder.sidecar(b"not ours", "d.jpg.xmp")
    plan = folder.plan("")
    assert [entry.action for entry in plan.entries] == [SidecarAction.DELETE, SidecarAction.TAKE_BACK]
    assert plan.problems == ()
    assert folder.write(plan).taken_back == 2
    assert folder.names() == ["a.jpg", "b.jpg", "b.jpg.xmp", "c.jpg", "c.jpg.xmp", "d.jpg", "d.jpg.xmp"]
    assert (folder.path / "b.jpg.xmp").read_bytes() == DIGIKAM


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>",
        b"<!DOCTYPE x><x/>",
        b"<html/>",
        DARKTABLE[:-20],
        DARKTABLE + b" " * 4 * 1024 * 1024,
        DARKTABLE.replace(b"UTF-8", b"ISO-8859-1"),
        DARKTABLE.replace(b"<dc:subject>", b"<dc:subject rdf:parseType='Literal'>"),
    ],
    ids=["empty", "zeros", "picture", "half", "doctype", "html", "cut", "large", "latin-1", "strange-field"],
)
def test_what_is_not_understood_is_left_alone(folder: Folder, data: bytes) -> None:
    folder.picture()
    sidecar = folder.sidecar(data)
    plan = folder.plan()
    assert [problem.trouble for problem in plan.problems] == [SidecarTrouble.NOT_UNDERSTOOD]
    assert plan.problems[0].reason.endswith(".")
    assert plan.entries == ()
    folder.write(plan)
    assert sidecar.read_bytes() == data
    assert folder.names() == ["photo.jpg", "photo.jpg.xmp"]


def test_a_folder_in_the_place_of_a_sidecar_is_left_alone(folder: Folder) -> None:
    folder.picture()
    (folder.path / "photo.jpg.xmp").mkdir()
    plan = folder.plan()
    assert [(problem.trouble, problem.reason) for problem in plan.problems] == [
        (SidecarTrouble.NOT_UNDERSTOOD, "It is not a regular file.")
    ]


@ON_UNIX
def test_a_pipe_in_the_place_of_a_sidecar_is_not_waited_for(folder: Folder) -> None:
    folder.picture()
    os.mkfifo(folder.path / "photo.jpg.xmp")
    assert [problem.trouble for problem in folder.plan().problems] == [SidecarTrouble.NOT_UNDERSTOOD]


@ON_UNIX
def test_a_link_is_followed_to_a_regular_file(folder: Folder, tmp_path: Path) -> None:
    folder.picture()
    target = tmp_path / "elsewhere.xmp"
    target.write_bytes(DIGIKAM)
    (folder.path / "photo.jpg.xmp").symlink_to(target)
    assert folder.write(folder.plan("lynx")).written == 1
    assert (folder.path / "photo.jpg.xmp").is_symlink()
    assert "lynx" in read_keywords(target.read_bytes(), SUBJECT)
    folder.revert()
    assert target.read_bytes() == DIGIKAM


@ON_UNIX
@pytest.mark.parametrize("target", ["nowhere", "photo.jpg.xmp", "/dev/null", "."])
def test_a_link_that_leads_to_no_file_is_left_alone(folder: Folder, target: str) -> None:
    folder.picture()
    (folder.path / "photo.jpg.xmp").symlink_to(target)
    plan = folder.plan()
    assert len(plan.problems) == 1
    folder.write(plan)
    assert (folder.path / "photo.jpg.xmp").readlink() == Path(target)


@ON_UNIX
def test_a_link_to_the_picture_does_not_change_the_picture(folder: Folder) -> None:
    picture = folder.picture()
    (folder.path / "photo.jpg.xmp").symlink_to(picture)
    assert [problem.trouble for problem in folder.plan().problems] == [SidecarTrouble.NOT_UNDERSTOOD]
    assert picture.read_bytes() == PICTURE


def test_a_picture_that_has_the_name_of_its_sidecar_is_refused(folder: Folder) -> None:
    picture = folder.picture("photo.xmp")
    plan = plan_sidecars([image(picture)], STEM)
    assert [problem.reason for problem in plan.problems] == ["The picture itself has the name of its sidecar."]
    assert plan.entries == ()


def test_a_picture_that_is_gone_gets_no_sidecar(folder: Folder) -> None:
    plan = plan_sidecars([image(folder.path / "gone.jpg")], WHOLE_NAME)
    assert [problem.trouble for problem in plan.problems] == [SidecarTrouble.NO_PICTURE]


@ON_UNIX
def test_a_read_only_sidecar_is_left_alone(folder: Folder) -> None:
    folder.picture()
    sidecar = folder.sidecar(DIGIKAM)
    sidecar.chmod(0o444)
    plan = folder.plan("lynx")
    assert [problem.trouble for problem in plan.problems] == [SidecarTrouble.READ_ONLY]
    sidecar.chmod(0o644)
    plan = folder.plan("lynx")
    sidecar.chmod(0o444)
    assert [problem.trouble for problem in folder.write(plan).problems] == [SidecarTrouble.READ_ONLY]
    assert sidecar.read_bytes() == DIGIKAM


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_read_only_folder_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch, is_asked: bool) -> None:
    # Permissions do not hold the administrator, as whom tests may run; so the system's answer is put into its mouth.
    folder.picture()
    real = os.open

    def refusing(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".part"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, mode)

    if is_asked:
        monkeypatch.setattr(os, "access", lambda path, _mode: path != str(folder.path))
        plan = folder.plan()
        assert plan.entries == ()
        problems = plan.problems
    else:
        plan = folder.plan()
        monkeypatch.setattr(os, "open", refusing)
        problems = folder.write(plan).problems
    assert [problem.trouble for problem in problems] == [SidecarTrouble.READ_ONLY]
    assert folder.names() == ["photo.jpg"]


@pytest.mark.parametrize("call", ["open", "fstat", "replace", "fchmod"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE])
def test_a_fault_is_a_row_and_leaves_everything_as_it_was(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    for name in ("a.jpg", "b.jpg"):
        folder.picture(name)
        folder.sidecar(DIGIKAM, f"{name}.xmp")
    plan = folder.plan("lynx")
    real = getattr(os, call)
    calls = []

    def failing(*arguments: object) -> object:
        if not isinstance(arguments[0], str) or "pictures" in arguments[0]:
            calls.append(arguments)
            # The journal's own calls are not among these: they are done by another module before.
            if len(calls) == 1:
                raise OSError(number, os.strerror(number))
        return real(*arguments)

    class Faulty:
        def __getattr__(self, name: str) -> object:
            return failing if name == call else getattr(os, name)

    monkeypatch.setattr(sidecar_file, "os", Faulty())
    result = folder.write(plan)
    monkeypatch.undo()
    expected = SidecarTrouble.READ_ONLY if number in {errno.EACCES, errno.EROFS} else SidecarTrouble.FAILED
    assert [(Path(problem.sidecar).name, problem.trouble) for problem in result.problems] == [("a.jpg.xmp", expected)]
    assert result.written == 1
    assert (folder.path / "a.jpg.xmp").read_bytes() == DIGIKAM
    assert folder.names() == ["a.jpg", "a.jpg.xmp", "b.jpg", "b.jpg.xmp"]
    folder.revert()
    assert (folder.path / "b.jpg.xmp").read_bytes() == DIGIKAM


def test_without_a_line_in_the_journal_nothing_is_written(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.picture()
    plan = folder.plan()

    def full(*_arguments: object, **_options: object) -> None:
        raise OutputWriteError(str(folder.journal), "No space left on device.")

    monkeypatch.setattr(SidecarJournal, "note", full)
    result = folder.write(plan)
    assert [problem.trouble for problem in result.problems] == [SidecarTrouble.FAILED]
    assert folder.names() == ["photo.jpg"]


def test_images_with_one_stem_and_one_label_share_a_sidecar(folder: Folder) -> None:
    names = tuple(str(folder.picture(name)) for name in ("photo.jpg", "photo.png"))
    plan = folder.plan(options=STEM)
    assert [entry.images for entry in plan.entries] == [names]
    assert plan.shared == {str(folder.path / "photo.xmp"): names}
    assert folder.write(plan).written == 1
    assert folder.plan(options=STEM).count(SidecarAction.UNCHANGED) == 1


def test_images_with_one_stem_and_two_labels_are_refused(folder: Folder) -> None:
    names = tuple(str(folder.picture(name)) for name in ("photo.jpg", "photo.png"))
    plan = plan_sidecars([image(names[0], "lynx"), image(names[1], "puma")], STEM)
    assert plan.entries == ()
    assert [(problem.images, problem.trouble) for problem in plan.problems] == [(names, SidecarTrouble.SHARED)]
    assert plan.shared == {str(folder.path / "photo.xmp"): names}


def test_a_sidecar_that_changed_after_the_plan_is_planned_anew(folder: Folder) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        folder.picture(name)
    folder.sidecar(DIGIKAM, "b.jpg.xmp")
    folder.sidecar(DIGIKAM, "c.jpg.xmp")
    plan = folder.plan("lynx")
    folder.sidecar(DARKTABLE, "a.jpg.xmp")
    folder.sidecar(LIGHTROOM, "b.jpg.xmp")
    folder.sidecar(b"damaged", "c.jpg.xmp")
    result = folder.write(plan)
    assert dict(result.done) == {SidecarAction.MERGE: 2}
    assert [problem.trouble for problem in result.problems] == [SidecarTrouble.NOT_UNDERSTOOD]
    folder.revert()
    assert (folder.path / "a.jpg.xmp").read_bytes() == DARKTABLE
    assert (folder.path / "b.jpg.xmp").read_bytes() == LIGHTROOM
    assert (folder.path / "c.jpg.xmp").read_bytes() == b"damaged"


@pytest.mark.parametrize("changes", [1, 1000])
def test_a_change_between_reading_and_writing_is_not_lost(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    folder.picture()
    sidecar = folder.sidecar(DIGIKAM)
    plan = folder.plan("lynx")
    done: list[object] = []

    def hasty(data: bytes, label: object) -> bytes:
        if len(done) < changes:
            done.append(label)
            sidecar.write_bytes(DIGIKAM.replace(b"Katze", f"Katze {len(done)}".encode()))
        return with_label(data, label_of("lynx"))

    monkeypatch.setattr(sidecar_change, "with_label", hasty)
    result = folder.write(plan)
    assert b"Katze %d" % len(done) in sidecar.read_bytes()
    assert folder.names() == ["photo.jpg", "photo.jpg.xmp"]
    if changes == 1:
        assert "lynx" in read_keywords(sidecar.read_bytes(), SUBJECT)
    else:
        assert [problem.reason for problem in result.problems] == ["Another program keeps changing it."]


def test_a_sidecar_that_appears_meanwhile_is_not_replaced_nor_deleted(folder: Folder) -> None:
    folder.picture()
    new = SidecarChange.needed(str(folder.path / "photo.jpg.xmp"), label_of())
    folder.sidecar(new_sidecar(label_of()))
    with pytest.raises(SidecarChangedError):
        new.carry_out("temporary")
    deletion = SidecarChange.needed(str(folder.path / "photo.jpg.xmp"), None)
    assert deletion.action is SidecarAction.DELETE
    folder.sidecar(DARKTABLE)
    with pytest.raises(SidecarChangedError):
        deletion.carry_out("temporary")
    assert (folder.path / "photo.jpg.xmp").read_bytes() == DARKTABLE


def test_stopping_leaves_what_can_be_reverted(folder: Folder) -> None:
    for number in range(10):
        folder.picture(f"{number}.jpg")
    plan = folder.plan()
    cancel = CancelToken()
    counts: list[int] = []

    def on_progress(done: int) -> None:
        counts.append(done)
        if done == 4:
            cancel.cancel()

    result = write_sidecars(plan, cancel, on_progress, journal=folder.journal)
    assert (result.written, result.was_stopped, counts) == (4, True, [1, 2, 3, 4])
    stopped = CancelToken()
    stopped.cancel()
    assert revert_sidecars(folder.journal, stopped).was_stopped
    assert folder.journal.exists()
    with pytest.raises(Cancelled):
        plan_sidecars([image(folder.path / "0.jpg")], WHOLE_NAME, stopped)
    assert folder.write(folder.plan()).written == 6
    assert folder.revert().taken_back == 10
    assert len(folder.names()) == 10


def test_a_revert_with_a_problem_can_be_repeated(folder: Folder) -> None:
    for name in ("a.jpg", "b.jpg"):
        folder.picture(name)
    folder.write(folder.plan())
    good = (folder.path / "a.jpg.xmp").read_bytes()
    folder.sidecar(b"damaged", "a.jpg.xmp")
    result = folder.revert()
    assert (result.taken_back, len(result.problems)) == (1, 1)
    folder.sidecar(good, "a.jpg.xmp")
    assert folder.revert().taken_back == 1
    assert folder.names() == ["a.jpg", "b.jpg"]
    assert not folder.journal.exists()


def test_names_of_any_bytes_come_back(folder: Folder) -> None:
    names = ["line\nbreak.jpg", "\U0001f408.jpg", "\u202egpj.jpg", "=1+1.jpg"]
    if os.name != "nt":
        names.append(os.fsdecode(b"\xff\xfe.jpg"))
    for name in names:
        folder.picture(name)
    assert folder.write(folder.plan()).written == len(names)
    assert folder.names() == sorted([*names, *(f"{name}.xmp" for name in names)])
    assert folder.revert().taken_back == len(names)
    assert folder.names() == sorted(names)


def test_a_name_that_is_too_long_is_a_row(folder: Folder) -> None:
    folder.picture("x" * 250 + ".jpg")
    assert [problem.trouble for problem in folder.plan().problems] == [SidecarTrouble.FAILED]


def test_the_disk_is_waited_for_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        folder.picture(f"{number}.jpg")
    plan = folder.plan()
    calls: list[str] = []
    monkeypatch.setattr(os, "sync", lambda: calls.append("sync"))
    monkeypatch.setattr(os, "fsync", lambda _descriptor: calls.append("fsync"))
    folder.write(plan)
    assert calls == ["sync", "fsync"]


@ON_UNIX
@pytest.mark.parametrize("seed", range(5))
def test_a_killed_program_leaves_whole_files_that_can_be_reverted(folder: Folder, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test
    originals: dict[str, bytes] = {}
    for number in range(500):
        picture = folder.picture(f"{number:03}.jpg")
        if number % 3:
            data = chance.choice([DARKTABLE, DIGIKAM, LIGHTROOM, UTF_16])
            originals[f"{picture.name}.xmp"] = data
            folder.sidecar(data, f"{picture.name}.xmp")
    wanted = chance.randrange(20, 400)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.inference.exports.sidecar_child", str(folder.path), str(folder.journal)],
        cwd=Path(__file__).parents[3],
    )
    while child.poll() is None:
        if folder.journal.exists() and folder.journal.read_bytes().count(b'"sidecar"') >= wanted:
            child.kill()
            break
        time.sleep(0.0005)
    assert child.wait() == -9
    written = 0
    for path in folder.path.glob("*.xmp"):
        data = path.read_bytes()
        if data != originals.get(path.name):
            note = read_note(data)
            assert note is not None
            assert note.facts["label"] == f"class {int(path.name[:3]) % 7}"
            written += 1
    assert wanted - 1 <= written < 500
    assert len(read_journal(folder.journal).sidecars) >= written
    result = folder.revert()
    assert result.problems == ()
    assert result.taken_back == written
    assert folder.names() == sorted([*(f"{number:03}.jpg" for number in range(500)), *originals])
    for name, data in originals.items():
        assert canonical((folder.path / name).read_bytes()) == canonical(data)
    digest = hashlib.sha256(PICTURE).digest()
    assert {hashlib.sha256(path.read_bytes()).digest() for path in folder.path.glob("*.jpg")} == {digest}
