"""List the picture formats that Cardinal reads, and those it knows and refuses."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

SNIFF_BYTES = 512
"""How many first bytes `looks_like_picture` and `name_format` want (an SVG may begin with a long XML declaration)."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """One kind of picture file.

    Attributes:
        name: what a person reads, "JPEG 2000" for example.
        suffixes: lower case, each with its dot.
        magic: matches the first bytes of such a file; None where the format has no mark of its own.
        pillow: Pillow's name of the format; empty where Cardinal refuses it.
        hides_in_tiff: files with one of the suffixes are TIFF by their bytes, but hold only a preview as such.
    """

    name: str
    suffixes: tuple[str, ...]
    magic: re.Pattern[bytes] | None
    pillow: str = ""
    hides_in_tiff: bool = False


def _magic(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


READ_FORMATS = (
    PictureFormat("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), _magic(rb"\xff\xd8\xff"), "JPEG"),
    PictureFormat("PNG", (".png", ".apng"), _magic(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    PictureFormat("WebP", (".webp",), _magic(rb"RIFF....WEBP"), "WEBP"),
    PictureFormat("TIFF", (".tif", ".tiff"), _magic(rb"II[*+]\0|MM\0[*+]|MM\*\0|II\0\*"), "TIFF"),
    PictureFormat("GIF", (".gif",), _magic(rb"GIF8[79]a"), "GIF"),
    # "BM" alone begins many texts; the size of the second header is one of a few numbers.
    PictureFormat("BMP", (".bmp", ".dib"), _magic(rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0"), "BMP"),
    PictureFormat("AVIF", (".avif", ".avifs"), _magic(rb"....ftypavi[fs]"), "AVIF"),
    PictureFormat(
        "JPEG 2000",
        (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
        _magic(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
        "JPEG2000",
    ),
    PictureFormat(
        "HEIC",
        (".heic", ".heif", ".hif", ".heics", ".heifs"),
        _magic(rb"....ftyp(?:he[iv][cxms]|mif1|msf1)"),
        "HEIF",
    ),
    PictureFormat("MPO", (".mpo",), None, "MPO"),
    PictureFormat("PPM", (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"), _magic(rb"P[1-6f]\s\s*[#0-9]"), "PPM"),
    PictureFormat("ICO", (".ico",), _magic(rb"\0\0\x01\0[^\0]\0...\0"), "ICO"),
    PictureFormat("QOI", (".qoi",), _magic(rb"qoif.{8}[\x03\x04][\0\x01]"), "QOI"),
    # Last, because Pillow takes nearly any header for a TGA.
    PictureFormat("TGA", (".tga", ".icb", ".vda", ".vst"), None, "TGA"),
)

_RAW_SUFFIXES = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw"),
    *(".nef", ".nrw", ".orf", ".pef", ".raf", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)

REFUSED_FORMATS = (
    PictureFormat("Photoshop (PSD)", (".psd", ".psb"), _magic(rb"8BPS\0[\x01\x02]")),
    # Reading one would start another program (Ghostscript).
    PictureFormat("PostScript (EPS)", (".eps", ".epsf"), _magic(rb"%!PS|\xc5\xd0\xd3\xc6")),
    PictureFormat("SGI", (".sgi",), _magic(rb"\x01\xda[\0\x01][\x01\x02]")),
    PictureFormat("BLP texture", (".blp",), _magic(rb"BLP[12]")),
    PictureFormat(
        "SVG drawing",
        (".svg", ".svgz"),
        _magic(rb"(?:\xef\xbb\xbf)?\s*<(?:svg\b|!DOCTYPE svg\b|!--.*?-->\s*<svg\b|\?xml[^>]*>.*<svg\b)"),
    ),
    PictureFormat(
        "camera raw",
        _RAW_SUFFIXES,
        _magic(rb"FUJIFILMCCD-RAW|IIR[OS]\x08|MMOR|IIU\0|\0MRM|FOVb|....ftypcrx |II\*\0.{4}CR"),
        hides_in_tiff=True,
    ),
    PictureFormat("JPEG XL", (".jxl",), _magic(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n")),
    PictureFormat("GIMP (XCF)", (".xcf",), _magic(rb"gimp xcf ")),
    PictureFormat("DirectDraw surface (DDS)", (".dds",), _magic(rb"DDS \x7c\0\0\0")),
    PictureFormat("OpenEXR", (".exr",), _magic(rb"\x76\x2f\x31\x01")),
    PictureFormat("Apple icon (ICNS)", (".icns",), _magic(rb"icns\0")),
    PictureFormat("PCX", (".pcx",), None),
    PictureFormat("Windows metafile", (".wmf", ".emf"), _magic(rb"\xd7\xcd\xc6\x9a\0\0")),
)

_BY_SUFFIX = {suffix: kind for kind in (*READ_FORMATS, *REFUSED_FORMATS) for suffix in kind.suffixes}
_WITH_MAGIC = tuple((kind, kind.magic) for kind in (*REFUSED_FORMATS, *READ_FORMATS) if kind.magic is not None)
_TIFF = next(kind for kind in READ_FORMATS if kind.pillow == "TIFF")


def suffix_of(path: str) -> str:
    """The suffix of the file name, in lower case with its dot, or empty."""
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - paths stay str as given, pathlib would normalise them


def has_picture_suffix(path: str) -> bool:
    """Whether the name says that this is a picture, readable or not."""
    return suffix_of(path) in _BY_SUFFIX


def looks_like_picture(first_bytes: bytes) -> bool:
    """Whether the first `SNIFF_BYTES` bytes say that this is a picture, readable or not."""
    return any(magic.match(first_bytes) for _, magic in _WITH_MAGIC)


def name_format(first_bytes: bytes, suffix: str) -> PictureFormat | None:
    """Which format a file has: by its bytes; by its suffix only where the bytes leave it open.

    Args:
        first_bytes: the first `SNIFF_BYTES` bytes.
        suffix: as `suffix_of` gives it.

    Returns:
        The format, or None for bytes that no known format has. A format with a mark of its own is never named by a
        suffix alone.
    """
    named = _BY_SUFFIX.get(suffix)
    by_bytes = next((kind for kind, magic in _WITH_MAGIC if magic.match(first_bytes)), None)
    if by_bytes is _TIFF and named is not None and named.hides_in_tiff:
        return named
    if by_bytes is not None:
        return by_bytes
    return named if named is not None and (named.magic is None or named.hides_in_tiff) else None


def pillow_formats(suffix: str) -> tuple[str, ...]:
    """What Pillow may take a file with this suffix for.

    TGA, which has no mark, only where the suffix says so; MPO is not asked for, because Pillow's JPEG reader finds it.
    """
    kinds = (
        kind for kind in READ_FORMATS if kind.magic is not None or (kind.pillow == "TGA" and suffix in kind.suffixes)
    )
    return tuple(kind.pillow for kind in kinds)


def read_names() -> str:
    """The readable formats for a sentence: "JPEG, PNG, ... and QOI"."""
    names = [kind.name for kind in READ_FORMATS]
    return f"{', '.join(names[:-1])} and {names[-1]}"
