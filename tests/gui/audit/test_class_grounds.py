"""A class's mean picture comes once it is made; what is out of date or was not asked for last does not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.audit.audit_work import AuditFound
from gui.audit.class_grounds import ClassGrounds
from gui.session_holder import SessionHolder
from tests.gui.audit.audited import BIRD, MEADOW, WAIT_MS, AuditBench, mixed_session


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[AuditBench]:
    """Six meadows with small pictures, and birds without."""
    made = AuditBench(qtbot, mixed_session(tmp_path))
    green = io.BytesIO()
    Image.new("RGB", (60, 30), (0, 160, 0)).save(green, "JPEG")
    made.holder.jpegs = dict.fromkeys(range(1, 7), green.getvalue())
    made.audit()
    yield made
    made.close()


@pytest.fixture
def grounds(bench: AuditBench) -> ClassGrounds:
    """Of the same images as the window's own."""
    return ClassGrounds(bench.table, cast("SessionHolder", bench.holder), bench.runner)


def _found(bench: AuditBench) -> AuditFound:
    assert bench.desk.found is not None
    return bench.desk.found


def test_it_is_made_once_of_the_pictures_that_are_kept(bench: AuditBench, grounds: ClassGrounds) -> None:
    assert grounds.known(MEADOW) is None
    with bench.qtbot.waitSignal(grounds.made, timeout=WAIT_MS) as told:
        grounds.ask(_found(bench), MEADOW)
    assert told.args == [MEADOW]
    known = grounds.known(MEADOW)
    assert known is not None
    picture, count = known
    assert count == 6
    assert picture.width() == pytest.approx(2 * picture.height(), rel=0.05)
    assert picture.pixelColor(picture.rect().center()).green() > 120
    with bench.qtbot.waitSignal(grounds.made, timeout=WAIT_MS):
        grounds.ask(_found(bench), BIRD)
    without = grounds.known(BIRD)
    assert without is not None
    assert without[0].isNull()
    assert without[1] == 0


def test_the_last_one_counts_and_what_was_forgotten_does_not_come(bench: AuditBench, grounds: ClassGrounds) -> None:
    made = QSignalSpy(grounds.made)
    grounds.ask(_found(bench), BIRD)
    grounds.ask(_found(bench), MEADOW)
    bench.qtbot.waitUntil(lambda: made.count() > 0, timeout=WAIT_MS)
    bench.qtbot.wait(50)
    assert [made.at(turn)[0] for turn in range(made.count())] == [MEADOW]
    grounds.ask(_found(bench), BIRD)
    grounds.forget()
    bench.qtbot.wait(100)
    assert made.count() == 1
    assert grounds.known(MEADOW) is None
    assert grounds.known(BIRD) is None
