"""A question is answered once, by its ticket; one that was given up answers never; what fails is told."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, cast

import pytest

from gui.attention.examination import ExaminationBench, ExaminationOrder, carry_out
from gui.engine_events import ExaminationEnded, ExaminationProgressed
from inference.cancel import CancelToken
from inference.classify.classifier import Classifier
from inference.errors import InferenceError
from tests.fakes import FakeNetwork

if TYPE_CHECKING:
    from inference.classify.preprocess import PreparedPicture


def _ask(
    work: object, *, cancel: CancelToken | None = None, reading: Future[PreparedPicture] | None = None
) -> list[object]:
    told: list[object] = []
    order = ExaminationOrder(7, work, cancel or CancelToken())  # type: ignore[arg-type]
    carry_out(order, Classifier(FakeNetwork(), batch_size=1), reading, told.append)
    return told


def test_the_result_comes_with_its_ticket_behind_the_progress() -> None:
    def work(bench: ExaminationBench) -> str:
        bench.on_progress(1, 3)
        assert bench.picture is None
        return bench.classifier.network.contract.name

    assert _ask(work) == [ExaminationProgressed(7, 1, 3), ExaminationEnded(7, FakeNetwork().contract.name)]


def test_one_that_was_given_up_tells_nothing() -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert _ask(lambda _bench: "never", cancel=cancel) == []
    late = CancelToken()
    assert _ask(lambda _bench: late.cancel(), cancel=late) == []
    reading: Future[PreparedPicture] = Future()
    reading.cancel()
    assert _ask(lambda _bench: "never", reading=reading) == []


def test_errors_are_told_and_unexpected_ones_logged(caplog: pytest.LogCaptureFixture) -> None:
    known = InferenceError("out of order.")

    def fail(_bench: ExaminationBench) -> None:
        raise known

    assert _ask(fail) == [ExaminationEnded(7, None, known)]

    def surprise(_bench: ExaminationBench) -> None:
        raise KeyError("x")

    [ended] = _ask(surprise)
    assert "KeyError" in str(cast("ExaminationEnded", ended).error)
    assert "an examination failed" in caplog.text
    caplog.clear()


def test_without_a_model_that_is_the_answer() -> None:
    told: list[object] = []
    carry_out(ExaminationOrder(1, lambda _bench: 1, CancelToken()), None, None, told.append)
    [ended] = told
    assert "no model is open" in str(cast("ExaminationEnded", ended).error)
