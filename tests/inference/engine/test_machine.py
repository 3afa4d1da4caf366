"""The computer is described by facts that agree with each other."""

import sys

import pytest

from inference.engine import container, machine

CPU_INFO = """\
processor\t: 0
model name\t: Model A
flags\t\t: fpu sse {flags}

processor\t: 1
model name\t: Model B
"""


def test_cores_and_memory_agree_with_each_other() -> None:
    assert 1 <= machine.physical_cores() <= machine.usable_cores()
    memory = machine.memory()
    if sys.platform in ("linux", "win32"):
        assert memory.total is not None
        assert memory.available is not None
        assert 0 < memory.available <= memory.total
    assert machine.processor_name()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says")
@pytest.mark.parametrize(
    ("flags", "expected"),
    [("avx2", False), ("avx512_bf16", True), ("amx_bf16 amx_tile", True), ("avx512_bf16x", False)],
)
def test_bfloat16_is_read_from_the_flags(monkeypatch: pytest.MonkeyPatch, flags: str, expected: bool) -> None:
    monkeypatch.setattr(machine, "_read", lambda path: CPU_INFO.format(flags=flags))
    assert machine.has_bfloat16() is expected
    assert machine.processor_name() == "Model A"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these files")
def test_a_system_that_says_nothing_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_read", lambda path: "")
    monkeypatch.setattr(container, "_read", lambda path: "")
    assert machine.has_bfloat16() is None
    assert machine.memory() == machine.Memory(None, None)
    assert machine.processor_name()
    assert machine.physical_cores() == machine.usable_cores()
