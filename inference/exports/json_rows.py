"""Write labelled images as JSON Lines: one object a line, pure ASCII, no NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from inference.exports.row_paths import clean_text, path_bytes, path_text, relative_path, utc_time
from inference.sessions.records import LabelledImage

SCHEMA = 1
"""Version of the objects; a reader refuses none of them, but may look."""

_encode = json.JSONEncoder(allow_nan=False, check_circular=False).encode


class JsonRows:
    """Turns labelled images into lines. What is unknown is null."""

    def __init__(self, root: str | None, top_count: int) -> None:
        self._root = root
        self._top_count = top_count

    def head(self) -> str:
        return ""

    def rows(self, images: Sequence[LabelledImage]) -> str:
        """One line for each image, each with its line end."""
        return "".join([_encode(self._fields(image)) + "\n" for image in images])

    def _fields(self, image: LabelledImage) -> dict[str, object]:
        path = relative_path(image.path, self._root)
        fields: dict[str, object] = {"schema": SCHEMA, "path": path_text(path)}
        if digits := path_bytes(path):
            fields["path_bytes"] = digits
        fields |= {
            "label": clean_text(image.label) or None,
            "state": image.state.word,
            "source": None if image.source is None else image.source.value,
            "score": _number(image.score),
            "predictions": [
                {"label": clean_text(label), "probability": _number(probability)}
                for label, probability in image.predictions[: self._top_count]
            ],
            "model": clean_text(image.model) or None,
            "model_hash": image.model_hash or None,
            "decided_at": utc_time(image.decided_at) or None,
            "error": clean_text(image.failure) or None,
            "device": image.device or None,
            "precision": image.precision or None,
        }
        return fields


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
