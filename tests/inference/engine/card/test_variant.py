"""Variants are named in words, add up step by step, and say what they compute in."""

from __future__ import annotations

from inference.engine.card.variant import KERNEL_STEPS, PLAIN, TRANSFER_STEPS, Variant, with_step
from inference.engine.devices import Device, Precision


def test_steps_add_up() -> None:
    variant = PLAIN
    for step in (*KERNEL_STEPS[Device.CUDA], *TRANSFER_STEPS[Device.CUDA]):
        after = with_step(variant, step)
        assert after != variant
        assert with_step(after, step) == after
        variant = after
    assert variant == Variant(half=True, nhwc=True, fused=True, bound=True, turns=True, graph=True)
    assert str(variant) == "float16, channels last, bias fused, two parts in turn, one graph"


def test_a_step_that_needs_another_one_is_left_out_without_it() -> None:
    fused = Variant(fused=True)
    assert fused in KERNEL_STEPS[Device.CUDA]
    assert with_step(Variant(half=True), fused) == Variant(half=True)
    assert with_step(Variant(nhwc=True), fused) == Variant(nhwc=True, fused=True)


def test_what_needs_buffers_brings_them() -> None:
    for steps in TRANSFER_STEPS.values():
        assert all(step.bound for step in steps)


def test_float16_is_said() -> None:
    assert PLAIN.precision is Precision.FLOAT32
    assert str(PLAIN) == "plain"
    assert Variant(nhwc=True, bound=True, graph=True).precision is Precision.FLOAT32
    assert Variant(half=True).precision is Precision.FLOAT16
    assert Variant(engine=True).precision is Precision.FLOAT16
    assert str(Variant(engine=True, bound=True)) == "built ahead, bound buffers"
