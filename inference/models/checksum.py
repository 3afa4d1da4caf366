"""Keep a model's SHA-256 in a small file beside it, so that a later change of the model is noticed."""

import hashlib
import os
import re
from io import BufferedReader
from pathlib import Path

from inference.errors import ModelLoadError
from inference.files import replacing
from inference.pictures.regular_file import open_regular
from inference.profile import BUILT_IN_MODELS

_LINE = re.compile(r"([0-9a-f]{64})[ *]")
_MAX_BYTES = 4096


def sha256_of(file: Path | BufferedReader) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; of an open file from where it stands.

    Raises:
        OSError: if it cannot be read.
    """
    if isinstance(file, Path):
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_file(model: Path) -> Path:
    """Where the checksum of a model file is kept, in the form that `sha256sum --check` reads."""
    return model.with_name(f"{model.name}.sha256")


def write_checksum(model: Path, digest: str) -> None:
    """Keep `digest` beside the model.

    Raises:
        OutputWriteError: if it cannot be written.
    """
    with replacing(checksum_file(model)) as file:
        file.write(f"{digest}  {model.name}\n".encode())


def require_unchanged(model: Path, digest: str) -> None:
    """Compare `digest`, of the model as it is now, with the one beside it. Nothing beside it, nothing to compare.

    Raises:
        ModelLoadError: if they differ, or what is beside it is no checksum.
    """
    try:
        with os.fdopen(open_regular(str(checksum_file(model))), encoding="ascii", errors="replace") as file:
            line = _LINE.match(file.read(_MAX_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ModelLoadError(str(model), f"its checksum cannot be read ({error.strerror or error}).") from error
    if line is None or line[1] != digest:
        remedy = "Install Cardinal again." if model.parent == BUILT_IN_MODELS else "Add it again."
        raise ModelLoadError(
            str(model), f"it changed on disk: its checksum is different from when it was added. {remedy}"
        )
