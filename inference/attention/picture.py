"""Draw a map into a picture, with its legend, to be saved: the picture says by itself what it shows."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.render import evidence_rgba
from inference.results import CropGeometry
from inference.texts import visible

_NOT_A_PROOF = "Shows which parts moved the score; not a proof of cause."
_DIMMED = 0.55
"""How much of its brightness the part keeps that the network never saw."""

MARK_BYTES = 256
"""How many first bytes `is_map_png` wants."""

_SOFTWARE = "Cardinal evidence map"
_MARK = b"tEXtSoftware\0" + _SOFTWARE.encode()
_PNG_START = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Caption:
    """What the legend says.

    Attributes:
        subject: the class, or "A rather than B".
        scale: s of the scale -s...+s.
        model: name of the model.
        unit: what the scale counts; empty where only proportions mean something.
    """

    subject: str
    scale: float
    model: str
    unit: str = "logits"


def picture_with_map(
    pixels: RgbImage,
    contributions: EvidenceMap,
    crop: CropGeometry,
    original_size: tuple[int, int],
    caption: Caption,
    *,
    strength: float = 0.6,
) -> RgbImage:
    """The picture with the map over what the network saw, the rest dimmed, and a legend below.

    Args:
        pixels: (H, W, 3), the picture at any size.
        contributions: (h, w) float32 in logits.
        crop: what the network saw, in original pixels.
        original_size: (width, height) that `crop` refers to.
        caption: what the legend says.
        strength: opacity of the map, 0...1.

    Returns:
        (H + legend, W, 3).
    """
    height, width = pixels.shape[:2]
    scale_x, scale_y = width / original_size[0], height / original_size[1]
    left, right = round(crop.left * scale_x), max(round(crop.right * scale_x), round(crop.left * scale_x) + 1)
    top, bottom = round(crop.top * scale_y), max(round(crop.bottom * scale_y), round(crop.top * scale_y) + 1)
    overlay = evidence_rgba(contributions, caption.scale, (right - left, bottom - top)).astype(np.float32)
    alpha = overlay[..., 3:] / 255 * np.float32(strength)
    canvas = pixels.astype(np.float32) * np.float32(_DIMMED)
    seen = pixels[top:bottom, left:right].astype(np.float32)
    rows, columns = seen.shape[:2]
    overlay, alpha = overlay[:rows, :columns], alpha[:rows, :columns]
    canvas[top:bottom, left:right] = seen * (1 - alpha) + overlay[..., :3] * alpha
    return np.concatenate([np.rint(canvas).astype(np.uint8), _legend(width, caption)])


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


def _legend(width: int, caption: Caption) -> RgbImage:
    """(legend height, width, 3): a colour bar with its two ends in logits, the class, the model, the caution."""
    size = max(11, min(22, width // 40))
    font = ImageFont.load_default(size)
    height = round(size * 4.6)
    band = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(band)
    low, high = f"-{caption.scale:.2g}", f"+{caption.scale:.2g} {caption.unit}".rstrip()
    margin, bar_height = size // 2, round(size * 0.9)
    low_width = round(draw.textlength(low, font=font))
    bar_width = max(
        1, min(round(width * 0.4), width - 2 * margin - low_width - round(draw.textlength(high, font=font)))
    )
    bar_left = margin + low_width + margin
    draw.text((margin, margin), low, font=font, fill=(0, 0, 0))
    draw.text((bar_left + bar_width + margin, margin), high, font=font, fill=(0, 0, 0))
    ramp = np.linspace(-1, 1, max(bar_width, 2), dtype=np.float32)[None]
    bar = Image.fromarray(evidence_rgba(ramp, 1.0, (bar_width, bar_height)), "RGBA")
    band.paste(bar, (bar_left, margin), bar)
    draw.rectangle((bar_left, margin, bar_left + bar_width, margin + bar_height), outline=(120, 120, 120))
    draw.text(
        (margin, margin + round(size * 1.4)),
        f"for {visible(caption.subject)}   {visible(caption.model)}",
        font=font,
        fill=(0, 0, 0),
    )
    draw.text((margin, margin + round(size * 2.7)), _NOT_A_PROOF, font=font, fill=(90, 90, 90))
    return np.asarray(band)
