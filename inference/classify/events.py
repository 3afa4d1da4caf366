"""Name what the pipeline and the service tell; no numpy at import, since the window's first paint waits for none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from inference.errors import CardinalError
from inference.results import Outcome

if TYPE_CHECKING:
    from inference.arrays import Embedding
    from inference.classify.classifier import Classifier, Inspection


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one job.

    Attributes:
        key: the job's.
        outcome: its classification, or why there is none.
        thumbnail: JPEG bytes, where thumbnails were ordered and the picture could be read.
        inspection: the feature map, for the watched picture only.
        embedding: (K,) float32, where embeddings were ordered and the model has them.
    """

    key: int
    outcome: Outcome
    thumbnail: bytes | None = None
    inspection: Inspection | None = None
    embedding: Embedding | None = None


class RunEnd(StrEnum):
    """How a run over the queue ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelOpened:
    """A model is ready; `classifier.network` says on which device.

    Attributes:
        name: by which it was asked for.
        classifier: it, open.
    """

    name: str
    classifier: Classifier


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A model could not be opened; the one before, if any, is still in use.

    Attributes:
        name: by which it was asked for.
        error: why.
    """

    name: str
    error: CardinalError


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The queue is being worked on, or waits for `resume` where `is_paused`."""

    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class BatchShrunk:
    """The device's memory ran out; for now so many pictures run together, fewer than ever since the model was opened.

    That a card's batch grows again is not told.
    """

    batch_size: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of some jobs."""

    answered: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The queue is no longer being worked on.

    Attributes:
        end: how it ended.
        error: why it failed.
        picture_ms: how long the network took for each picture of the last batch; 0 where there was none.
    """

    end: RunEnd
    error: CardinalError | None = None
    picture_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Inspected:
    """The feature map that was asked for, or why there is none."""

    key: int
    outcome: Outcome
    inspection: Inspection | None


ServiceEvent: TypeAlias = ModelOpened | ModelFailed | RunStarted | Answers | BatchShrunk | RunEnded | Inspected
