"""A variant's handle answers each batch as the session would, whatever sizes come in whatever order."""

from __future__ import annotations

import itertools

import numpy as np
import onnxruntime
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
        ("plain", "-1"), ("bound", "1"), ("bound", "1"), ("plain", None), ("bound", None),
        ("plain", "-1"), ("bound", "2"), ("bound", "1"),
    ]  # fmt: skip


def test_a_picture_of_another_size_is_no_graph() -> None:
    handle, spy = handle_of(GRAPH, batch=2)
    for _ in range(3):
        handle.run(NAMES, {INPUT_NAME: pictures(2, side=12)})
    assert {graph for _, graph, _ in spy.runs} == {None}


def test_of_two_parts_the_first_does_not_wait() -> None:
    handle, spy = handle_of(ALL, batch=4)
    for count in (4, 4, 4, 3, 3):
        handle.run(NAMES, {INPUT_NAME: pictures(count)})
    assert spy.runs == [
        ("plain", "-1", False), ("plain", "-1", False),
        ("bound", "1", True), ("bound", "2", False),
        ("bound", "1", True), ("bound", "2", False),
        ("plain", None, False), ("bound", None, False),
    ]  # fmt: skip


@pytest.mark.parametrize("variant", [Variant(engine=True), Variant(engine=True, bound=True)], ids=str)
def test_tensorrt_builds_for_one_size_and_smaller_batches_are_filled_up(variant: Variant) -> None:
    fixed: list[tuple[int, Spy]] = []
    handle, spy = handle_of(variant, batch=4, fixed=fixed)
    names = (*NAMES, "head_weight")
    for count, side in ((4, SIDE), (1, SIDE), (3, SIDE), (5, SIDE), (1, 12)):
        images = pictures(count, side=side)
        found = handle.run(names, {INPUT_NAME: images})
        for one, other in zip(found, right_answer(images, names), strict=True):
            assert one.shape == other.shape
            assert np.allclose(one, other, atol=1e-5)
    [(size, built)] = fixed
    assert (size, len(built.runs), len(spy.runs)) == (4, 3, 2)


@pytest.mark.parametrize(("variant", "size"), [(BOUND, 4), (TURNS, 2), (GRAPH, 4), (ALL, 2)], ids=str)
def test_the_steady_batch_has_a_session_of_its_own_from_the_first_one_on(variant: Variant, size: int) -> None:
    fixed: list[tuple[int, Spy]] = []
    handle, spy = handle_of(variant, batch=4, fixed=fixed)
    for count in (1, 3, 2, 1):
        handle.run(NAMES, {INPUT_NAME: pictures(count)})
    assert (len(fixed), len(spy.runs)) == (0, 4)
    for count in (4, 1, 4, 1, 4):
        handle.run(NAMES, {INPUT_NAME: pictures(count)})
    assert [of for of, _ in fixed] == [size]
    assert len(fixed[0][1].runs) == 3 * (4 // size)
    assert len(spy.runs) == 6


def test_without_buffers_one_session_answers_all() -> None:
    fixed: list[tuple[int, Spy]] = []
    handle, spy = handle_of(Variant(half=True, nhwc=True), batch=4, fixed=fixed)
    for _ in range(3):
        handle.run(NAMES, {INPUT_NAME: pictures(4)})
    assert (fixed, len(spy.runs)) == ([], 3)


def test_stop_reaches_both_parts() -> None:
    handle, _ = handle_of(TURNS, batch=4)
    for _ in range(2):
        handle.run(NAMES, {INPUT_NAME: pictures(4)})
    stopped = onnxruntime.RunOptions()
    stopped.terminate = True
    loaded: list[int] = []
    for lane in next(iter(handle._lanes.values())):
        lane.load = lambda images: loaded.append(len(images))  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="terminate"):
        handle.run(NAMES, {INPUT_NAME: pictures(4)}, stopped)
    # The first part was not run, so that nothing came to the second one.
    assert loaded == [2]


def test_want_of_memory_lets_go_of_what_smaller_batches_do_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed: list[tuple[int, Spy]] = []
    handle, _ = handle_of(GRAPH, batch=4, fixed=fixed)
    for _ in range(2):
        handle.run(NAMES, {INPUT_NAME: pictures(4)})

    def no_memory(*_what: object) -> None:
        raise RuntimeError("CUDA failure 2: out of memory ; GPU=0")

    with monkeypatch.context() as patch:
        patch.setattr(fixed[0][1], "run_with_iobinding", no_memory)
        with pytest.raises(RuntimeError, match="out of memory"):
            handle.run(NAMES, {INPUT_NAME: pictures(4)})
    assert (len(handle._lanes), handle._fixed) == (0, None)
    # It is opened again where it is asked for again.
    handle.run(NAMES, {INPUT_NAME: pictures(4)})
    assert len(fixed) == 2


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
