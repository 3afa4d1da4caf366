"""The desk that tests of the service sit at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.inference.classify.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    for number in range(60):
        Image.new("RGB", (8, 8), (number, number, number)).save(tmp_path / f"{number}.png")
    desk = Desk(tmp_path)
    yield desk
    desk.network.gate.set()
    desk.service.close()
