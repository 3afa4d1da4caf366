"""Measure the program's own decode pool and its own network, each alone."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import cycle, islice

from inference.bench.onnx_runs import noise
from inference.bench.orders import Answer, Pass, Rate, Setup
from inference.bench.record import Name
from inference.bench.serving import serve
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.engine.network import Network
from inference.pictures.decode_pool import DecodePool


@dataclass(frozen=True, slots=True)
class ProgramRuns:
    """Both, open. While one is measured the other waits and costs nothing."""

    pool: DecodePool
    network: Network
    paths: tuple[str, ...]

    def run(self, wanted: Pass) -> Answer:
        """Do a pass of either variant."""
        return self._decode(wanted.count) if wanted.variant == Name.DECODE_POOL else self._infer(wanted)

    def _infer(self, wanted: Pass) -> Rate:
        batch = noise(wanted.batch, self.network.contract.preprocessing.crop)
        runs = -(-wanted.count // wanted.batch)
        started = time.perf_counter()
        for _ in range(runs):
            self.network.run(batch)
        return Rate(runs * wanted.batch, time.perf_counter() - started, engine=self.network.device)

    def _decode(self, count: int) -> Rate:
        """Decode with as many pictures on their way as the pipeline has, and drop the pixels."""
        order = PrepareOrder(self.network.contract.preprocessing)
        # At most two pictures wait for each worker, as in the pipeline.
        room = threading.Semaphore(2 * self.pool.workers)
        done: list[bool] = []

        def receive(future: Future[PreparedPicture]) -> None:
            done.append(future.exception() is None)
            room.release()

        started = time.perf_counter()
        for path in islice(cycle(self.paths), count):
            room.acquire()
            self.pool.submit(prepare_picture, path, order).add_done_callback(receive)
        for _ in range(2 * self.pool.workers):
            room.acquire()
        return Rate(sum(done), time.perf_counter() - started)


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[ProgramRuns]:
    """Open the network and the pool as `classify` does."""
    network = Network.open(setup.model, device=setup.device)
    with contextlib.closing(network), DecodePool.open(workers=setup.workers) as pool:
        yield ProgramRuns(pool, network, setup.paths)


if __name__ == "__main__":
    sys.exit(serve(open_runs))
