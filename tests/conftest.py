"""Set up what every test needs: an offscreen Qt, no surprises in the log, the shared pictures where they are."""

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT_ROOT.parent / "shared" / "data"
"""Real photographs, odd images, a labelled set: present where the project is developed, absent in a bare clone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test `gui` when it uses a QApplication."""
    for item in items:
        if {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared test data; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared pictures are not on this machine")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def collect_garbage_on_this_thread() -> Iterator[None]:
    """As the real program does (decision 0005): widgets of earlier tests must not be destroyed on a worker thread."""
    gc.disable()
    yield
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            break


@pytest.fixture(autouse=True)
def fail_on_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning it did not announce with `caplog.clear()`."""
    yield
    ours = [
        record
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in {"inference", "gui", "main"}
    ]
    assert not ours, f"unexpected log: {[record.getMessage() for record in ours]}"
