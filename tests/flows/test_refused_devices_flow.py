"""A device that was asked for and cannot run is never replaced in silence: window, `classify` and `doctor` say why.

What this computer lacks or has is put in place of the facts that the driver, the libraries and ONNX Runtime tell; from
there on everything is the program itself.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import onnxruntime
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import main
from gui.app import build
from gui.gallery.image_state import ImageState
from gui.wishes import Wishes
from inference.arrays import InputBatch
from inference.engine import nvidia, probe
from inference.engine.network import Network, NetworkOutputs
from inference.engine.nvidia import NvidiaDriver
from inference.errors import InferenceError
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY, Bench

SAMPLES = PROJECT_ROOT / "assets" / "samples"
WORKING = NvidiaDriver((13, 1), ("NVIDIA H200",))
OLD = NvidiaDriver((12, 4), ("NVIDIA T4",))

Cause = Callable[[pytest.MonkeyPatch], None]


def _computer(patch: pytest.MonkeyPatch, driver: NvidiaDriver | None, *, card: bool, missing: tuple[str, ...]) -> None:
    patch.setattr(nvidia, "find_driver", lambda: driver)
    patch.setattr(nvidia, "has_card", lambda: card)
    patch.setattr(nvidia, "needed_cuda_major", lambda: 13)
    patch.setattr(nvidia, "load_libraries", lambda: missing)
    patch.setattr(nvidia, "has_tensorrt", lambda: False)
    patch.setattr(probe, "_is_built_in", lambda device: device.value != "coreml")


def _no_card(patch: pytest.MonkeyPatch) -> None:
    _computer(patch, None, card=False, missing=())


def _no_driver(patch: pytest.MonkeyPatch) -> None:
    _computer(patch, None, card=True, missing=())


def _old_driver(patch: pytest.MonkeyPatch) -> None:
    _computer(patch, OLD, card=True, missing=())


def _no_library(patch: pytest.MonkeyPatch) -> None:
    _computer(patch, WORKING, card=True, missing=("libcudnn.so.9", "libcurand.so.10"))


def _no_memory(patch: pytest.MonkeyPatch) -> None:
    """Everything is there, and the card's memory does not take the model."""
    _computer(patch, WORKING, card=True, missing=())
    patch.setattr(onnxruntime, "InferenceSession", _out_of_memory_but_for_the_processor())


def _out_of_memory_but_for_the_processor() -> Callable[..., object]:
    real = onnxruntime.InferenceSession

    def make(path: str, settings: object, providers: list[Any] | None = None, **options: object) -> object:
        wanted = [provider[0] for provider in providers or []]
        if wanted[0] != "CPUExecutionProvider":
            raise RuntimeError(
                "CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);"
            )
        return real(path, settings, providers=providers, **options)

    return make


CAUSES = [
    pytest.param(_no_card, "this computer has no NVIDIA graphics card", id="no card"),
    pytest.param(_no_driver, "no NVIDIA driver is installed", id="no driver"),
    pytest.param(_old_driver, "the NVIDIA driver is too old: it runs CUDA up to 12.4, and CUDA 13 is needed", id="old"),
    pytest.param(_no_library, "libraries are missing: libcudnn.so.9, libcurand.so.10", id="no library"),
    pytest.param(_no_memory, "its memory is too small", id="no memory"),
]


@pytest.mark.parametrize(("cause", "words"), CAUSES)
def test_classify_answers_nothing_and_says_why(
    cause: Cause, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cause(monkeypatch)
    profile = str(tmp_path / "profile")
    code = main.main(["--profile", profile, "classify", "--model", TINY, "--device", "cuda", str(SAMPLES)])
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert "cuda" in said.err
    assert words in " ".join(said.err.split())
    assert "Traceback" not in said.err


@pytest.mark.parametrize(("cause", "words"), CAUSES)
def test_doctor_names_the_cause_and_the_processor_still_works(
    cause: Cause, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cause(monkeypatch)
    code = main.main(["--profile", str(tmp_path / "profile"), "doctor", "--model", TINY])
    said = capsys.readouterr().out
    assert code == 0
    lines = {line.split()[0]: line for line in said.splitlines() if line.split()}
    assert f"no: {words}" in lines["cuda"]
    assert "works: " in lines["cpu"]


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[str], Bench]]:
    """Starts a window whose preferences ask for a device."""
    made: list[Bench] = []

    def make(device: str) -> Bench:
        application = cast("QApplication", QApplication.instance())
        program = build(application, Profile.below(tmp_path / "profile"), Wishes(TINY, device))
        made.append(Bench(program, qtbot))
        program.start()
        return made[-1]

    yield make
    for bench in made:
        bench.program.close()
        bench.program.window.deleteLater()


@pytest.mark.parametrize(("cause", "words"), CAUSES)
def test_the_window_says_why_and_does_not_go_on_with_another_device(
    cause: Cause, words: str, monkeypatch: pytest.MonkeyPatch, start: Callable[[str], Bench]
) -> None:
    cause(monkeypatch)
    bench = start("cuda")
    bench.until(lambda: "E-312" in bench.message_ids())
    said = next(message for message in bench.program.window.messages.history if message.id == "E-312")
    assert "cuda" in said.text
    assert words in said.text
    bench.drop([str(SAMPLES)])
    bench.until(lambda: len(bench.program.images) > 0)
    bench.qtbot.wait(300)
    assert bench.count(ImageState.SUGGESTED) == 0, "another device answered"


@pytest.mark.parametrize(("cause", "words"), [one for one in CAUSES if one.id != "no card"])
def test_auto_goes_on_with_the_processor_and_says_so_where_there_is_a_card(
    cause: Cause, words: str, monkeypatch: pytest.MonkeyPatch, start: Callable[[str], Bench]
) -> None:
    cause(monkeypatch)
    bench = start("auto")
    bench.until(lambda: "E-312" in bench.message_ids())
    said = next(message for message in bench.program.window.messages.history if message.id == "E-312")
    assert words in said.text
    assert "Running on the processor" in said.text
    bench.drop([str(SAMPLES)])
    bench.until(lambda: bench.count(ImageState.SUGGESTED) > 0)


@pytest.mark.parametrize(("cause", "words"), CAUSES[1:])
@pytest.mark.parametrize("verb", ["classify", "explain"])
def test_commands_on_the_processor_say_why_the_card_is_not_used(
    verb: str,
    cause: Cause,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    cause(monkeypatch)
    picture = str(next(SAMPLES.glob("*.jpg")))
    code = main.main(["--profile", str(tmp_path / "profile"), verb, "--model", TINY, picture])
    said = capsys.readouterr()
    assert code == 0
    [sentence] = [line for line in said.err.splitlines() if "is not used" in line]
    assert sentence.startswith(f"cuda is not used: {words}")
    assert said.out


def test_commands_are_silent_where_there_is_no_card(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _no_card(monkeypatch)
    picture = str(next(SAMPLES.glob("*.jpg")))
    assert main.main(["--profile", str(tmp_path / "profile"), "classify", "--model", TINY, picture]) == 0
    assert "not used" not in capsys.readouterr().err


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device whose memory takes one picture at a time."""
    real = Network.run

    def run(self: Network, images: InputBatch, **options: Any) -> NetworkOutputs:  # noqa: ANN401 - passed on
        if len(images) > 1:
            _run_out()
        return real(self, images, **options)

    monkeypatch.setattr(Network, "run", run)


@pytest.mark.usefixtures("small_memory")
def test_classify_goes_on_with_less_at_a_time_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    profile = str(tmp_path / "profile")
    options = ["--model", TINY, "--device", "cpu", "--batch-size", "4", "--format", "jsonl"]
    code = main.main(["--profile", profile, "classify", *options, str(SAMPLES)])
    said = capsys.readouterr()
    assert code == 0
    assert len(said.out.splitlines()) == len(list(SAMPLES.glob("*.[jp][pn]g")))
    assert "The memory of cpu was too small for 4 pictures at a time; it went on with 1 picture." in said.err


@pytest.mark.usefixtures("small_memory")
def test_memory_that_ends_in_the_middle_halves_the_batch_and_is_told(start: Callable[[str], Bench]) -> None:
    bench = start("cpu")
    bench.drop([str(SAMPLES)])
    bench.until(lambda: "E-313" in bench.message_ids())
    bench.until(lambda: bench.count(ImageState.SUGGESTED) > 1)
    assert bench.count(ImageState.FAILED) == 0


def _run_out() -> NoReturn:
    raise InferenceError("the memory of cuda is too small.", out_of_memory=True)
