"""A saved picture: the map over what the network saw, the rest dimmed, a legend below."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageFont

from inference.arrays import EvidenceMap, RgbImage
from inference.attention import picture as module
from inference.attention.lettering import MOST_LINES, NOT_A_PROOF, Line, broken, written
from inference.attention.methods import FACTS, Method
from inference.attention.picture import (
    LIGHT_LEFT,
    MARK_BYTES,
    Caption,
    Style,
    as_png,
    caption_of,
    is_map_png,
    map_over,
    picture_with_map,
)
from inference.results import CropGeometry


def test_the_map_falls_on_the_crop_and_the_rest_is_dimmed() -> None:
    grey = np.full((100, 200, 3), 200, np.uint8)
    contributions = np.full((2, 2), 1.0, np.float32)
    drawn = picture_with_map(
        grey, contributions, CropGeometry(100, 0, 300, 200), (400, 200), Caption("cat", 1.0, "m"), strength=1.0
    )
    assert drawn.shape[0] > 100
    # The legend is wider than the picture, which stands above its left end.
    assert drawn.shape[1:] == (320, 3)
    assert (drawn[:100, 200:] == 255).all()
    assert tuple(drawn[50, 100]) == (0xE6, 0x9F, 0x00)
    assert tuple(drawn[50, 20]) == (110, 110, 110)
    assert (grey == 200).all()


@pytest.mark.parametrize("style", list(Style))
def test_a_crop_that_reaches_beyond_the_picture_is_drawn_as_far_as_there_is_one(style: Style) -> None:
    # Of a very long picture only the middle is read, and rounding may put the crop a pixel beside it.
    whole = np.random.default_rng(3).integers(0, 256, (120, 80, 3), np.uint8)
    contributions = np.zeros((12, 8), np.float32)
    contributions[2:9, 3:6] = 1.0
    for left, top, right, bottom in ((1, 1, 0, 0), (0, 0, 1, 1), (3, 0, 0, 2)):
        part = whole[top : 120 - bottom, left : 80 - right]
        size = (part.shape[1], part.shape[0])
        crop = CropGeometry(-left, -top, 80 - left, 120 - top)
        drawn = map_over(part, contributions, crop, size, 1.0, style=style, outline=True)
        full = map_over(whole, contributions, CropGeometry(0, 0, 80, 120), (80, 120), 1.0, style=style, outline=True)
        assert (drawn == full[top : 120 - bottom, left : 80 - right]).all()


def test_a_picture_of_one_pixel_and_a_hostile_name() -> None:
    pixel = np.zeros((1, 1, 3), np.uint8)
    drawn = picture_with_map(
        pixel,
        np.ones((3, 3), np.float32),
        CropGeometry(0, 0, 1, 1),
        (1, 1),
        Caption("<b>\u202ecat\n", 1.0, "m"),
    )
    assert drawn.shape[1] == 320
    assert tuple(drawn[0, 1]) == (255, 255, 255)


def test_a_saved_map_is_known_as_one_and_no_other_picture_is() -> None:
    drawn = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    png = as_png(drawn)
    assert is_map_png(png[:MARK_BYTES])
    with Image.open(io.BytesIO(png)) as read:
        assert (np.asarray(read) == drawn).all()
        other = io.BytesIO()
        read.save(other, "PNG")
    assert not is_map_png(other.getvalue()[:MARK_BYTES])
    assert not is_map_png(b"")


def _drawn(contributions: EvidenceMap, style: Style, *, outline: bool = False) -> RgbImage:
    """A colourful picture of one tone under a map, without the legend."""
    pixels = np.full((200, 200, 3), (200, 100, 50), np.uint8)
    whole = CropGeometry(0, 0, 200, 200)
    return map_over(pixels, contributions, whole, (200, 200), 1.0, strength=1.0, style=style, outline=outline)


def _halves() -> EvidenceMap:
    """The left speaks for the class, the right against it."""
    contributions = np.full((4, 4), -1.0, np.float32)
    contributions[:, :2] = 1.0
    return contributions


def test_heat_shows_the_left_and_leaves_the_right_as_it_is() -> None:
    drawn = _drawn(_halves(), Style.HEAT)
    assert tuple(drawn[100, 190]) == (200, 100, 50)
    assert drawn[100, 10].min() > 100


def test_the_spotlight_leaves_light_and_colours_only_where_something_speaks_for_the_class() -> None:
    drawn = _drawn(_halves(), Style.SPOTLIGHT)
    assert tuple(drawn[100, 10]) == (200, 100, 50)
    grey = round((0.299 * 200 + 0.587 * 100 + 0.114 * 50) * LIGHT_LEFT)
    assert np.abs(drawn[100, 190].astype(int) - grey).max() <= 1


@pytest.mark.parametrize("style", list(Style))
def test_lines_lie_between_both_halves_and_go_with_every_style(style: Style) -> None:
    plain, lined = _drawn(_halves(), style), _drawn(_halves(), style, outline=True)
    changed = (plain != lined).any(axis=2)
    assert changed.any() is np.bool_(style is not Style.OUTLINE)
    white, black = lined.min(axis=2) >= 250, lined.max(axis=2) <= 5
    rows, columns = np.nonzero(white)
    # Along the middle, or along the border, where a line is closed.
    assert np.isin(100, rows)
    inside = columns[(columns > 4) & (rows > 4) & (rows < 195)]
    assert inside.size
    assert inside.min() > 80
    assert inside.max() < 120
    assert black[100].any()


def test_nothing_for_the_class_draws_no_line() -> None:
    against = np.full((3, 3), -1.0, np.float32)
    assert (_drawn(against, Style.OUTLINE) == (200, 100, 50)).all()


@pytest.mark.parametrize("method", list(Method))
def test_the_legend_counts_in_logits_only_where_cells_add_up(method: Method) -> None:
    contributions = np.array([[2.0, -4.0]], np.float32)
    last = caption_of(contributions, "cat", "m", method, stage=None, fixed_scale=9.0)
    is_exact = method in {Method.EVIDENCE, Method.HIRES_CAM}
    assert (last.unit == "logits") is is_exact
    assert last.scale == (9.0 if is_exact else 4.0)
    assert last.is_own_scale is not is_exact
    assert (method.value in last.subject) is (method is not Method.EVIDENCE)
    assert FACTS[method].paper.split(",")[0] in last.subject or method is Method.EVIDENCE
    stage = caption_of(contributions, "cat", "m", method, stage=2, fixed_scale=9.0)
    assert stage.is_own_scale
    assert caption_of(contributions * 0, "cat", "m", method, stage=None, fixed_scale=None).scale == 1.0


def test_the_bar_of_a_map_that_is_never_negative_has_no_blue() -> None:
    whole, pixels = CropGeometry(0, 0, 400, 10), np.zeros((10, 400, 3), np.uint8)
    contributions = np.ones((2, 2), np.float32)
    blues = []
    for is_signed in (True, False):
        caption = Caption("cat", 1.0, "m", is_signed=is_signed)
        legend = picture_with_map(pixels, contributions, whole, (400, 10), caption)[10:].astype(int)
        blues.append(bool((legend[..., 2] - legend[..., 0] > 60).any()))
    assert blues == [True, False]


def test_the_legend_of_a_small_picture_is_not_cut_and_a_long_one_takes_more_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words: list[str] = []

    def told(lines: Sequence[Line], width: int, size: int) -> Image.Image:
        words.extend(text for text, _font, _colour in lines)
        return written(lines, width, size)

    monkeypatch.setattr(module, "written", told)
    pixels, contributions = np.zeros((64, 64, 3), np.uint8), np.ones((2, 2), np.float32)
    heights = []
    for subject in ("cat", "golden retriever (eigen-cam, Muhammad and Yeasin 2020, whatever the class)"):
        words.clear()
        caption = Caption(subject, 1.0, "ResNeXt-26 8x8d, Tiny-ImageNet (built in)")
        drawn = picture_with_map(pixels, contributions, CropGeometry(0, 0, 64, 64), (64, 64), caption)
        assert " ".join(words) == f"for {subject} {caption.model} {NOT_A_PROOF}"
        heights.append(drawn.shape[0])
    assert heights[1] > heights[0]


def test_a_word_as_long_as_a_page_is_cut_in_the_middle() -> None:
    font = ImageFont.load_default(12)
    (line,) = broken("a" + "b" * 500 + "c", font, 300)
    assert font.getlength(line) <= 300
    assert line.startswith("ab")
    assert line.endswith("bc")
    assert "..." in line
    assert len(broken("word " * 400, font, 300)) == MOST_LINES
