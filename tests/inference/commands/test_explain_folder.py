"""Options that do not go together are refused with a sentence; nothing is ignored."""

from __future__ import annotations

import argparse

import pytest

from inference.attention.region import Box
from inference.commands.explain_folder import parse_shares
from tests.inference.commands.sessions import Run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name one picture"),
        (("a.png", "b.png"), "Name one picture"),
        (("a.png", "--session", "x.cardinal"), "go with --audit"),
        (("a.png", "--box", "0,0,1,1"), "go with --audit"),
        (("a", "--audit", "--class", "cow"), "--class is asked of one picture."),
        (("a", "--audit", "--check"), "--check is asked of one picture."),
        (("a", "--curves", "--finer", "2"), "--finer is asked of one picture."),
        (("a", "--audit", "--outline"), "--outline is asked of one picture."),
        (("a", "--audit", "--stage", "1"), "--stage is asked of one picture."),
        (("a", "--audit", "--mode", "heat"), "--mode is asked of one picture."),
        (("a", "--audit", "--hide", "0,0,9,9"), "--hide is asked of one picture."),
        (("a", "--curves", "--region", "map"), "--region is asked of one picture."),
        (("a", "--audit", "--alone"), "--alone is asked of one picture."),
        (("a.png", "--alone"), "--alone asks about --region."),
        (("a", "--curves", "--output", "x"), "--output goes with --audit"),
        (("a", "--audit", "--method", "grad-cam"), "--method goes with --curves"),
        (("a", "--compare-methods", "--method", "grad-cam"), "--method goes with --curves"),
        (("--session", "x.cardinal", "--audit", "--model", "m"), "--model does not go with --session"),
        (("--audit",), "Name a folder"),
        (("--compare-methods", "3"), "Name a folder"),
    ],
)
def test_what_does_not_go_together_is_refused(cardinal: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = cardinal("explain", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_box_is_four_shares() -> None:
    assert parse_shares("0.1,0,0.9,1") == Box(0.1, 0, 0.9, 1)
    for wrong in ("1,2,3", "a,b,c,d", "0.5,0,0.2,1", "0,0,2,1", "-1,0,1,1", "nan,0,1,1"):
        with pytest.raises(argparse.ArgumentTypeError):
            parse_shares(wrong)


def test_two_questions_at_once_are_refused(cardinal: Run) -> None:
    with pytest.raises(SystemExit):
        cardinal("explain", "a", "--audit", "--curves")
