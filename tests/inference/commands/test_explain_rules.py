"""Options that do not go together are refused with one sentence before anything is opened; nothing is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PROJECT_ROOT
from tests.inference.commands.sessions import Run

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")
WITH = ("--with-model", "other")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name one picture"),
        (("a.png", "b.png"), "Name one picture, or ask about several with --compare"),
        (("a.png", "--class", "cow", "--class", "jay"), "Several classes are shown side by side: add --compare."),
        (("a.png", "--alone"), "--alone asks about --region."),
        # What is asked of many pictures.
        (("a.png", "--session", "x.cardinal"), "--session and --box go with --audit."),
        (("a.png", "--box", "0,0,1,1"), "go with --audit"),
        (("a.png", "--outliers", "2"), "--outliers goes with --audit."),
        (("a.png", "--skip", "occlusion"), "--skip goes with --compare-methods."),
        (("a.png", "--seed", "2"), "--seed goes with --compare-methods and --curves."),
        (("a.png", "--format", "csv"), "--format goes with --audit, --compare-methods and --curves."),
        (("a.png", "--no-recursive"), "--no-recursive goes with --audit"),
        (("a.png", "--filling", "grey"), "--filling goes with --hide, --minimal-set, --check"),
        # Questions about many pictures.
        (("a", "--audit", "--class", "cow"), "--class is asked of one picture."),
        (("a", "--audit", "--check"), "--check is asked of one picture."),
        (("a", "--curves", "--finer", "2"), "--finer is asked of one picture."),
        (("a", "--audit", "--outline"), "--outline is asked of one picture."),
        (("a", "--audit", "--stage", "1"), "--stage is asked of one picture."),
        (("a", "--audit", "--mode", "heat"), "--mode is asked of one picture."),
        (("a", "--audit", "--hide", "0,0,9,9"), "--hide is asked of one picture."),
        (("a", "--curves", "--region", "map"), "--region is asked of one picture."),
        (("a", "--audit", "--alone"), "--alone is asked of one picture."),
        (("a", "--curves", "--output", "x"), "--output goes with --audit"),
        (("a", "--audit", "--method", "grad-cam"), "--method goes with --curves"),
        (("a", "--compare-methods", "--method", "grad-cam"), "--method goes with --curves"),
        (("a", "--audit", "--filling", "grey"), "--filling goes with"),
        (("a", "--audit", "--seed", "2"), "--seed goes with"),
        (("a", "--curves", "--skip", "occlusion"), "--skip goes with --compare-methods."),
        (("--session", "x.cardinal", "--audit", "--model", "m"), "--model does not go with --session"),
        (("--audit",), "Name a folder"),
        (("--compare-methods", "3"), "Name a folder"),
        (("a", "--audit", "--compare"), "--audit and --compare are two questions; ask one."),
        (("a", "--curves", *WITH), "--curves and --with-model are two questions; ask one."),
        # Side by side.
        (("--compare",), "Name two to four pictures to compare, or one to compare its classes; here are 0."),
        (("a", "b", "c", "d", "e", "--compare"), "here are 5."),
        (("a", "--compare", "--class", "1"), "Name two to four classes, each with --class"),
        (("a", "--compare", *("--class", "1") * 5), "or none for the first four; here are 5."),
        (("a", "b", "--compare", "--class", "1", "--class", "2"), "Several pictures are compared by one class"),
        (("a", "b", "a", "--compare"), "a is named twice; it cannot be compared with itself."),
        (("a", "b", *WITH), "--with-model compares what two models say of one picture; name one."),
        (("a", *WITH, "--class", "1", "--class", "2"), "Two models are compared by one class"),
        (("a", "--compare", "--method", "grad-cam"), "--method goes with one map."),
        (("a", "--compare", "--stage", "2"), "--stage is asked of one map; it does not go with --compare."),
        (("a", "--compare", "--whole"), "--whole is asked of one map"),
        (("a", "--compare", "--hide", "0,0,9,9"), "--hide is asked of one map"),
        (("a", *WITH, "--check"), "--check is asked of one map; it does not go with --with-model."),
        (("a", "--compare", "--save-region", "r.png"), "--save-region is asked of one map"),
        (("a", "--compare", "--format", "csv"), "--format goes with"),
        # What is written.
        (("a.png", "--output", ""), "--output needs a name."),
        (("a", "--audit", "--output", ""), "--output needs a name."),
        (("a.png", "--save-region", ""), "--save-region needs a name."),
        (("--audit", "--session", ""), "--session needs a name."),
        (("a.png", "--mode", "heat"), "--mode and --outline draw a picture; name one with --output that ends in .png."),
        (("a.png", "--outline", "--output", "x.npy"), "--mode and --outline draw a picture"),
        (("a", "--compare", "--outline"), "--mode and --outline draw a picture"),
        (("a.png", "--output", "x.png", "--save-region", "./x.png"), "would write one file"),
        (("a.png", "--output", "x.npy", "--save-region", "x.json"), "would write one file"),
        (("a.png", "--output", "x.npy", "--save-region", "x.NPY"), "would write one file"),
        (("a.png", "--hide", "0,0,9,9", "--output", "x.npy", "--save-region", "x-hidden.npy"), "would write one file"),
        (("a.png", "--hide", "0,0,9,9", "--output", "x.npy", "--save-region", "x-hidden.json"), "would write one file"),
        (("a.png", "--with-model", ""), "--with-model needs a name."),
    ],
)
def test_what_does_not_go_together_is_refused(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = cardinal("explain", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


@pytest.mark.parametrize("arguments", [(), ("b.png", "--compare"), ("--compare",), WITH])
def test_a_folder_is_asked_about_otherwise(cardinal: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, out, err = cardinal("explain", str(tmp_path), *arguments)
    assert (code, out) == (2, "")
    assert err == f"{tmp_path} is a folder; ask about folders with --audit, --compare-methods and --curves.\n"


def test_a_region_of_another_kind_may_have_the_name_of_the_picture(cardinal: Run, tmp_path: Path) -> None:
    """The map as x.png and its region as x.json do not meet, so the refusal is about the missing picture."""
    names = ("--output", str(tmp_path / "x.png"), "--save-region", str(tmp_path / "x.json"))
    code, _, err = cardinal("explain", str(tmp_path / "missing.png"), *names)
    assert code == 1
    assert "The file does not exist" in err


@pytest.mark.parametrize("output", ["/", "x.npy", "x.png"])
def test_a_name_that_is_none_is_a_sentence(cardinal: Run, tmp_path: Path, output: str) -> None:
    names = ("--output", output if output == "/" else str(tmp_path / output), "--save-region", "/")
    code, out, err = cardinal("explain", SAMPLE, *names)
    assert (code, out) == (2, "")
    assert err
    assert "Traceback" not in err


def test_without_hidden_parts_that_name_is_free(cardinal: Run, tmp_path: Path) -> None:
    names = ("--output", str(tmp_path / "x.npy"), "--save-region", str(tmp_path / "x-hidden.npy"))
    code, _, err = cardinal("explain", str(tmp_path / "missing.png"), *names)
    assert code == 1
    assert "The file does not exist" in err


def test_two_questions_about_a_folder_are_refused(cardinal: Run) -> None:
    with pytest.raises(SystemExit):
        cardinal("explain", "a", "--audit", "--curves")
