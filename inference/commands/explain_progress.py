"""Show on a terminal how many of its runs of the network a question has made, and of how many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from inference.arrays import RgbImage
from inference.attention.runs import BATCH_SIZE, CopyRunner, OnProgress, RunCount
from inference.classify.classifier import RunsNetwork
from inference.commands.terminal import counting

_UNIT = "runs"


@contextmanager
def counted_runner(network: RunsNetwork, image: RgbImage) -> Iterator[CopyRunner]:
    """Runs copies of one picture; each question of several runs has a bar of its own.

    Args:
        network: the open network.
        image: (H, W, 3) uint8, its input.
    """
    with ExitStack() as stack:
        bars: list[Callable[[int], None]] = []

        def tell(done: int, total: int) -> None:
            if total == 1:
                return
            if not bars:
                bars.append(stack.enter_context(counting(_UNIT, total)))
            bars[0](done)
            if done >= total:
                bars.clear()
                stack.close()

        yield CopyRunner(network, batch_size=batch_for(image, network.contract.preprocessing.crop), on_progress=tell)


@contextmanager
def counted_job(pictures: int) -> Iterator[OnProgress]:
    """One bar for a question that is asked of many pictures, each of which takes about as many runs as the first.

    Args:
        pictures: how many.

    Yields:
        What takes how many runs of a picture are done, and how many it takes.
    """
    with ExitStack() as stack:
        bars: list[Callable[[int], None]] = []
        count = RunCount()

        def tell(done: int, total: int) -> None:
            if not bars:
                bars.append(stack.enter_context(counting(_UNIT, total * pictures)))
            count.add(done, total)
            bars[0](count.done)

        yield tell


def batch_for(image: RgbImage, side: int) -> int:
    """How many copies of an input run together: fewer of one that is larger than usual.

    A batch of an input of three times the usual size takes nine times as much memory, and an interrupt waits for its
    end; the processor gains little from more.

    Args:
        image: (H, W, 3) uint8.
        side: of the usual input, in pixels.
    """
    as_much: int = BATCH_SIZE * side**2 // (image.shape[0] * image.shape[1])
    return min(BATCH_SIZE, max(1, as_much))
