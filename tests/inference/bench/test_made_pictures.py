"""The pictures that are made are many, different, and the same everywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from inference.bench.made_pictures import SIZE, make_pictures


def _digests(folder: Path) -> list[str]:
    folder.mkdir()
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in make_pictures(folder, count=5)]


def test_every_picture_is_another_one_and_always_the_same(tmp_path: Path) -> None:
    first = _digests(tmp_path / "first")
    assert len(set(first)) == 5
    assert _digests(tmp_path / "second") == first
    with Image.open(tmp_path / "first" / "made-000.jpg") as image:
        assert image.size == SIZE
        assert image.format == "JPEG"
