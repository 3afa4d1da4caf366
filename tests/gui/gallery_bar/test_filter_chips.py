"""Each condition is one chip, and the chip knows the filter without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.gallery.arrangement import ImageFilter
from gui.gallery_bar.filter_chips import MOST_CHIPS, chips_of, score_text
from inference.sessions.states import ImageState

NAMES = {0: "magpie", 1: "jay", 2: "<b>&\u202e\n"}


def texts(images: ImageFilter) -> list[str]:
    """What the chips say."""
    return [chip.text for chip in chips_of(images, lambda code: NAMES.get(code, f"class {code}"))]


def test_every_condition_is_said() -> None:
    images = ImageFilter(
        states=frozenset({ImageState.SUGGESTED, ImageState.QUEUED}),
        labels=frozenset({0}),
        suggestions=frozenset({1}),
        folders=frozenset({"/home/holiday/2026-07"}),
        score_to=0.6,
        text="IMG",
    )
    assert texts(images) == [
        "Folder: 2026-07",
        "State: queued",
        "State: suggested",
        "Label: magpie",
        "Suggestion: jay",
        "Score \u2264 60 %",
        "Text: IMG",
    ]


@pytest.mark.parametrize(
    ("lowest", "highest", "text"),
    [
        (0.2, None, "Score \u2265 20 %"),
        (None, 0.6, "Score \u2264 60 %"),
        (None, 0.0, "Score \u2264 0 %"),
        (0.2, 0.6, "Score 20 % to 60 %"),
    ],
)
def test_scores(lowest: float | None, highest: float | None, text: str) -> None:
    assert score_text(lowest, highest) == text


def test_hostile_names_do_no_harm() -> None:
    assert texts(ImageFilter(labels=frozenset({2}))) == ["Label: <b>&\\u202e\\n"]
    assert texts(ImageFilter(folders=frozenset({"/a/\udcff"}))) == ["Folder: \\xff"]
    assert texts(ImageFilter(text="\u05d0")) == ["Text: \u2068\u05d0\u2069"]
    (long,) = texts(ImageFilter(text="x" * 1_000))
    assert len(long) < 60


def test_many_entries_of_a_condition_are_one_chip() -> None:
    some, many = frozenset(range(MOST_CHIPS)), frozenset(range(MOST_CHIPS + 1))
    assert len(texts(ImageFilter(labels=some))) == MOST_CHIPS
    (chip,) = chips_of(ImageFilter(labels=many, text="a"), str)[:1]
    assert chip.text == f"Label: {MOST_CHIPS + 1} chosen"
    assert chip.without == ImageFilter(text="a")


FILTERS = st.builds(
    ImageFilter,
    states=st.frozensets(st.sampled_from(ImageState)),
    labels=st.frozensets(st.integers(0, 20), max_size=9),
    suggestions=st.frozensets(st.integers(0, 20), max_size=9),
    folders=st.frozensets(st.sampled_from(["/a", "/a/b", "/"])),
    score_from=st.none() | st.floats(0, 1),
    score_to=st.none() | st.floats(0, 1),
    text=st.text(max_size=3),
)


@given(images=FILTERS)
def test_taking_chips_away_one_by_one_empties_the_filter(images: ImageFilter) -> None:
    left = images
    for _step in range(40):
        chips = chips_of(left, str)
        assert bool(chips) == (not left.is_empty)
        if not chips:
            break
        assert chips[-1].without != left
        left = chips[-1].without
    assert left.is_empty
