"""A trial sees answers that differ, answers that come from another batch, and speeds that are chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.arrays import InputBatch
from inference.engine.card.trial import Answer, Turns, answers_to, by_turns, compare, trial_pictures
from inference.engine.devices import Precision
from inference.models.contract import INPUT_NAME
from tests.inference.engine.card.spy import SIDE, Spy

NAMES = ("logits", "top_classes", "evidence", "embedding")
PICTURES = trial_pictures(40, SIDE)


def _plain(images: InputBatch) -> Answer:
    return dict(zip(NAMES, _SESSION.run(list(NAMES), {INPUT_NAME: images}), strict=True))


_SESSION = Spy().real
WANTED = answers_to(_plain, PICTURES, 16)


def test_pictures_differ_and_are_always_the_same() -> None:
    assert PICTURES.shape == (40, SIDE, SIDE, 3)
    assert np.array_equal(PICTURES, trial_pictures(40, SIDE))
    assert len({picture.tobytes() for picture in PICTURES}) == 40
    assert trial_pictures(2, 3).shape == (2, 3, 3, 3)


@pytest.mark.parametrize("batch", [1, 5, 16, 40, 64])
def test_the_same_session_agrees(batch: int) -> None:
    agreement = compare(_plain, PICTURES, WANTED, batch)
    assert agreement.difference < 1e-5
    assert agreement.same == agreement.pictures > batch
    assert agreement.objection(Precision.FLOAT32) == ""


def test_a_difference_counts_by_precision() -> None:
    def off(images: InputBatch) -> Answer:
        answer = dict(_plain(images))
        return answer | {"logits": answer["logits"] * np.float32(1.005)}

    agreement = compare(off, PICTURES, WANTED, 8)
    assert agreement.objection(Precision.FLOAT16) == ""
    assert agreement.objection(Precision.FLOAT32).startswith("its numbers differ by")


def _spoil(change: Callable[[dict[str, np.ndarray]], None]) -> Callable[[InputBatch], Answer]:
    def run(images: InputBatch) -> Answer:
        answer = {name: array.copy() for name, array in _plain(images).items()}
        change(answer)
        return answer

    return run


def _no_numbers(answer: dict[str, np.ndarray]) -> None:
    answer["logits"][-1, 0] = np.nan


def _turned_maps(answer: dict[str, np.ndarray]) -> None:
    answer["evidence"] = answer["evidence"][..., ::-1]


def _too_few_rows(answer: dict[str, np.ndarray]) -> None:
    answer["embedding"] = answer["embedding"][:, :-1]


def _no_common_class(answer: dict[str, np.ndarray]) -> None:
    answer["top_classes"] += 1000


@pytest.mark.parametrize("change", [_no_numbers, _turned_maps, _too_few_rows, _no_common_class])
def test_what_is_wrong_is_seen(change: Callable[[dict[str, np.ndarray]], None]) -> None:
    assert compare(_spoil(change), PICTURES, WANTED, 8).objection(Precision.FLOAT16)


def test_a_graph_that_replays_its_first_batch_is_seen() -> None:
    captured: dict[int, Answer] = {}

    def run(images: InputBatch) -> Answer:
        return captured.setdefault(len(images), _plain(images))

    assert compare(run, PICTURES, WANTED, 8).objection(Precision.FLOAT16)


def _second(logits: np.ndarray, above: float) -> np.ndarray:
    """Logits whose second class is nearly the first, by so much."""
    rows, ranked = np.arange(len(logits)), np.argsort(-logits, axis=1)
    changed = logits.copy()
    changed[rows, ranked[:, 1]] = logits[rows, ranked[:, 0]] + above
    return changed


def test_another_first_class_is_counted_within_any_tolerance() -> None:
    def close(images: InputBatch) -> Answer:
        answer = dict(_plain(images))
        return answer | {"logits": _second(answer["logits"], 1e-4)}

    wanted = WANTED | {"logits": _second(WANTED["logits"], -1e-4)}
    agreement = compare(close, PICTURES, wanted, 8)
    assert agreement.same == 0
    assert (
        agreement.objection(Precision.FLOAT16) == f"only 0 of {agreement.pictures} pictures have the same first class"
    )


class _Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def taking(self, seconds: list[float]) -> Callable[[InputBatch], Answer]:
        left = list(seconds)

        def run(_images: InputBatch) -> Answer:
            self.time += left.pop(0) if len(left) > 1 else left[0]
            return {}

        return run


def test_turns_are_timed_each_for_itself() -> None:
    clock = _Clock()
    turns = by_turns(clock.taking([9, 9, 9, 2.0]), clock.taking([9, 9, 9, 1.0]), PICTURES, now=clock.now)
    assert set(turns.first_s) == {2.0}
    assert set(turns.second_s) == {1.0}
    assert turns.times_as_fast == 2
    assert turns.is_second_faster


def test_a_gain_that_may_be_chance_is_none() -> None:
    assert not Turns((1.0,) * 9, (0.98,) * 9).is_second_faster
    assert Turns((1.0,) * 9, (0.95,) * 9).is_second_faster
    # Faster in the median round, but not in nearly every one.
    assert not Turns((1.0,) * 9, (0.8,) * 6 + (1.1,) * 3).is_second_faster


@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_what_is_faster_one_way_is_not_faster_the_other_way(first: float, second: float) -> None:
    turns, back = Turns((first,) * 9, (second,) * 9), Turns((second,) * 9, (first,) * 9)
    assert not (turns.is_second_faster and back.is_second_faster)
