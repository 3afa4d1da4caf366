"""The pipeline that is measured is the one that `classify` has, and single pictures get all that the viewer shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.attention.evidence import evidence_map
from inference.bench import pipeline_runs
from inference.bench.orders import Pass, Rate, Setup, Single, Task
from inference.bench.pipeline_runs import PipelineRuns
from inference.classify.classifier import Answer, Classifier
from inference.classify.opening import open_classifier
from inference.classify.pipeline import Pipeline
from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.classify.work_queue import JobSource
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile
from inference.results import Classification, Failure, Outcome
from tests.inference.bench.conftest import Clock

T = TypeVar("T")
A = TypeVar("A")


def test_it_is_opened_with_the_batch_the_workers_and_the_sharing_of_a_run(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, str, Profile, int, bool]] = []
    used: list[tuple[object, object]] = []

    def open_watched(model: str, device: str, profile: Profile, *, batch_size: int, sharing: bool) -> Classifier:
        given.append((model, device, profile, batch_size, sharing))
        return open_classifier(model, device, profile, batch_size=batch_size, sharing=sharing)

    class Watched(Pipeline):
        def __init__(self, classifier: Classifier, pool: DecodePool, source: JobSource) -> None:
            used.append((classifier, pool))
            super().__init__(classifier, pool, source)

    monkeypatch.setattr(pipeline_runs, "open_classifier", open_watched)
    monkeypatch.setattr(pipeline_runs, "Pipeline", Watched)
    with pipeline_runs.open_runs(replace(setup, batch=3, workers=2)) as runs:
        runs.run(Pass(Task.RATE, 7))
        assert given == [(setup.model, "cpu", setup.profile, 3, True)]
        assert (runs.classifier.batch_size, runs.pool.workers) == (3, 2)
        assert used == [(runs.classifier, runs.pool)]


def test_the_first_answer_and_the_end_are_when_they_come(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    good = Classification.__new__(Classification)

    def outcomes(_runs: PipelineRuns, paths: Iterator[str]) -> Iterator[tuple[int, Outcome]]:
        clock.wait(0.25)
        for place, path in enumerate(paths):
            yield place, good if path == "a" else Failure(path, ImageReadError(path, ImageProblem.TRUNCATED))
            clock.wait(0.5)

    monkeypatch.setattr(pipeline_runs, "time", clock)
    monkeypatch.setattr(PipelineRuns, "_outcomes", outcomes)
    runs = PipelineRuns(SimpleNamespace(), SimpleNamespace(), ("a", "b"))  # type: ignore[arg-type]  # of no use here
    # Three of five are the picture that can be read.
    assert runs.run(Pass(Task.RATE, 5)) == Rate(3, 2.75, first_s=0.25)


def test_single_pictures_are_urgent_and_get_the_map_of_their_first_class(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[tuple[object, str, bool]] = []
    classified: list[tuple[list[str], bool]] = []
    mapped: list[NDArray[np.float32]] = []
    submit, classify = DecodePool.submit, Classifier.classify

    def submitted(
        pool: DecodePool, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False
    ) -> Future[T]:
        decoded.append((function, path, urgent))
        return submit(pool, function, path, argument, urgent=urgent)

    def classified_with(
        classifier: Classifier, paths: list[str], pictures: list[PreparedPicture], *, inspect: bool = False
    ) -> tuple[Answer, ...]:
        classified.append((paths, inspect))
        return classify(classifier, paths, pictures, inspect=inspect)

    def drawn(features: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
        mapped.append(weight)
        return evidence_map(features, weight)

    monkeypatch.setattr(DecodePool, "submit", submitted)
    monkeypatch.setattr(Classifier, "classify", classified_with)
    monkeypatch.setattr(pipeline_runs, "evidence_map", drawn)
    with pipeline_runs.open_runs(setup) as runs:
        runs.run(Pass(Task.SINGLE, 4))
        head = runs.classifier.network.head
    again = [*setup.paths, setup.paths[0]]
    assert decoded == [(prepare_picture, path, True) for path in again]
    assert classified == [([path], True) for path in again]
    assert head is not None
    # Red, green and blue are the first three classes.
    assert [np.array_equal(one, head.weight[index]) for one, index in zip(mapped, (0, 1, 2, 0), strict=True)] == [
        True
    ] * 4


def test_decoding_ends_where_the_answer_begins_and_the_map_is_part_of_the_answer(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection = SimpleNamespace(features=np.zeros((3, 2, 2)), logits=np.array([0.0, 1.0]))

    def submit(_function: object, _path: str, order: PrepareOrder, *, urgent: bool) -> SimpleNamespace:
        assert urgent
        clock.wait(0.5)
        return SimpleNamespace(result=lambda: clock.wait(1.0))

    def classify(paths: list[str], pictures: list[object], *, inspect: bool) -> list[SimpleNamespace]:
        assert (len(paths), len(pictures), inspect) == (1, 1, True)
        clock.wait(2.0)
        return [SimpleNamespace(inspection=inspection)]

    network = SimpleNamespace(
        contract=SimpleNamespace(preprocessing=None), head=SimpleNamespace(weight=np.zeros((2, 3)))
    )
    monkeypatch.setattr(pipeline_runs, "time", clock)
    monkeypatch.setattr(pipeline_runs, "evidence_map", lambda _features, _weight: clock.wait(4.0))
    classifier, pool = SimpleNamespace(network=network, classify=classify), SimpleNamespace(submit=submit)
    runs = PipelineRuns(classifier, pool, ("a",))  # type: ignore[arg-type]  # what it uses of both
    assert runs.run(Pass(Task.SINGLE, 2)) == Single((1.5, 1.5), (6.0, 6.0))
