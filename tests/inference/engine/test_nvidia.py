"""What is wrong with an NVIDIA driver or its libraries is told in words, from facts that need no card to test."""

import os
import sys
from pathlib import Path

import onnxruntime
import pytest

from inference.engine import nvidia, probe
from inference.engine.devices import Device
from inference.engine.nvidia import NvidiaDriver, driver_refusal, has_card, libraries_not_loaded, library_refusal

WORKING = NvidiaDriver((13, 1), ("NVIDIA H200",))


@pytest.mark.parametrize(
    ("driver", "card", "cuda_major", "words", "remedy", "is_here"),
    [
        (WORKING, True, None, "built without CUDA", "requirements", True),
        (None, False, None, "built without CUDA", "requirements", False),
        (None, False, 13, "this computer has no NVIDIA graphics card", "Use cpu", False),
        (None, True, 13, "no NVIDIA driver is installed", "driver for CUDA 13", True),
        (None, None, 13, "no NVIDIA driver is installed", "driver for CUDA 13", False),
        (NvidiaDriver((12, 8), ("Card",)), True, 13, "too old: it runs CUDA up to 12.8", "driver for CUDA 13", True),
        (NvidiaDriver((12, 8), ("Card",)), None, 13, "too old: it runs CUDA up to 12.8", "driver for CUDA 13", True),
        (NvidiaDriver((12, 8), (), 999), False, 13, "too old: it runs CUDA up to 12.8", "driver for CUDA 13", False),
        (NvidiaDriver((13, 0), (), 803), True, 13, "was updated while an older one still runs", "Restart", True),
        (NvidiaDriver((13, 0), (), 999), True, 13, "does not start (its error 999)", "Restart", True),
        (NvidiaDriver((13, 0), (), 100), True, 13, "finds no graphics card", "Use cpu", False),
        (NvidiaDriver((13, 0), ()), None, 13, "finds no graphics card", "Use cpu", False),
        (NvidiaDriver((13, 0), (), 802), True, 13, "not ready yet (its error 802)", "fabric manager", True),
        (
            NvidiaDriver((13, 0), ("GTX 1080",), 0, (6, 1)),
            True,
            13,
            "GTX 1080 is too old for CUDA 13 (its compute capability is 6.1, needed is 7.5)",
            "Use cpu",
            True,
        ),
    ],
)
def test_a_driver_that_cannot_be_used_is_refused_with_the_reason(
    driver: NvidiaDriver | None, card: bool | None, cuda_major: int | None, words: str, remedy: str, is_here: bool
) -> None:
    refusal = driver_refusal(driver, device=Device.CUDA, card=card, cuda_major=cuda_major)
    assert refusal is not None
    assert refusal.is_here is is_here
    assert refusal.device is Device.CUDA
    assert words in refusal.reason
    assert remedy in refusal.remedy


@pytest.mark.parametrize("card", [True, None])
@pytest.mark.parametrize("capability", [None, (7, 5), (9, 0), (12, 0)])
def test_a_driver_that_works_is_not_refused(card: bool | None, capability: tuple[int, int] | None) -> None:
    driver = NvidiaDriver((13, 1), ("NVIDIA H200",), 0, capability)
    assert driver_refusal(driver, device=Device.CUDA, card=card, cuda_major=13) is None


def test_a_missing_library_is_named_once() -> None:
    said = (
        "Failed to load /a folder/nvidia/cu13/lib/libcublas.so.13: libcublasLt.so.13: cannot open shared object\n"
        "Failed to load libcublas.so.13: libcublas.so.13: cannot open shared object file: No such file\n"
        r"Failed to load C:\Program Files\nvidia\bin\cudart64_13.dll: [WinError 126] not found" + "\n"
        "Please follow https://onnxruntime.ai/docs/install/#cuda-and-cudnn to install CUDA.\n"
    )
    assert libraries_not_loaded(said) == ("libcublas.so.13", "cudart64_13.dll")
    assert libraries_not_loaded("") == ()


def test_missing_libraries_are_refused_by_name() -> None:
    assert library_refusal(Device.CUDA, ()) is None
    one = library_refusal(Device.CUDA, ("libcudnn.so.9",))
    two = library_refusal(Device.CUDA, ("libcudnn.so.9", "libcublas.so.13"))
    assert one is not None
    assert two is not None
    assert one.is_here
    assert one.reason == "a library is missing: libcudnn.so.9"
    assert two.reason == "libraries are missing: libcudnn.so.9, libcublas.so.13"


def test_what_preloading_prints_stays_inside(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def complain() -> None:
        print("Failed to load libmissing.so.10: no such file")  # noqa: T201 - as ONNX Runtime does it

    monkeypatch.setattr(onnxruntime, "preload_dlls", complain)
    assert "libmissing.so.10" in nvidia.load_libraries()
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a library that is there on Linux")
def test_what_loads_by_its_name_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def complain() -> None:
        print("Failed to load /damaged/libc.so.6: file too short")  # noqa: T201 - as ONNX Runtime does it

    monkeypatch.setattr(onnxruntime, "preload_dlls", complain)
    assert "libc.so.6" not in nvidia.load_libraries()


def test_float32_stays_float32_unless_the_person_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: None)
    monkeypatch.delenv("NVIDIA_TF32_OVERRIDE", raising=False)
    nvidia.load_libraries()
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "0"
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "1")
    nvidia.load_libraries()
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "1"


def test_a_card_is_seen_without_a_driver(tmp_path: Path) -> None:
    def plug_in(slot: str, vendor: str, kind: str) -> None:
        (tmp_path / slot).mkdir()
        (tmp_path / slot / "vendor").write_text(f"{vendor}\n")
        (tmp_path / slot / "class").write_text(f"{kind}\n")

    plug_in("0000:00:00.0", "0x8086", "0x030000")
    plug_in("0000:01:00.1", "0x10de", "0x040300")
    assert has_card(tmp_path) is False
    plug_in("0000:01:00.0", "0x10de", "0x030200")
    assert has_card(tmp_path) is True
    assert has_card(tmp_path / "absent") is None


def test_the_driver_of_this_computer_is_asked_without_harm() -> None:
    driver = nvidia.find_driver()
    assert driver is None or driver.cuda_version > (0, 0)


def test_a_working_card_without_tensorrt_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "find_driver", lambda: WORKING)
    monkeypatch.setattr(nvidia, "has_card", lambda: True)
    monkeypatch.setattr(nvidia, "needed_cuda_major", lambda: 13)
    monkeypatch.setattr(nvidia, "load_libraries", tuple)
    monkeypatch.setattr(nvidia, "has_tensorrt", lambda: False)
    monkeypatch.setattr(probe, "_is_built_in", lambda _device: True)
    refusal = probe.find_refusal(Device.TENSORRT)
    assert refusal is not None
    assert "TensorRT 10 is not installed" in refusal.reason
    assert refusal.is_here


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="libraries that are there on Linux")
def test_tensorrt_is_found_in_its_python_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("libnvinfer.so.test", "libnvonnxparser.so.test")
    monkeypatch.setattr(nvidia, "_TENSORRT", names)
    assert not nvidia.has_tensorrt()
    package = tmp_path / "tensorrt_libs"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('it is not to be imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not nvidia.has_tensorrt()
    # Any library will do.
    libc = next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libc.so" in line)
    for name in names:
        (package / name).symlink_to(libc)
    assert nvidia.has_tensorrt()
