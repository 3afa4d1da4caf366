"""The OpenVINO plug-in's processor device is found in what ONNX Runtime lists, or its absence explained."""

import json

import pytest

from inference.engine import openvino
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.openvino import OfferedDevice, choose_device, provider_options

INTEL, AMD = 0x8086, 0x1022
PLUG_IN = "OpenVINOExecutionProvider"
OWN_CPU_INTEL = OfferedDevice("CPUExecutionProvider", "CPU", "Intel", INTEL)
OWN_CPU_AMD = OfferedDevice("CPUExecutionProvider", "CPU", "AMD", AMD)
GPU = OfferedDevice(PLUG_IN, "GPU", "Intel", INTEL, "GPU.0")
CPU = OfferedDevice(PLUG_IN, "CPU", "Intel", INTEL, "CPU")
AUTO_CPU = OfferedDevice(f"{PLUG_IN}.AUTO", "CPU", "Intel", INTEL, "CPU")
VIRTUAL_NPU = OfferedDevice(PLUG_IN, "NPU", "Intel", INTEL, "NPU", is_virtual=True)
VIRTUAL_CPU = OfferedDevice(PLUG_IN, "CPU", "Intel", INTEL, "CPU", is_virtual=True)


@pytest.mark.parametrize(
    ("offered", "index"),
    [
        ([OWN_CPU_INTEL, CPU], 1),
        ([OWN_CPU_INTEL, AUTO_CPU, GPU, VIRTUAL_NPU, CPU], 4),
        ([CPU, OWN_CPU_INTEL], 0),
    ],
)
def test_the_processor_is_chosen_not_another_device(offered: list[OfferedDevice], index: int) -> None:
    assert choose_device(offered) == index


@pytest.mark.parametrize(
    ("offered", "words"),
    [
        ([OWN_CPU_AMD], "accepts Intel processors only, and this one is from AMD"),
        ([OWN_CPU_AMD, GPU, VIRTUAL_NPU], "accepts Intel processors only, and this one is from AMD"),
        ([OfferedDevice("CPUExecutionProvider", "CPU", "", 0)], "this one is from another maker"),
        ([OWN_CPU_INTEL], "offers no device on this processor"),
        ([OWN_CPU_INTEL, GPU, VIRTUAL_CPU], "offers no device on this processor"),
        ([], "offers no device on this processor"),
    ],
)
def test_no_device_is_explained(offered: list[OfferedDevice], words: str) -> None:
    refusal = choose_device(offered)
    assert isinstance(refusal, Refusal)
    assert refusal.device is Device.OPENVINO
    assert words in refusal.reason
    assert refusal.remedy.startswith("Use cpu")


@pytest.mark.parametrize(
    ("has_bfloat16", "is_x86", "precision", "hint"),
    [
        (True, True, Precision.BFLOAT16, "bf16"),
        (True, False, Precision.FLOAT32, "f32"),
        (False, True, Precision.FLOAT32, "f32"),
        (None, True, Precision.FLOAT32, "f32"),
    ],
)
def test_the_precision_that_is_reported_is_the_one_that_is_ordered(
    monkeypatch: pytest.MonkeyPatch, has_bfloat16: bool | None, precision: Precision, hint: str, *, is_x86: bool
) -> None:
    monkeypatch.setattr(openvino, "has_bfloat16", lambda: has_bfloat16)
    monkeypatch.setattr(openvino, "is_x86", lambda: is_x86)
    assert openvino.default_precision() is precision
    options = provider_options(precision, threads=3)
    properties = json.loads(options["load_config"])["CPU"]
    assert properties["INFERENCE_PRECISION_HINT"] == hint
    assert properties["INFERENCE_NUM_THREADS"] == "3"
    assert all(isinstance(value, str) for value in properties.values())


def test_the_plug_in_can_be_looked_for_again_and_again() -> None:
    first, second = openvino.find_device(), openvino.find_device()
    if isinstance(first, Refusal):
        assert second == first
    else:
        assert not isinstance(second, Refusal)
        assert second.ep_name == first.ep_name
