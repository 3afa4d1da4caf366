"""A click shows exactly a row; Ctrl+click adds rows and takes them out."""

import pytest

from gui.gallery.arrangement import ImageFilter
from gui.library.sections import (
    FacetKey,
    Section,
    after_click,
    keys_of,
    only,
    section_title,
    toggled,
    with_keys,
    without_keys,
)
from inference.sessions.states import ImageState

ROWS: list[tuple[Section, FacetKey, FacetKey]] = [
    (Section.SOURCES, "/a", "/b"),
    (Section.STATE, ImageState.QUEUED, ImageState.UNSURE),
    (Section.LABELS, 0, 7),
    (Section.SUGGESTIONS, 3, 4),
]
BESIDE = ImageFilter(score_from=0.2, score_to=0.8, text="IMG")


@pytest.mark.parametrize(("section", "row", "other"), ROWS)
def test_a_click_shows_exactly_the_row(section: Section, row: FacetKey, other: FacetKey) -> None:
    everything = BESIDE
    for any_section, one, another in ROWS:
        everything = with_keys(everything, any_section, frozenset({one, another}))
    shown = after_click(everything, section, row)
    assert shown == with_keys(BESIDE, section, frozenset({row}))
    assert keys_of(shown, section) == {row}
    assert keys_of(after_click(shown, section, other), section) == {other}


@pytest.mark.parametrize(("section", "row", "_other"), ROWS)
def test_a_click_on_the_only_row_clears_its_section_and_no_other(
    section: Section, row: FacetKey, _other: FacetKey
) -> None:
    everything = BESIDE
    for any_section, one, _another in ROWS:
        everything = with_keys(everything, any_section, frozenset({one}))
    left = after_click(everything, section, row)
    assert left == with_keys(everything, section, frozenset())
    assert only(everything, section, row) == with_keys(BESIDE, section, frozenset({row})), "the menu does not toggle"


@pytest.mark.parametrize(("section", "row", "other"), ROWS)
def test_ctrl_adds_and_takes_out(section: Section, row: FacetKey, other: FacetKey) -> None:
    one = toggled(BESIDE, section, row)
    both = toggled(one, section, other)
    assert keys_of(both, section) == {row, other}
    assert toggled(both, section, other) == one
    assert toggled(one, section, row) == BESIDE
    assert without_keys(both) == BESIDE


def test_states_stay_states() -> None:
    (state,) = toggled(ImageFilter(), Section.STATE, 5).states
    assert isinstance(state, ImageState)


def test_titles_differ() -> None:
    assert len({section_title(section) for section in Section}) == len(Section)
