"""The baselines are the same network on the same pictures; what cannot be had is said, never made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from inference.bench.orders import Pass, Rate, Setup, Survey, Task
from inference.bench.pipeline_runs import open_runs as open_pipeline
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import Preprocessing
from inference.training import torch_runs
from inference.training.architecture import ResNeXt
from inference.training.export import export
from inference.training.torch_runs import TorchRuns
from tests.conftest import PROJECT_ROOT
from tests.inference.training.test_graph_weights import lively_network

SAMPLES = sorted(
    str(path) for path in (PROJECT_ROOT / "assets" / "samples").iterdir() if path.suffix in {".png", ".jpg"}
)


def tell_apart(network: ResNeXt, paths: Sequence[str], rule: Preprocessing) -> None:
    """Give `network` a head for which each picture is nearest to a class of its own."""
    inputs = np.stack([prepare_picture(path, PrepareOrder(rule)).input for path in paths])
    mean, std = (torch.tensor(values)[:, None, None] for values in (rule.mean, rule.std))
    images = (torch.from_numpy(inputs).permute(0, 3, 1, 2).float() / 255 - mean) / std
    with torch.no_grad():
        pooled = network.features(images).mean(dim=(2, 3))
        middle = pooled.mean(dim=0)
        weight = pooled - middle
        network.fc.weight.copy_(weight)
        network.fc.bias.copy_(-weight @ middle - (weight**2).sum(dim=1) / 2)


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """A small network, and the program's sample pictures as they are and turned: each is a class of its own."""
    pytest.importorskip("torchvision.transforms")
    folder = tmp_path_factory.mktemp("torch")
    paths = list(SAMPLES)
    for number, path in enumerate(SAMPLES):
        with Image.open(path) as image:
            image.convert("RGB").transpose(Image.Transpose.ROTATE_90).save(folder / f"{number}.png")
        paths.append(str(folder / f"{number}.png"))
    network, rule = lively_network(), Preprocessing(72, 64)
    tell_apart(network, paths, rule)
    export(network, folder / "m.onnx", AdoptOptions("m", preprocessing=rule))
    folders = (str(folder / "data"), str(folder / "cache"), str(folder / "config"))
    return Setup(str(folder / "m.onnx"), "cpu", batch=2, workers=1, paths=tuple(paths), folders=folders)


@pytest.fixture(scope="module")
def runs(setup: Setup) -> Iterator[TorchRuns]:
    with torch_runs.open_runs(setup) as opened:
        yield opened


def test_the_plain_loop_sees_what_the_pipeline_sees(setup: Setup, runs: TorchRuns) -> None:
    seen = runs.run(Pass(Task.SURVEY, len(setup.paths), Name.TORCH_LOOP))
    with open_pipeline(setup) as pipeline:
        wanted = pipeline.run(Pass(Task.SURVEY, len(setup.paths)))
    assert isinstance(seen, Survey)
    assert isinstance(wanted, Survey)
    assert seen.classes == wanted.classes
    assert seen.classes == tuple(range(6))


def test_of_an_int8_copy_its_original_is_run(setup: Setup) -> None:
    copy = replace(setup, model=f"{setup.model}.copy", original=setup.model)
    with torch_runs.open_runs(copy) as opened:
        seen = opened.run(Pass(Task.SURVEY, len(setup.paths), Name.TORCH_LOOP))
    assert isinstance(seen, Survey)
    assert seen.classes == tuple(range(6))


def test_every_loop_does_as_many_pictures_as_were_wanted(runs: TorchRuns) -> None:
    for variant, batch in ((Name.TORCH_LOOP, 1), (Name.TORCH_LOADER, 4)):
        for _ in range(2):
            rate = runs.run(Pass(Task.RATE, 8, variant, batch))
            assert isinstance(rate, Rate)
            assert rate.pictures == 8
            assert rate.seconds > 0
            assert rate.engine == "eager float32"


def test_a_compiled_network_gets_whole_batches_of_its_numbers(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[tuple[int, ...]] = []
    kinds: set[torch.dtype] = set()

    def compile_not(network: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        def run(images: torch.Tensor) -> torch.Tensor:
            shapes.append(tuple(images.shape))
            kinds.add(images.dtype)
            logits: torch.Tensor = network(images)
            return logits

        return run

    monkeypatch.setattr(torch_runs, "has_bfloat16", lambda: True)
    monkeypatch.setattr(torch, "compile", compile_not)
    with torch_runs.open_runs(setup) as opened:
        seen = opened.run(Pass(Task.SURVEY, 5, Name.COMPILED_LOADER, batch=4))
        plain = opened.run(Pass(Task.SURVEY, 5, Name.TORCH_LOOP))
        alone = opened.run(Pass(Task.RATE, 8, Name.COMPILED_NETWORK, batch=4))
    assert isinstance(seen, Survey)
    assert isinstance(plain, Survey)
    assert isinstance(alone, Rate)
    assert set(shapes) == {(4, 3, 64, 64)}
    assert kinds == {torch.bfloat16}
    assert len(seen.classes) == 5
    assert sum(one == other for one, other in zip(seen.classes, plain.classes, strict=True)) >= 4
    assert alone.pictures == 8
    assert alone.engine == "compiled bfloat16"


def test_a_compiler_that_fails_is_a_reason_and_no_end(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_network: nn.Module) -> nn.Module:
        raise RuntimeError("no C++ compiler was found\nat some length")

    monkeypatch.setattr(torch_runs, "has_bfloat16", lambda: True)
    monkeypatch.setattr(torch, "compile", fail)
    with torch_runs.open_runs(setup) as opened:
        with pytest.raises(NotMeasurableError, match=r"does not work here \(no C\+\+ compiler was found\)$"):
            opened.run(Pass(Task.RATE, 4, Name.COMPILED_LOADER, batch=4))
        assert opened.run(Pass(Task.RATE, 1, Name.TORCH_LOOP))


def test_reduced_precision_needs_a_processor_that_has_it(runs: TorchRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_runs, "has_bfloat16", lambda: False)
    with pytest.raises(NotMeasurableError, match="no bfloat16"):
        runs.run(Pass(Task.RATE, 4, Name.COMPILED_NETWORK, batch=4))


def test_a_model_without_pytorch_weights_is_not_replaced(setup: Setup) -> None:
    tiny = replace(setup, model=str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx"))
    with pytest.raises(NotMeasurableError, match="no PyTorch weights"), torch_runs.open_runs(tiny):
        pass


def test_a_device_that_pytorch_does_not_have_is_not_replaced(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for device in ("cuda", "coreml"):
        with pytest.raises(NotMeasurableError, match=device), torch_runs.open_runs(replace(setup, device=device)):
            pass


def test_processes_that_load_batches_stay_whoever_runs_and_however_long(runs: TorchRuns) -> None:
    started: list[list[int]] = []
    for count in (8, 4, 12):
        runs.run(Pass(Task.RATE, count, Name.TORCH_LOADER, batch=4))
        iterator: Any = runs._loaders[4]._iterator
        started.append([worker.pid for worker in iterator._workers])
    assert started[0]
    assert started == [started[0]] * 3
