"""Measure in a process of its own what PyTorch does on the same card: the compiled network, and JPEG decoding.

    python -m tests.benchmarks.card_torch network --model FILE --device cuda --batch 64 --seconds 5 --compiler inductor
    python -m tests.benchmarks.card_torch jpeg --model FILE --device cuda --batch 64 --seconds 5 --photos FOLDER

The answer is the last line, in JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inference.models.catalog import read_model
from inference.models.contract import Preprocessing
from inference.training.graph_weights import read_graph_weights
from inference.training.weights import build_network, infer_config
from tests.benchmarks.card_photos import jpeg_files
from tests.benchmarks.card_ratios import FROM_HOST, ON_CARD, WHOLE_JPEG

_WARM_UPS = 3

_LARGE_BATCH = 256
"""The program's batch is kept short for Stop, which does not bind PyTorch."""


def main(argv: list[str] | None = None) -> int:
    """Measure what the arguments name and write it as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["network", "jpeg"])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--compiler", default="inductor")
    parser.add_argument("--photos", type=Path)
    arguments = parser.parse_args(argv)
    # Of cuDNN's kernels the fastest, as those take who want speed; by itself PyTorch lets cuDNN guess.
    torch.backends.cudnn.benchmark = True
    _say(_network(arguments) if arguments.what == "network" else _jpeg(arguments))
    return 0


class Scaled(nn.Module):
    """A network with the scaling of uint8 (N, H, W, 3) before it, which the program's own graph has inside, too."""

    def __init__(self, network: nn.Module, rule: Preprocessing) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(rule.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(rule.std).view(1, 3, 1, 1) * 255)

    def forward(self, images: Tensor) -> Tensor:
        """Scores of (N, H, W, 3) uint8."""
        mean, std = self.get_buffer("mean"), self.get_buffer("std")
        scaled: Tensor = self.network((images.permute(0, 3, 1, 2).to(mean.dtype) - mean) / std)
        return scaled


def _network(arguments: argparse.Namespace) -> dict[str, Any]:
    """Pictures a second of the network compiled in float16 (bfloat16 on a processor), channels last.

    On a card also in batches that suit PyTorch better than the program's own may. What is found is said line by line,
    so that it stays where the compiler takes longer than there is time.
    """
    device, batch = arguments.device, arguments.batch
    side = read_model(arguments.model).contract.preprocessing.crop
    lowered, dtype = _lowered(arguments)
    found: dict[str, Any] = {"torch": torch.__version__, "dtype": str(dtype)}
    ways = [("default", batch)]
    if device == "cuda":
        ways += [("reduce-overhead", batch), *(("default", size) for size in (_LARGE_BATCH,) if size != batch)]
    for mode, size in ways:
        name = f"{mode}, batches of {size}"
        host = torch.randint(0, 256, (size, side, side, 3), dtype=torch.uint8)
        host = host.pin_memory() if device == "cuda" else host
        there = host.to(device)
        torch.compiler.reset()
        fast = torch.compile(lowered, backend=arguments.compiler, mode=mode)
        try:
            # Nothing is copied: what PyTorch can do at best.
            found[f"{name}, {ON_CARD}"] = _rate(partial(fast, there), size, arguments)
            found[f"{name}, {FROM_HOST}"] = _rate(partial(_copied, fast, host, device), size, arguments)
        except Exception as error:  # noqa: BLE001 - the compiler and its tools fail in their own ways
            found[name] = {"not_measured": f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"}
        _say(found)
    return found


def _say(found: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


def _lowered(arguments: argparse.Namespace) -> tuple[nn.Module, torch.dtype]:
    """The network with its scaling, in the lower precision that suits the device."""
    weights = read_graph_weights(arguments.model)
    plain = build_network(infer_config(weights, str(arguments.model)), weights, str(arguments.model))
    dtype = torch.float16 if arguments.device == "cuda" else torch.bfloat16
    scaled = Scaled(plain, read_model(arguments.model).contract.preprocessing).eval()
    return scaled.to(arguments.device, dtype).to(memory_format=torch.channels_last), dtype


def _copied(network: Callable[[Tensor], Tensor], host: Tensor, device: str) -> Tensor:
    """Scores on the host of pictures on the host, as the program needs them."""
    return network(host.to(device, non_blocking=True)).float().cpu()


def _jpeg(arguments: argparse.Namespace) -> dict[str, Any]:
    """Pictures a second that torchvision decodes and prepares on the device (nvJPEG on a card), and PyTorch computes.

    Files are in memory already; the last figure is a whole pipeline but for reading them and writing results.
    """
    # torchvision's wheel does not import beside every build of PyTorch.
    import torchvision  # noqa: PLC0415
    from torchvision.io import ImageReadMode, decode_jpeg  # noqa: PLC0415
    from torchvision.transforms.v2.functional import center_crop, resize  # noqa: PLC0415

    rule = read_model(arguments.model).contract.preprocessing
    paths = jpeg_files(arguments.photos)
    files = [torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8) for path in paths]
    batch = list(islice(cycle(files), arguments.batch))

    def decode() -> list[Tensor]:
        if arguments.device == "cuda":
            seen: list[Tensor] = decode_jpeg(batch, mode=ImageReadMode.RGB, device="cuda")
            return seen
        return [decode_jpeg(file, mode=ImageReadMode.RGB) for file in batch]

    def prepare() -> Tensor:
        cut = [center_crop(resize(image, [rule.resize], antialias=True), [rule.crop, rule.crop]) for image in decode()]
        return torch.stack(cut)

    network = torch.compile(_lowered(arguments)[0], backend=arguments.compiler)

    def compute() -> Tensor:
        scores: Tensor = network(prepare().permute(0, 2, 3, 1)).float().cpu()
        return scores

    return {
        "torchvision": torchvision.__version__,
        "decoded": _rate(decode, len(batch), arguments),
        "decoded and prepared": _rate(prepare, len(batch), arguments),
        WHOLE_JPEG: _rate(compute, len(batch), arguments),
    }


def _rate(work: Callable[[], object], pictures: int, arguments: argparse.Namespace) -> float:
    """Pictures a second, after warming up; waits for the card in the end."""
    with torch.inference_mode():
        for _ in range(_WARM_UPS):
            work()
        _wait(arguments.device)
        start, done = time.perf_counter(), 0
        while done == 0 or time.perf_counter() - start < arguments.seconds:
            work()
            done += pictures
        _wait(arguments.device)
    return done / (time.perf_counter() - start)


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    sys.exit(main())
