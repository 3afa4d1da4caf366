"""Each loop that is measured does the work that its name says: same pictures, same classes, same counts."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image

from inference.arrays import InputBatch
from inference.bench import onnx_runs, pillow_runs, pipeline_runs, program_runs, reading_runs
from inference.bench.onnx_runs import BareSession, noise, prepare_plainly
from inference.bench.orders import Pass, Rate, Setup, Single, Survey, Task
from inference.bench.program_runs import ProgramRuns
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.devices import Device
from inference.models.contract import Interpolation, Preprocessing
from tests.conftest import PROJECT_ROOT
from tests.inference.engine.variants import rewrite_output, variant

TINY = PROJECT_ROOT / "tests" / "data" / "tiny.onnx"


def test_the_pipeline_says_what_it_sees_and_counts_what_it_did(setup: Setup) -> None:
    damaged = Path(setup.paths[0]).with_name("damaged.jpg")
    damaged.write_bytes(Path(setup.paths[0]).read_bytes()[:300])
    paths = (*setup.paths, str(damaged))
    with pipeline_runs.open_runs(Setup(setup.model, "cpu", 2, 1, paths, setup.folders)) as runs:
        survey = runs.run(Pass(Task.SURVEY, 4))
        assert isinstance(survey, Survey)
        assert survey.classes == (0, 1, 2, None)
        assert [(one.format, one.width, one.height) for one in survey.pictures] == [("JPEG", 90, 60)] * 3
        assert survey.pictures[0].size_bytes == Path(paths[0]).stat().st_size
        rate = runs.run(Pass(Task.RATE, 8))
        assert isinstance(rate, Rate)
        assert rate.pictures == 6, "a picture that cannot be read is none that was done"
        assert rate.first_s is not None
        assert 0 < rate.first_s <= rate.seconds


def test_single_pictures_are_decoded_run_and_mapped(setup: Setup) -> None:
    with pipeline_runs.open_runs(setup) as runs:
        single = runs.run(Pass(Task.SINGLE, 5))
    assert isinstance(single, Single)
    assert len(single.decode_s) == len(single.answer_s) == 5
    assert min(*single.decode_s, *single.answer_s) > 0


def test_the_programs_parts_are_measured_alone(setup: Setup) -> None:
    with program_runs.open_runs(setup) as runs:
        decoded = runs.run(Pass(Task.RATE, 7, Name.DECODE_POOL))
        inferred = runs.run(Pass(Task.RATE, 7, Name.NETWORK, batch=4))
    assert isinstance(decoded, Rate)
    assert isinstance(inferred, Rate)
    assert decoded.pictures == 7
    assert inferred.pictures == 8, "whole batches"
    assert inferred.engine == "cpu"


def test_of_an_int8_copy_the_limit_runs_the_copy_and_others_loop_its_original(setup: Setup, tmp_path: Path) -> None:
    def turn_round(model: onnx.ModelProto) -> None:
        rewrite_output(model, "logits", [onnx.helper.make_node("Neg", ["true"], ["logits"])], "true")

    copy = replace(setup, model=str(variant(tmp_path, turn_round)), original=setup.model)
    with onnx_runs.open_runs(copy) as runs:
        survey = runs.run(Pass(Task.SURVEY, 3, Name.ONE_AT_A_TIME))
        batch = noise(1, runs.rule.crop)
        assert np.allclose(runs.best.run(batch), -runs.plain.run(batch), atol=1e-5)
    assert isinstance(survey, Survey)
    assert survey.classes == (0, 1, 2)


@pytest.mark.parametrize(
    ("variant", "batch", "expected"), [(Name.HAND_OVER, 1, 7), (Name.HAND_OVER_ONE, 1, 7), (Name.ANSWERING, 4, 8)]
)
def test_what_is_around_decoding_and_network_is_measured_without_them(
    setup: Setup, variant: Name, batch: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with program_runs.open_runs(setup) as runs:
        monkeypatch.setattr(program_runs, "prepare_picture", None)
        rate = runs.run(Pass(Task.RATE, 7, variant, batch))
    assert isinstance(rate, Rate)
    assert rate.pictures == expected
    assert rate.seconds > 0


def test_in_company_the_network_gets_as_many_pictures_as_are_decoded(setup: Setup) -> None:
    read: list[str] = []
    decoded_before: list[int] = []

    class Pool:
        """Does a task at once, in the thread that gives it."""

        room, workers = 1, 1

        def submit(self, function: object, path: str, _order: object) -> Future[None]:
            assert function is prepare_picture
            read.append(path)
            done: Future[None] = Future()
            done.set_result(None)
            return done

    with program_runs.open_runs(setup) as runs:
        real = runs.network.run

        def run(images: InputBatch) -> object:
            decoded_before.append(len(read))
            return real(images)

        network = SimpleNamespace(run=run, contract=runs.network.contract, device="cpu")
        rate = ProgramRuns(Pool(), network, setup.paths, 4).run(Pass(Task.RATE, 38, Name.COMPANY, batch=4))  # type: ignore[arg-type]  # what it uses of both
    assert isinstance(rate, Rate)
    assert rate.pictures == len(read) == 40, "whole batches, a picture decoded for each of their places"
    assert tuple(read[:4]) == (*setup.paths, setup.paths[0])
    for number, decoded in enumerate(decoded_before):
        # No batch before its pictures, and no more on their way than a run has: 2 for each worker, and two batches.
        assert 4 * (number + 1) <= decoded <= 4 * number + 10


def test_the_programs_reading_is_measured_in_a_bare_loop_and_counts_what_it_could_read(setup: Setup) -> None:
    damaged = Path(setup.paths[0]).with_name("damaged.jpg")
    damaged.write_bytes(Path(setup.paths[0]).read_bytes()[:300])
    with reading_runs.open_runs(replace(setup, paths=(*setup.paths, str(damaged)))) as runs:
        rate = runs.run(Pass(Task.RATE, 8))
    assert isinstance(rate, Rate)
    assert rate.pictures == 6


def test_both_loops_of_onnx_runtime(setup: Setup) -> None:
    with onnx_runs.open_runs(setup) as runs:
        alone = runs.run(Pass(Task.RATE, 7, Name.ONNXRUNTIME_ALONE, batch=4))
        plain = runs.run(Pass(Task.RATE, 7, Name.ONE_AT_A_TIME))
        seen = runs.run(Pass(Task.SURVEY, 3, Name.ONE_AT_A_TIME))
    assert isinstance(alone, Rate)
    assert isinstance(plain, Rate)
    assert isinstance(seen, Survey)
    assert alone.pictures == 8
    assert plain.pictures == 7
    assert plain.engine == "cpu"
    assert seen.classes == (0, 1, 2)


def test_the_best_engine_is_the_fastest_of_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = BareSession.open(str(TINY), Device.CPU)
    other = BareSession.open(str(TINY), Device.CPU)
    other.engine = Device.OPENVINO
    monkeypatch.setattr(BareSession, "open", lambda *_: other)
    seconds = {plain: 2.0, other: 1.0}
    monkeypatch.setattr(onnx_runs, "_best_seconds", lambda session, _: seconds[session])
    assert onnx_runs._fastest(str(TINY), plain, noise(1, 8)) is other
    seconds[other] = 3.0
    assert onnx_runs._fastest(str(TINY), plain, noise(1, 8)) is plain


def test_a_device_that_is_not_here_is_refused_in_words() -> None:
    with pytest.raises(NotMeasurableError, match="Core ML"):
        BareSession.open(str(TINY), Device.COREML)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"no")
    with pytest.raises(NotMeasurableError, match="does not open it"):
        BareSession.open(str(tmp_path / "m.onnx"), Device.CPU)


def test_a_run_that_fails_is_refused_in_words() -> None:
    session = BareSession.open(str(TINY), Device.CPU)
    with pytest.raises(NotMeasurableError, match="does not run it"):
        session.run(np.zeros((1, 8, 8, 1), np.uint8))


def test_pillows_bare_loop_counts_what_it_could_read(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    paths = (*setup.paths, str(tmp_path / "text.jpg"))
    with pillow_runs.open_runs(Setup(setup.model, "cpu", 2, 1, paths, setup.folders)) as runs:
        rate = runs.run(Pass(Task.RATE, 8))
    assert isinstance(rate, Rate)
    assert rate.pictures == 6


def test_files_are_read_without_being_decoded(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    paths = (*setup.paths, str(tmp_path / "text.jpg"), str(tmp_path / "none.jpg"))
    with pillow_runs.open_runs(replace(setup, paths=paths)) as runs:
        rate = runs.run(Pass(Task.RATE, 10, Name.FILES_ALONE))
    assert isinstance(rate, Rate)
    assert rate.pictures == 8


@pytest.mark.parametrize("size", [(500, 375), (375, 500), (640, 427), (300, 300)])
@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_the_bare_loops_prepare_what_the_program_prepares(
    size: tuple[int, int], interpolation: Interpolation, tmp_path: Path
) -> None:
    """Otherwise they would be no limit and no rival: the middle of the picture, at the same size."""
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    pixels = np.stack([across, down, 128 + 60 * np.sin(across / 20)], axis=-1).astype(np.uint8)
    path = str(tmp_path / "gradient.png")
    Image.fromarray(pixels).save(path)
    rule = Preprocessing(resize=232, crop=224, interpolation=interpolation)
    ours = prepare_picture(path, PrepareOrder(rule)).input.astype(int)
    for theirs in (pillow_runs.decode(path, rule), prepare_plainly(path, rule)):
        assert theirs.shape == (224, 224, 3)
        # Half a pixel of the crop's offset is rounded away in one of them.
        assert np.abs(theirs.astype(int) - ours).mean() < 1.0


def test_noise_is_always_the_same_and_fits_the_model() -> None:
    assert (noise(2, 5) == noise(2, 5)).all()
    session = onnxruntime.InferenceSession(str(TINY), providers=["CPUExecutionProvider"])
    assert session.run(["logits"], {"images": noise(2, 32)})[0].shape == (2, 7)
