"""Name the ways in which a card can run a model, and the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from inference.engine.devices import Device, Precision


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run a model on a card; without anything it is what `open_session` opens.

    Attributes:
        half: convolutions compute in float16, all behind the features in float32 (the model's second file).
        nhwc: convolutions run with the channels last.
        fused: convolutions add their bias themselves; only with the channels last.
        bound: inputs go through page-locked memory and inputs and outputs keep their places on the card.
        turns: a batch is copied in two parts, the second one while the first one is computed.
        graph: the steady batch is replayed as one CUDA graph instead of one launch for each layer.
        engine: TensorRT builds for the steady batch, in float16 where it gains; smaller ones are filled up.
    """

    half: bool = False
    nhwc: bool = False
    fused: bool = False
    bound: bool = False
    turns: bool = False
    graph: bool = False
    engine: bool = False

    @property
    def precision(self) -> Precision:
        """What the convolutions compute in."""
        return Precision.FLOAT16 if self.half or self.engine else Precision.FLOAT32

    def __str__(self) -> str:
        words = (
            (self.engine, "built ahead"),
            (self.half and not self.engine, "float16"),
            (self.nhwc, "channels last"),
            (self.fused, "bias fused"),
            (self.turns, "two parts in turn"),
            (self.bound and not self.turns, "bound buffers"),
            (self.graph, "one graph"),
        )
        return ", ".join(word for is_so, word in words if is_so) or "plain"


PLAIN = Variant()

_KERNELS = (Variant(half=True), Variant(nhwc=True), Variant(fused=True))
_TRANSFERS = (Variant(bound=True), Variant(bound=True, turns=True), Variant(bound=True, graph=True))

KERNEL_STEPS = MappingProxyType({Device.CUDA: _KERNELS, Device.TENSORRT: (Variant(engine=True),)})
"""What is added to the best variant so far, one after the other, to compute faster."""

TRANSFER_STEPS = MappingProxyType({Device.CUDA: _TRANSFERS, Device.TENSORRT: _TRANSFERS[:1]})
"""Likewise, to move pictures and start work faster; with the batch size that suits the faster computing."""


def with_step(variant: Variant, step: Variant) -> Variant:
    """`variant` with all that `step` adds to it; without any change where the step needs what is not there."""
    if step.fused and not variant.nhwc:
        return variant
    added = {name: True for name in Variant.__dataclass_fields__ if getattr(step, name)}
    return replace(variant, **added)
