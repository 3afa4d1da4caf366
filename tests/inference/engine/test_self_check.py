"""The ledger's error is zero where cells plus bias are the logit, and shows any other number."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.arrays import ClassIndices, EvidenceMaps, HeadBias, Logits
from inference.engine.devices import Precision
from inference.engine.self_check import TOLERANCES, answer_problems, ledger_error, map_error
from inference.errors import InferenceError
from inference.models.contract import OutputName
from tests.fakes import CLASSES, fake_contract


def a_ledger(seed: int, pictures: int, classes: int) -> tuple[Logits, ClassIndices, EvidenceMaps, HeadBias]:
    """Logits, top classes, maps and bias of a made-up network, true to float32."""
    random = np.random.default_rng(seed)
    weight = random.normal(size=(classes, 16)) * 10.0 ** random.integers(-3, 3)
    bias = random.normal(size=classes).astype(np.float32)
    features = random.normal(size=(pictures, 16, 4, 3)) ** 2
    maps = np.einsum("ck,nkhw->nchw", weight, features) / 12
    logits = (maps.sum(axis=(2, 3)) + bias).astype(np.float32)
    top = np.argsort(-logits, axis=1, kind="stable")[:, :5]
    evidence = np.take_along_axis(maps, top[:, :, None, None], axis=1).astype(np.float32)
    return logits, top, evidence, bias


@given(seed=st.integers(0, 2**32 - 1), pictures=st.integers(1, 4), classes=st.integers(1, 9))
def test_a_true_ledger_is_within_the_strictest_tolerance(seed: int, pictures: int, classes: int) -> None:
    assert ledger_error(*a_ledger(seed, pictures, classes)) < TOLERANCES[Precision.FLOAT32] / 10


@given(seed=st.integers(0, 2**32 - 1), classes=st.integers(1, 9), place=st.integers(0, 10**6))
def test_one_wrong_cell_is_found(seed: int, classes: int, place: int) -> None:
    logits, top, evidence, bias = a_ledger(seed, 2, classes)
    wrong = evidence.copy()
    wrong.reshape(-1)[place % wrong.size] += np.abs(evidence).sum() + 1
    assert ledger_error(logits, top, wrong, bias) > TOLERANCES[Precision.BFLOAT16]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_invalid_numbers_are_no_true_ledger(value: float) -> None:
    logits, top, evidence, bias = a_ledger(0, 2, 7)
    evidence[0, 0, 0, 0] = value
    with np.errstate(invalid="ignore"):
        assert not ledger_error(logits, top, evidence, bias) <= TOLERANCES[Precision.BFLOAT16]


def test_memory_that_does_not_suffice_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise MemoryError

    logits, top, evidence, bias = a_ledger(0, 1, CLASSES)
    answer: dict[str, np.ndarray] = {
        OutputName.LOGITS: logits,
        OutputName.TOP_CLASSES: top,
        OutputName.EVIDENCE: evidence,
        OutputName.HEAD_BIAS: bias,
        OutputName.HEAD_WEIGHT: np.zeros((CLASSES, 16), np.float32),
        OutputName.FEATURES: np.zeros((1, 16, 4, 3), np.float32),
    }
    monkeypatch.setattr(np, "einsum", refuse)
    with pytest.raises(InferenceError, match="memory is too small") as caught:
        answer_problems(fake_contract(), answer, Precision.FLOAT32)
    assert caught.value.out_of_memory


def test_only_the_weights_of_the_top_classes_are_made_wider() -> None:
    weight = np.ones((20_000, 64), np.float32)
    features = np.ones((1, 64, 2, 2), np.float32)
    evidence = np.full((1, 5, 2, 2), 16.0, np.float32)
    tracemalloc.start()
    try:
        assert map_error(features, weight, np.arange(5)[None], evidence) == 0
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < weight.nbytes
