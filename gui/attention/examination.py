"""Carry out one question that needs runs of the network, in the thread that owns the network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gui.engine_events import ExaminationEnded, ExaminationProgressed
from inference.cancel import Cancelled, CancelToken
from inference.errors import CardinalError, ImageProblem, ImageReadError, InferenceError

if TYPE_CHECKING:
    from inference.classify.classifier import Classifier
    from inference.classify.preprocess import PreparedPicture, PrepareOrder
    from inference.results import PictureFacts

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExaminationBench:
    """What an examination works with, in the thread that owns the network.

    Attributes:
        classifier: with the open network; for `inference.attention.runs.CopyRunner`.
        picture: read as it was ordered, or None where no reading was ordered.
        cancel: stops it; give it to whatever runs long.
        on_progress: takes how many runs are done and how many there will be.
    """

    classifier: Classifier
    picture: PreparedPicture | None
    cancel: CancelToken
    on_progress: Callable[[int, int], None]


Work: TypeAlias = Callable[[ExaminationBench], object]
"""Finds the answer to a question; its result goes to whoever asked."""


@dataclass(frozen=True, slots=True)
class ExaminationOrder:
    """One question that needs runs of the network.

    Attributes:
        ticket: tells its answer from others.
        work: finds the answer.
        cancel: the asker's.
        path: a picture that is read for it in another way than usual, together with `view`.
        view: how (`inference.attention.finer.view_order`).
        is_long: it makes many runs and tells `on_progress` after each few; others are answered then.
        facts: of the file that was classified; one that was changed since is refused. None: any file will do.
    """

    ticket: int
    work: Work
    cancel: CancelToken
    path: str | None = None
    view: PrepareOrder | None = None
    is_long: bool = False
    facts: PictureFacts | None = None


def carry_out(
    order: ExaminationOrder,
    classifier: Classifier | None,
    reading: Future[PreparedPicture] | None,
    deliver: Callable[[object], None],
    give_way: Callable[[], None] | None = None,
) -> None:
    """Find the answer and deliver it; one that was cancelled delivers nothing.

    Runs on: the thread that owns the network.

    Args:
        order: what is asked.
        classifier: the model that is open now, if any.
        reading: of the picture that was ordered; it is over.
        deliver: takes `ExaminationProgressed` and `ExaminationEnded`.
        give_way: answers what was asked meanwhile; called between the runs of a long one.
    """

    def tell(done: int, total: int) -> None:
        deliver(ExaminationProgressed(order.ticket, done, total))
        if order.is_long and give_way is not None:
            give_way()

    result: object = None
    error: CardinalError | None = None
    try:
        order.cancel.raise_if_set()
        picture = None if reading is None else _unchanged(reading.result(), order)
        if classifier is None:
            error = InferenceError("no model is open.")
        else:
            result = order.work(ExaminationBench(classifier, picture, order.cancel, tell))
        order.cancel.raise_if_set()
    except (CancelledError, Cancelled):
        return
    except CardinalError as known:
        error = known
    except Exception as unknown:
        logger.exception("an examination failed")
        error = InferenceError(f"something unexpected happened ({type(unknown).__name__}: {unknown}).")
    deliver(ExaminationEnded(order.ticket, result, error))


def _unchanged(picture: PreparedPicture, order: ExaminationOrder) -> PreparedPicture:
    if order.facts is not None and not picture.facts.is_of_file(order.facts):
        raise ImageReadError(order.path or "", ImageProblem.CHANGED)
    return picture
