"""Print how far this program's maps are from those of the `grad-cam` package, method by method, on two networks.

    uv run python -m tests.benchmarks.map_parity

The built-in network on the samples, and a ResNeXt-50 32x4d with random weights on one of them; the best, the second and
the worst class. Maps lie between 0 and 1, so a difference of 1e-4 is a hundredth of a percent of the largest value. The
tests hold the same comparisons below their tolerances; this says by how much.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from tests.conftest import SHARED_DATA
from tests.inference.attention.parity import (
    BUILT_IN,
    Compared,
    Weights,
    built_in_weights,
    eigen_cams,
    last_stage,
    pair_of,
    random_weights,
    score_cams,
    stage_pair_of,
    stages,
    write_model,
)

STAGES = (1, 2, 3)


def last_stages(name: str, weights: Weights, file: Path, score_side: int) -> None:
    """The closed forms of the last stage, and Score-CAM at an input of `score_side` pixels."""
    pair = pair_of(weights, file)
    for method, compared in last_stage(pair).items():
        _say(name, f"{method.value}", compared)
    _say(name, "eigen-cam, up to its sign", [Compared(fitting, is_blank=False) for fitting, _ in eigen_cams(pair)])
    rounded, unrounded = score_cams(pair, score_side, rounding=(True, False))
    _say(name, f"score-cam at {score_side} px, input rounded alike", [rounded])
    _say(name, f"score-cam at {score_side} px", [unrounded])
    pair.ours.close()


def earlier_stages(name: str, weights: Weights, file: Path, folder: Path) -> None:
    """The methods by gradients at the stages before the last; PyTorch in float64."""
    pair = stage_pair_of(weights, file, folder, samples=2)
    for (method, stage), compared in stages(pair, STAGES).items():
        _say(name, f"{method.value}, stage {stage}", compared)
    pair.ours.close()


def _say(name: str, what: str, compared: Sequence[Compared]) -> None:
    blank = sum(one.is_blank for one in compared)
    largest = max(one.difference for one in compared)
    note = f" ({blank} blank in both)" if blank else ""
    sys.stdout.write(f"| {name} | {what} | {len(compared)}{note} | {largest:.1e} |\n")
    sys.stdout.flush()


def main() -> None:
    """Compare; prints a table in Markdown."""
    torch.set_num_threads(1)
    sys.stdout.write("| network | method | maps | largest difference |\n|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if SHARED_DATA.is_dir():
            last_stages("built-in", built_in_weights(SHARED_DATA), BUILT_IN, 40)
            earlier_stages("built-in", built_in_weights(SHARED_DATA), BUILT_IN, folder / "built-in")
        file, weights = folder / "random.onnx", random_weights()
        write_model(weights, file)
        last_stages("random ResNeXt-50 32x4d", weights, file, 33)
        earlier_stages("random ResNeXt-50 32x4d", weights, file, folder / "random")


if __name__ == "__main__":
    main()
