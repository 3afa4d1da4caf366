"""Write sentences into a picture, in lines that fit: the words of captions and legends that are saved with a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

NOT_A_PROOF = "Shows which parts moved the score; not a proof of cause."

BLACK, GREY, WHITE = (0, 0, 0), (90, 90, 90), (255, 255, 255)

MOST_LINES = 3
"""Into so many lines one sentence is broken; the rest of it is cut."""

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont
Line: TypeAlias = tuple[str, Font, tuple[int, int, int]]


def written(lines: Sequence[Line], width: int, size: int) -> Image.Image:
    """A band on white with these lines below each other.

    Args:
        lines: at least as narrow as the band.
        width: of the band, in pixels.
        size: of the usual font, which gives the distance of the lines.
    """
    step = round(size * 1.45)
    band = Image.new("RGB", (width, max(1, len(lines)) * step), WHITE)
    draw = ImageDraw.Draw(band)
    for place, (text, font, colour) in enumerate(lines):
        draw.text((0, place * step), text, font=font, fill=colour)
    return band


def broken(text: str, font: Font, width: int) -> list[str]:
    """A sentence in lines of at most this width in pixels, `MOST_LINES` at most; what does not fit is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, font, width))
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], _cut(" ".join(lines[MOST_LINES - 1 :]), font, width)]
    return lines


def _cut(text: str, font: Font, width: int) -> str:
    """The text, cut in the middle to this width in pixels: both its ends tell names apart."""
    if font.getlength(text) <= width:
        return text
    fitting, too_long = 1, len(text)
    while too_long - fitting > 1:
        tried = (fitting + too_long) // 2
        if font.getlength(_without_middle(text, tried)) <= width:
            fitting = tried
        else:
            too_long = tried
    return _without_middle(text, fitting)


def _without_middle(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail]}...{text[len(text) - tail :] if tail else ''}"
