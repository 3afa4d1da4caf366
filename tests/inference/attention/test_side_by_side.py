"""A saved comparison has every picture with its map in its own place, every word, one legend; nothing is enlarged."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from inference.arrays import EvidenceMap, RgbImage
from inference.attention import side_by_side as module
from inference.attention.lettering import NOT_A_PROOF, broken
from inference.attention.picture import Style
from inference.attention.side_by_side import Panel, SharedLegend, side_by_side
from inference.results import CropGeometry

ORANGE, BLUE = (0xE6, 0x9F, 0x00), (0x00, 0x72, 0xB2)
LEGEND = SharedLegend(Style.EVIDENCE, 1.0, 1.0, ("two pictures", "for tabby"))


def grey(width: int, height: int) -> RgbImage:
    return np.full((height, width, 3), 128, np.uint8)


def panel(
    width: int = 300,
    height: int = 200,
    contributions: EvidenceMap | None = None,
    *,
    title: str = "a.png",
    lines: tuple[str, ...] = ("tabby: 71 %",),
) -> Panel:
    """The network saw the right half."""
    crop = CropGeometry(width / 2, 0, width, height)
    return Panel(grey(width, height), contributions, crop, (width, height), title, lines)


def has(drawn: RgbImage, colour: tuple[int, int, int]) -> np.ndarray:
    """(H, W) bool: where the colour is."""
    found: np.ndarray = (drawn == np.array(colour, np.uint8)).all(axis=2)
    return found


def test_each_map_lies_on_what_the_network_saw_of_its_own_picture() -> None:
    for_it, against = np.ones((2, 2), np.float32), -np.ones((2, 2), np.float32)
    drawn = side_by_side([panel(contributions=for_it), panel(contributions=against), panel()], LEGEND)
    third = drawn.shape[1] / 3
    columns = {colour: np.nonzero(has(drawn, colour).sum(axis=0) > 100)[0] for colour in (ORANGE, BLUE)}
    assert len(columns[ORANGE]) == len(columns[BLUE]) == 150
    assert columns[ORANGE].max() < third < columns[BLUE].min() < columns[BLUE].max() < 2 * third
    # The halves that no network saw are dimmed; the third picture has no map, and its right half stays as it is.
    assert has(drawn, (70, 70, 70)).sum() == 3 * 150 * 200
    assert has(drawn, (128, 128, 128)).sum() >= 150 * 200


def test_large_pictures_are_shrunk_and_small_ones_stay() -> None:
    drawn = side_by_side([panel(3000, 1500), panel(40, 30)], LEGEND)
    assert drawn.shape[1] < 2 * 700
    seen, half = has(drawn, (128, 128, 128)), drawn.shape[1] // 2
    # The smoothed edges of letters have this grey, too, here and there.
    assert 0 <= seen[:, :half].sum() - 320 * 320 < 200
    assert 0 <= seen[:, half:].sum() - 20 * 30 < 200


@pytest.mark.parametrize("style", [None, *Style])
def test_every_way_of_drawing_says_what_it_is(style: Style | None, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def told(text: str, *rest: object) -> list[str]:
        written.append(text)
        return broken(text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "broken", told)
    contributions = np.linspace(-1, 1, 49, dtype=np.float32).reshape(7, 7)
    legend = SharedLegend(style, 0.5, 0.6, LEGEND.lines)
    drawn = side_by_side([panel(contributions=contributions), panel(contributions=-contributions)], legend)
    plain = side_by_side([panel(), panel()], legend)
    same = drawn[: plain.shape[0]] == plain
    assert same.all() == (style is None)
    assert {"a.png", "tabby: 71 %", "two pictures", "for tabby"} <= set(written)
    assert (NOT_A_PROOF in written) == (style is not None)


@pytest.mark.parametrize(
    ("style", "in_logits", "is_signed", "ends"),
    [
        (Style.EVIDENCE, True, True, ("-0.5", "+0.5 logits, the same for all")),
        (Style.EVIDENCE, True, False, ("0", "+0.5 logits, the same for all")),
        (Style.EVIDENCE, False, True, ("-1", "+1 of the largest of all maps, the same for all")),
        (Style.EVIDENCE, False, False, ("0", "1 of the largest of all maps, the same for all")),
        (Style.HEAT, True, True, ("0", "+0.5 logits, the same for all")),
        (Style.HEAT, False, True, ("0", "1 of the largest of all maps, the same for all")),
    ],
)
def test_the_scale_says_what_it_counts_and_has_the_colours_of_the_maps(
    style: Style, in_logits: bool, is_signed: bool, ends: tuple[str, str]
) -> None:
    legend = SharedLegend(style, 0.5, 1.0, (), in_logits=in_logits, is_signed=is_signed)
    assert module._ends(legend, is_signed=style is Style.EVIDENCE and is_signed) == ends
    foot = side_by_side([panel(), panel()], legend)[-120:]
    assert _is_near(foot, ORANGE) == (style is Style.EVIDENCE)
    assert _is_near(foot, BLUE) == (style is Style.EVIDENCE and is_signed)


def _is_near(drawn: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has this colour, or nearly: the ends of the bar are drawn smoothly."""
    return bool((np.abs(drawn.astype(int) - np.array(colour)).max(axis=2) < 12).any())


def test_lines_lie_over_the_colours_where_they_are_wanted() -> None:
    contributions = np.zeros((7, 7), np.float32)
    contributions[3, 3] = 1.0
    drawn = [
        side_by_side([panel(contributions=contributions), panel()], SharedLegend(Style.HEAT, 1.0, 1.0, (), outline=on))
        for on in (False, True)
    ]
    height = panel().pixels.shape[0]
    plain, lined = (one[-height - 200 :] for one in drawn)
    half = lined.shape[1] // 2
    assert has(lined[:, :half], (255, 255, 255)).sum() != has(plain[:, :half], (255, 255, 255)).sum()
    # A panel without a map has no lines.
    without = SharedLegend(None, 1.0, 1.0, (), outline=True)
    np.testing.assert_array_equal(
        side_by_side([panel()], without), side_by_side([panel()], SharedLegend(None, 1.0, 1.0, ()))
    )


def test_hostile_and_endless_words_stay_within_their_panel() -> None:
    title = "\u202e" + "x" * 5000 + ".png"
    lines = ("word " * 2000, "\n\t", "", "<b>&amp;</b>")
    drawn = side_by_side([panel(title=title, lines=lines), panel(title="", lines=())], LEGEND)
    assert drawn.shape[0] < 700
    # Between the panels nothing is written.
    width = (drawn.shape[1] - 3 * 16) // 2
    gap = drawn[:200, 16 + width : 16 + width + 16]
    assert (gap == 255).all()


def test_numbers_that_are_none_draw_nothing() -> None:
    bad = np.full((2, 2), np.nan, np.float32)
    for style in Style:
        legend = SharedLegend(style, 1.0, 1.0, ())
        drawn = side_by_side([panel(contributions=bad)], legend)
        assert drawn.dtype == np.uint8
        assert not has(drawn, ORANGE).sum() > 150 * 100
    assert Image.fromarray(side_by_side([panel(contributions=bad)], LEGEND)).width > 0


def test_a_picture_of_one_pixel() -> None:
    one = Panel(grey(1, 1), np.ones((3, 3), np.float32), CropGeometry(0, 0, 1, 1), (1, 1), "dot", ())
    assert has(side_by_side([one], LEGEND), ORANGE).any()
