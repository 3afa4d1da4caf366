"""Tell from a file's own structure whether its end is missing; asked only after decoding failed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES = 273, 279, 324, 325
_WHERE_PIXELS_ARE = frozenset({_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES})
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""TIFF field types with the sizes of one value."""

_INTEGER_CODES = {3: "H", 4: "I", 13: "I"}
"""The field types that offsets and lengths have, with `struct`'s letters."""


def ends_early(data: bytes, pillow: str) -> bool:
    """Whether `data`, a damaged file of Pillow's format `pillow`, promises more bytes than it has."""
    judge = _JUDGES.get(pillow)
    try:
        return judge is not None and judge(data)
    except (struct.error, IndexError):
        # The very numbers that would tell are cut off.
        return True


def _riff(data: bytes) -> bool:
    (size,) = struct.unpack_from("<I", data, 4)
    return bool(size + 8 > len(data))


def _boxes(data: bytes) -> bool:
    """ISO boxes (HEIC, AVIF, JP2), or the bare JPEG 2000 stream with its end mark."""
    if data.startswith(b"\xff\x4f"):
        return not data.endswith(b"\xff\xd9")
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 0:
            return kind == b"jp2c" and not data.endswith(b"\xff\xd9")
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        at += max(size, 8)
    return at > len(data)


def _bmp(data: bytes) -> bool:
    (size,) = struct.unpack_from("<I", data, 2)
    return bool(size > len(data))


def _ico(data: bytes) -> bool:
    (count,) = struct.unpack_from("<H", data, 4)
    entries = (struct.unpack_from("<II", data, 6 + 16 * index + 8) for index in range(count))
    return any(offset + size > len(data) for size, offset in entries)


def _tiff(data: bytes) -> bool:
    order = "<" if data.startswith(b"II") else ">"
    fields = dict(_tiff_fields(data, order))
    for offsets, lengths in ((_STRIP_OFFSETS, _STRIP_BYTES), (_TILE_OFFSETS, _TILE_BYTES)):
        for offset, length in zip(fields.get(offsets, ()), fields.get(lengths, ()), strict=False):
            if offset + length > len(data):
                return True
    return False


def _tiff_fields(data: bytes, order: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The fields of the first directory that hold offsets and lengths (classic TIFF; BigTIFF's are not looked at).

    Raises:
        IndexError: a field's values are cut off.
    """
    (version,) = struct.unpack_from(order + "H", data, 2)
    if version != 42:  # noqa: PLR2004 - TIFF's version number
        return
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    # Where the next directory is: the last thing of this one, often of the file.
    struct.unpack_from(order + "I", data, at + 2 + 12 * count)
    for index in range(count):
        field = at + 2 + 12 * index
        tag, kind, number = struct.unpack_from(order + "HHI", data, field)
        size, start = _TYPE_BYTES.get(kind, 0) * number, field + 8
        if size > 4:  # noqa: PLR2004 - more than fits the field itself
            (start,) = struct.unpack_from(order + "I", data, start)
        if start + size > len(data):
            raise IndexError
        if tag in _WHERE_PIXELS_ARE and kind in _INTEGER_CODES:
            yield tag, struct.unpack_from(f"{order}{number}{_INTEGER_CODES[kind]}", data, start)


_JUDGES: dict[str, Callable[[bytes], bool]] = {
    "WEBP": _riff,
    "AVIF": _boxes,
    "HEIF": _boxes,
    "JPEG2000": _boxes,
    "BMP": _bmp,
    "ICO": _ico,
    "TIFF": _tiff,
    "JPEG": lambda data: b"\xff\xd9" not in data,
    "PNG": lambda data: b"IEND" not in data,
    "GIF": lambda data: not data.rstrip(b"\0").endswith(b";"),
}
