"""Measure what maps cost on this machine and print the numbers as a table.

    uv run python -m tests.benchmarks.attention_maps

All maps of one picture on one core (the sizes of ImageNet models), one class, a duel with its turning sets, a region,
each closed form; the runs of the built-in network that checks need; one more class against the `grad-cam` package, at
the last stage and at earlier ones, same weights and same picture. Run it alone on the machine: neighbours make it lie.
The library for linear algebra reads its number of threads once, so this starts itself again with one thread.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from inference.attention.closed_forms import closed_form
from inference.attention.duel import duel
from inference.attention.earlier import class_direction, stage_map
from inference.attention.evidence import evidence_map, evidence_maps, ledger
from inference.attention.methods import FACTS, Method
from inference.attention.occlusion import occlusion
from inference.attention.region import ask_region
from inference.attention.relative import relative_maps
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.turning import Reading, turning_set
from inference.engine.gradient_network import GradientNetwork
from inference.engine.network import Head, Network
from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import Preprocessing
from inference.profile import BUILT_IN_MODELS, Profile
from inference.training.architecture import RESNEXT50_32X4D, ResNeXt
from inference.training.export import export

CLASSES, CHANNELS, SIDE = 1000, 2048, 7
REPEATS = 25
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def _median_ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def _print(what: str, milliseconds: float) -> None:
    sys.stdout.write(f"{what:<58}{milliseconds:>10.3f} ms\n")
    sys.stdout.flush()


def _linear_algebra() -> None:
    random = np.random.default_rng(1)
    features = np.maximum(random.normal(size=(CHANNELS, SIDE, SIDE)), 0).astype(np.float32)
    head = Head(random.normal(scale=0.03, size=(CLASSES, CHANNELS)).astype(np.float32), np.zeros(CLASSES, np.float32))
    sys.stdout.write(f"One core, {CHANNELS} channels, {SIDE} x {SIDE} cells, {CLASSES} classes\n")
    _print("all maps", _median_ms(lambda: evidence_maps(features, head.weight)))
    _print("all relative maps", _median_ms(lambda: relative_maps(evidence_maps(features, head.weight))))
    _print("one class: map and ledger", _median_ms(lambda: ledger(evidence_map(features, head.weight[3]), 0.0)))
    fought = duel(features, head, 3, 4)
    leading = fought if fought.gap > 0 else fought.turned_round()
    _print("duel", _median_ms(lambda: duel(features, head, 3, 4)))
    _print("both turning sets", _median_ms(lambda: [turning_set(leading, reading) for reading in Reading]))
    _print("region", _median_ms(lambda: ask_region(features, head, np.eye(SIDE))))
    for method in [one for one in Method if not FACTS[one].runs_network]:
        _print(method.value, _median_ms(partial(closed_form, method, features, head.weight[3])))


def _runs() -> None:
    network = Network.open(BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx", device="cpu", threads=1)
    side = network.contract.preprocessing.crop
    image = np.random.default_rng(2).integers(0, 256, (side, side, 3), dtype=np.uint8)
    seen = SeenPicture(image, network.run(image[None]).logits[0])
    sys.stdout.write("One core, built-in network\n")
    _print("one changed picture (deletion badge, confirmation)", _median_ms(lambda: CopyRunner(network).run_one(image)))
    _print("occlusion, 81 runs", _median_ms(lambda: occlusion(CopyRunner(network), seen, (9, 9), 0), 3))
    network.close()


def _against_grad_cam() -> None:
    """One more class of a picture that was seen already: the package needs a run forwards and one backwards."""
    network = ResNeXt(RESNEXT50_32X4D).eval()
    picture = torch.rand(1, 3, 224, 224)
    layers = [list(network.get_submodule("layer4").children())[-1]]
    with GradCAM(model=network, target_layers=layers) as oracle:
        theirs = _median_ms(lambda: oracle(input_tensor=picture, targets=[ClassifierOutputTarget(3)]), 5)
        features = oracle.activations_and_grads.activations[0][0].numpy()
    weight = np.random.default_rng(1).normal(size=len(features)).astype(np.float32)
    ours = _median_ms(lambda: closed_form(Method.GRAD_CAM, features, weight))
    sys.stdout.write("One core, one more class of one picture, ResNeXt-50 32x4d at 224 pixels\n")
    _print("grad-cam package", theirs)
    _print("this program", ours)
    sys.stdout.write(f"{theirs / ours:,.0f} times as fast\n")


def _earlier_stages() -> None:
    """One class at a stage that needs gradients: both run forwards and backwards, turn by turn."""
    torch.manual_seed(7)
    network = ResNeXt(RESNEXT50_32X4D).eval()
    random = np.random.default_rng(2)
    image = random.integers(0, 256, (224, 224, 3), dtype=np.uint8)
    sys.stdout.write("One core, one class at an earlier stage (Grad-CAM), ResNeXt-50 32x4d at 224 pixels\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.onnx"
        export(network, path, AdoptOptions("random", preprocessing=Preprocessing(resize=232, crop=224)))
        ours = GradientNetwork.open(path, Profile.below(Path(folder) / "profile"), threads=1)
        picture = torch.from_numpy(image.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        direction = class_direction(CLASSES, 3)
        for stage in ours.stages[:-1]:
            layers = [list(network.get_submodule(f"layer{stage}").children())[-1]]
            with GradCAM(model=network, target_layers=layers) as oracle:
                times: dict[str, list[float]] = {"package": [], "program": []}
                for _ in range(5):
                    times["package"].append(
                        _median_ms(lambda: oracle(input_tensor=picture, targets=[ClassifierOutputTarget(3)]), 1)
                    )
                    times["program"].append(
                        _median_ms(lambda: stage_map(Method.GRAD_CAM, ours.run(image, direction), stage), 1)  # noqa: B023 - used at once
                    )
            theirs, own = (statistics.median(times[one]) for one in ("package", "program"))
            _print(f"stage {stage}: grad-cam package", theirs)
            _print(f"stage {stage}: this program", own)
            sys.stdout.write(f"{theirs / own:.1f} times as fast\n")
        ours.close()


if __name__ == "__main__":
    if os.environ.keys() >= _ONE_THREAD.keys():
        _linear_algebra()
        _runs()
        _against_grad_cam()
        _earlier_stages()
    else:
        command = [sys.executable, "-m", "tests.benchmarks.attention_maps"]
        sys.exit(subprocess.run(command, env=os.environ | _ONE_THREAD, check=False).returncode)
