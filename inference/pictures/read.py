"""Read a picture file into upright sRGB, or say in one word why it cannot be."""

from __future__ import annotations

import hashlib
import io
import os
import re
import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pillow_heif

# Importing a plug-in is how Pillow learns a format; with these, it never imports all the others.
from PIL import (
    AvifImagePlugin,
    ExifTags,
    IcoImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    MpoImagePlugin,
    QoiImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from inference.arrays import RgbImage
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.colours import to_srgb
from inference.pictures.formats import SNIFF_BYTES, name_format, pillow_formats, read_names, suffix_of
from inference.pictures.regular_file import NotRegularError, open_regular
from inference.pictures.truncation import ends_early
from inference.results import CropGeometry, PictureFacts

_PLUGINS = (
    AvifImagePlugin,
    IcoImagePlugin,
    Jpeg2KImagePlugin,
    MpoImagePlugin,
    QoiImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

_CUT_WORDS = re.compile(r"truncated|unexpected end|end of file|not enough image data", re.IGNORECASE)
"""How the decoders say that a file ends too early."""

_MEGA = 1_000_000
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How large a file may be.

    Attributes:
        max_bytes: of the file.
        max_pixels: of the picture, checked before it is decoded.
    """

    max_bytes: int = 512 * _MIB
    max_pixels: int = 128 * _MEGA


@dataclass(frozen=True, slots=True)
class UprightPicture:
    """A decoded picture.

    A JPEG that was decoded at 1/2, 1/4 or 1/8 has the original's edge inside its last column or row where the size
    does not divide; `box_of` knows where. Taking the ratio of the sizes instead would shift what the network sees.

    Attributes:
        image: mode RGB, upright, sRGB; smaller than the original where `shrink_to` allowed it.
        facts: about the original.
        shrink: original pixels for each pixel of `image`, along one side.
        left: where the original's left edge is, in pixels of `image`.
        top: likewise.
    """

    image: Image.Image
    facts: PictureFacts
    shrink: int = 1
    left: float = 0.0
    top: float = 0.0

    def box_of(self, box: CropGeometry) -> tuple[float, float, float, float]:
        """A box in original pixels, in pixels of `image`: left, top, right, bottom, never outside it."""
        return (
            max(self.left + box.left / self.shrink, 0.0),
            max(self.top + box.top / self.shrink, 0.0),
            min(self.left + box.right / self.shrink, float(self.image.width)),
            min(self.top + box.bottom / self.shrink, float(self.image.height)),
        )


@dataclass(frozen=True, slots=True)
class _FileBytes:
    """A file as it was read.

    Attributes:
        data: all of its bytes.
        mtime_ns: time of its last change, nanoseconds since 1970.
    """

    data: bytes
    mtime_ns: int


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation; other values leave it as it is."""

_SIDEWAYS = frozenset({5, 6, 7, 8})
_MIRRORED_ACROSS = frozenset({2, 3, 6, 7})
_MIRRORED_DOWN = frozenset({3, 4, 7, 8})
"""Orientations after which the left (top) edge is one that was the right or bottom one in the file."""


def read_picture(
    path: str, *, limits: ReadLimits | None = None, shrink_to: int | None = None, longer_to: int = 1
) -> UprightPicture:
    """Read, check, decode, turn and convert one picture; the first frame where there are several.

    The facts say which bytes these pixels come from: their SHA-256, and the time of the file's last change then.

    Args:
        path: the file.
        limits: `ReadLimits()` unless said otherwise.
        shrink_to: the shorter side, in pixels, that is enough. A JPEG may then be decoded at 1/2, 1/4 or 1/8 of its
            size (libjpeg's scaled decoding), never below this.
        longer_to: likewise of the longer side; both hold.

    Raises:
        ImageReadError: for every reason for which there is no picture.
    """
    bounds = limits or ReadLimits()
    enough = None if shrink_to is None else (shrink_to, max(shrink_to, longer_to))
    file = _read_file(path, bounds)
    try:
        # Pillow warns of oddities that are no matter for a person, or that end in an error anyway.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(path, file, bounds, enough)
    except ImageReadError:
        raise
    except Exception as error:  # third-party edge: decoders raise nearly anything
        raise _explain(path, file.data, bounds, error) from error


def to_array(image: Image.Image) -> RgbImage:
    """The pixels of an RGB picture: (H, W, 3) uint8, an own copy."""
    return np.array(image, dtype=np.uint8)


def _read_file(path: str, limits: ReadLimits) -> _FileBytes:
    """Read a file, once more if somebody wrote into it meanwhile: half of each version would be no picture at all."""
    file = _try_to_read(path, limits) or _try_to_read(path, limits)
    if file is None:
        raise ImageReadError(path, ImageProblem.UNREADABLE, "It changed while it was read.")
    if not file.data:
        raise ImageReadError(path, ImageProblem.EMPTY)
    return file


def _try_to_read(path: str, limits: ReadLimits) -> _FileBytes | None:
    """The file's bytes, or None if it changed while it was read."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            before = os.fstat(file.fileno())
            if before.st_size > limits.max_bytes:
                raise _too_many_bytes(path, before.st_size, limits)
            data = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageReadError(path, ImageProblem.MISSING) from error
    except PermissionError as error:
        raise ImageReadError(path, ImageProblem.NO_PERMISSION) from error
    except NotRegularError as error:
        raise ImageReadError(path, ImageProblem.NOT_A_FILE, str(error)) from error
    except MemoryError as error:
        raise ImageReadError(path, ImageProblem.OUT_OF_MEMORY) from error
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise ImageReadError(path, ImageProblem.UNREADABLE, f"({words})") from error
    stamps = {(before.st_size, before.st_mtime_ns), (after.st_size, after.st_mtime_ns), (len(data), after.st_mtime_ns)}
    return _FileBytes(data, after.st_mtime_ns) if len(stamps) == 1 else None


def _decode(path: str, file: _FileBytes, limits: ReadLimits, enough: tuple[int, int] | None) -> UprightPicture:
    data = file.data
    suffix = suffix_of(path)
    named = name_format(data[:SNIFF_BYTES], suffix)
    if named is not None and not named.pillow:
        raise _refused(path, named.name)
    _set_up_decoders()
    with Image.open(io.BytesIO(data), formats=pillow_formats(suffix)) as image:
        _check_pixels(path, image.size, limits)
        more_frames = _has_more_frames(image)
        shrink, padding = _draft(image, enough)
        declared_bits = _declared_bits(image)
        image.load()
        # libheif may find out while decoding that the size is another.
        _check_pixels(path, image.size, limits)
        orientation = _orientation(image)
        rgb, bad_profile = to_srgb(image, declared_bits=declared_bits)
        kind = image.format or ""
    if orientation in _TURNS:
        rgb = rgb.transpose(_TURNS[orientation])
    across, down = reversed(padding) if orientation in _SIDEWAYS else padding
    facts = PictureFacts(
        width=rgb.width * shrink - across,
        height=rgb.height * shrink - down,
        format=kind,
        size_bytes=len(data),
        has_more_frames=more_frames,
        has_bad_profile=bad_profile,
        mtime_ns=file.mtime_ns,
        content_hash=hashlib.sha256(data).digest(),
    )
    return UprightPicture(
        rgb,
        facts,
        shrink,
        left=across / shrink if orientation in _MIRRORED_ACROSS else 0.0,
        top=down / shrink if orientation in _MIRRORED_DOWN else 0.0,
    )


def _draft(image: ImageFile.ImageFile, enough: tuple[int, int] | None) -> tuple[int, tuple[int, int]]:
    """Have a JPEG decoded smaller.

    Args:
        image: opened, not yet decoded.
        enough: what its shorter and its longer side keep at least, in pixels; None for all.

    Returns:
        How many times smaller, and by how many original pixels the last column and row reach beyond the original.
    """
    if enough is None or image.format not in {"JPEG", "MPO"}:
        return 1, (0, 0)
    width, height = image.size
    image.draft(None, enough if width <= height else (enough[1], enough[0]))
    shrink = next(by for by in (1, 2, 4, 8) if -(-width // by) == image.width and -(-height // by) == image.height)
    return shrink, (image.width * shrink - width, image.height * shrink - height)


@cache
def _set_up_decoders() -> None:
    """Teach Pillow HEIC, once; and one thread for each decoder, since the decode pool has a process for each core."""
    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _has_more_frames(image: ImageFile.ImageFile) -> bool:
    """Whether there is a second frame, without counting them all."""
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 - third-party edge: a damaged second frame does not matter
        image.seek(0)
        return True


def _declared_bits(image: ImageFile.ImageFile) -> int | None:
    """How many bits a grey TIFF says that it uses."""
    tags = getattr(image, "tag_v2", None)
    bits = tags.get(TiffImagePlugin.BITSPERSAMPLE) if tags is not None else None
    # 16 is said by many that mean fewer.
    return bits[0] if isinstance(bits, tuple) and len(bits) == 1 and 8 < bits[0] < 16 else None  # noqa: PLR2004


def _orientation(image: ImageFile.ImageFile) -> int:
    """The EXIF orientation that is still to be applied after `load()`.

    Pillow turns TIFF while loading and libheif turns HEIC; both then report 1. The others only report it.
    """
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - third-party edge: broken metadata never costs the picture
        return 1
    return value if isinstance(value, int) else 1


def _check_pixels(path: str, size: tuple[int, int], limits: ReadLimits) -> None:
    if size[0] * size[1] > limits.max_pixels:
        raise _too_many_pixels(path, size[0] * size[1], limits)


def _refused(path: str, name: str) -> ImageReadError:
    words = f"Its format is {name}. Cardinal reads {read_names()}."
    return ImageReadError(path, ImageProblem.UNSUPPORTED_FORMAT, words)


def _too_many_bytes(path: str, size: int, limits: ReadLimits) -> ImageReadError:
    words = f"It has {size / _MIB:,.0f} MB. The limit is {limits.max_bytes / _MIB:,.0f} MB."
    return ImageReadError(path, ImageProblem.TOO_MANY_BYTES, words)


def _too_many_pixels(path: str, pixels: int, limits: ReadLimits) -> ImageReadError:
    words = f"It has {pixels / _MEGA:,.0f} megapixels. The limit is {limits.max_pixels / _MEGA:,.0f}."
    return ImageReadError(path, ImageProblem.TOO_MANY_PIXELS, words)


def _explain(path: str, data: bytes, limits: ReadLimits, error: Exception) -> ImageReadError:
    """Why decoding failed, judged by what Pillow raised and by what the file is."""
    words = str(error)
    named = name_format(data[:SNIFF_BYTES], suffix_of(path))
    if isinstance(error, Image.DecompressionBombError):
        pixels = re.search(r"\((\d+) pixels\)", words)
        return _too_many_pixels(path, int(pixels[1]) if pixels else 2 * (Image.MAX_IMAGE_PIXELS or 0), limits)
    if isinstance(error, MemoryError) or "out of memory" in words:
        return ImageReadError(path, ImageProblem.OUT_OF_MEMORY)
    if named is None or (named.magic is None and isinstance(error, UnidentifiedImageError)):
        return ImageReadError(path, ImageProblem.NOT_AN_IMAGE)
    if _CUT_WORDS.search(words) or ends_early(data, named.pillow):
        return ImageReadError(path, ImageProblem.TRUNCATED)
    if isinstance(error, UnidentifiedImageError):
        return ImageReadError(path, ImageProblem.DAMAGED, f"It begins like {named.name}, but has no usable header.")
    return ImageReadError(path, ImageProblem.DAMAGED, f"({words.splitlines()[0][:120]})" if words else "")
