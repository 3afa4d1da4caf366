"""The most that arithmetic allows: real products, and what follows from them for a record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

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


def _main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rates: dict[str, float]) -> int:
    (tmp_path / "record.json").write_text(json.dumps(RECORD))
    monkeypatch.setattr("sys.argv", ["arithmetic_limit", str(tmp_path / "record.json")])
    monkeypatch.setattr(arithmetic_limit, "multiply_adds_per_s", lambda precision, _threads: rates[precision])
    return arithmetic_limit.main()


def test_products_that_are_slower_than_the_network_are_no_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The record's network makes 80 pictures of 4 billion.
    assert _main(tmp_path, monkeypatch, {"f32": 150e9, "bf16": 316e9}) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        "The fastest products would make 79.0 pictures a second, fewer than the 80.0 of the record's own network loop, "
        "so they are no limit: the machine was busy, or the record is of another computer or of an int8 copy.\n"
    ) in said.err


def test_only_the_fastest_products_have_to_be_faster_than_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = {"f32": 150e9, "bf16": 400e9}
    assert _main(tmp_path, monkeypatch, rates) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == arithmetic_limit.lines(RECORD, rates)
    assert "no limit" not in said.err


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
