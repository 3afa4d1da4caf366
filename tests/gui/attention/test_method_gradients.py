"""Gradients are opened once when somebody asks, closed with their model, and refused in a sentence."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from gui.attention import method_work
from gui.attention.method_gradients import MethodGradients
from gui.tasks import TaskRunner
from inference.cancel import CancelToken
from inference.classify.events import ModelOpened
from inference.errors import ModelLoadError
from inference.models.gradient_file import NoGradientsError
from inference.models.progress import OnProgress, Progress
from inference.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.engine_link import EngineLink
    from inference.classify.classifier import Classifier


class FakeLink(QObject):
    """Tells events."""

    event_arrived = Signal(object)


class FakeGradients:
    """Gradients of four stages."""

    stages = (1, 2, 3, 4)

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Bench:
    """What opens gradients; the test says what comes of it."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.qtbot = qtbot
        self.runner = TaskRunner()
        self.link = FakeLink()
        self.gradients = MethodGradients(cast("EngineLink", self.link), self.runner, Profile.below(folder))
        self.asked: list[tuple[str, str]] = []
        self.outcomes: list[object] = []
        self.may_write: bool | None = None
        self.gate = threading.Event()
        self.gate.set()
        monkeypatch.setattr(method_work, "open_gradients", self._open)

    def _open(
        self,
        name: str,
        model_hash: str,
        profile: Profile,
        on_progress: OnProgress,
        cancel: CancelToken,
        *,
        may_write: bool,
    ) -> object:
        del profile
        self.may_write = may_write
        self.asked.append((name, model_hash))
        on_progress(Progress("Preparing gradients", 0, 1))
        self.gate.wait(10)
        cancel.raise_if_set()
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception) and not isinstance(outcome, NoGradientsError):
            raise outcome
        return outcome

    def open_model(self, name: str, model_hash: str) -> None:
        network = SimpleNamespace(model_hash=model_hash)
        self.link.event_arrived.emit(ModelOpened(name, cast("Classifier", SimpleNamespace(network=network))))

    def until_over(self) -> None:
        self.qtbot.waitUntil(lambda: not self.gradients.is_opening, timeout=10_000)


@pytest.fixture
def bench(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bench]:
    """With a model that is open."""
    made = Bench(qtbot, monkeypatch, tmp_path)
    made.open_model("first", "1" * 64)
    yield made
    made.gate.set()
    made.runner.shutdown()


def test_they_are_opened_once_and_say_what_goes_on(bench: Bench) -> None:
    network = FakeGradients()
    bench.outcomes.append(network)
    bench.gate.clear()
    assert not bench.gradients.earlier_stages
    bench.gradients.want()
    bench.gradients.want()
    assert bench.gradients.is_opening
    bench.qtbot.waitUntil(lambda: "once" in bench.gradients.words, timeout=10_000)
    bench.gate.set()
    bench.until_over()
    assert cast("FakeGradients", bench.gradients.network) is network
    assert bench.gradients.earlier_stages == (3, 2, 1)
    assert bench.gradients.words == ""
    bench.gradients.want()
    assert bench.asked == [("first", "1" * 64)]


def test_where_nothing_may_be_written_that_is_no_refusal(bench: Bench) -> None:
    bench.outcomes += [None, FakeGradients()]
    bench.gradients.want(may_write=False)
    bench.until_over()
    assert bench.may_write is False
    assert (bench.gradients.network, bench.gradients.words) == (None, "")
    bench.gradients.want()
    bench.until_over()
    assert bench.may_write is True
    assert bench.gradients.network is not None


def test_a_refusal_is_final_and_an_error_is_not(bench: Bench) -> None:
    bench.outcomes += [NoGradientsError("Tiny", "it has no residual stages"), FakeGradients()]
    bench.gradients.want()
    bench.until_over()
    assert bench.gradients.words == "Tiny has maps of its last stage only: it has no residual stages."
    bench.gradients.want()
    assert not bench.gradients.is_opening
    bench.open_model("second", "2" * 64)
    assert bench.gradients.words == ""
    bench.outcomes.insert(0, ModelLoadError("second.onnx", "it was changed since it was opened."))
    bench.gradients.want()
    bench.until_over()
    assert bench.gradients.words
    bench.gradients.want()
    bench.until_over()
    assert bench.gradients.network is not None
    assert len(bench.asked) == 3


def test_another_model_closes_them_and_the_same_one_does_not(bench: Bench) -> None:
    network = FakeGradients()
    bench.outcomes.append(network)
    bench.gradients.want()
    bench.until_over()
    bench.open_model("first again", "1" * 64)
    assert bench.gradients.network is not None
    bench.open_model("second", "2" * 64)
    assert bench.gradients.network is None
    bench.qtbot.waitUntil(lambda: network.closed, timeout=10_000)


def test_another_model_ends_the_opening(bench: Bench) -> None:
    bench.gate.clear()
    bench.outcomes.append(FakeGradients())
    bench.gradients.want()
    bench.qtbot.waitUntil(lambda: bool(bench.asked), timeout=10_000)
    bench.open_model("second", "2" * 64)
    assert not bench.gradients.is_opening
    bench.gate.set()
    bench.gradients.want()
    bench.until_over()
    assert bench.asked == [("first", "1" * 64), ("second", "2" * 64)]
    assert bench.gradients.network is not None


def test_without_a_model_nothing_is_opened(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench = Bench(qtbot, monkeypatch, tmp_path)
    bench.gradients.want()
    assert not bench.gradients.is_opening
    bench.runner.shutdown()
