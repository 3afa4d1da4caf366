"""The words around a compared picture are whole sentences, and names in them can do no harm."""

from __future__ import annotations

import pytest

from gui.compare.panel_words import first_words, maps_words, remark_words, score_words, unknown_words
from gui.viewer.map_mode import MapRemark
from gui.viewer.number_texts import percent_text
from inference.models.contract import MapKind

HOSTILE = "tab\u202eby\n"


def test_scores_and_first_suggestions() -> None:
    assert score_words("tabby", 0.713) == f"tabby: {percent_text(0.713)}"
    assert first_words("lynx", 0.25, is_shown=True) == "This is its first suggestion."
    assert first_words("lynx", 0.25, is_shown=False) == f"Its first suggestion: lynx, {percent_text(0.25)}"


@pytest.mark.parametrize(
    "said", [score_words(HOSTILE, 0.5), first_words(HOSTILE, 0.5, is_shown=False), unknown_words(HOSTILE)]
)
def test_names_are_made_visible(said: str) -> None:
    assert "\u202e" not in said
    assert "\n" not in said
    assert "u202e" in said


def test_everything_that_can_be_amiss_has_its_own_words() -> None:
    remarks = [remark_words(remark) for remark in MapRemark]
    assert len(set(remarks)) == len(MapRemark)
    assert [remark for remark in MapRemark if not remark_words(remark)] == [MapRemark.NONE]
    assert [kind for kind in MapKind if not maps_words(kind)] == [MapKind.EXACT]
