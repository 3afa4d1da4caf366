"""Measure how fast a network could be if this processor never did anything but multiply and add.

    uv run python -m tests.benchmarks.arithmetic_limit RECORD.json

Products of large matrices are what a processor is fastest at, and what OpenVINO computes best. No network of so many
multiply-adds can be faster than they are, and no pipeline faster than that network and Pillow on the same cores. So
this says of a record of `main.py bench` which of the bars of its comparisons any program could reach. Where the
products are slower than the record's own network, they were disturbed, or the record is of another computer or of an
int8 copy, whose products are not measured: then nothing follows, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from inference.bench.record import Name
from inference.engine import machine

SIZES = ((6272, 512, 512), (1568, 1024, 1024), (4096, 2048, 2048), (8192, 1024, 4096))
"""Rows, inner size and columns: the first two as convolutions of ResNeXt-50 on eight pictures, the others larger."""

PRECISIONS = {"f32": "float32", "bf16": "bfloat16"}
ROUNDS, PASS_S = 5, 0.5


def multiply_adds_per_s(precision: str, threads: int) -> float:
    """The most multiply-adds a second over all sizes; of each size the median of rounds.

    Args:
        precision: OpenVINO's word, "f32" or "bf16".
        threads: that compute; each takes a product of its own, so that none waits for another one.
    """
    return max(_rate(precision, threads, *size) for size in SIZES)


def _rate(precision: str, threads: int, rows: int, inner: int, columns: int) -> float:
    import openvino  # noqa: PLC0415 - only this needs it
    from openvino import opset13  # noqa: PLC0415

    random = np.random.default_rng(0)
    left = opset13.parameter([rows, inner], np.float32)
    right = opset13.constant(random.standard_normal((inner, columns), np.float32))
    # One row of the result is kept; copying all of it would be measured, too.
    product = opset13.slice(opset13.matmul(left, right, False, False), [0], [1], [1], [0])
    properties = {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": str(threads),
        "INFERENCE_NUM_THREADS": str(threads),
    }
    compiled = openvino.Core().compile_model(openvino.Model([product], [left]), "CPU", properties)
    requests = [compiled.create_infer_request() for _ in range(threads)]
    for request in requests:
        request.set_input_tensor(openvino.Tensor(random.standard_normal((rows, inner), np.float32)))
    return statistics.median(_runs_per_s(requests) for _ in range(ROUNDS)) * rows * inner * columns


def _runs_per_s(requests: list[Any]) -> float:
    start, runs = time.perf_counter(), 0
    while (seconds := time.perf_counter() - start) < PASS_S:
        for request in requests:
            request.start_async()
        for request in requests:
            request.wait()
        runs += len(requests)
    return runs / seconds


def lines(record: Mapping[str, Any], rates: Mapping[str, float]) -> list[str]:
    """The table in Markdown.

    Args:
        record: of `main.py bench`, with a limit.
        rates: multiply-adds a second of this processor, by OpenVINO's word for the precision.
    """
    medians = {one["name"]: one["pictures_per_s"]["median"] for one in record["candidates"] if one["pictures_per_s"]}
    compared = (Name.TORCH_LOOP.value, Name.ONE_AT_A_TIME.value)
    heads = (
        "",
        "billion multiply-adds/s",
        "network, pictures/s",
        "with Pillow",
        *(f"times `{name}`" for name in compared),
    )
    found = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    decode = record["limit"]["decode_per_s"]

    def row(what: str, network: float) -> str:
        whole = 1 / (1 / network + 1 / decode)
        times = " | ".join(f"{whole / medians[name]:.2f}" for name in compared)
        return f"| {what} | {network * record['model']['gmacs']:.0f} | {network:.1f} | {whole:.1f} | {times} |"

    found.append(row("the bare loop of the record", record["limit"]["network_per_s"]))
    for precision, rate in rates.items():
        found.append(row(f"products in {PRECISIONS[precision]}", rate / 1e9 / record["model"]["gmacs"]))
    return found


def find_fault(record: Mapping[str, Any], rates: Mapping[str, float]) -> str:
    """Why these rates are no limit of that record, a sentence; empty where they are one."""
    fastest, network = max(rates.values()) / 1e9 / record["model"]["gmacs"], record["limit"]["network_per_s"]
    if fastest >= network:
        return ""
    return (
        f"The fastest products would make {fastest:.1f} pictures a second, fewer than the {network:.1f} of the "
        "record's own network loop, so they are no limit: the machine was busy, or the record is of another computer "
        "or of an int8 copy."
    )


def main() -> int:
    """Measure, and print the table; 0, or 1 where what was measured cannot be a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", type=Path, help="of this computer, one core for each of its threads")
    record = json.loads(parser.parse_args().record.read_text(encoding="utf-8"))
    sys.stderr.write(f"load before: {os.getloadavg()[0]:.1f}\n")
    rates = {precision: multiply_adds_per_s(precision, machine.physical_cores()) for precision in PRECISIONS}
    if fault := find_fault(record, rates):
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write("\n".join(lines(record, rates)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
