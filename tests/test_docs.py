"""The documents name keys, actions, options and files that there are."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

import pytest

from gui.action_table import ACTIONS, ActionRow
from main import COMMANDS
from tests.conftest import PROJECT_ROOT

MAP = PROJECT_ROOT / "docs" / "ARCHITECTURE.md"
GUIDE = PROJECT_ROOT / "docs" / "LABELLING.md"
README = PROJECT_ROOT / "README.md"
DOCUMENTS = sorted([README, *(PROJECT_ROOT / "docs").rglob("*.md")])

_KEY = re.compile(r"<kbd>(.+?)</kbd>")
_TABLE_ROW = re.compile(r"^\| <kbd>.*", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
_SOURCE = re.compile(r"`([\w/]+\.py)`")
_COMMAND_LINE = re.compile(r"main\.py (?P<command>[a-z]+)(?P<rest>.*)")


def _portable(key: str) -> str:
    """A key as the action table writes it."""
    return key.replace("Enter", "Return")


def _rows_with(key: str) -> list[ActionRow]:
    """The actions of a key; Shift with a decision's key inverts "go to next" once and decides the same."""
    keys = {_portable(key)}
    plain = _portable(key).removeprefix("Shift+")
    return [
        row
        for row in ACTIONS
        if keys & {one.sequence for one in row.keys}
        or (row.decides and key.startswith("Shift+") and plain in {one.sequence for one in row.keys})
    ]


def _table() -> list[list[str]]:
    return [_KEY.findall(line.split("|")[1]) for line in _TABLE_ROW.findall(GUIDE.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("document", [GUIDE, README], ids=lambda document: document.name)
def test_every_key_that_is_named_exists(document: Path) -> None:
    unknown = [key for key in _KEY.findall(document.read_text(encoding="utf-8")) if not _rows_with(key)]
    assert unknown == []


def test_the_keys_of_one_line_do_one_thing() -> None:
    lines = _table()
    assert lines
    for keys in lines:
        common = set.intersection(*({row.id for row in _rows_with(key)} for key in keys))
        assert common, f"no action has all of {keys}"


def test_the_guide_lists_every_key_that_decides() -> None:
    listed = {_portable(key) for keys in _table() for key in keys}
    missing = {one.sequence for row in ACTIONS if row.decides for one in row.keys} - listed - {"Enter"}
    assert missing == set()


def test_a_key_that_there_is_not_is_noticed() -> None:
    assert _rows_with("Ctrl+Alt+F12") == []
    assert _rows_with("Shift+Del") == []


def _parser_of(command: str) -> argparse.ArgumentParser:
    subparsers = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(f"inference.commands.{command}").add_parser(subparsers)
    parser: argparse.ArgumentParser = subparsers.choices[command]
    return parser


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_command_lines_use_options_of_their_command(document: Path) -> None:
    for line in _COMMAND_LINE.finditer(document.read_text(encoding="utf-8")):
        if line["command"] in COMMANDS:
            known = _parser_of(line["command"]).format_help()
            unknown = [option for option in _OPTION.findall(line["rest"]) if option not in known]
            assert unknown == [], line[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_to_files(document: Path) -> None:
    missing = [
        link for link in _LINK.findall(document.read_text(encoding="utf-8")) if not (document.parent / link).exists()
    ]
    assert missing == []


def test_the_map_names_files_that_there_are() -> None:
    files = [f"/{path.relative_to(PROJECT_ROOT).as_posix()}" for path in PROJECT_ROOT.glob("*/**/*.py")]
    files += [f"/{path.name}" for path in PROJECT_ROOT.glob("*.py")]
    named = set(_SOURCE.findall(MAP.read_text(encoding="utf-8").partition("## The rooms")[0]))
    assert {name for name in named if not any(file.endswith(f"/{name}") for file in files)} == set()
