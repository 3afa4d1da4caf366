"""Draw a map into a picture, with its legend, to be saved: the picture says by itself what it shows."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from inference.arrays import EvidenceMap, RgbaPixels, RgbImage
from inference.attention.contours import Segments
from inference.attention.lettering import BLACK, GREY, NOT_A_PROOF, WHITE, broken, written
from inference.attention.methods import FACTS, Method
from inference.attention.render import evidence_rgba, heat_rgba, outline_segments, spotlight_rgba
from inference.results import CropGeometry
from inference.texts import visible

_DIMMED = 0.55
"""How much of its brightness the part keeps that the network never saw."""

LIGHT_LEFT = 0.35
"""What the spotlight leaves of the light where nothing speaks for the class (UX.md 5.4)."""

_TRACED_PX = 160
"""Longer side of the grid on which lines are traced; maps are smooth."""

_LINES_ACROSS = 1000
"""A line's unit is this part of the picture's longer side, so that lines can be seen in a small copy."""

_LEAST_LEGEND_PX = 320
"""So wide the legend is at least; a smaller picture stands above its left end."""

_WHITE_LINE, _BLACK_LINE = 2, 4
_FINER = 2
"""Lines are drawn so many times larger, and shrunk: smooth edges."""

MARK_BYTES = 256
"""How many first bytes `is_map_png` wants."""

_SOFTWARE = "Cardinal evidence map"
_MARK = b"tEXtSoftware\0" + _SOFTWARE.encode()
_PNG_START = b"\x89PNG\r\n\x1a\n"
_EXACT = frozenset({Method.EVIDENCE, Method.HIRES_CAM})


class Style(StrEnum):
    """How a map is drawn over its picture (UX.md 5.4)."""

    EVIDENCE = "evidence"
    """Signed: orange for the class, blue against it."""
    HEAT = "heat"
    """What speaks for the class, in the colours of `inferno`."""
    SPOTLIGHT = "spotlight"
    """The photo keeps colours and light where something speaks for the class."""
    OUTLINE = "outline"
    """Lines at 50 and 80 % of the strongest evidence."""


_PAINTERS = {Style.EVIDENCE: evidence_rgba, Style.HEAT: heat_rgba, Style.SPOTLIGHT: spotlight_rgba}


@dataclass(frozen=True, slots=True)
class Caption:
    """What the legend says.

    Attributes:
        subject: the class, or "A rather than B".
        scale: s of the scale -s...+s.
        model: name of the model.
        unit: what the scale counts; empty where only proportions mean something.
        is_own_scale: the scale is the map's own largest value, so its ends are written as shares of that.
        is_signed: the map can speak against the class.
    """

    subject: str
    scale: float
    model: str
    unit: str = "logits"
    is_own_scale: bool = False
    is_signed: bool = True


def caption_of(
    contributions: EvidenceMap,
    subject: str,
    model: str,
    method: Method,
    *,
    stage: int | None,
    fixed_scale: float | None,
) -> Caption:
    """What the legend says of a map of any method.

    Args:
        contributions: (h, w) float32.
        subject: the class in words.
        model: name of the model.
        method: how the map was made.
        stage: number of the earlier stage that it is of; None for the last one.
        fixed_scale: the model's scale for a map with so many cells, in logits; None where it has none.
    """
    facts = FACTS[method]
    if method is not Method.EVIDENCE:
        of_stage = "" if stage is None else f", stage {stage}"
        same = "" if facts.depends_on_class else ", whatever the class"
        subject = f"{subject} ({method.value}, {facts.paper.split(',')[0]}{of_stage}{same})"
    largest = float(np.abs(contributions).max()) or 1.0
    if stage is None and method in _EXACT:
        return Caption(subject, fixed_scale or largest, model)
    return Caption(subject, largest, model, "of this map's largest", is_own_scale=True, is_signed=facts.is_signed)


def picture_with_map(
    pixels: RgbImage,
    contributions: EvidenceMap,
    crop: CropGeometry,
    original_size: tuple[int, int],
    caption: Caption,
    *,
    strength: float = 0.6,
    style: Style = Style.EVIDENCE,
    outline: bool = False,
) -> RgbImage:
    """The picture with the map over what the network saw, the rest dimmed, and a legend below.

    Args:
        pixels: (H, W, 3), the picture at any size.
        contributions: (h, w) float32 in logits.
        crop: what the network saw, in original pixels; of what lies beside the picture nothing is drawn.
        original_size: (width, height) that `crop` refers to.
        caption: what the legend says.
        strength: opacity of the map, 0...1.
        style: how it is drawn.
        outline: lines are drawn over the colours, too.

    Returns:
        (H + legend, W, 3); wider, with white beside the picture, where the legend would not fit below it.
    """
    drawn = map_over(
        pixels, contributions, crop, original_size, caption.scale, strength=strength, style=style, outline=outline
    )
    legend = _legend(max(_LEAST_LEGEND_PX, drawn.shape[1]), caption, style, outline=outline)
    beside = np.full((drawn.shape[0], legend.shape[1] - drawn.shape[1], 3), 255, np.uint8)
    return np.concatenate([np.concatenate([drawn, beside], axis=1), legend])


def map_over(
    pixels: RgbImage,
    contributions: EvidenceMap,
    crop: CropGeometry,
    original_size: tuple[int, int],
    scale: float,
    *,
    strength: float = 0.6,
    style: Style = Style.EVIDENCE,
    outline: bool = False,
) -> RgbImage:
    """The picture with the map over what the network saw, and the rest dimmed.

    Args:
        pixels: (H, W, 3), the picture at any size.
        contributions: (h, w) float32 in logits.
        crop: what the network saw, in original pixels; of what lies beside the picture nothing is drawn.
        original_size: (width, height) that `crop` refers to.
        scale: s of the scale -s...+s.
        strength: opacity of the map, 0...1.
        style: how it is drawn.
        outline: lines are drawn over the colours, too.

    Returns:
        (H, W, 3).
    """
    height, width = pixels.shape[:2]
    scale_x, scale_y = width / original_size[0], height / original_size[1]
    left, right = round(crop.left * scale_x), max(round(crop.right * scale_x), round(crop.left * scale_x) + 1)
    top, bottom = round(crop.top * scale_y), max(round(crop.bottom * scale_y), round(crop.top * scale_y) + 1)
    # Of a very long picture only a part was read, and rounding may lead a pixel out of that.
    margin = max(0, -left, -top, right - width, bottom - height)
    framed = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)))
    box = np.s_[top + margin : bottom + margin, left + margin : right + margin]
    seen = framed[box].astype(np.float32)
    if style in _PAINTERS:
        overlay = _PAINTERS[style](contributions, scale, (right - left, bottom - top))
        seen = _covered(seen, overlay, style, strength)
    canvas = framed.astype(np.float32) * np.float32(_DIMMED)
    canvas[box] = seen
    drawn = np.rint(canvas).astype(np.uint8)
    if outline or style is Style.OUTLINE:
        unit = max(1, round(max(height, width) / _LINES_ACROSS))
        drawn[box] = _with_lines(drawn[box], outline_segments(contributions, _grid(drawn[box])), unit)
    within: RgbImage = drawn[margin : margin + height, margin : margin + width]
    return within


def as_png(drawn: RgbImage) -> bytes:
    """A picture with a map as a PNG file, marked as ours, so that nobody's photograph is ever taken for one."""
    mark = PngInfo()
    mark.add_text("Software", _SOFTWARE)
    buffer = io.BytesIO()
    Image.fromarray(drawn).save(buffer, "PNG", pnginfo=mark)
    return buffer.getvalue()


def is_map_png(first_bytes: bytes) -> bool:
    """Whether a file with these first `MARK_BYTES` bytes was made by `as_png`."""
    return first_bytes.startswith(_PNG_START) and _MARK in first_bytes


def _covered(seen: EvidenceMap, overlay: RgbaPixels, style: Style, strength: float) -> EvidenceMap:
    """(H, W, 3) float32 of the picture with the overlay's colours, or with light taken away as its alpha says."""
    alpha = overlay[..., 3:].astype(np.float32) / 255 * np.float32(strength)
    colours = overlay[..., :3].astype(np.float32)
    if style is Style.SPOTLIGHT:
        # Rec. 601, as Pillow and Qt make grey.
        grey = seen @ np.array([0.299, 0.587, 0.114], np.float32)
        colours = np.repeat((grey * np.float32(LIGHT_LEFT))[..., None], 3, axis=2).astype(np.float32)
    return (seen * (1 - alpha) + colours * alpha).astype(np.float32)


def _grid(box: RgbImage) -> tuple[int, int]:
    """(width, height) of the grid for lines in a box of a picture."""
    shrink = min(1.0, _TRACED_PX / max(box.shape[:2]))
    return max(1, round(box.shape[1] * shrink)), max(1, round(box.shape[0] * shrink))


def _with_lines(box: RgbImage, lines: Segments, unit: int) -> RgbImage:
    """White lines on black ones, which can be read on any picture."""
    height, width = box.shape[:2]
    ends = lines * np.array([width, height, width, height], np.float32) * _FINER
    drawn = box.astype(np.float32)
    for thickness, value in ((_BLACK_LINE, 0.0), (_WHITE_LINE, 255.0)):
        mask = Image.new("L", (width * _FINER, height * _FINER))
        draw = ImageDraw.Draw(mask)
        reach = thickness * unit * _FINER / 2
        for x1, y1, x2, y2 in ends.tolist():
            draw.line((x1, y1, x2, y2), fill=255, width=round(2 * reach))
            draw.ellipse((x2 - reach, y2 - reach, x2 + reach, y2 + reach), fill=255)
        cover = np.asarray(mask.resize((width, height), Image.Resampling.BOX), np.float32)[..., None] / 255
        drawn = (drawn * (1 - cover) + np.float32(value) * cover).astype(np.float32)
    return np.rint(drawn).astype(np.uint8)


def _legend(width: int, caption: Caption, style: Style, *, outline: bool) -> RgbImage:
    """(legend height, width, 3): a colour bar with its two ends and unit, the class, the model, the caution."""
    size = max(12, min(22, width // 40))
    font, margin = ImageFont.load_default(size), size // 2
    room = width - 2 * margin
    low, high = _ends(caption, style)
    sentences = ["lines at 50 % and 80 % of the largest"] if outline or style is Style.OUTLINE else []
    sentences += [f"for {visible(caption.subject)}", visible(caption.model)]
    lines = [(line, font, BLACK) for sentence in sentences for line in broken(sentence, font, room)]
    lines += [(line, font, GREY) for line in broken(NOT_A_PROOF, font, room)]
    words = written(lines, room, size)
    top = margin if style is Style.OUTLINE else margin + round(size * 1.6)
    band = Image.new("RGB", (width, top + words.height + margin), WHITE)
    band.paste(words, (margin, top))
    if style is not Style.OUTLINE:
        draw = ImageDraw.Draw(band)
        low_width, high_width = (round(draw.textlength(text, font=font)) for text in (low, high))
        bar_left, bar_height = 2 * margin + low_width, round(size * 0.9)
        bar_width = max(1, min(round(width * 0.4), width - bar_left - 2 * margin - high_width))
        draw.text((margin, margin), low, font=font, fill=BLACK)
        _draw_bar(band, (bar_left, margin, bar_width, bar_height), style, is_signed=caption.is_signed)
        draw.text((bar_left + bar_width + margin, margin), high, font=font, fill=BLACK)
    return np.asarray(band)


def _ends(caption: Caption, style: Style) -> tuple[str, str]:
    """What stands left and right of the bar."""
    if style is Style.OUTLINE:
        return "", ""
    is_signed = style is Style.EVIDENCE and caption.is_signed
    if caption.is_own_scale:
        return "-1" if is_signed else "0", f"{'+1' if is_signed else '1'} {caption.unit}"
    return f"-{caption.scale:.2g}" if is_signed else "0", f"+{caption.scale:.2g} {caption.unit}".rstrip()


def _draw_bar(band: Image.Image, place: tuple[int, int, int, int], style: Style, *, is_signed: bool) -> None:
    """The colours from one end to the other; `place` is left, top, width and height in pixels."""
    left, top, width, height = place
    low = -1.0 if style is Style.EVIDENCE and is_signed else 0.0
    ramp = np.linspace(low, 1, max(width, 2), dtype=np.float32)[None]
    bar = Image.fromarray(_PAINTERS[style](ramp, 1.0, (width, height)), "RGBA")
    band.paste(bar, (left, top), bar)
    ImageDraw.Draw(band).rectangle((left, top, left + width, top + height), outline=(120, 120, 120))
