"""`label`: each call is one step in the session, says what it did, and can be taken back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from inference.errors import ImageProblem
from inference.sessions.marks import Marks, make_mark, with_removed
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from tests.inference.commands.sessions import Run, decisions, hashes, make_pictures, make_session
from tests.inference.sessions.making import on_disk


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Five pictures, two of them below, and a damaged one."""
    folder = tmp_path / "pictures"
    make_pictures(folder, ["a.png", "b.png", "c.png", "below/d.png", "below/e.png", "f.png"])
    return folder


@pytest.fixture
def session(tmp_path: Path, pictures: Path) -> Path:
    """The pictures with their suggestions; e waits, f cannot be read."""
    path = tmp_path / "birds.cardinal"
    said = [("magpie", 0.9), ("jay", 0.8), ("magpie", 0.5), ("tabby", 0.4), None, ImageProblem.DAMAGED]
    names = ["a.png", "b.png", "c.png", "below/d.png", "below/e.png", "f.png"]
    make_session(path, {str(pictures / name): one for name, one in zip(names, said, strict=True)})
    return path


def test_a_label_is_accepted_where_the_model_says_the_same_and_corrected_elsewhere(
    cardinal: Run, session: Path, pictures: Path
) -> None:
    before = hashes(pictures)
    given = [str(pictures / name) for name in ("a.png", "b.png", "below")]
    assert cardinal("label", str(session), "--set", "magpie", *given) == (0, "", "Done: label 4 images as magpie.\n")
    assert decisions(session) == {
        "a.png": ("accepted", "magpie", "accepted"),
        "b.png": ("corrected", "magpie", "corrected"),
        "d.png": ("corrected", "magpie", "corrected"),
        "e.png": ("corrected", "magpie", "corrected"),
    }
    assert hashes(pictures) == before


def test_relative_paths_and_folders_are_meant_from_here(
    cardinal: Run, session: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures)
    assert cardinal("label", str(session), "--unsure", "./below/../a.png", "below/")[0] == 0
    assert set(decisions(session)) == {"a.png", "d.png", "e.png"}
    # A folder is no beginning of a name.
    code, _, errors = cardinal("label", str(session), "--unsure", "bel")
    assert (code, errors) == (2, "bel is not in the session.\n")


def test_what_is_not_in_the_session_is_named_and_the_rest_is_done(cardinal: Run, session: Path, pictures: Path) -> None:
    code, _, errors = cardinal("label", str(session), "--reject", str(pictures / "a.png"), "/nowhere/x\n.png")
    assert code == 1
    assert errors == "/nowhere/x\\n.png is not in the session.\nDone: reject 1 image.\n"
    assert decisions(session) == {"a.png": ("rejected", "", "")}


def test_accepting_passes_over_images_without_a_suggestion_and_those_that_are_decided(
    cardinal: Run, session: Path, pictures: Path
) -> None:
    cardinal("label", str(session), "--reject", str(pictures / "a.png"))
    cardinal("label", str(session), "--set", "robin", str(pictures / "b.png"))
    cardinal("label", str(session), "--unsure", str(pictures / "c.png"))
    assert cardinal("label", str(session), "--accept", str(pictures))[2] == "Done: accept 2 suggestions.\n"
    assert decisions(session) == {
        "a.png": ("rejected", "", ""),
        "b.png": ("corrected", "robin", "corrected"),
        "c.png": ("accepted", "magpie", "accepted"),
        "d.png": ("accepted", "tabby", "accepted"),
    }


def test_accepting_above_a_score_is_one_step_that_says_which(cardinal: Run, session: Path) -> None:
    code, _, errors = cardinal("label", str(session), "--accept-above", "0.5", "--class", "magpie")
    assert (code, errors) == (0, "Done: accept 2 suggestions from 50 % on.\n")
    assert set(decisions(session)) == {"a.png", "c.png"}
    assert cardinal("label", str(session), "--accept-above", "0.8")[2] == "Done: accept 1 suggestion from 80 % on.\n"
    assert cardinal("label", str(session), "--accept-above", "0.8")[2] == "Nothing had to be changed.\n"
    assert cardinal("label", str(session), "--accept-above", "0.1", "--class", "eagle")[0] == 2
    opened = Session.open(session)
    steps, in_force = opened.journal()
    opened.close()
    assert [(step.kind, step.subject, len(step)) for step in steps] == [
        (StepKind.ACCEPT_ABOVE, "50", 2),
        (StepKind.ACCEPT_ABOVE, "80", 1),
    ]
    assert in_force == 2


@pytest.mark.parametrize("score", ["1.5", "-0.1", "nan", "high"])
def test_a_score_is_from_0_to_1(cardinal: Run, session: Path, score: str) -> None:
    with pytest.raises(SystemExit) as caught:
        cardinal("label", str(session), "--accept-above", score)
    assert caught.value.code == 2


def test_a_label_is_renamed_or_merged(cardinal: Run, session: Path, pictures: Path) -> None:
    cardinal("label", str(session), "--set", "jay", str(pictures / "a.png"))
    cardinal("label", str(session), "--set", "Elster", str(pictures / "b.png"), str(pictures / "c.png"))
    code, _, errors = cardinal("label", str(session), "--rename", "Elster", "jay")
    assert (code, errors) == (0, "Done: rename the label of 2 images to jay.\n")
    assert {one[1] for one in decisions(session).values()} == {"jay"}
    assert cardinal("label", str(session), "--rename", "Elster", "x")[:2] == (2, "")
    assert cardinal("label", str(session), "--rename", "jay", "  ")[0] == 2


def test_a_label_is_renamed_on_images_that_were_taken_off_the_list_too(
    cardinal: Run, session: Path, pictures: Path
) -> None:
    """As the window does it: they come back with their labels."""
    cardinal("label", str(session), "--set", "Elster", str(pictures / "a.png"), str(pictures / "b.png"))
    opened = Session.open(session)
    keys = list(opened.keys_of_paths([str(pictures / "b.png")]).values())
    mark, code = make_mark(ImageState.CORRECTED), opened.vocabulary.code("Elster")
    off = Marks.same(keys, with_removed(mark, removed=True), code)
    opened.carry_out(Step(StepKind.REMOVE, "", Marks.same(keys, mark, code), off, 1.0))
    opened.close()
    assert cardinal("label", str(session), "--rename", "Elster", "pica")[2].startswith("Done: rename the label of 2")
    assert {name: one[1] for name, one in decisions(session).items()} == {"a.png": "pica"}
    opened = Session.open(session)
    opened.register([on_disk(pictures / "b.png")])
    opened.close()
    assert {name: one[1] for name, one in decisions(session).items()} == {"a.png": "pica", "b.png": "pica"}


def test_steps_are_taken_back_and_done_again_one_by_one(cardinal: Run, session: Path, pictures: Path) -> None:
    assert cardinal("label", str(session), "--undo") == (2, "", "There is nothing to take back.\n")
    cardinal("label", str(session), "--set", "wren", str(pictures / "a.png"))
    cardinal("label", str(session), "--clear", str(pictures))
    assert decisions(session) == {}
    assert cardinal("label", str(session), "--undo", "--dry-run")[2].startswith(
        "Nothing was changed. It would be taken"
    )
    assert decisions(session) == {}
    assert cardinal("label", str(session), "--undo")[2] == "Taken back: take the decision off 1 image.\n"
    assert decisions(session) == {"a.png": ("corrected", "wren", "corrected")}
    assert cardinal("label", str(session), "--undo")[2] == "Taken back: label 1 image as wren.\n"
    assert decisions(session) == {}
    assert cardinal("label", str(session), "--redo")[2] == "Done again: label 1 image as wren.\n"
    assert decisions(session) == {"a.png": ("corrected", "wren", "corrected")}
    cardinal("label", str(session), "--unsure", str(pictures / "b.png"))
    assert cardinal("label", str(session), "--redo") == (2, "", "Nothing was taken back.\n")


def test_a_dry_run_changes_nothing_and_works_beside_a_window(cardinal: Run, session: Path, pictures: Path) -> None:
    window = Session.open(session)
    code, _, errors = cardinal("label", str(session), "--set", "wren", str(pictures), "--dry-run")
    assert (code, errors) == (0, "Nothing was changed. It would be: label 6 images as wren.\n")
    assert cardinal("label", str(session), "--list")[0] == 0
    window.close()
    assert decisions(session) == {}


def test_a_session_that_a_window_has_open_is_left_alone(cardinal: Run, session: Path, pictures: Path) -> None:
    window = Session.open(session)
    code, _, errors = cardinal("label", str(session), "--set", "wren", str(pictures))
    window.close()
    assert code == 2
    assert errors == f"The session {session} is open in another window.\n"
    assert decisions(session) == {}


def test_counts_are_listed_for_people_and_for_programs(cardinal: Run, session: Path, pictures: Path) -> None:
    cardinal("label", str(session), "--set", "=wren\n", str(pictures / "a.png"), str(pictures / "b.png"))
    cardinal("label", str(session), "--set", "jay", str(pictures / "c.png"))
    code, table, _ = cardinal("label", str(session), "--list")
    assert code == 0
    assert [line.split() for line in table.splitlines() if line] == [
        ["6", "images"],
        ["1", "queued"],
        ["1", "suggested"],
        ["1", "failed"],
        ["3", "corrected"],
        ["2", "=wren"],
        ["1", "jay"],
    ]
    rows = [json.loads(line) for line in cardinal("label", str(session), "--list", "--format", "jsonl")[1].splitlines()]
    assert {row["state"]: row["count"] for row in rows if "state" in row} == {
        state.word: {"queued": 1, "suggested": 1, "failed": 1, "corrected": 3}.get(state.word, 0)
        for state in ImageState
    }
    assert [(row["label"], row["count"]) for row in rows if "label" in row] == [("=wren", 2), ("jay", 1)]


@pytest.mark.parametrize("option", [["--class", "magpie"], ["--replace"]])
def test_an_option_that_would_do_nothing_is_told(
    cardinal: Run, session: Path, pictures: Path, option: list[str]
) -> None:
    code, _, errors = cardinal("label", str(session), "--accept", str(pictures), *option)
    assert code == 2
    assert " goes with --" in errors
    assert decisions(session) == {}


@pytest.mark.parametrize(
    ("given", "label"), [("  big\n\tbird\u202e ", "big bird"), ("x" * 50_000, "x" * 200), ("e\u0301", "\xe9")]
)
def test_a_label_is_what_the_window_makes_of_it(
    cardinal: Run, session: Path, pictures: Path, given: str, label: str
) -> None:
    assert cardinal("label", str(session), "--set", given, str(pictures / "a.png"))[0] == 0
    assert decisions(session) == {"a.png": ("corrected", label, "corrected")}


@pytest.mark.parametrize("arguments", [["--set", "wren"], ["--set", " ", "."]])
def test_a_label_needs_a_name_and_a_path(cardinal: Run, session: Path, arguments: list[str]) -> None:
    assert cardinal("label", str(session), *arguments) == (2, "", "--set needs a label and at least one PATH.\n")


def test_what_is_no_session_is_a_sentence_and_stays(cardinal: Run, tmp_path: Path, pictures: Path) -> None:
    code, _, errors = cardinal("label", str(tmp_path / "none.cardinal"), "--list")
    assert code == 2
    assert errors.startswith("There is no session ")
    before = hashes(pictures)
    code, _, errors = cardinal("label", str(pictures / "a.png"), "--unsure", str(pictures))
    assert code == 2
    assert errors == f"{pictures / 'a.png'} is no session: the name of one ends in .cardinal.\n"
    assert hashes(pictures) == before
    damaged = tmp_path / "damaged.cardinal"
    damaged.write_bytes(b"this is no database")
    code, _, errors = cardinal("label", str(damaged), "--unsure", str(pictures))
    assert code == 2
    assert "is damaged" in errors
    assert damaged.read_bytes() == b"this is no database"


@pytest.mark.skipif(os.name == "nt", reason="names of bytes are a matter of Unix")
def test_hostile_names_are_found_byte_for_byte(cardinal: Run, tmp_path: Path) -> None:
    names = [b"new\nline.png", "\U0001f4f7 \u202egpj.png".encode(), b"caf\xe9.png", b"=1+1.png", b"-x.png"]
    paths = make_pictures(tmp_path / "odd", names)
    session = tmp_path / "odd.cardinal"
    make_session(session, dict.fromkeys(paths, ("jay", 0.5)))
    for path in paths:
        assert cardinal("label", str(session), "--set", "=cmd|'/c'!A1", path)[0] == 0
    assert set(decisions(session)) == {os.fsdecode(name) for name in names}


def test_an_export_comes_back_with_its_states(cardinal: Run, session: Path, pictures: Path, tmp_path: Path) -> None:
    cardinal("label", str(session), "--set", "=wren", str(pictures / "a.png"))
    cardinal("label", str(session), "--unsure", str(pictures / "b.png"))
    cardinal("label", str(session), "--reject", str(pictures / "c.png"))
    cardinal("label", str(session), "--accept", str(pictures / "below"))
    wanted = {name: one[:2] for name, one in decisions(session).items()}
    for form in ("csv", "jsonl"):
        target = tmp_path / f"labels.{form}"
        cardinal("export", str(session), "--format", form, "--include", "everything", "--output", str(target))
        cardinal("label", str(session), "--clear", str(pictures))
        assert decisions(session) == {}
        code, _, errors = cardinal("label", str(session), "--from", str(target))
        assert (code, errors.splitlines()[-1]) == (0, f"Done: take 4 decisions from {target.name}.")
        assert {name: one[:2] for name, one in decisions(session).items()} == wanted
        assert {one[2] for one in decisions(session).values()} == {"imported", ""}
        assert cardinal("label", str(session), "--from", str(target))[2].endswith("Nothing had to be changed.\n")


def test_an_import_keeps_decisions_unless_told_otherwise_and_names_what_is_odd(
    cardinal: Run, session: Path, pictures: Path, tmp_path: Path
) -> None:
    cardinal("label", str(session), "--set", "robin", str(pictures / "a.png"))
    rows = tmp_path / "truth.csv"
    rows.write_text("filename,label\na.png,jay\nb.png,jay\nc.png,x\nc.png,y\ngone.png,jay\n")
    code, _, errors = cardinal("label", str(session), "--from", str(rows))
    assert code == 1
    assert "1 row about no image of the session: gone.png." in errors
    assert "contradictory rows, left alone: " in errors
    assert "1 image kept another decision; --replace takes the imported one." in errors
    assert decisions(session) == {
        "a.png": ("corrected", "robin", "corrected"),
        "b.png": ("accepted", "jay", "imported"),
    }
    assert cardinal("label", str(session), "--from", str(rows), "--replace")[0] == 1
    assert decisions(session)["a.png"] == ("corrected", "jay", "imported")


def test_labels_come_from_folder_names(cardinal: Run, tmp_path: Path) -> None:
    root = tmp_path / "truth"
    paths = make_pictures(root, ["jay/1.png", "jay/2.png", "robin, red/3.png"])
    session = tmp_path / "truth.cardinal"
    make_session(session, dict.fromkeys(paths, ("jay", 0.5)))
    assert cardinal("label", str(session), "--from-folders", str(root))[2] == "Done: take 3 decisions from truth.\n"
    assert decisions(session) == {
        "1.png": ("accepted", "jay", "imported"),
        "2.png": ("accepted", "jay", "imported"),
        "3.png": ("corrected", "robin, red", "imported"),
    }


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"a,b\n", b"[1, 2"])
def test_a_file_without_labels_is_a_sentence(cardinal: Run, session: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    code, output, errors = cardinal("label", str(session), "--from", str(tmp_path / "x.json"))
    assert (code, output) == (2, "")
    assert errors
    assert "Traceback" not in errors
