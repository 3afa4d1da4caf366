"""`export`: reviewed labels unless asked otherwise, plans first, nothing outside the target, pictures untouched."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from inference.commands.export import names
from inference.errors import ImageProblem
from inference.sessions.session import Session
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.sessions import Run, decisions, hashes, make_pictures, make_session


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    make_pictures(tmp_path / "pictures", ["a.png", "b.png", "c.png", "below/a.png", "e.png", "f.png"])
    return tmp_path / "pictures"


@pytest.fixture
def session(tmp_path: Path, pictures: Path, cardinal: Run) -> Path:
    """Two magpies (a and below/a), a wren that the model took for a jay (b), an unsure one (c); e waits, f failed."""
    path = tmp_path / "birds.cardinal"
    said = [("magpie", 0.9), ("jay", 0.8), ("magpie", 0.5), ("tabby", 0.4), None, ImageProblem.DAMAGED]
    files = ["a.png", "b.png", "c.png", "below/a.png", "e.png", "f.png"]
    make_session(path, {str(pictures / name): one for name, one in zip(files, said, strict=True)})
    cardinal("label", str(path), "--set", "magpie", str(pictures / "a.png"), str(pictures / "below"))
    cardinal("label", str(path), "--set", "=wren", str(pictures / "b.png"))
    cardinal("label", str(path), "--unsure", str(pictures / "c.png"))
    return path


@pytest.fixture(autouse=True)
def _pictures_stay_as_they_are(pictures: Path, session: Path) -> object:
    del session
    before = hashes(pictures)
    yield
    after = hashes(pictures)
    assert {path: after.get(path) for path in before} == before


def _csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_reviewed_labels_go_out_with_relative_paths_and_no_formula(
    cardinal: Run, session: Path, tmp_path: Path
) -> None:
    target = tmp_path / "labels.csv"
    code, output, errors = cardinal("export", str(session), "--format", "csv", "--output", str(target))
    assert (code, output, errors) == (0, "", f"3 rows in {target}.\n")
    rows = {row["path"]: (row["label"], row["state"], row["source"]) for row in _csv(target)}
    assert rows == {
        "a.png": ("magpie", "accepted", "accepted"),
        "b.png": ("'=wren", "corrected", "corrected"),
        os.path.join("below", "a.png"): ("magpie", "corrected", "corrected"),  # noqa: PTH118
    }
    cardinal("export", str(session), "--format", "csv", "--output", str(target), "--no-spreadsheet-guard")
    assert {row["label"] for row in _csv(target)} == {"magpie", "=wren"}


def test_suggestions_go_along_when_asked_for_from_a_score_on(
    cardinal: Run, session: Path, pictures: Path, tmp_path: Path
) -> None:
    cardinal("label", str(session), "--clear", str(pictures))
    target = str(tmp_path / "labels.jsonl")
    code, _, errors = cardinal("export", str(session), "--format", "jsonl", "--output", target)
    assert code == 2
    assert "--include suggested takes suggestions, too" in errors
    options = ["--include", "suggested", "--score-from", "0.5", "--absolute"]
    assert cardinal("export", str(session), "--format", "jsonl", "--output", target, *options)[0] == 0
    rows = [json.loads(line) for line in Path(target).read_text().splitlines()]
    assert [(row["path"], row["label"], row["source"]) for row in rows] == [
        (str(pictures / "a.png"), "magpie", "model"),
        (str(pictures / "b.png"), "jay", "model"),
        (str(pictures / "c.png"), "magpie", "model"),
    ]
    everything = ["--include", "everything", "--root", str(pictures.parent)]
    assert cardinal("export", str(session), "--format", "jsonl", "--output", target, *everything)[0] == 0
    rows = [json.loads(line) for line in Path(target).read_text().splitlines()]
    assert {row["path"]: row["state"] for row in rows}["pictures/f.png"] == "failed"
    assert len(rows) == 6


def test_only_some_labels(cardinal: Run, session: Path, tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    cardinal("export", str(session), "--format", "csv", "--output", str(target), "--labels", "=wren,eagle")
    assert [row["path"] for row in _csv(target)] == ["b.png"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("a,b", {"a", "b"}), ('"robin, red",b', {"robin, red", "b"}), ('a, "b, c"', {"a", "b, c"}), ("", set())],
)
def test_labels_with_commas_are_quoted(text: str, wanted: set[str]) -> None:
    assert names(text) == wanted


def test_a_dry_run_shows_rows_and_writes_nothing(cardinal: Run, session: Path, tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    code, output, errors = cardinal("export", str(session), "--format", "csv", "--output", str(target), "--dry-run")
    assert (code, errors) == (0, "Nothing was written. It would be 3 rows.\n")
    assert output.startswith("path,label,state")
    assert len(output.splitlines()) == 4
    assert not target.exists()


def test_rows_replace_neither_a_picture_nor_the_session(cardinal: Run, session: Path, pictures: Path) -> None:
    before = session.read_bytes()
    for target in (pictures / "a.png", session, pictures):
        code, _, errors = cardinal("export", str(session), "--format", "csv", "--output", str(target))
        assert code == 2
        assert "could not be written" in errors
    assert session.read_bytes() == before


def test_class_folders_are_planned_written_and_taken_back(cardinal: Run, session: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    command = ["export", str(session), "--format", "folders", "--output", str(tree)]
    code, plan, errors = cardinal(*command, "--unsure-folder", "--dry-run")
    assert (code, errors) == (0, "Nothing was written.\n")
    assert "        2  magpie/\n" in plan
    assert "        1  get a number, since two have one name\n" in plan
    assert not tree.exists()
    code, again, errors = cardinal(*command, "--unsure-folder")
    assert (code, again) == (0, plan)
    assert errors == f"4 files in {tree}. --undo takes them back.\n"
    made = sorted(str(path.relative_to(tree)) for path in tree.rglob("*.png"))
    assert made == ["=wren/b.png", "_unsure/c.png", "magpie/a (2).png", "magpie/a.png"]
    assert "4 had been written before" in cardinal(*command, "--unsure-folder")[2]
    (tree / "=wren" / "b.png").write_bytes(b"changed")
    code, _, errors = cardinal(*command, "--undo")
    assert code == 1
    assert errors.splitlines()[-1] == "3 files taken back."
    assert [path.name for path in tree.rglob("*.png")] == ["b.png"]


def test_unsure_images_alone_have_their_folder(cardinal: Run, session: Path, tmp_path: Path, pictures: Path) -> None:
    cardinal("label", str(session), "--unsure", str(pictures))
    options = ["--format", "folders", "--output", str(tmp_path / "tree")]
    assert cardinal("export", str(session), *options)[0] == 2
    assert cardinal("export", str(session), *options, "--unsure-folder")[0] == 0
    assert len(list((tmp_path / "tree" / "_unsure").iterdir())) == 6


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("link", ["hard", "symbolic"])
def test_class_folders_of_links(cardinal: Run, session: Path, pictures: Path, tmp_path: Path, link: str) -> None:
    tree = tmp_path / "tree"
    options = ["--format", "folders", "--link", link, "--output", str(tree)]
    assert cardinal("export", str(session), *options)[0] == 0
    assert (tree / "=wren" / "b.png").samefile(pictures / "b.png")
    assert stat.S_ISLNK((tree / "=wren" / "b.png").lstat().st_mode) == (link == "symbolic")
    assert cardinal("export", str(session), *options, "--undo")[0] == 0
    assert not tree.exists()


def test_a_picture_that_has_gone_costs_itself(cardinal: Run, session: Path, tmp_path: Path, pictures: Path) -> None:
    moved = tmp_path / "moved.png"
    (pictures / "b.png").rename(moved)
    tree = tmp_path / "tree"
    code, plan, errors = cardinal("export", str(session), "--format", "folders", "--output", str(tree))
    moved.rename(pictures / "b.png")
    assert code == 1
    assert "        1  cannot be read\n" in plan
    assert str(pictures / "b.png") in errors
    assert len(list(tree.rglob("*.png"))) == 2


def test_folders_among_the_pictures_are_refused(cardinal: Run, session: Path, pictures: Path) -> None:
    code, _, errors = cardinal("export", str(session), "--format", "folders", "--output", str(pictures))
    assert code == 2
    assert "Choose another folder." in errors


def test_lists_are_the_same_for_the_same_seed_and_replace_only_lists(
    cardinal: Run, session: Path, tmp_path: Path
) -> None:
    lists = tmp_path / "lists"
    command = ["export", str(session), "--format", "splits", "--output", str(lists), "--shares", "0.5,0.25,0.25"]
    code, output, _ = cardinal(*command, "--seed", "7", "--dry-run")
    assert code == 0
    assert [line.split()[1] for line in output.splitlines()] == ["train", "val", "test"]
    assert not lists.exists()
    assert cardinal(*command, "--seed", "7")[0] == 0
    first = {path.name: path.read_bytes() for path in lists.iterdir()}
    assert sorted(first) == ["test.txt", "train.txt", "val.txt"]
    assert b"# seed 7\n" in first["train.txt"]
    assert cardinal(*command, "--seed", "7")[0] == 0
    assert {path.name: path.read_bytes() for path in lists.iterdir()} == first
    (lists / "val.txt").write_text("mine\n")
    code, _, errors = cardinal(*command)
    assert code == 2
    assert "not of Cardinal's making" in errors
    assert (lists / "val.txt").read_text() == "mine\n"
    assert (lists / "train.txt").read_bytes() == first["train.txt"]


@pytest.mark.parametrize("shares", ["1,1,1", "0.5,0.5", "a,b,c", "nan,0,1", "1.5,-0.5,0"])
def test_shares_are_three_that_add_up(cardinal: Run, session: Path, shares: str) -> None:
    with pytest.raises(SystemExit) as caught:
        cardinal("export", str(session), "--format", "splits", "--output", "x", "--shares", shares)
    assert caught.value.code == 2


def test_sidecars_are_planned_written_and_taken_back(cardinal: Run, session: Path, pictures: Path) -> None:
    command = ["export", str(session), "--format", "xmp"]
    code, plan, errors = cardinal(*command, "--dry-run")
    assert (code, plan, errors) == (0, "        3  new\n", "Nothing was written.\n")
    assert not list(pictures.rglob("*.xmp"))
    assert cardinal(*command)[2] == "3 sidecars written. --undo takes our keywords out again.\n"
    assert session.with_name("birds.sidecars.jsonl").exists()
    sidecars = sorted(str(path.relative_to(pictures)) for path in pictures.rglob("*.xmp"))
    assert sidecars == ["a.png.xmp", "b.png.xmp", "below/a.png.xmp"]
    assert "Cardinal|=wren" in (pictures / "b.png.xmp").read_text()
    # A label that was taken off leaves its sidecar; images of other sessions are none of this one's business.
    cardinal("label", str(session), "--clear", str(pictures / "b.png"))
    foreign = pictures / "e.png.xmp"
    foreign.write_bytes((pictures / "a.png.xmp").read_bytes())
    assert cardinal(*command)[2].startswith("0 sidecars written, our keywords taken out of 1.")
    assert not (pictures / "b.png.xmp").exists()
    assert cardinal(*command, "--undo")[2] == "Our keywords were taken out of 2 sidecars.\n"
    assert [path.name for path in pictures.rglob("*.xmp")] == ["e.png.xmp"]
    assert cardinal(*command, "--undo") == (2, "", "No sidecar has been written for this session.\n")


def test_sidecars_of_one_label_leave_the_others_alone(cardinal: Run, session: Path, pictures: Path) -> None:
    command = ["export", str(session), "--format", "xmp"]
    cardinal(*command)
    cardinal("label", str(session), "--clear", str(pictures / "b.png"))
    code, plan, _ = cardinal(*command, "--labels", "magpie")
    assert (code, plan) == (0, "        2  as it should be\n")
    assert (pictures / "b.png.xmp").exists()


def test_a_sidecar_that_is_not_understood_is_left_alone(cardinal: Run, session: Path, pictures: Path) -> None:
    (pictures / "a.png.xmp").write_text("this is no XMP")
    code, plan, errors = cardinal("export", str(session), "--format", "xmp", "--sidecar-name", "photo.jpg.xmp")
    assert code == 1
    assert "        1  left alone\n" in plan
    assert str(pictures / "a.png.xmp") in errors
    assert (pictures / "a.png.xmp").read_text() == "this is no XMP"


def test_adobes_names_and_another_root(cardinal: Run, session: Path, pictures: Path) -> None:
    options = ["--format", "xmp", "--sidecar-name", "photo.xmp", "--root-tag", "Vögel"]
    assert cardinal("export", str(session), *options)[0] == 0
    assert "Vögel|magpie" in (pictures / "a.xmp").read_text(encoding="utf-8")


def test_an_export_goes_on_beside_a_window(cardinal: Run, session: Path, tmp_path: Path) -> None:
    window = Session.open(session)
    target = tmp_path / "labels.csv"
    assert cardinal("export", str(session), "--format", "csv", "--output", str(target))[0] == 0
    window.close()
    assert len(_csv(target)) == 3


def test_what_is_missing_is_a_sentence(cardinal: Run, session: Path, tmp_path: Path) -> None:
    assert cardinal("export", str(session), "--format", "csv") == (2, "", "--format csv needs --output.\n")
    assert cardinal("export", str(tmp_path / "x.cardinal"), "--format", "xmp")[0] == 2
    code, _, errors = cardinal("export", str(session), "--format", "csv", "--output", "/nowhere/x.csv")
    assert code == 2
    assert "/nowhere/x.csv could not be written: No such file or directory." in errors
    assert cardinal("export", str(session), "--format", "csv", "--output", "x", "--undo")[0] == 2
    code, _, errors = cardinal("export", str(session), "--format", "folders", "--output", str(tmp_path), "--undo")
    assert code == 2
    assert "no list of an export" in errors


_HOSTILE_NAMES = [
    b"new\nline.png",
    b"two\r\nlines.png",
    "\U0001f4f7 \u202egpj.png".encode(),
    b"caf\xe9.png",
    b"=1+1.png",
]
_HOSTILE_NAMES += [b"-x.png", b"'=x.png", b"#x.png", b' "quoted", and so on.png', b"tab\t.png", b"~.png", b"a.b/c.png"]
_HOSTILE_LABELS = [
    "=cmd|'/c'!A1",
    "+1",
    "'=x",
    "../../up",
    "/etc",
    "CON",
    "a\tb",
    'say "x", y',
    "\u202egpj",
    "\U0001f426",
    "#",
    "b\nc",
]


def _import_as_own(cardinal: Run, session: Path, file: Path, said: list[dict[str, str]]) -> None:
    facts = {"schema": 1, "path": "", "state": "corrected", "source": "corrected"}
    file.write_text("".join(json.dumps(facts | one) + "\n" for one in said))
    assert cardinal("label", str(session), "--from", str(file))[0] == 0


@pytest.mark.skipif(os.name == "nt", reason="names of bytes are a matter of Unix")
@pytest.mark.parametrize("form", ["csv", "jsonl", "splits", "folders"])
def test_hostile_names_and_labels_come_back_from_every_export(cardinal: Run, tmp_path: Path, form: str) -> None:
    paths = make_pictures(tmp_path / "odd", _HOSTILE_NAMES)
    # A parent's name must not matter either.
    session, target = tmp_path / "odd.cardinal", tmp_path / "out" / form
    target.parent.mkdir()
    make_session(session, dict.fromkeys(paths, ("jay", 0.5)))
    # From a file: what is typed is cleaned.
    said = [
        {"path_bytes": os.fsencode(path).hex(), "label": label}
        for path, label in zip(paths, _HOSTILE_LABELS, strict=True)
    ]
    _import_as_own(cardinal, session, tmp_path / "labels.jsonl", said)
    wanted = decisions(session)
    assert {label for _, label, _ in wanted.values()} == set(_HOSTILE_LABELS)
    around = hashes(tmp_path / "odd")
    assert cardinal("export", str(session), "--format", form, "--output", str(target))[0] == 0
    assert [path.name for path in target.parent.iterdir()] == [form]
    assert hashes(tmp_path / "odd") == around
    assert cardinal("label", str(session), "--clear", str(tmp_path / "odd"))[0] == 0
    if form == "folders":
        assert cardinal("label", str(session), "--from-folders", str(target))[0] == 0
    else:
        for file in sorted(target.iterdir()) if form == "splits" else [target]:
            cardinal("label", str(session), "--from", str(file))
    assert {name: one[1] for name, one in decisions(session).items()} == {name: one[1] for name, one in wanted.items()}


def test_no_cell_is_a_formula(cardinal: Run, session: Path, pictures: Path, tmp_path: Path) -> None:
    for label in ("=1", "+1", "-1", "@x", "\uff1d1"):
        cardinal("label", str(session), "--set", label, str(pictures / "a.png"))
        target = tmp_path / "labels.csv"
        cardinal("export", str(session), "--format", "csv", "--output", str(target), "--labels", label)
        assert [row["label"] for row in _csv(target)] == [f"'{label}"]


@pytest.mark.skipif(os.name == "nt", reason="pipes as Unix has them")
def test_nobody_has_to_read_the_plan_for_it_to_be_carried_out(session: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    reading, writing = os.pipe()
    os.close(reading)
    for words in (["label", str(session), "--list"], ["export", str(session), "--format", "folders"]):
        target = ["--output", str(tree)] if words[0] == "export" else []
        command = [sys.executable, "main.py", "--profile", str(tmp_path / "p"), *words, *target]
        done = subprocess.run(
            command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, cwd=PROJECT_ROOT, timeout=60
        )
        assert done.returncode == 0
        assert "Traceback" not in done.stderr
    os.close(writing)
    assert len(list(tree.rglob("*.png"))) == 3
