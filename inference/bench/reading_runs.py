"""Read pictures as the program's decode processes do, in a bare loop without them: what its reading takes of a core."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from inference.bench.orders import Answer, Pass, Rate, Setup
from inference.bench.serving import serve
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.errors import ImageReadError
from inference.models.catalog import read_model


@dataclass(frozen=True, slots=True)
class ReadingRuns:
    """The pictures and what is made of them."""

    paths: tuple[str, ...]
    order: PrepareOrder

    def run(self, wanted: Pass) -> Answer:
        """Prepare the wanted number of pictures."""
        done = 0
        started = time.perf_counter()
        for path in islice(cycle(self.paths), wanted.count):
            # One that cannot be read is not counted.
            with contextlib.suppress(ImageReadError):
                prepare_picture(path, self.order)
                done += 1
        return Rate(done, time.perf_counter() - started)


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[ReadingRuns]:
    """Read the model's rule for pictures; nothing else is opened."""
    yield ReadingRuns(setup.paths, PrepareOrder(read_model(Path(setup.model)).contract.preprocessing))


if __name__ == "__main__":
    sys.exit(serve(open_runs))
