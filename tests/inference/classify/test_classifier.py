"""The classifier: answers in order, memory that runs out, numbers that are none."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from inference.classify.classifier import RUNS_BEFORE_GROWING, Answer, Classifier, fitting_batch_size
from inference.classify.preprocess import PreparedPicture
from inference.engine.devices import Device
from inference.errors import ImageProblem, ImageReadError, InferenceError
from inference.results import Classification, CropGeometry, Failure, PictureFacts
from tests.fakes import FakeNetwork


def _picture(value: int) -> PreparedPicture:
    pixels = np.full((8, 8, 3), value, np.uint8)
    return PreparedPicture(pixels, PictureFacts(8, 8, "PNG", 1), CropGeometry(0, 0, 8, 8), None)


def _classify(classifier: Classifier, values: Sequence[int], *, inspect: bool = False) -> tuple[Answer, ...]:
    return classifier.classify([f"{value}.png" for value in values], [_picture(v) for v in values], inspect=inspect)


def _logit(answer: Answer) -> float:
    assert isinstance(answer.outcome, Classification)
    return {one.index: one.logit for one in answer.outcome.predictions}[0]


def test_each_picture_gets_its_own_answer_in_order() -> None:
    answers = _classify(Classifier(FakeNetwork(), batch_size=4), [9, 1, 5, 7, 3])
    assert [answer.outcome.path for answer in answers] == ["9.png", "1.png", "5.png", "7.png", "3.png"]
    assert [_logit(answer) for answer in answers] == [9, 1, 5, 7, 3]


def test_the_batch_is_halved_until_it_fits_and_no_picture_is_lost_or_doubled() -> None:
    network = FakeNetwork()
    network.memory = 3
    classifier = Classifier(network, batch_size=16)
    answers = _classify(classifier, list(range(1, 12)))
    assert [_logit(answer) for answer in answers] == list(range(1, 12))
    assert classifier.batch_size == 2
    assert network.batches[:3] == [11, 5, 2]
    assert len(_classify(classifier, [4, 5])) == 2


def _card(memory: int) -> FakeNetwork:
    network = FakeNetwork()
    network.device, network.memory = Device.CUDA, memory
    return network


def test_a_cards_batch_grows_again_when_there_is_memory_again() -> None:
    network = _card(memory=4)
    classifier = Classifier(network, batch_size=16)
    _classify(classifier, range(16))
    assert (classifier.batch_size, classifier.smallest_batch_size) == (4, 4)
    # Another program has ended.
    network.memory = 1_000
    sizes = []
    while classifier.batch_size < 16:
        sizes.append(classifier.batch_size)
        answers = _classify(classifier, range(classifier.batch_size))
        assert [_logit(answer) for answer in answers] == list(range(sizes[-1]))
    # The first batches of 4 were those of the pictures above.
    assert Counter(sizes) == {4: RUNS_BEFORE_GROWING - 4, 8: RUNS_BEFORE_GROWING}
    _classify(classifier, range(64))
    assert (classifier.batch_size, classifier.full_batch_size, classifier.smallest_batch_size) == (16, 16, 4)


def test_what_still_does_not_fit_is_tried_less_and_less_often() -> None:
    network = _card(memory=4)
    classifier = Classifier(network, batch_size=8)
    for _ in range(8 * RUNS_BEFORE_GROWING):
        assert len(_classify(classifier, range(4))) == 4
        if classifier.batch_size == 8:
            # As the pipeline does, which fills a batch.
            assert len(_classify(classifier, range(8))) == 8
    assert classifier.smallest_batch_size == 4
    # At first, and after 100, 200 and 400 batches that fitted.
    assert network.batches.count(8) == 4
    assert set(network.batches) == {4, 8}


def test_a_processors_batch_stays_small_and_single_pictures_count_for_nothing() -> None:
    network = FakeNetwork()
    network.memory = 2
    classifier = Classifier(network, batch_size=4)
    _classify(classifier, [1] * (4 * RUNS_BEFORE_GROWING))
    assert classifier.batch_size == 2
    network.device = Device.CUDA
    for _ in range(2 * RUNS_BEFORE_GROWING):
        _classify(classifier, [1])
    assert classifier.batch_size == 2


def test_embeddings_come_when_asked_for_and_do_not_keep_the_batch_alive() -> None:
    classifier = Classifier(FakeNetwork(), batch_size=2)
    pictures = [_picture(value) for value in (9, 1, 5)]
    answers = classifier.classify(["a", "b", "c"], pictures, embed=True)
    embeddings = [answer.embedding for answer in answers]
    assert [None if one is None else one.tolist() for one in embeddings] == [[9.0] * 3, [1.0] * 3, [5.0] * 3]
    assert all(one is not None and one.dtype == np.float32 and one.base is None for one in embeddings)
    assert all(answer.embedding is None for answer in classifier.classify(["a", "b", "c"], pictures))


def test_one_picture_that_does_not_fit_is_an_error() -> None:
    network = FakeNetwork()
    network.memory = 0
    with pytest.raises(InferenceError, match="out of memory"):
        _classify(Classifier(network, batch_size=8), [1, 2])


def test_a_picture_without_valid_numbers_fails_alone() -> None:
    network = FakeNetwork()
    network.bad_value = 5
    answers = _classify(Classifier(network, batch_size=8), [4, 5, 6])
    bad = answers[1].outcome
    assert isinstance(bad, Failure)
    assert isinstance(bad.error, ImageReadError)
    assert bad.error.problem is ImageProblem.NO_VALID_NUMBERS
    assert [_logit(answers[0]), _logit(answers[2])] == [4, 6]


def test_features_come_only_when_asked_for() -> None:
    classifier = Classifier(FakeNetwork(), batch_size=2)
    assert _classify(classifier, [1])[0].inspection is None
    inspection = _classify(classifier, [1], inspect=True)[0].inspection
    assert inspection is not None
    assert inspection.features is not None
    assert inspection.features.shape == (3, 2, 2)


def test_evidence_is_in_the_order_of_the_predictions() -> None:
    outcome = _classify(Classifier(FakeNetwork(), batch_size=1), [8])[0].outcome
    assert isinstance(outcome, Classification)
    assert outcome.evidence is not None
    for prediction, contributions in zip(outcome.predictions, outcome.evidence, strict=True):
        assert contributions.sum() == pytest.approx(prediction.logit)


@pytest.mark.parametrize(
    ("device", "seconds", "size"),
    [
        (Device.CUDA, 0.5, 1),
        (Device.CUDA, 0.19, 1),
        (Device.CUDA, 0.04, 4),
        (Device.CUDA, 0.012, 16),
        (Device.CUDA, 1e-6, 64),
        (Device.CPU, 0.04, 4),
        (Device.CPU, 0.012, 8),
        (Device.OPENVINO, 1e-6, 8),
    ],
)
def test_a_batch_fits_its_time_budget(device: Device, seconds: float, size: int) -> None:
    moments = iter(step * seconds for step in range(100))
    network = FakeNetwork()
    network.device = device
    assert fitting_batch_size(network, now=lambda: next(moments)) == size


@pytest.mark.parametrize(
    ("device", "sizes"),
    [(Device.CPU, [8, 5]), (Device.OPENVINO, [8, 5]), (Device.CUDA, [8, 4, 1]), (Device.TENSORRT, [8, 5])],
)
def test_a_card_meets_few_sizes_of_batches(device: Device, sizes: list[int]) -> None:
    network = FakeNetwork()
    network.device = device
    answers = _classify(Classifier(network, batch_size=8), list(range(1, 14)))
    assert [_logit(answer) for answer in answers] == list(range(1, 14))
    assert network.batches == sizes
