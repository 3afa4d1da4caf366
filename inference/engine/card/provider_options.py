"""Say to ONNX Runtime how each variant is to run, in its own words for CUDA and TensorRT."""

from __future__ import annotations

from pathlib import Path

from inference.engine.card.variant import Variant
from inference.engine.devices import Device
from inference.engine.probe import PROVIDERS
from inference.models.contract import INPUT_NAME

Provider = tuple[str, dict[str, str]]
"""ONNX Runtime's name of a provider, and its options."""

GRAPH_ID = "gpu_graph_id"
"""Run option: under which number a graph is captured and replayed."""

NO_GRAPH = "-1"

NO_WAIT = "disable_synchronize_execution_providers"
"""Run option: return when the work is handed to the card, not when it is done."""

CUDA_OPTIONS = {
    # Memory grows by what is needed instead of doubling, so that other programs keep theirs.
    "arena_extend_strategy": "kSameAsRequested",
    "cudnn_conv_algo_search": "EXHAUSTIVE",
    # Otherwise the search leaves out algorithms that want more than 32 MiB.
    "cudnn_conv_use_max_workspace": "1",
    # TF32 keeps 10 bits of the mantissa; what is called float32 here is float32.
    "use_tf32": "0",
}
"""`fuse_conv_bias` is left out on purpose: it was reported to answer differently from run to run."""


def cuda_options(variant: Variant) -> dict[str, str]:
    """The options of the CUDA provider."""
    options = dict(CUDA_OPTIONS)
    if variant.nhwc:
        options["prefer_nhwc"] = "1"
    if variant.turns:
        # One stream keeps the parts of a batch in order although nobody waits between them.
        options["use_ep_level_unified_stream"] = "1"
    if variant.graph:
        options["enable_cuda_graph"] = "1"
    return options


def tensorrt_options(variant: Variant, cache: Path, side: int, batch: int) -> dict[str, str]:
    """The options of the TensorRT provider.

    Args:
        variant: how to run.
        cache: folder for what it builds, of this model alone.
        side: of the network's input, in pixels.
        batch: pictures in the steady batch.
    """
    if not variant.engine:
        return {}
    return {
        "trt_fp16_enable": "1",
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(cache),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(cache),
        "trt_profile_min_shapes": _shape(1, side),
        "trt_profile_opt_shapes": _shape(batch, side),
        "trt_profile_max_shapes": _shape(batch, side),
    }


def providers(device: Device, variant: Variant, cache: Path, side: int, batch: int) -> list[Provider]:
    """What ONNX Runtime is asked to use, best first; the processor takes what the device does not know."""
    cuda = (PROVIDERS[Device.CUDA], cuda_options(variant))
    rows = {
        Device.CUDA: [cuda],
        Device.TENSORRT: [(PROVIDERS[Device.TENSORRT], tensorrt_options(variant, cache, side, batch)), cuda],
    }
    return [*rows.get(device, []), (PROVIDERS[Device.CPU], {})]


def _shape(batch: int, side: int) -> str:
    return f"{INPUT_NAME}:{batch}x{side}x{side}x3"
