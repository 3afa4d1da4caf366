"""`doctor` really runs a picture on what is there, and says in words what is not."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.commands import doctor
from inference.commands.doctor import DeviceRun, Diagnosis, as_lines
from inference.engine.devices import Device, DeviceReport, probe_devices
from inference.engine.network import Network
from inference.profile import PROJECT_ROOT, Profile

TINY = PROJECT_ROOT / "tests" / "data" / "tiny.onnx"


def _run(capsys: pytest.CaptureFixture[str], profile: Path, *options: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["doctor", *options])
    code = arguments.run(arguments, Profile.below(profile))
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


def _run_json(capsys: pytest.CaptureFixture[str], profile: Path, *options: str) -> tuple[int, dict[str, Any]]:
    code, text = _run(capsys, profile, "--json", *options)
    return code, json.loads(text)


def test_the_processor_gives_the_networks_own_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, found = _run_json(capsys, tmp_path, "--model", str(TINY))
    assert code == 0
    devices = {device["device"]: device for device in found["devices"]}
    network = Network.open(TINY, device="cpu")
    best = int(network.run(doctor.sample_input(network.contract)).logits.argmax())
    assert devices["cpu"]["works"]
    assert devices["cpu"]["label"] == network.contract.labels[best].name
    assert devices["cpu"]["precision"] == "float32"
    assert devices["cpu"]["ms"] > 0
    assert found["model"]["file"] == str(TINY)
    assert not (tmp_path / "data").exists(), "looking must not make folders"


def test_every_device_works_or_has_a_reason_and_a_remedy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text = _run(capsys, tmp_path, "--model", str(TINY))
    assert code == 0
    for report in probe_devices():
        expected = "works: " if report.available else f"no: {report.reason}"
        # The last one: OpenVINO's version has a line of its own before.
        line = [line for line in text.splitlines() if line.split()[:1] == [report.device.value]][-1]
        assert expected in line
        assert report.remedy in text


def test_versions_and_folders_are_those_of_this_program(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, found = _run_json(capsys, tmp_path, "--model", str(TINY))
    versions = found["versions"]
    assert versions["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"numpy", "pillow", "PySide6-Essentials"} <= set(versions)
    assert {"onnxruntime", "onnxruntime-gpu"} & set(versions)
    assert "jpg" in versions["picture codecs"]
    assert found["folders"]["models"] == f"{tmp_path / 'data' / 'models'} (not made yet)"


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_without_a_model_it_still_tells_the_rest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken.onnx"
    if content is not None:
        path.write_bytes(content)
    code, found = _run_json(capsys, tmp_path, "--model", str(path))
    assert code == 2
    assert len(found["model"]["problem"]) > 10
    assert not any(device["works"] for device in found["devices"])
    assert all(device["reason"] for device in found["devices"])


def test_a_device_that_looks_available_but_is_not_is_found_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = next(report for report in probe_devices() if not report.available)
    hopeful = (
        DeviceReport(absent.device, available=True, reason="", remedy="", detail="a fine card"),
        DeviceReport(Device.CPU, available=True, reason="", remedy="", detail=""),
    )
    monkeypatch.setattr(doctor, "probe_devices", lambda: hopeful)
    code, found = _run_json(capsys, tmp_path, "--model", str(TINY))
    devices = {device["device"]: device for device in found["devices"]}
    assert code == 0
    assert not devices[absent.device]["works"]
    assert devices[absent.device]["reason"] == absent.reason
    assert devices[absent.device]["remedy"] == absent.remedy


def test_other_devices_are_compared_with_the_processor(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The processor twice: the second run is compared with the first, as any other device would be.
    twice = tuple(DeviceReport(Device.CPU, available=True, reason="", remedy="", detail="") for _ in range(2))
    monkeypatch.setattr(doctor, "probe_devices", lambda: twice)
    _, found = _run_json(capsys, tmp_path, "--model", str(TINY))
    first, second = found["devices"]
    assert (first["agrees"], first["difference"]) == (None, None)
    assert (second["agrees"], second["difference"]) == (True, 0.0)


def test_a_difference_is_shown_loudly_and_names_cannot_break_lines() -> None:
    run = DeviceRun(
        "cuda", works=True, precision="float32", ms=1.0, label="a\nb", probability=0.5, difference=0.25, agrees=False
    )
    lines = list(as_lines(Diagnosis({"a": "1"}, {}, {"data": "x\ny"}, {}, (run,))))
    assert any("DIFFERS from cpu, probabilities within 2.5e-01" in line for line in lines)
    assert not any("\n" in line for line in lines)


def test_neither_qt_nor_pytorch_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, main\n"
        f"code = main.main(['--profile', {str(tmp_path)!r}, 'doctor', '--model', {str(TINY)!r}])\n"
        "sys.stderr.write(str(sorted({'PySide6', 'torch', 'torchvision', 'onnx'} & set(sys.modules))))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]")
    assert "works: " in done.stdout
