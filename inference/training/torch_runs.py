"""Measure what people write with PyTorch and torchvision: a plain loop, one that loads batches, a compiled network."""

import contextlib
import copy
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from inference.bench.orders import Answer, Pass, Rate, Setup, Survey, Task
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError, serve
from inference.engine.devices import Device
from inference.engine.machine import has_bfloat16, usable_cores
from inference.errors import CardinalError
from inference.models.catalog import read_model
from inference.models.contract import Interpolation, Preprocessing
from inference.training.graph_weights import read_graph_weights
from inference.training.verify import verify
from inference.training.weights import build_network, infer_config

_LEAST_LOADING_PROCESSES = 2
_LONGEST_REASON = 200


class PreparedPictures(Dataset[Tensor]):
    """Pictures by number, read with Pillow and prepared as torchvision's presets do.

    Attributes:
        paths: of the pictures.
        preset: makes a normalised (3, crop, crop) float32 tensor of a Pillow image.
    """

    def __init__(self, paths: Sequence[str], preset: Callable[[Image.Image], Tensor]) -> None:
        self.paths = paths
        self.preset = preset

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Tensor:
        with Image.open(self.paths[index]) as image:
            return self.preset(image.convert("RGB"))


@dataclass(frozen=True, slots=True)
class Runner:
    """A network and how its input is given to it.

    Attributes:
        network: in evaluation mode.
        device: "cpu" or "cuda".
        dtype: that it computes with.
        memory_format: of its input.
        engine: in words.
    """

    network: Callable[[Tensor], Tensor]
    device: str
    dtype: torch.dtype
    memory_format: torch.memory_format
    engine: str

    def classes(self, images: Tensor) -> list[int]:
        """The first class of each image of (N, 3, H, W)."""
        with torch.inference_mode():
            placed = images.to(self.device, self.dtype, non_blocking=True, memory_format=self.memory_format)
            found: list[int] = self.network(placed).float().argmax(1).tolist()
        return found


class TorchRuns:
    """The network in PyTorch, plain and compiled, and the pictures."""

    def __init__(self, network: nn.Module, paths: tuple[str, ...], rule: Preprocessing, device: str) -> None:
        self._paths = paths
        self._side = rule.crop
        self._preset = _preset(rule)
        self._network = network
        self._device = device
        self._plain = Runner(network.to(device), device, torch.float32, torch.contiguous_format, "eager float32")
        self._compiled: Runner | None = None
        self._numbers: list[int] = []
        self._loaders: dict[int, DataLoader[Tensor]] = {}

    def run(self, wanted: Pass) -> Answer:
        """Do a pass of any variant, or say which classes it sees.

        Raises:
            NotMeasurableError: the network cannot be compiled here.
        """
        compiled = wanted.variant in {Name.COMPILED_LOADER, Name.COMPILED_NETWORK}
        runner = self._compile(wanted.batch) if compiled else self._plain
        if wanted.task is Task.SURVEY:
            return Survey(tuple(self._seen(runner, wanted)))
        if wanted.variant == Name.COMPILED_NETWORK:
            return self._infer(runner, wanted)
        started = time.perf_counter()
        if wanted.variant == Name.TORCH_LOOP:
            pictures = PreparedPictures(self._paths, self._preset)
            for number in islice(cycle(range(len(pictures))), wanted.count):
                runner.classes(pictures[number][None])
        else:
            loader = self._loader(wanted.batch)
            self._numbers[:] = islice(cycle(range(len(self._paths))), wanted.count)
            for images in loader:
                runner.classes(images)
        return Rate(wanted.count, time.perf_counter() - started, engine=runner.engine)

    def _infer(self, runner: Runner, wanted: Pass) -> Rate:
        # Lying where and as what the network takes it: nothing is copied or converted while the clock runs.
        images = torch.rand(wanted.batch, 3, self._side, self._side).to(runner.device, runner.dtype)
        images = images.contiguous(memory_format=runner.memory_format)
        started, runs = time.perf_counter(), wanted.count // wanted.batch
        for _ in range(runs):
            runner.classes(images)
        return Rate(runs * wanted.batch, time.perf_counter() - started, engine=runner.engine)

    def _seen(self, runner: Runner, wanted: Pass) -> list[int]:
        pictures = PreparedPictures(self._paths, self._preset)
        count = wanted.batch * -(-wanted.count // wanted.batch)
        images = torch.stack([pictures[number] for number in islice(cycle(range(len(pictures))), count)])
        # Whole batches: a compiled network has one shape.
        return [one for batch in torch.split(images, wanted.batch) for one in runner.classes(batch)][: wanted.count]

    def _loader(self, batch: int) -> DataLoader[Tensor]:
        """One for all passes, of the pictures in `_numbers`. Its processes stay: a long run starts them once."""
        loader = self._loaders.get(batch)
        if loader is None:
            loader = DataLoader(
                PreparedPictures(self._paths, self._preset),
                batch_size=batch,
                sampler=self._numbers,
                num_workers=max(_LEAST_LOADING_PROCESSES, usable_cores()),
                persistent_workers=True,
                pin_memory=self._device == "cuda",
            )
            self._loaders = {batch: loader}
        return loader

    def _compile(self, batch: int) -> Runner:
        if self._compiled is not None:
            return self._compiled
        dtype = torch.float16 if self._device == "cuda" else torch.bfloat16
        if self._device == "cpu" and not has_bfloat16():
            raise NotMeasurableError("this processor has no bfloat16")
        try:
            runner = _compiled(self._network, self._device, dtype)
            # Compiling happens at the first run of a shape.
            runner.classes(torch.rand(batch, 3, self._side, self._side))
        except Exception as error:  # the compiler and its tools fail in their own ways
            raise NotMeasurableError(f"torch.compile does not work here ({_first_line(error)})") from error
        self._compiled = runner
        return runner


def _compiled(network: nn.Module, device: str, dtype: torch.dtype) -> Runner:
    lowered = copy.deepcopy(network).to(device, dtype).to(memory_format=torch.channels_last)
    fast = torch.compile(lowered)
    return Runner(fast, device, dtype, torch.channels_last, f"compiled {str(dtype).removeprefix('torch.')}")


def _preset(rule: Preprocessing) -> Callable[[Image.Image], Tensor]:
    """What torchvision's weights call `transforms()`, with this model's numbers.

    Raises:
        NotMeasurableError: torchvision cannot be imported.
    """
    try:
        # torchvision's wheel does not import beside every build of PyTorch.
        from torchvision.transforms._presets import ImageClassification  # noqa: PLC0415
        from torchvision.transforms.functional import InterpolationMode  # noqa: PLC0415
    except (ImportError, RuntimeError, OSError) as error:
        raise NotMeasurableError(f"torchvision cannot be imported ({_first_line(error)})") from error
    bicubic = rule.interpolation is Interpolation.BICUBIC
    made: Callable[[Image.Image], Tensor] = ImageClassification(
        crop_size=rule.crop,
        resize_size=rule.resize,
        mean=rule.mean,
        std=rule.std,
        interpolation=InterpolationMode.BICUBIC if bicubic else InterpolationMode.BILINEAR,
        antialias=rule.antialias,
    )
    return made


def _network(model: Path, rule: Preprocessing) -> nn.Module:
    """The network in PyTorch, proved to be the same as the model file.

    Raises:
        NotMeasurableError: its weights cannot be had in PyTorch.
    """
    try:
        weights = read_graph_weights(model)
        network = build_network(infer_config(weights, str(model)), weights, str(model))
        verify(network, model, rule)
    except CardinalError as error:
        reason = getattr(error, "reason", str(error)).rstrip(".")
        raise NotMeasurableError(f"there are no PyTorch weights of this model: {reason}") from error
    return network


@contextlib.contextmanager
def open_runs(setup: Setup) -> Iterator[TorchRuns]:
    """Build the network, and look for the device that the program uses.

    Raises:
        NotMeasurableError: there are no weights, or PyTorch does not know the device.
    """
    device = Device(setup.device)
    on_card = device in {Device.CUDA, Device.TENSORRT}
    if device is Device.COREML or (on_card and not torch.cuda.is_available()):
        raise NotMeasurableError(f"PyTorch does not run on {device} here")
    rule = read_model(Path(setup.baseline)).contract.preprocessing
    yield TorchRuns(_network(Path(setup.baseline), rule), setup.paths, rule, "cuda" if on_card else "cpu")


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:_LONGEST_REASON].rstrip(".") if lines else type(error).__name__


if __name__ == "__main__":
    sys.exit(serve(open_runs))
