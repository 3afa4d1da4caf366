"""Put what ONNX Runtime, OpenVINO, CUDA and cuDNN say of their faults into our words."""

from __future__ import annotations

import re

_MEMORY_FAULTS = re.compile(
    r"failed to allocate (\d+ bytes of )?memory|out of memory|bad[ _]alloc|alloc(ation)?_failed|cannot allocate memory|"
    r"not enough memory|its memory is too small|can't alloc\b",
    re.IGNORECASE,
)
_DISTURBED = re.compile(r"CUDA (failure|error)\s*:?\s*(900|901|906)\b", re.IGNORECASE)
_PREFIX = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : (Load model from .*? failed:\s*)?")
_SOURCE = re.compile(
    r"^Error in execution: |(?<!\S)(?:[A-Za-z]:)?[\\/]\S*\.(?:cc|cpp|cu|cuh|h|hpp):\d+ "
    r"(?:[^()]*::[^()]*\([^()]*\)(?: const)?(?: \[with [^\]]*\])? )?"
)
"""ONNX Runtime says in which of its files and functions it failed before it says why."""

_WHERE_ON_CARD = re.compile(r" ; GPU=-?\d+ ; .*")
"""With the computer's name, the file and the line."""

_NOISE = "Exception from "
"""OpenVINO says in which of its files it failed before it says why."""

_LONGEST_REASON = 300


def is_out_of_memory(message: str) -> bool:
    """Whether an error's text says that memory ran out."""
    return _MEMORY_FAULTS.search(message) is not None


def is_disturbed_capture(message: str) -> bool:
    """Whether an error's text says that CUDA could not capture a graph because of what was done meanwhile."""
    return _DISTURBED.search(message) is not None


def plain_reason(error: Exception) -> str:
    """What a runtime's error says, as a phrase: one line, without its codes and without a full stop."""
    if is_out_of_memory(str(error)):
        return "its memory is too small"
    message = _PREFIX.sub("", str(error).rpartition("Status Message: ")[-1])
    lines = (line.strip() for line in message.split("\n"))
    text = next((line for line in lines if line and _NOISE not in line), type(error).__name__)
    return _shortened(_WHERE_ON_CARD.sub("", _SOURCE.sub("", text))).rstrip(". ")


def _shortened(text: str) -> str:
    """At most so many characters, cut between words where there are any."""
    if len(text) <= _LONGEST_REASON:
        return text
    whole, _, _ = text[:_LONGEST_REASON].rpartition(" ")
    return f"{whole or text[: _LONGEST_REASON - 1]}…"
