"""Every option that is said to CUDA and TensorRT is one that the installed ONNX Runtime knows."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

import onnxruntime
import pytest

from inference.engine.card.provider_options import (
    GRAPH_ID,
    NO_WAIT,
    cuda_options,
    providers,
    tensorrt_options,
)
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device

ALL = Variant(half=True, nhwc=True, fused=True, bound=True, turns=True, graph=True, engine=True)
_LIBRARIES = Path(onnxruntime.__file__).parent / "capi"


def _unknown(names: list[str], pattern: str) -> list[str]:
    """Of the names, those that stand in no library of that name as a whole word."""
    paths = sorted(_LIBRARIES.glob(pattern))
    if not paths:
        pytest.skip("this ONNX Runtime was built without it")
    missing = list(names)
    for path in paths:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            missing = [name for name in missing if not re.search(rb"\0" + name.encode() + rb"\0", text)]
    return missing


def test_cuda_knows_the_options() -> None:
    names = list(cuda_options(ALL))
    assert {"prefer_nhwc", "use_ep_level_unified_stream", "enable_cuda_graph"} <= set(names)
    assert _unknown([*names, "no_such_option_anywhere"], "*onnxruntime_providers_cuda.*") == ["no_such_option_anywhere"]


def test_tensorrt_knows_the_options(tmp_path: Path) -> None:
    names = list(tensorrt_options(ALL, tmp_path))
    assert len(names) == 5
    assert _unknown([*names, "trt_no_such_option"], "*onnxruntime_providers_tensorrt.*") == ["trt_no_such_option"]


def test_a_run_knows_its_options() -> None:
    assert _unknown([GRAPH_ID, NO_WAIT], "*onnxruntime_pybind11_state*") == []


def test_the_plain_session_has_none_of_them(tmp_path: Path) -> None:
    [cuda, processor] = providers(Device.CUDA, PLAIN, tmp_path)
    assert processor == ("CPUExecutionProvider", {})
    assert set(cuda[1]) == {
        "arena_extend_strategy", "cudnn_conv_algo_search", "cudnn_conv_use_max_workspace", "use_tf32"
    }  # fmt: skip
    [tensorrt, *others] = providers(Device.TENSORRT, PLAIN, tmp_path)
    assert others == [cuda, processor]
    assert "trt_fp16_enable" not in tensorrt[1]
    assert providers(Device.CPU, ALL, tmp_path) == [processor]


def test_what_tensorrt_builds_is_kept_by_the_plain_session_as_well(tmp_path: Path) -> None:
    for variant in (PLAIN, Variant(engine=True)):
        options = tensorrt_options(variant, tmp_path)
        assert options["trt_engine_cache_path"] == options["trt_timing_cache_path"] == str(tmp_path)


def test_float16_may_use_tensor_cores_and_float32_stays_float32() -> None:
    for variant in (PLAIN, Variant(nhwc=True, bound=True, graph=True)):
        assert cuda_options(variant)["use_tf32"] == "0"
    assert cuda_options(Variant(half=True))["use_tf32"] == "1"


def test_the_bias_is_fused_with_the_channels_last_only() -> None:
    assert cuda_options(Variant(nhwc=True, fused=True))["fuse_conv_bias"] == "1"
    for variant in (PLAIN, Variant(nhwc=True), Variant(fused=True)):
        assert "fuse_conv_bias" not in cuda_options(variant)
