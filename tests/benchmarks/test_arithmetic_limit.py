"""The most that arithmetic allows: real products, and what follows from them for a record."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from inference.bench.record import Name
from inference.engine import openvino_runtime
from tests.benchmarks import arithmetic_limit

RECORD = {
    "model": {"gmacs": 4.0},
    "limit": {"network_per_s": 80.0, "decode_per_s": 400.0},
    "candidates": [
        {"name": Name.TORCH_LOOP, "pictures_per_s": {"median": 20.0}},
        {"name": Name.ONE_AT_A_TIME, "pictures_per_s": {"median": 40.0}},
        {"name": Name.COMPILED_LOADER, "pictures_per_s": None},
    ],
}


def test_what_follows_is_the_network_at_that_rate_and_pillow_on_the_same_cores() -> None:
    head, _, bare, products = arithmetic_limit.lines(RECORD, {"bf16": 400e9})
    names = [cell.strip() for cell in head.split("|")[-3:-1]]
    assert names == ["times `torchvision-loop`", "times `onnxruntime-one-at-a-time`"]
    assert [cell.strip() for cell in bare.split("|")[2:-1]] == ["320", "80.0", "66.7", "3.33", "1.67"]
    assert [cell.strip() for cell in products.split("|")[1:-1]] == [
        "products in bfloat16", "400", "100.0", "80.0", "4.00", "2.00",
    ]  # fmt: skip


@pytest.mark.skipif(not openvino_runtime.is_installed(), reason="OpenVINO is not installed here")
def test_products_are_counted_in_multiply_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    def two_a_second(requests: Sequence[object]) -> float:
        assert len(requests) == 2
        return 2.0

    monkeypatch.setattr(arithmetic_limit, "SIZES", ((8, 16, 4), (2, 2, 2)))
    monkeypatch.setattr(arithmetic_limit, "_runs_per_s", two_a_second)
    assert arithmetic_limit.multiply_adds_per_s("f32", 2) == 2 * 8 * 16 * 4


@pytest.mark.skipif(not openvino_runtime.is_installed(), reason="OpenVINO is not installed here")
def test_a_real_product_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic_limit, "ROUNDS", 1)
    monkeypatch.setattr(arithmetic_limit, "PASS_S", 0.02)
    monkeypatch.setattr(arithmetic_limit, "SIZES", ((128, 128, 128),))
    assert arithmetic_limit.multiply_adds_per_s("bf16", 2) > 0
