"""While a lane captures a graph nothing else is opened in this process; afterwards nobody waits for it."""

from __future__ import annotations

import threading

import onnxruntime
import pytest

from inference.engine.card.lane import CAPTURING, HOST, Lane
from inference.engine.card.provider_options import NO_GRAPH
from tests.inference.engine.card.spy import NAMES, Spy, pictures, right_answer


class _Watched(Spy):
    """Notes at each run whether another thread may open a model now."""

    def __init__(self) -> None:
        super().__init__()
        self.is_free: list[bool] = []

    def run_with_iobinding(self, binding: onnxruntime.IOBinding, options: onnxruntime.RunOptions) -> None:
        thread = threading.Thread(target=self._try)
        thread.start()
        thread.join()
        super().run_with_iobinding(binding, options)

    def _try(self) -> None:
        self.is_free.append(CAPTURING.acquire(blocking=False))
        if self.is_free[-1]:
            CAPTURING.release()


@pytest.mark.parametrize(("graph", "is_free"), [("1", [False, True, True]), (NO_GRAPH, [True, True, True])])
def test_only_the_run_that_captures_keeps_others_from_opening(graph: str, is_free: list[bool]) -> None:
    session, images = _Watched(), pictures(2)
    lane = Lane(session, HOST, images, dict(zip(NAMES, right_answer(images), strict=True)), graph=graph)
    for _ in is_free:
        lane.load(images)
        lane.run(onnxruntime.RunOptions())
    assert session.is_free == is_free
    assert [array.shape for array in lane.read()] == [array.shape for array in right_answer(images)]
