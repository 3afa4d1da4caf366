"""The help of `explain` shows every option in its group, and its examples are commands that are understood."""

from __future__ import annotations

import argparse
import shlex

import pytest

from inference.commands.explain import add_parser
from inference.commands.explain_options import EXAMPLES
from inference.commands.explain_rules import refusal


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py")
    add_parser(parser.add_subparsers())
    return parser


def _help(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        _parser().parse_args(["explain", "--help"])
    return capsys.readouterr().out


def test_options_stand_in_groups_and_each_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    text = _help(capsys)
    places = [
        text.index(title)
        for title in (
            "which map:",
            "more questions about one picture",
            "side by side, on one scale:",
            "what is written",
            "about many pictures:",
            "examples:",
        )
    ]
    assert places == sorted(places)
    (explain,) = _parser()._subparsers._group_actions[0].choices.values()  # type: ignore[union-attr]
    options = [action for action in explain._actions if action.option_strings]
    assert len(options) > 25
    assert [action.option_strings[0] for action in options if not action.help] == []
    assert all(action.option_strings[0] in text for action in options)


def test_what_is_wrong_is_not_buried_under_all_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parser().parse_args(["explain", "a.png", "--hide", "5,5,5,5"])
    usage, sentence = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: main.py explain [options] IMAGE")
    assert sentence.endswith("argument --hide: must have its right beyond its left, and its bottom beyond its top")


def test_every_example_is_a_command_that_nothing_is_wrong_with() -> None:
    examples = [line.split("  ") for line in EXAMPLES.splitlines()[1:]]
    commands = [next(part for part in parts if part.startswith("main.py")) for parts in examples]
    assert len(commands) >= 8
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "main.py"
        assert refusal(_parser().parse_args(words)) == ""
