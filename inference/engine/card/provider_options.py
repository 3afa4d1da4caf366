"""Say to ONNX Runtime how each variant is to run, in its own words for CUDA and TensorRT."""

from __future__ import annotations

from pathlib import Path

from inference.engine.card.variant import Variant
from inference.engine.devices import Device
from inference.engine.probe import PROVIDERS

Provider = tuple[str, dict[str, str]]
"""ONNX Runtime's name of a provider, and its options."""

GRAPH_ID = "gpu_graph_id"
"""Run option: under which number a graph is captured and replayed."""

NO_GRAPH = "-1"

NO_WAIT = "disable_synchronize_execution_providers"
"""Run option: "1" returns when the work is handed to the card, `WAIT` when it is done."""

WAIT = "0"

CUDA_OPTIONS = {
    # Memory grows by what is needed instead of doubling, so that other programs keep theirs.
    "arena_extend_strategy": "kSameAsRequested",
    # With cuDNN 9 nothing is timed: it names the better one of two rules by which cuDNN guesses the fastest kernel.
    "cudnn_conv_algo_search": "EXHAUSTIVE",
    # Counts only where ONNX Runtime still searches by cuDNN 8's interface: there algorithms may take more than 32 MiB.
    "cudnn_conv_use_max_workspace": "1",
    # TF32 keeps 10 bits of the mantissa; what is called float32 here is float32.
    "use_tf32": "0",
}
"""Of the plain session, and of what every variant is made from."""


def cuda_options(variant: Variant) -> dict[str, str]:
    """The options of the CUDA provider."""
    options = dict(CUDA_OPTIONS)
    if variant.half:
        # Without TF32 ONNX Runtime refuses every convolution on tensor cores, those in float16, too. What is left in
        # float32 is kept from TF32 by `nvidia.load_libraries`.
        options["use_tf32"] = "1"
    if variant.nhwc:
        options["prefer_nhwc"] = "1"
    if variant.fused and variant.nhwc:
        # With the channels first, ONNX Runtime hands the results' own memory to cuDNN as what is to be added.
        options["fuse_conv_bias"] = "1"
    if variant.turns:
        # One stream keeps the parts of a batch in order although nobody waits between them.
        options["use_ep_level_unified_stream"] = "1"
    if variant.graph:
        options["enable_cuda_graph"] = "1"
    return options


def tensorrt_options(variant: Variant, cache: Path) -> dict[str, str]:
    """The options of the TensorRT provider, which keeps what it builds in any case: building takes minutes.

    Shapes are not named here: the ranges that TensorRT wants for sizes that vary have to be named for the tensors
    where its part of the graph begins, and their names are ONNX Runtime's. What it builds ahead has one size.

    Args:
        variant: how to run.
        cache: folder for what it builds, of this model and these sizes alone.
    """
    options = {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(cache),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(cache),
    }
    if variant.engine:
        options["trt_fp16_enable"] = "1"
    return options


def providers(device: Device, variant: Variant, cache: Path) -> list[Provider]:
    """What ONNX Runtime is asked to use, best first; the processor takes what the device does not know.

    Args:
        device: that runs the model.
        variant: how to run.
        cache: for TensorRT.
    """
    cuda = (PROVIDERS[Device.CUDA], cuda_options(variant))
    rows = {
        Device.CUDA: [cuda],
        Device.TENSORRT: [(PROVIDERS[Device.TENSORRT], tensorrt_options(variant, cache)), cuda],
    }
    return [*rows.get(device, []), (PROVIDERS[Device.CPU], {})]
