"""Orders arrive as they were given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from inference.bench.orders import Pass, Rate, Setup, Task


def test_a_setup_survives_its_line() -> None:
    setup = Setup("/m.onnx", "cpu", 16, 2, ("/a.jpg", "/b\udce9.jpg"), ("/data", "/cache", "/config"))
    line = setup.to_json()
    assert "\n" not in line
    assert line.isascii()
    assert Setup.from_json(line) == setup
    assert setup.profile.cache == Path("/cache")
    assert setup.baseline == "/m.onnx"
    copy = replace(setup, original="/whole.onnx")
    assert Setup.from_json(copy.to_json()) == copy
    assert copy.baseline == "/whole.onnx"


def test_a_pass_survives_its_line() -> None:
    wanted = Pass(Task.SURVEY, 7, "network", 8)
    assert Pass.from_json(wanted.to_json()) == wanted


def test_a_rate_that_took_no_time_is_a_number() -> None:
    assert Rate(4, 2.0).per_s == 2.0
    assert Rate(1, 0.0).per_s > 0
