"""Measure the whole pipeline as `classify` uses it, and single pictures for which somebody waits."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from inference.attention.evidence import evidence_map
from inference.bench.orders import Answer, Pass, PictureFigures, Rate, Setup, Single, Survey, Task
from inference.bench.serving import serve
from inference.classify.classifier import Classifier
from inference.classify.opening import open_classifier
from inference.classify.pipeline import Pipeline
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.classify.work_queue import IteratorSource
from inference.pictures.decode_pool import DecodePool
from inference.results import Classification, Outcome

_WAIT_S = 0.25


@dataclass(frozen=True, slots=True)
class PipelineRuns:
    """A classifier and a decode pool, open."""

    classifier: Classifier
    pool: DecodePool
    paths: tuple[str, ...]

    def run(self, wanted: Pass) -> Answer:
        """Do a pass of any kind."""
        paths = islice(cycle(self.paths), wanted.count)
        if wanted.task is Task.SURVEY:
            return self._survey(paths)
        if wanted.task is Task.SINGLE:
            return self._single(paths)
        done, first_s = 0, None
        started = time.perf_counter()
        for _, outcome in self._outcomes(paths):
            if first_s is None:
                first_s = time.perf_counter() - started
            done += isinstance(outcome, Classification)
        return Rate(done, time.perf_counter() - started, first_s=first_s)

    def _outcomes(self, paths: Iterator[str]) -> Iterator[tuple[int, Outcome]]:
        """What becomes of each picture, with its place in `paths`, as it comes."""
        pipeline = Pipeline(self.classifier, self.pool, IteratorSource(paths))
        pipeline.start()
        while not pipeline.is_finished:
            for answered in pipeline.next_answers(_WAIT_S):
                yield answered.key, answered.outcome

    def _survey(self, paths: Iterator[str]) -> Survey:
        outcomes = [outcome for _, outcome in sorted(self._outcomes(paths), key=lambda pair: pair[0])]
        good = [outcome for outcome in outcomes if isinstance(outcome, Classification)]
        classes = [one.predictions[0].index if isinstance(one, Classification) else None for one in outcomes]
        facts = [one.facts for one in good]
        figures = (PictureFigures(one.format, one.width, one.height, one.size_bytes) for one in facts)
        return Survey(tuple(classes), tuple(figures))

    def _single(self, paths: Iterator[str]) -> Single:
        """Decode, run and map one picture after the other, as the viewer asks for them; without the painting."""
        order = PrepareOrder(self.classifier.network.contract.preprocessing)
        head = self.classifier.network.head
        decoded, answered = [], []
        for path in paths:
            started = time.perf_counter()
            picture = self.pool.submit(prepare_picture, path, order, urgent=True).result()
            ready = time.perf_counter()
            answer = self.classifier.classify([path], [picture], inspect=True)[0]
            seen = answer.inspection
            if head is not None and seen is not None and seen.features is not None:
                evidence_map(seen.features, head.weight[int(seen.logits.argmax())])
            decoded.append(ready - started)
            answered.append(time.perf_counter() - ready)
        return Single(tuple(decoded), tuple(answered))


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[PipelineRuns]:
    """Open the model and the pool as `classify` does."""
    classifier = open_classifier(setup.model, setup.device, setup.profile, batch_size=setup.batch, sharing=True)
    with contextlib.closing(classifier.network), DecodePool.open(workers=setup.workers) as pool:
        yield PipelineRuns(classifier, pool, setup.paths)


if __name__ == "__main__":
    sys.exit(serve(open_runs))
