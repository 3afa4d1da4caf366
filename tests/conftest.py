"""Set up what every test needs: an offscreen Qt, no surprises in the log, the shared pictures where they are."""

import gc
import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")
# Also for tests that load ONNX Runtime before anything of the program (decision 0037).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# Tests run beside each other; PyTorch's threads (of children, too) would wait for each other on processors in use.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What imports make is not garbage: looking for some while everything is imported takes a third of that time. It stays
# off, as in the program (`gui/main_thread_gc.py`): a window must not be taken apart in the middle of its events.
gc.disable()

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT_ROOT.parent / "shared" / "data"
"""Real photographs, odd images, a labelled set: present where the project is developed, absent in a bare clone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test `gui` when it uses a QApplication."""
    for item in items:
        if {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later collection, as the real program does: it is half a second of each."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the end of the interpreter find it again: some libraries complain of objects that outlive it."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Between processes of pytest-xdist reports travel as UTF-8; what tests print and log may be no valid Unicode."""
    return _in_unicode((yield))


def _in_unicode(data: object) -> object:
    """The same lists and dictionaries, with lone surrogates spelled out."""
    match data:
        case str():
            return data.encode("utf-8", "backslashreplace").decode()
        case list() | tuple():
            return type(data)(_in_unicode(one) for one in data)
        case dict():
            return {_in_unicode(name): _in_unicode(value) for name, value in data.items()}
        case _:
            return data


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
