"""A variant's handle answers each batch as the session would, whatever sizes come in whatever order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine.card.handle import MOST_LANES
from inference.engine.card.variant import PLAIN, Variant
from inference.models.contract import INPUT_NAME
from tests.inference.engine.card.spy import NAMES, SIDE, Spy, handle_of, pictures, right_answer

BOUND = Variant(bound=True)
TURNS = Variant(bound=True, turns=True)
GRAPH = Variant(bound=True, graph=True)
ALL = Variant(bound=True, turns=True, graph=True)


@pytest.mark.parametrize("variant", [PLAIN, BOUND, TURNS, GRAPH, ALL], ids=str)
@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from([SIDE, 12]), st.booleans(), st.integers(0, 9)),
        min_size=1,
        max_size=12,
    )
)
def test_every_batch_gets_its_own_answer(variant: Variant, batches: list[tuple[int, int, bool, int]]) -> None:
    handle, _ = handle_of(variant)
    kept = []
    for count, side, with_head, seed in batches:
        names = (*NAMES, "embedding", "head_weight") if with_head else NAMES
        images = pictures(count, seed, side)
        kept.append((handle.run(names, {INPUT_NAME: images}), right_answer(images, names)))
        # Whoever asked may use the array for the next batch.
        images[:] = 0
    for found, wanted in kept:
        for one, other in zip(found, wanted, strict=True):
            assert one.shape == other.shape
            assert one.dtype == other.dtype
            assert np.allclose(one, other, atol=1e-5)


def test_buffers_come_with_the_second_batch_of_a_size_and_stay() -> None:
    handle, spy = handle_of(BOUND)
    for count in (4, 4, 3, 4, 3):
        handle.run(NAMES, {INPUT_NAME: pictures(count)})
    assert [way for way, _, _ in spy.runs] == ["plain", "bound", "plain", "bound", "bound"]


def test_buffers_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    handle, spy = handle_of(BOUND)
    for count in (*range(1, MOST_LANES + 2), 1):
        for _ in range(2):
            handle.run(NAMES, {INPUT_NAME: pictures(count)})
    # The first size was forgotten meanwhile and began anew.
    assert [way for way, _, _ in spy.runs] == ["plain", "bound"] * (MOST_LANES + 2)
    assert len(handle._lanes) == MOST_LANES


def test_only_the_steady_batch_is_a_graph_and_each_choice_of_outputs_has_its_own() -> None:
    handle, spy = handle_of(GRAPH, batch=4)
    asked = [(4, NAMES), (4, NAMES), (4, NAMES), (2, NAMES), (2, NAMES), (4, ("logits",)), (4, ("logits",)), (4, NAMES)]
    for count, names in asked:
        handle.run(names, {INPUT_NAME: pictures(count)})
    assert [(way, graph) for way, graph, _ in spy.runs] == [
        ("plain", "-1"), ("bound", "1"), ("bound", "1"), ("plain", "-1"), ("bound", "-1"),
        ("plain", "-1"), ("bound", "2"), ("bound", "1"),
    ]  # fmt: skip


def test_a_picture_of_another_size_is_no_graph() -> None:
    handle, spy = handle_of(GRAPH, batch=2)
    for _ in range(3):
        handle.run(NAMES, {INPUT_NAME: pictures(2, side=12)})
    assert {graph for _, graph, _ in spy.runs} == {"-1"}


def test_of_two_parts_the_first_does_not_wait() -> None:
    handle, spy = handle_of(ALL, batch=4)
    for count in (4, 4, 3, 3):
        handle.run(NAMES, {INPUT_NAME: pictures(count)})
    assert spy.runs == [
        ("plain", "-1", False), ("bound", "1", True), ("bound", "2", False),
        ("plain", "-1", False), ("bound", "-1", False),
    ]  # fmt: skip


def test_what_tensorrt_did_not_build_for_goes_to_the_plain_session() -> None:
    others: list[Spy] = []
    handle, spy = handle_of(Variant(engine=True), batch=4, others=others)
    for count, side in ((4, SIDE), (1, SIDE), (5, SIDE), (1, 12)):
        images = pictures(count, side=side)
        found = handle.run(NAMES, {INPUT_NAME: images})
        for one, other in zip(found, right_answer(images), strict=True):
            assert np.allclose(one, other, atol=1e-5)
    assert len(spy.runs) == 2
    assert [len(other.runs) for other in others] == [2]


def test_what_is_kept_is_not_written_into_again() -> None:
    handle, _ = handle_of(BOUND)
    answers = [handle.run(NAMES, {INPUT_NAME: pictures(3, seed)}) for seed in range(4)]
    for one, other in itertools.combinations(answers, 2):
        assert not np.shares_memory(one[0], other[0])
        assert not np.array_equal(one[0], other[0])


def test_it_says_what_the_session_says() -> None:
    handle, spy = handle_of(PLAIN)
    assert [value.name for value in handle.get_inputs()] == [INPUT_NAME]
    assert {value.name for value in handle.get_outputs()} == {value.name for value in spy.real.get_outputs()}
    assert handle.get_providers() == ["CPUExecutionProvider"]
    assert handle.get_modelmeta().custom_metadata_map == spy.real.get_modelmeta().custom_metadata_map
