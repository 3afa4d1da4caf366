"""Read the metadata of an `.onnx` file without `onnx` or ONNX Runtime, and without reading its weights.

The catalog runs in the window's process, which knows neither. An ONNX file is one protobuf message
(`ModelProto`); this reader walks its top-level fields, seeks over all but `metadata_props` (field 14), and so reads a
few kilobytes of a file of any size.
"""

import os
from pathlib import Path
from typing import IO

from inference.errors import ModelLoadError

_METADATA_PROPS = 14
_KEY, _VALUE = 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10
_MAX_FIELDS = 10_000
_MAX_TEXT_BYTES = 16 * 1024**2


class _MalformedError(Exception):
    """The bytes are not a protobuf message."""


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of the model file `path`, as key and value.

    Raises:
        ModelLoadError: if it cannot be read, or is not whole.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise ModelLoadError(str(path), "the file is empty (0 bytes).")
            return _read_properties(file, size)
    except OSError as error:
        raise ModelLoadError(str(path), f"{error.strerror or error}.") from error
    except (_MalformedError, UnicodeDecodeError) as error:
        raise ModelLoadError(str(path), "it is not an ONNX model, or it is damaged or incomplete.") from error


def _read_properties(file: IO[bytes], size: int) -> dict[str, str]:
    metadata: dict[str, str] = {}
    text_bytes = 0
    for _ in range(_MAX_FIELDS):
        if file.tell() == size:
            return metadata
        number, length = _next_field(file, size)
        if number != _METADATA_PROPS:
            file.seek(length, os.SEEK_CUR)
            continue
        text_bytes += length
        if text_bytes > _MAX_TEXT_BYTES:
            raise _MalformedError
        end = file.tell() + length
        entry = {_KEY: b"", _VALUE: b""}
        while file.tell() < end:
            inner, inner_length = _next_field(file, end)
            entry[inner] = file.read(inner_length)
        metadata[entry[_KEY].decode()] = entry[_VALUE].decode()
    raise _MalformedError


def _next_field(file: IO[bytes], end: int) -> tuple[int, int]:
    """Number and length of the field whose contents begin here; it lies wholly before `end`."""
    tag = _varint(file)
    number, kind = tag >> 3, tag & 7
    if number == 0:
        raise _MalformedError
    if kind == _VARINT:
        _varint(file)
        length = 0
    elif kind == _BYTES:
        length = _varint(file)
    elif kind in {_FIXED32, _FIXED64}:
        length = 4 if kind == _FIXED32 else 8
    else:
        raise _MalformedError
    if file.tell() + length > end:
        raise _MalformedError
    return number, length


def _varint(file: IO[bytes]) -> int:
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        byte = file.read(1)
        if not byte:
            raise _MalformedError
        value |= (byte[0] & 0x7F) << (7 * index)
        if byte[0] < 0x80:  # noqa: PLR2004 - the last byte of a number has no high bit
            return value
    raise _MalformedError
