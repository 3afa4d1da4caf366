"""On stand-ins for NVIDIA's libraries every variant opens and runs, and calls what it is meant to call.

They compute nothing (`tests.stub_cuda`): this is about what is left to the processor, captured, planned, copied, freed.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from inference.engine.card.variant import Variant
from tests.conftest import PROJECT_ROOT
from tests.stub_cuda import building
from tests.stub_cuda.child import CLOSED, GRAPHS, OUTPUTS, SINGLE, VARIANTS, Found, stopped_name

pytestmark = pytest.mark.skipif(bool(building.why_not()), reason=building.why_not() or "all is here")

BOUND = [way for way in VARIANTS if way.bound]
ENTIRE = Variant(half=True, bound=True, graph=True)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the child found: it runs everything once, in two seconds."""
    libraries, folder = tmp_path_factory.mktemp("stub_cuda"), tmp_path_factory.mktemp("profile")
    building.build(libraries)
    done = subprocess.run(
        [sys.executable, "-m", "tests.stub_cuda.child", str(folder)],
        cwd=PROJECT_ROOT,
        env=building.environment(libraries, folder / "log"),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Found(**json.loads(done.stdout.splitlines()[-1]))


def _calls(found: Found, way: Variant, part: str) -> dict[str, int]:
    return found.calls[f"{way}: {part}"]


def _parts(way: Variant) -> int:
    return 2 if way.turns else 1


def _count(calls: dict[str, int], beginning: str) -> int:
    return sum(count for name, count in calls.items() if name.startswith(beginning))


@pytest.mark.parametrize("way", VARIANTS, ids=str)
def test_every_variant_opens_and_runs(found: Found, way: Variant) -> None:
    calls = _calls(found, way, "batch 0")
    assert _count(calls, "convolution_") == 2 * _parts(way)
    # What one session asks for is one plan for each convolution, however many parts it runs.
    assert _count(calls, "plan_") == 2


@pytest.mark.parametrize("way", BOUND, ids=str)
def test_nothing_of_the_steady_batch_is_left_to_the_processor(found: Found, way: Variant) -> None:
    for number in (2, 3):
        calls = _calls(found, way, f"batch {number}")
        # The pictures go there, and the outputs that were asked for come back; nothing else moves.
        assert calls["copy_to_card"] == _parts(way)
        assert calls["copy_from_card"] == len(OUTPUTS) * _parts(way)
        assert "malloc" not in calls


def test_single_pictures_do_leave_shapes_to_the_processor(found: Found) -> None:
    """Otherwise the test before would see nothing."""
    calls = _calls(found, Variant(bound=True), SINGLE)
    assert calls["copy_from_card"] == 4 * len(OUTPUTS)
    assert calls["copy_to_card"] > 4


@pytest.mark.parametrize("way", GRAPHS, ids=str)
def test_a_graph_is_captured_once_and_then_replayed(found: Found, way: Variant) -> None:
    captured = _calls(found, way, "batch 1")
    assert (captured["capture"], captured["replay"]) == (_parts(way), _parts(way))
    for number in (2, 3):
        calls = _calls(found, way, f"batch {number}")
        assert calls["replay"] == _parts(way)
        assert not {"capture", "kernel"} & calls.keys()
        assert _count(calls, "convolution_") == 0


def test_what_is_no_graph_is_not_captured(found: Found) -> None:
    for name, calls in found.calls.items():
        if "one graph" not in name and name not in {"trial", "memory", "disturbed"}:
            assert "capture" not in calls


def test_nothing_is_done_that_would_break_a_capture(found: Found) -> None:
    assert all("forbidden" not in calls for calls in found.calls.values())


@pytest.mark.parametrize("way", VARIANTS, ids=str)
def test_tensor_cores_are_used_in_float16_and_only_there(found: Found, way: Variant) -> None:
    used, other = ("tensor_cores", "ordinary") if way.half else ("ordinary", "tensor_cores")
    calls = _calls(found, way, "batch 0")
    assert calls[f"plan_{used}"] == 2
    assert not {f"plan_{other}", f"convolution_{other}"} & calls.keys()


@pytest.mark.parametrize("way", BOUND, ids=str)
def test_single_pictures_in_between_do_not_have_the_steady_batch_planned_anew(found: Found, way: Variant) -> None:
    for number in (1, 2, 3):
        assert _count(_calls(found, way, f"batch {number}"), "plan_") == 0


def test_without_a_session_of_its_own_they_do(found: Found) -> None:
    assert _count(_calls(found, VARIANTS[0], "batch 3"), "plan_") == 2


@pytest.mark.parametrize("way", [way for way in VARIANTS if way.nhwc], ids=str)
def test_the_bias_is_part_of_the_convolution_where_it_is_fused(found: Found, way: Variant) -> None:
    calls = _calls(found, way, "batch 0")
    assert calls.get("bias_apart", 0) == (0 if way.fused else 2 * _parts(way))
    assert calls[f"operations_{2 if way.fused else 1}"] == 2


@pytest.mark.parametrize("way", VARIANTS, ids=str)
def test_host_memory_is_locked_once_for_each_buffer_and_let_go(found: Found, way: Variant) -> None:
    parts = [calls for name, calls in found.calls.items() if name.startswith(f"{way}: ")]
    locked = sum(calls.get("register", 0) for calls in parts)
    # The steady batch's parts, and where they run here single pictures.
    assert locked == (_parts(way) + (not way.nhwc) if way.bound else 0)
    assert _calls(found, way, CLOSED).get("unregister", 0) == locked


@pytest.mark.parametrize("way", VARIANTS, ids=str)
def test_closing_frees_the_card(found: Found, way: Variant) -> None:
    assert found.left[str(way)] == 0


def test_want_of_memory_halves_the_batch_and_answers(found: Found) -> None:
    assert found.calls["memory"]["out_of_memory"] > 1
    assert set(found.halved) == {"plain", str(ENTIRE)}
    for name, (answered, batch, precisions) in found.halved.items():
        assert answered == 3 * 256
        assert 1 <= batch < 256
        # The variant was not given up for it.
        assert precisions == ["float32" if name == "plain" else "float16"]


def test_a_lost_capture_is_answered_by_the_plain_session_and_costs_this_opening_only(found: Found) -> None:
    *precisions, known = found.disturbed
    # The second batch captures.
    assert precisions == ["float16", "float16", "float32", "float32"]
    assert known.startswith(str(ENTIRE))


@pytest.mark.parametrize("way", GRAPHS, ids=str)
def test_a_capture_that_is_stopped_in_the_middle_is_not_replayed(found: Found, way: Variant) -> None:
    name = stopped_name(way)
    for number in range(3):
        stopped = found.calls[f"{name}: stopped {number}"]
        assert _count(stopped, "convolution_") == 0
        assert "replay" not in stopped
    calls = [found.calls[f"{name}: batch {number}"] for number in range(3)]
    # As if nothing had been before: without buffers, captured, replayed. Half a graph would be replayed at once.
    assert _count(calls[0], "convolution_") == 2 * _parts(way)
    assert [one.get("capture", 0) for one in calls] == [0, _parts(way), 0]
    assert [one.get("replay", 0) for one in calls] == [0, _parts(way), _parts(way)]
    assert found.left[name] == 0


def test_the_benchmark_fills_the_card_and_sees_it(found: Found) -> None:
    said = found.benchmark
    assert said["answered"] == said["asked"] == 256
    assert said["batch_in_the_end"] < 256
    assert said["filled_bytes"] > said["left_bytes"]
    assert said["precision"] == "float16"


def test_a_trial_goes_through_all_steps(found: Found) -> None:
    assert next(iter(found.trial)) == "float16"
    for name, objection in found.trial.items():
        # Who is faster is chance here. With the channels last the card computes shapes, and here it does not.
        assert "channels last" in name or objection in {"", "it is not faster", "it is not faster than the plain way"}


def test_a_trial_of_single_pictures_goes_through_all_steps(found: Found) -> None:
    assert next(iter(found.slow_trial)) == "float16"
    objections = {objection for name, objection in found.slow_trial.items() if "channels last" not in name}
    assert objections == {"it is not faster"}


def test_a_card_that_is_too_old_is_refused_in_words(found: Found) -> None:
    why = "Stub card is too old for CUDA 13 (its compute capability is 6.1, needed is 7.5)"
    assert found.said["auto"] in {"cpu", "openvino"}
    assert found.said["refusals"].startswith(f"cuda: {why}")
    assert found.said["cuda"] == f"The device cuda cannot be used: {why}. Use cpu."


def test_a_card_whose_memory_is_in_use_is_refused_in_words(found: Found) -> None:
    remedy = "Close other programs that use it, choose a smaller model, or use cpu."
    assert found.said["full"] == f"The device cuda cannot be used: its memory is too small. {remedy}"


def test_the_card_that_is_used_is_named_as_nvidias_program_names_it(found: Found) -> None:
    assert found.said["id"] == "GPU-abababab-abab-abab-abab-abababababab"
