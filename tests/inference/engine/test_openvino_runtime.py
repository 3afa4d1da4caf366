"""OpenVINO's own runtime gives the processor's answers, stops when told, and explains its absence."""

import gc
import shutil
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper

from inference.cancel import Cancelled, CancelToken
from inference.engine import openvino, openvino_requests, openvino_runtime
from inference.engine.devices import Device, Precision, Refusal, probe_devices
from inference.engine.network import Network
from inference.engine.openvino_runtime import OpenVinoSession, open_session
from inference.engine.priority import yield_to_the_window
from inference.engine.session import SessionOptions
from inference.errors import DeviceError, InferenceError, ModelContractError, ModelLoadError
from inference.models.contract import INPUT_NAME, OutputName
from inference.profile import PROJECT_ROOT
from tests.inference.engine.variants import TINY, give_no_numbers, variant

BUILT_IN = next((PROJECT_ROOT / "assets" / "models").glob("*.onnx"))

runs_here = pytest.mark.skipif(
    not (openvino.refuses_this_maker() and openvino_runtime.is_installed()),
    reason="OpenVINO's own runtime is not what this processor uses",
)


def _open(path: Path, precision: Precision = Precision.FLOAT32) -> OpenVinoSession:
    opened = open_session(str(path), precision, SessionOptions(threads=1))
    assert isinstance(opened, OpenVinoSession), opened
    return opened


def _noise(count: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


@runs_here
@pytest.mark.parametrize(
    ("precision", "tolerance"), [(Precision.FLOAT32, 1e-5), (Precision.BFLOAT16, 1e-2)], ids=["float32", "bfloat16"]
)
def test_it_gives_the_processors_answers(precision: Precision, tolerance: float) -> None:
    if precision is Precision.BFLOAT16 and openvino.default_precision() is not precision:
        pytest.skip("this processor does not compute in bfloat16")
    session, network = _open(BUILT_IN, precision), Network.open(BUILT_IN, device="cpu")
    # Batches of changing size and rectangular pictures, as the closer looks and the end of a folder make them.
    for batch in (_noise(3, 72, 72), _noise(1, 72, 72), _noise(2, 72, 144)):
        expected = network.run(batch, embedding=True, features=True)
        names = [name.value for name in OutputName if "head" not in name.value]
        found = session.run(names, {INPUT_NAME: batch}, None)
        for name, array in (
            ("logits", expected.logits),
            ("evidence", expected.evidence),
            ("features", expected.features),
        ):
            assert array is not None
            assert found[name].dtype == np.float32
            if name == "evidence" and (found["top_classes"] != expected.top_classes).any():
                continue
            assert np.abs(found[name] - array).max() <= tolerance * np.abs(array).max() * (1 if name == "logits" else 5)
        assert found["top_classes"].dtype == np.int64
        assert (found["logits"].argmax(axis=1) == found["top_classes"][:, 0]).all()


@runs_here
def test_a_network_on_openvino_passes_its_check_and_says_what_it_computes_with() -> None:
    network = Network.open(BUILT_IN, device="openvino")
    assert (network.device, network.precision) == (Device.OPENVINO, openvino.default_precision())
    report = next(report for report in probe_devices() if report.device is Device.OPENVINO)
    assert report.detail == f"OpenVINO {openvino_runtime.version()}, {network.precision}"


@runs_here
def test_an_answer_stays_what_it_is_when_the_next_batch_runs() -> None:
    session = _open(TINY)
    first = session.run(["logits"], {INPUT_NAME: _noise(2, 32, 32)}, None)["logits"]
    kept = first.copy()
    session.run(["logits"], {INPUT_NAME: 255 - _noise(2, 32, 32)}, None)
    assert (first == kept).all()
    # Pictures that do not lie in one piece of memory are read right, too.
    turned = _noise(32, 32, 2).transpose(2, 1, 0, 3)
    assert not turned.flags.c_contiguous
    whole = session.run(["logits"], {INPUT_NAME: np.ascontiguousarray(turned)}, None)["logits"]
    assert (session.run(["logits"], {INPUT_NAME: turned}, None)["logits"] == whole).all()


@runs_here
def test_stop_is_felt_in_the_middle_of_a_batch_and_the_next_one_runs() -> None:
    session = _open(BUILT_IN)
    used = CancelToken()
    used.cancel()
    with pytest.raises(Cancelled):
        session.run(["logits"], {INPUT_NAME: _noise(1, 72, 72)}, used)
    token = CancelToken()
    # Far longer than the wait: some 5 seconds of one core.
    batch = _noise(1000, 72, 72)
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        session.run(["logits"], {INPUT_NAME: batch}, token)
    timer.join()
    expected = Network.open(BUILT_IN, device="cpu").run(batch[:2]).logits
    found = session.run(["logits"], {INPUT_NAME: batch[:2]}, CancelToken())["logits"]
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-4)


@runs_here
@pytest.mark.parametrize("sharing", [False, True])
@pytest.mark.parametrize(
    ("usual", "broken_off"),
    [((8, 72, 72), (900, 72, 72)), ((1, 72, 72), (150, 144, 144)), ((2, 72, 144), (700, 72, 72))],
)
def test_what_was_broken_off_leaves_no_trace_in_later_answers(
    usual: tuple[int, int, int], broken_off: tuple[int, int, int], sharing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = _sharing(monkeypatch) if sharing else _open(BUILT_IN)
    long, images = _noise(*broken_off), {INPUT_NAME: _noise(*usual)}
    names = ["logits", "evidence"]
    before = session.run(names, images, None)
    for after_s in (0.01, 0.1):
        token = CancelToken()
        timer = threading.Timer(after_s, token.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            session.run(["logits"], {INPUT_NAME: long}, token)
        timer.join()
        for _ in range(2):
            after = session.run(names, images, None)
            for name in names:
                assert (after[name] == before[name]).all(), name


@runs_here
def test_a_short_run_that_nobody_wants_any_more_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEAST_PATIENCE_S", "MOST_PATIENCE_S"):
        monkeypatch.setattr(openvino_requests, name, 60.0)
    session, token = _open(BUILT_IN), CancelToken()
    (request,) = session.whole.requests()

    class Late:
        """Is done when the token was used; being broken off would be told."""

        def start_async(self, part: dict[str, np.ndarray], **options: object) -> None:
            request.start_async(part, **options)
            token.cancel()

        def wait_for(self, ms: int) -> bool:
            return bool(request.wait_for(ms))

        def cancel(self) -> None:
            raise AssertionError("broken off")

    session.whole._requests = (Late(),)
    with pytest.raises(Cancelled):
        session.run(["logits"], {INPUT_NAME: _noise(1, 72, 72)}, token)
    assert isinstance(session.whole.requests()[0], Late), "not spoilt"


@runs_here
def test_what_takes_long_to_compile_is_waited_for_longer() -> None:
    waited: list[float] = []

    def make() -> list[object]:
        time.sleep(waited[-1])
        return [object()]

    for seconds, expected in ((0.0, 0.15), (0.2, 0.2), (0.4, 0.3)):
        waited.append(seconds)
        compiled = openvino_requests.Compiled(make)
        compiled.requests()
        assert expected <= compiled.patience_s <= 0.3


@runs_here
def test_a_model_that_was_given_up_leaves_memory_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at the next collection, which comes in the window's thread: another one may be compiled right after."""
    for name in ("LEAST_PATIENCE_S", "MOST_PATIENCE_S"):
        monkeypatch.setattr(openvino_requests, name, 0.0)
    session, token = _open(BUILT_IN), CancelToken()

    class Endless:
        """Runs until it is broken off."""

        def __init__(self) -> None:
            self.is_broken_off = False

        def start_async(self, *_given: object, **_options: object) -> None:
            token.cancel()

        def wait_for(self, _ms: int) -> bool:
            if self.is_broken_off:
                raise RuntimeError("was broken off")
            return False

        def cancel(self) -> None:
            self.is_broken_off = True

    def run() -> bool:
        session.whole._requests = (Endless(),)
        gone.append(weakref.ref(session.whole._requests[0]))
        try:
            session.run(["logits"], {INPUT_NAME: _noise(1, 72, 72)}, token)
        except Cancelled:
            return True
        return False

    gone: list[weakref.ref[object]] = []
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        assert run()
        assert gone[0]() is None
    finally:
        if was_enabled:
            gc.enable()


@runs_here
def test_a_file_that_was_changed_is_not_compiled_anew(tmp_path: Path) -> None:
    path = Path(shutil.copy(TINY, tmp_path))
    session = _open(path)
    session.whole.spoil()
    assert session.run(["logits"], {INPUT_NAME: _noise(1, 32, 32)}, None)["logits"].shape == (1, 7)
    session.whole.spoil()
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InferenceError, match="was changed since it was opened"):
        session.run(["logits"], {INPUT_NAME: _noise(1, 32, 32)}, None)


def _sharing(monkeypatch: pytest.MonkeyPatch, path: Path = BUILT_IN) -> OpenVinoSession:
    """A session that shares batches out from the first one on."""
    monkeypatch.setattr(openvino_requests, "LONG_S", 0.0)
    opened = open_session(str(path), Precision.FLOAT32, SessionOptions(threads=2, sharing=True))
    assert isinstance(opened, OpenVinoSession), opened
    return opened


@runs_here
def test_a_batch_that_is_shared_out_has_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    together, shared = _open(BUILT_IN), _sharing(monkeypatch)
    names = ["logits", "evidence", "features", "head_bias"]
    for batch in (_noise(8, 72, 72), _noise(5, 72, 72), _noise(2, 72, 144), _noise(1, 72, 72)):
        expected, found = (session.run(names, {INPUT_NAME: batch}, None) for session in (together, shared))
        for name in names:
            assert found[name].shape == expected[name].shape
            assert (found[name] == expected[name]).all(), name
    assert shared.streams is not None
    assert len(shared.streams.requests()) == 2


@runs_here
def test_only_long_runs_are_shared_out() -> None:
    opened = open_session(str(BUILT_IN), Precision.FLOAT32, SessionOptions(threads=2, sharing=True))
    assert isinstance(opened, OpenVinoSession)
    assert opened.streams is not None
    opened.run(["logits"], {INPUT_NAME: _noise(8, 72, 72)}, None)
    assert opened.streams.requests() == ()
    opened.streams.ran(100.0)
    assert len(opened.streams.requests()) == 2
    for options in (SessionOptions(threads=2), SessionOptions(threads=1, sharing=True)):
        other = open_session(str(BUILT_IN), Precision.FLOAT32, options)
        assert isinstance(other, OpenVinoSession)
        assert other.streams is None


@runs_here
def test_stop_is_felt_in_every_part_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    session, token = _sharing(monkeypatch), CancelToken()
    batch = _noise(1000, 72, 72)
    timer = threading.Timer(0.3, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        session.run(["logits"], {INPUT_NAME: batch}, token)
    timer.join()
    expected = _open(BUILT_IN).run(["logits"], {INPUT_NAME: batch[:8]}, None)["logits"]
    assert (session.run(["logits"], {INPUT_NAME: batch[:8]}, None)["logits"] == expected).all()


@runs_here
def test_where_there_is_no_memory_for_a_second_copy_batches_run_as_before(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = _sharing(monkeypatch)
    assert session.streams is not None

    def refuse() -> list[object]:
        raise RuntimeError("bad allocation")

    session.streams._make = refuse
    found = session.run(["logits"], {INPUT_NAME: _noise(8, 72, 72)}, None)["logits"]
    assert (found == _open(BUILT_IN).run(["logits"], {INPUT_NAME: _noise(8, 72, 72)}, None)["logits"]).all()
    assert "not shared out" in caplog.text
    caplog.clear()
    assert session.streams.requests() == ()


@runs_here
def test_a_part_that_fails_is_told_when_the_others_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    session = _sharing(monkeypatch)
    assert session.streams is not None
    _, second = session.streams.requests()

    class Broken:
        """Starts, and fails."""

        def __init__(self) -> None:
            self.waited = False

        def start_async(self, *_given: object, **_options: object) -> None:
            """Nothing is started."""

        def wait_for(self, _ms: int) -> bool:
            self.waited = True
            raise RuntimeError("the layer broke")

        def cancel(self) -> None:
            """Nothing runs."""

    broken = Broken()
    session.streams._requests = (broken, second)
    with pytest.raises(InferenceError, match="the layer broke"):
        session.run(["logits"], {INPUT_NAME: _noise(8, 72, 72)}, None)
    assert broken.waited
    # Both are compiled anew: the other one was broken off.
    assert second not in session.streams.requests()
    assert session.run(["logits"], {INPUT_NAME: _noise(8, 72, 72)}, None)["logits"].shape[0] == 8


@runs_here
def test_its_threads_give_way_to_the_window() -> None:
    def nice_values() -> dict[str, int]:
        found = {}
        for task in Path("/proc/self/task").iterdir():
            stat = (task / "stat").read_text()
            found[task.name] = int(stat.rpartition(")")[2].split()[16])
        return found

    if not Path("/proc/self/task").exists():
        pytest.skip("only Linux counts priorities by thread")
    before = nice_values()

    def work() -> None:
        yield_to_the_window()
        opened = open_session(str(BUILT_IN), Precision.FLOAT32, SessionOptions(threads=2))
        assert isinstance(opened, OpenVinoSession)
        opened.run(["logits"], {INPUT_NAME: _noise(8, 72, 72)}, None)
        added.update({task: nice for task, nice in nice_values().items() if task not in before})

    added: dict[str, int] = {}
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert added
    assert all(nice >= 10 for nice in added.values()), added


@runs_here
def test_what_it_cannot_run_is_told(tmp_path: Path) -> None:
    session = _open(TINY)
    with pytest.raises(InferenceError) as raised:
        session.run(["logits"], {INPUT_NAME: np.zeros((1, 32, 32, 4), np.uint8)}, None)
    assert not raised.value.out_of_memory
    assert str(raised.value)
    assert "Exception from" not in str(raised.value)


@runs_here
def test_a_graph_that_openvino_does_not_know_leaves_the_processor(tmp_path: Path) -> None:
    def add_stranger(model: onnx.ModelProto) -> None:
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
        model.graph.node.append(helper.make_node("Sampling", ["images"], ["unused"], domain="com.microsoft"))
        model.graph.output.append(helper.make_tensor_value_info("unused", onnx.TensorProto.FLOAT, None))

    opened = open_session(str(variant(tmp_path, add_stranger)), Precision.FLOAT32, SessionOptions(threads=1))
    assert isinstance(opened, Refusal)
    assert opened.is_here
    assert opened.remedy.startswith("Use cpu")
    assert "\n" not in opened.reason


@runs_here
def test_numbers_that_are_none_are_found_there_too(tmp_path: Path) -> None:
    with pytest.raises(ModelContractError, match="gives no valid numbers for a test picture"):
        Network.open(variant(tmp_path, give_no_numbers), device="openvino")


@pytest.mark.parametrize("content", [b"not a model", TINY.read_bytes()[:-2000]])
def test_a_damaged_file_is_the_files_fault(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelLoadError):
        open_session(str(path), Precision.FLOAT32, SessionOptions(threads=1))


def test_where_nothing_is_installed_the_sentence_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "refuses_this_maker", lambda: True)
    monkeypatch.setattr(openvino_runtime, "is_installed", lambda: False)
    monkeypatch.setattr(
        openvino,
        "find_device",
        lambda: openvino.choose_device([openvino.OfferedDevice("CPUExecutionProvider", "CPU", "AMD", 0x1022)]),
    )
    with pytest.raises(DeviceError) as raised:
        Network.open(TINY, device="openvino")
    assert "accepts Intel processors only, and this one is from AMD" in str(raised.value)
    assert "openvino runs there without it" in str(raised.value)


@runs_here
def test_parts_that_run_out_of_memory_are_given_up_and_the_batch_runs_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session, batch = _sharing(monkeypatch), _noise(8, 72, 72)
    assert session.streams is not None
    streams = session.streams.requests()

    def run(
        requests: Sequence[Any],
        parts: Sequence[dict[str, NDArray[Any]]],
        cancel: CancelToken | None,
        *,
        patience_s: float,
    ) -> None:
        if requests[0] in streams:
            raise RuntimeError("bad allocation")
        openvino_requests.run_beside(requests, parts, cancel, patience_s=patience_s)

    monkeypatch.setattr(openvino_runtime, "run_beside", run)
    found = session.run(["logits"], {INPUT_NAME: batch}, None)["logits"]
    assert (found == _open(BUILT_IN).run(["logits"], {INPUT_NAME: batch}, None)["logits"]).all()
    assert session.streams.requests() == ()
    assert "not shared out" in caplog.text
    caplog.clear()


@pytest.mark.parametrize("error", [ImportError("no module"), OSError("cannot open shared object"), RuntimeError("odd")])
def test_an_installation_that_is_broken_is_a_refusal(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> object:
        raise error

    monkeypatch.setattr(openvino_runtime, "_load", fail)
    opened = open_session(str(TINY), Precision.FLOAT32, SessionOptions(threads=1))
    assert isinstance(opened, Refusal)
    assert opened.reason == f"OpenVINO cannot be loaded ({error})"
