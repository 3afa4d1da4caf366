"""Measure the program's own decode pool and its own network, each alone, and what is around both."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from inference.arrays import InputBatch
from inference.bench.flow import Flow
from inference.bench.hollow import HollowNetwork, hand_back, hollow_picture
from inference.bench.onnx_runs import noise
from inference.bench.orders import Answer, Pass, Rate, Setup
from inference.bench.record import Name
from inference.bench.serving import serve
from inference.classify.classifier import Classifier
from inference.classify.pipeline import most_on_the_way
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.engine.card.choice import CardChoices
from inference.engine.network import Network
from inference.pictures.decode_pool import DecodePool


@dataclass(frozen=True, slots=True)
class ProgramRuns:
    """Both, open. While one is measured the other waits and costs nothing."""

    pool: DecodePool
    network: Network
    paths: tuple[str, ...]
    batch: int

    def run(self, wanted: Pass) -> Answer:
        """Do a pass of any variant."""
        if wanted.variant == Name.DECODE_POOL:
            return self._decode(wanted.count, prepare_picture, sys.maxsize)
        if wanted.variant == Name.HAND_OVER:
            # Handfuls are as large as there are tasks on their way: here as many as a run of the program has.
            return self._decode(wanted.count, hand_back, most_on_the_way(self.pool.workers, self.batch))
        if wanted.variant == Name.HAND_OVER_ONE:
            return self._hand_over_one_by_one(wanted.count)
        if wanted.variant == Name.COMPANY:
            return self._infer_in_company(wanted)
        return self._answer(wanted) if wanted.variant == Name.ANSWERING else self._infer(wanted)

    def _infer(self, wanted: Pass) -> Rate:
        batch = self._noise(wanted.batch)
        runs = -(-wanted.count // wanted.batch)
        started = time.perf_counter()
        for _ in range(runs):
            self.network.run(batch)
        return Rate(runs * wanted.batch, time.perf_counter() - started, engine=self.network.device)

    def _infer_in_company(self, wanted: Pass) -> Rate:
        """Run the network on noise and decode a picture for each that it is given: both in step, and nothing else."""
        order, batch = PrepareOrder(self.network.contract.preprocessing), self._noise(wanted.batch)
        flow, runs = Flow(self.pool), -(-wanted.count // wanted.batch)
        room = threading.Semaphore(most_on_the_way(self.pool.workers, wanted.batch))

        failures: list[Exception] = []

        def feed() -> None:
            try:
                for path in islice(cycle(self.paths), runs * wanted.batch):
                    room.acquire()
                    flow.submit(prepare_picture, path, order)
            except Exception as error:  # noqa: BLE001 - raised below, where it is waited for
                failures.append(error)
                flow.give_up()

        feeder = threading.Thread(target=feed, name="company")
        started = time.perf_counter()
        feeder.start()
        try:
            for run in range(runs):
                flow.wait_until((run + 1) * wanted.batch)
                if failures:
                    break
                self.network.run(batch)
                room.release(wanted.batch)
        finally:
            # Whatever happened, nothing may be in the way of the next pass.
            room.release(runs * wanted.batch)
            feeder.join()
            flow.drain()
        if failures:
            raise failures[0]
        return Rate(runs * wanted.batch, time.perf_counter() - started, engine=self.network.device)

    def _answer(self, wanted: Pass) -> Rate:
        """Make batches and answers around a network that takes no time."""
        network = HollowNetwork(self.network, self._noise(wanted.batch))
        classifier = Classifier(network, batch_size=wanted.batch)
        picture = hollow_picture(PrepareOrder(self.network.contract.preprocessing))
        paths = list(islice(cycle(self.paths), wanted.batch))
        runs = -(-wanted.count // wanted.batch)
        started = time.perf_counter()
        for _ in range(runs):
            classifier.classify(paths, [picture] * wanted.batch)
        return Rate(runs * wanted.batch, time.perf_counter() - started)

    def _hand_over_one_by_one(self, count: int) -> Rate:
        """Wait for each task that does nothing, as the viewer waits for a picture."""
        order = PrepareOrder(self.network.contract.preprocessing)
        started = time.perf_counter()
        for path in islice(cycle(self.paths), count):
            self.pool.submit(hand_back, path, order, urgent=True).result()
        return Rate(count, time.perf_counter() - started)

    def _noise(self, count: int) -> InputBatch:
        return noise(count, self.network.contract.preprocessing.crop)

    def _decode(self, count: int, function: Callable[[str, PrepareOrder], PreparedPicture], most: int) -> Rate:
        """Have as many pictures on their way as the pool has room for, and at most `most`, and drop the pixels."""
        order = PrepareOrder(self.network.contract.preprocessing)
        flow = Flow(self.pool, most)
        started = time.perf_counter()
        for path in islice(cycle(self.paths), count):
            flow.submit(function, path, order)
        flow.drain()
        return Rate(flow.done, time.perf_counter() - started)


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[ProgramRuns]:
    """Open the network and the pool as `classify` does."""
    network = Network.open(setup.model, device=setup.device, cards=CardChoices(setup.profile.cache), sharing=True)
    with contextlib.closing(network), DecodePool.open(workers=setup.workers) as pool:
        yield ProgramRuns(pool, network, setup.paths, setup.batch)


if __name__ == "__main__":
    sys.exit(serve(open_runs))
