"""Draw several maps beside each other in one picture, with captions, one scale and one legend, to be saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.lettering import BLACK, GREY, NOT_A_PROOF, WHITE, broken, written
from inference.attention.picture import Style, map_over
from inference.attention.render import evidence_rgba, heat_rgba
from inference.results import CropGeometry
from inference.texts import visible

_WIDEST, _NARROWEST = 640, 280
"""Of one panel, in pixels: pictures are never enlarged, and captions need some room."""

_GAP = 16
_SCALED = frozenset({Style.EVIDENCE, Style.HEAT})
"""The ways of drawing whose colours have a scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One of the pictures, with what is said of it.

    Attributes:
        pixels: (H, W, 3), the picture at any size.
        contributions: (h, w) float32 in logits, or None where no map is drawn.
        crop: what the network saw, in original pixels.
        original_size: (width, height) that `crop` refers to.
        title: in the first line of the caption.
        lines: the lines below it.
    """

    pixels: RgbImage
    contributions: EvidenceMap | None
    crop: CropGeometry
    original_size: tuple[int, int]
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedLegend:
    """What holds for all panels.

    Attributes:
        style: how the maps are drawn; None where none is.
        scale: s of the scale -s...+s, in logits unless `in_logits` says otherwise.
        strength: opacity of the maps, 0...1.
        lines: what is said besides the scale: classes, models.
        outline: lines are drawn over the colours, too.
        in_logits: the scale counts logits; else only shares of its end, the largest value of all maps, mean something.
        is_signed: the maps can speak against the class.
    """

    style: Style | None
    scale: float
    strength: float
    lines: tuple[str, ...]
    outline: bool = False
    in_logits: bool = True
    is_signed: bool = True


def side_by_side(panels: Sequence[Panel], legend: SharedLegend) -> RgbImage:
    """All panels in a row, their captions above them, one legend below.

    Args:
        panels: at least one.
        legend: holds for all of them.

    Returns:
        (H, W, 3) on white.
    """
    pictures = [_picture(panel, legend) for panel in panels]
    width = max(_NARROWEST, *(picture.width for picture in pictures))
    size = max(12, min(18, width // 32))
    captions = [_caption(panel, width, size) for panel in panels]
    row = max(picture.height for picture in pictures)
    head = max(caption.height for caption in captions)
    whole = _GAP + len(panels) * (width + _GAP)
    foot = _foot(whole - 2 * _GAP, size, legend)
    canvas = Image.new("RGB", (whole, 4 * _GAP + head + row + foot.height), WHITE)
    for place, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left = _GAP + place * (width + _GAP)
        canvas.paste(caption, (left, _GAP))
        canvas.paste(picture, (left, 2 * _GAP + head))
    canvas.paste(foot, (_GAP, 3 * _GAP + head + row))
    return np.asarray(canvas)


def _picture(panel: Panel, legend: SharedLegend) -> Image.Image:
    """The picture with its map, as large as a panel lets it be."""
    height, width = panel.pixels.shape[:2]
    factor = min(1.0, _WIDEST / max(width, height))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    photo = np.asarray(Image.fromarray(panel.pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0))
    contributions, style, outline = panel.contributions, legend.style, legend.outline
    if contributions is None or style is None:
        contributions, style, outline = np.zeros((1, 1), np.float32), Style.EVIDENCE, False
    drawn = map_over(
        photo,
        contributions,
        panel.crop,
        panel.original_size,
        legend.scale,
        strength=legend.strength,
        style=style,
        outline=outline,
    )
    return Image.fromarray(drawn)


def _caption(panel: Panel, width: int, size: int) -> Image.Image:
    """The words above a picture."""
    title, usual = ImageFont.load_default(size * 1.15), ImageFont.load_default(size)
    lines = [(text, title, BLACK) for text in broken(visible(panel.title), title, width)]
    for sentence in panel.lines:
        lines += [(text, usual, GREY) for text in broken(visible(sentence), usual, width)]
    return written(lines, width, size)


def _foot(width: int, size: int, legend: SharedLegend) -> Image.Image:
    """The scale, the words that hold for all panels, and the caution."""
    font = ImageFont.load_default(size)
    sentences = [*legend.lines, *_style_words(legend)]
    if legend.style is not None:
        sentences.append(NOT_A_PROOF)
    lines = [(text, font, GREY) for sentence in sentences for text in broken(visible(sentence), font, width)]
    words = written(lines, width, size)
    if legend.style not in _SCALED:
        return words
    band = Image.new("RGB", (width, words.height + 2 * size), WHITE)
    _draw_scale(band, size, legend)
    band.paste(words, (0, 2 * size))
    return band


def _style_words(legend: SharedLegend) -> Iterator[str]:
    if legend.style is Style.SPOTLIGHT:
        yield "Dark and without colours where nothing speaks for the class."
    if legend.style is Style.OUTLINE or (legend.outline and legend.style is not None):
        yield "Lines at 50 % and 80 % of the strongest evidence for the class, in each picture."


def _draw_scale(band: Image.Image, size: int, legend: SharedLegend) -> None:
    """The bar of colours in the first line of the band, between its two ends in logits."""
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(band)
    is_evidence = legend.style is Style.EVIDENCE
    is_signed = is_evidence and legend.is_signed
    low, high = _ends(legend, is_signed=is_signed)
    low_width, high_width = (round(draw.textlength(text, font=font)) for text in (low, high))
    room = band.width - low_width - high_width - 2 * size
    bar_width, height, left = max(2, min(20 * size, room)), round(size * 0.9), low_width + size // 2
    ramp = np.linspace(-1 if is_signed else 0, 1, bar_width, dtype=np.float32)[None]
    painter = evidence_rgba if is_evidence else heat_rgba
    bar = Image.fromarray(painter(ramp, 1.0, (bar_width, height)), "RGBA")
    draw.text((0, 0), low, font=font, fill=BLACK)
    band.paste(bar, (left, 2), bar)
    draw.rectangle((left, 2, left + bar_width, 2 + height), outline=(120, 120, 120))
    draw.text((left + bar_width + size // 2, 0), high, font=font, fill=BLACK)


def _ends(legend: SharedLegend, *, is_signed: bool) -> tuple[str, str]:
    """What stands left and right of the bar."""
    if legend.in_logits:
        return f"-{legend.scale:.2g}" if is_signed else "0", f"+{legend.scale:.2g} logits, the same for all"
    sign = "+" if is_signed else ""
    return "-1" if is_signed else "0", f"{sign}1 of the largest of all maps, the same for all"
