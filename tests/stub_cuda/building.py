"""Compile the libraries that stand in for NVIDIA's, and say why a computer cannot run ONNX Runtime on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import onnxruntime

from inference.engine.nvidia import needed_cuda_major

_SOURCES = Path(__file__).resolve().parent
_COMPILERS = ("cc", "gcc", "clang")
_PROVIDER = Path(onnxruntime.__file__).parent / "capi" / "libonnxruntime_providers_cuda.so"

LIBRARIES = {
    "runtime.c": "libcudart.so.13",
    "driver.c": "libcuda.so.1",
    "blas.c": "libcublas.so.13",
    "blas_lt.c": "libcublasLt.so.13",
    "rand.c": "libcurand.so.10",
    "dnn.c": "libcudnn.so.9",
}
"""What each file is compiled to. The first one writes the log for all."""

LOG = "STUB_CUDA_LOG"
"""Environment variable with the file into which the libraries write what was called."""

_CUDA_MAJOR = 13


def why_not() -> str:
    """What is missing here, a phrase; empty where nothing is."""
    if sys.platform != "linux":
        return "the stand-ins for NVIDIA's libraries are made for Linux"
    if _compiler() is None:
        return "there is no C compiler"
    if not _PROVIDER.is_file() or needed_cuda_major() != _CUDA_MAJOR:
        return f"this ONNX Runtime was not built for CUDA {_CUDA_MAJOR}"
    return ""


def build(folder: Path) -> None:
    """Compile all libraries into a folder.

    Raises:
        subprocess.CalledProcessError: the compiler refuses; what it said went to stderr.
    """
    compiler = _compiler()
    assert compiler is not None
    first, *_ = LIBRARIES.values()
    for source, library in LIBRARIES.items():
        versions = folder / f"{library}.map"
        # As in NVIDIA's own libraries; without versions the loader warns.
        versions.write_text(f"{library} {{ *; }};\n")
        command = [compiler, "-std=gnu11", "-O1", "-Wall", "-Wextra", "-fPIC", "-shared"]
        command += [f"-Wl,-soname,{library}", f"-Wl,--version-script={versions}"]
        command += [str(_SOURCES / source), "-o", str(folder / library)]
        if library != first:
            command.append(str(folder / first))
        subprocess.run(command, check=True, timeout=60)


def environment(libraries: Path, log: Path) -> Mapping[str, str]:
    """The environment of a process that finds them, and writes what it called into `log`."""
    return {**os.environ, "LD_LIBRARY_PATH": str(libraries), LOG: str(log)}


def _compiler() -> str | None:
    return next((found for name in _COMPILERS if (found := shutil.which(name))), None)
