"""The computer is described by facts that agree with each other."""

import platform
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

X86_FEATURES = """\
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9354 32-Core Processor
flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht \
syscall nx mmxext constant_tsc rep_good nopl cpuid pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 x2apic movbe popcnt aes \
xsave avx f16c rdrand fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap avx512ifma \
clflushopt avx512cd sha_ni avx512bw avx512vl xsaveopt avx512_bf16 clzero wbnoinvd sme sev avx512vbmi umip gfni vaes \
avx512_vnni
"""
ARM_FEATURES = """\
processor\t: 0
BogoMIPS\t: 2000.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma lrcpc dcpop sha3 \
sm3 sm4 asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm sb paca pacg dcpodp sve2 sveaes svepmull svebitperm svesha3 \
flagm2 frint svei8mm svebf16 i8mm bf16 dgh rng sme
CPU implementer\t: 0x41
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says")
@pytest.mark.parametrize(
    ("information", "expected"),
    [
        (X86_FEATURES, True),
        (ARM_FEATURES, True),
        (ARM_FEATURES.replace(" bf16", ""), False),
        ("processor\t: 0\n", None),
    ],
    ids=["x86", "Arm", "older Arm", "nothing is said"],
)
def test_bfloat16_has_another_name_on_arm(
    monkeypatch: pytest.MonkeyPatch, information: str, *, expected: bool | None
) -> None:
    monkeypatch.setattr(machine, "_read", lambda path: information)
    assert machine.has_bfloat16() is expected


@pytest.mark.parametrize(
    ("architecture", "system", "flags", "bits"),
    [
        ("x86_64", "linux", "flags : fma avx2", 7),
        ("x86_64", "linux", "flags : avx2 avx512_vnni", 8),
        ("x86_64", "linux", "flags : avx2 avx_vnni", 8),
        ("AMD64", "win32", "", 7),
        ("arm64", "darwin", "", 8),
        ("x86_64", "linux", "", 7),
    ],
)
def test_weights_have_seven_bits_where_products_may_overflow(
    architecture: str, system: str, flags: str, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: architecture)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(machine, "_read", lambda path: flags)
    assert machine.int8_weight_bits() == bits


@pytest.mark.parametrize(
    ("information", "expected"),
    [
        ("flags : fpu fma avx2 avx512_bf16 sse2 avx", "avx avx2 avx512_bf16 fma"),
        ("Features : fp asimd asimddp aes i8mm bf16", "asimd asimddp bf16 i8mm"),
        (
            X86_FEATURES,
            "avx avx2 avx512_bf16 avx512_vnni avx512bw avx512cd avx512dq avx512f avx512ifma avx512vbmi avx512vl fma",
        ),
        (
            ARM_FEATURES,
            "asimd asimddp asimdfhm asimdhp asimdrdm bf16 i8mm sme "
            "sve sve2 sveaes svebf16 svebitperm svei8mm svepmull svesha3",
        ),
        ("", ""),
    ],
)
def test_instruction_sets_are_those_for_matrix_work_in_one_order(
    monkeypatch: pytest.MonkeyPatch, information: str, expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(machine, "_read", lambda path: information)
    assert machine.instruction_sets() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these files")
def test_a_system_that_says_nothing_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_read", lambda path: "")
    monkeypatch.setattr(container, "_read", lambda path: "")
    assert machine.has_bfloat16() is None
    assert machine.memory() == machine.Memory(None, None)
    assert machine.processor_name()
    assert machine.physical_cores() == machine.usable_cores()
