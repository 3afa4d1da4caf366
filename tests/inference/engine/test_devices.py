"""The wish for a device becomes a list of devices to try, and every device has a report."""

import subprocess
import sys

import pytest

from inference.engine.devices import AUTO, Device, DeviceReport, Refusal, devices_to_try, probe_devices
from inference.errors import DeviceError
from inference.profile import PROJECT_ROOT


@pytest.mark.parametrize(
    ("platform", "faster", "wanted"),
    [
        ("linux", None, [Device.CUDA, Device.CPU]),
        ("linux", Device.CPU, [Device.CUDA, Device.CPU]),
        ("win32", Device.OPENVINO, [Device.CUDA, Device.OPENVINO, Device.CPU]),
        ("darwin", None, [Device.COREML, Device.CPU]),
    ],
)
def test_auto_tries_the_card_first_and_the_processor_last(
    platform: str, faster: Device | None, wanted: list[Device]
) -> None:
    assert devices_to_try(AUTO, platform=platform, faster=faster) == wanted


@pytest.mark.parametrize("device", Device)
def test_a_device_asked_for_by_name_is_the_only_one(device: Device) -> None:
    assert devices_to_try(device.value, faster=Device.OPENVINO) == [device]


def test_an_unknown_name_is_no_device() -> None:
    with pytest.raises(DeviceError, match="no such device"):
        devices_to_try("quantum")


def test_every_device_is_available_or_says_why_not(capfd: pytest.CaptureFixture[str]) -> None:
    reports = probe_devices()
    assert [report.device for report in reports] == list(Device)
    for report in reports:
        assert report.available == (not report.reason)
        assert report.available == (not report.remedy)
    assert reports[-1].available, "the processor is always there"
    assert isinstance(reports[-1], DeviceReport)
    assert probe_devices() == reports, "looking twice changes nothing (plug-ins are registered once)"
    assert capfd.readouterr() == ("", "")


def test_a_refusal_reads_as_two_sentences() -> None:
    assert str(Refusal(Device.CUDA, "it is asleep", "Wake it.")) == "it is asleep. Wake it."


@pytest.mark.parametrize("module", ["devices", "network", "choice", "machine", "self_check"])
def test_naming_a_network_does_not_load_onnx_runtime(module: str) -> None:
    code = f"import sys, inference.engine.{module}; print({{'onnxruntime', 'torch', 'onnx'}} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
