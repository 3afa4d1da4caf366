"""Test gui/gallery/image_words.py and image_state.py: every state has its words, hostile text does no harm."""

import pytest
from pytestqt.qtbot import QtBot

from gui.gallery.image_state import ImageState, state_word
from gui.gallery.image_table import ImageTable
from gui.gallery.image_words import spoken, tooltip
from tests.gui.gallery.images import append, decide, failed, suggested


@pytest.fixture
def table(qtbot: QtBot) -> ImageTable:
    """Two images; the second one has a suggestion."""
    table = ImageTable()
    append(table, ["/p/a\n.jpg", "/p/b.jpg"])
    table.apply_answers([suggested(1, "tabby\u202e", 0.714)])
    return table


@pytest.mark.parametrize(
    ("state", "said", "tip"),
    [
        (ImageState.ACCEPTED, "b.jpg, label lynx, accepted, 2 of 1,000", "Label: lynx (accepted)"),
        (ImageState.CORRECTED, "b.jpg, label lynx, corrected, 2 of 1,000", "Label: lynx (corrected)"),
        (ImageState.REJECTED, "b.jpg, rejected, 2 of 1,000", "Rejected"),
    ],
)
def test_decisions(table: ImageTable, state: ImageState, said: str, tip: str) -> None:
    decide(table, [1], state, "lynx")
    assert spoken(table, 1, 2, 1_000) == said
    name, second, third = tooltip(table, 1).split("\n")
    assert (name, second) == ("b.jpg", tip)
    assert third.startswith("Suggestion: tabby")
    assert "\u202e" not in third


def test_what_nobody_has_decided(table: ImageTable) -> None:
    assert spoken(table, 0, 1, 2) == "a\\n.jpg, queued, 1 of 2"
    assert spoken(table, 1, 2, 2).endswith(", 71 percent, not reviewed, 2 of 2")
    assert tooltip(table, 0) == "a\\n.jpg\nQueued"
    table.apply_answers([failed(0, "It is damaged.")])
    assert spoken(table, 0, 1, 2) == "Failed, a\\n.jpg, It is damaged., 1 of 2"
    assert tooltip(table, 0) == "a\\n.jpg\nIt is damaged."


def test_unsure_with_and_without_a_suggestion(table: ImageTable) -> None:
    decide(table, [0, 1], ImageState.UNSURE)
    assert spoken(table, 0, 1, 2) == "a\\n.jpg, unsure, 1 of 2"
    assert ", unsure, suggestion tabby" in spoken(table, 1, 2, 2)


def test_every_state_has_its_word() -> None:
    assert len({state_word(state) for state in ImageState}) == len(ImageState)
