"""Other views of a picture: more cells, the same place, and whether the decision stayed."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.evidence import evidence_map, ledger
from inference.attention.finer import compare_views, is_enlarged, scale_for, view_order
from inference.classify.preprocess import prepare_picture
from inference.engine.network import Head, Network
from inference.models.contract import Preprocessing
from tests.inference.attention.conftest import SAMPLES, Seen


@pytest.mark.parametrize("factor", [2, 3])
def test_a_finer_view_has_more_cells_and_its_ledger_adds_up(
    built_in: Network, seen: tuple[Seen, ...], head: Head, factor: int
) -> None:
    for path, one in zip(SAMPLES, seen, strict=True):
        order = view_order(built_in.contract.preprocessing, factor=factor)
        prepared = prepare_picture(path, order)
        usual = prepare_picture(path, view_order(built_in.contract.preprocessing))
        assert prepared.crop.left == pytest.approx(usual.crop.left, abs=usual.facts.width / 72)
        outputs = built_in.run(prepared.input[None], features=True)
        assert outputs.features is not None
        assert outputs.features.shape[2:] == (9 * factor, 9 * factor)
        change = compare_views(one.logits, outputs.logits[0])
        assert change.stayed is (int(one.logits.argmax()) == int(outputs.logits[0].argmax()))
        first = change.first_after
        account = ledger(evidence_map(outputs.features[0], head.weight[first]), float(head.bias[first]))
        assert account.error(float(outputs.logits[0][first])) <= 1e-5


def test_what_became_of_the_decision() -> None:
    change = compare_views(np.array([2.0, 0.0], np.float32), np.array([0.0, 2.0], np.float32))
    assert not change.stayed
    assert (change.first_before, change.first_after) == (0, 1)
    assert change.before == pytest.approx(1 - change.after)
    assert compare_views(np.array([2.0, 0.0]), np.array([1.0, 0.0])).stayed


def test_a_small_picture_is_said_to_be_enlarged(built_in: Network) -> None:
    facts = prepare_picture(SAMPLES[0], view_order(built_in.contract.preprocessing)).facts
    assert not is_enlarged(facts, view_order(Preprocessing(resize=100, crop=100), factor=3))
    assert is_enlarged(facts, view_order(Preprocessing(resize=232, crop=224), factor=3))


def test_an_input_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        view_order(Preprocessing(resize=2000, crop=2000), factor=3)


def test_the_scale_follows_the_number_of_cells() -> None:
    assert scale_for(0.4, 81, 324) == pytest.approx(0.1)
