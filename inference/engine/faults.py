"""Put what ONNX Runtime, OpenVINO, CUDA and cuDNN say of their faults into our words."""

from __future__ import annotations

import re

_MEMORY_FAULTS = re.compile(
    r"failed to allocate (\d+ bytes of )?memory|out of memory|bad[ _]alloc|alloc_failed|cannot allocate memory|"
    r"not enough memory",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : (Load model from .*? failed:\s*)?")
_NOISE = "Exception from "
"""OpenVINO says in which of its files it failed before it says why."""

_LONGEST_REASON = 300


def is_out_of_memory(message: str) -> bool:
    """Whether an error's text says that memory ran out."""
    return _MEMORY_FAULTS.search(message) is not None


def plain_reason(error: Exception) -> str:
    """What a runtime's error says, as a phrase: one line, without its codes and without a full stop."""
    if is_out_of_memory(str(error)):
        return "its memory is too small"
    message = _PREFIX.sub("", str(error).rpartition("Status Message: ")[-1])
    lines = (line.strip() for line in message.split("\n"))
    text = next((line for line in lines if line and _NOISE not in line), type(error).__name__)
    return text[:_LONGEST_REASON].rstrip(".")
