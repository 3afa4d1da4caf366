"""A container's limits are found in its own group and in those around it, and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from inference.engine import container, machine


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The group of this process, two below the root of all."""
    root = tmp_path / "cgroup"
    own = root / "outer" / "inner"
    own.mkdir(parents=True)
    (tmp_path / "membership").write_text("0::/outer/inner\n")
    monkeypatch.setattr(container, "_ROOT", root)
    monkeypatch.setattr(container, "_MEMBERSHIP", tmp_path / "membership")
    return own


def test_without_limits_there_are_none(groups: Path) -> None:
    assert (container.most_cores(), container.most_memory(), container.free_memory()) == (None, None, None)
    (groups / "cpu.max").write_text("max 100000\n")
    (groups / "memory.max").write_text("max\n")
    (groups / "memory.current").write_text("4096\n")
    assert (container.most_cores(), container.most_memory(), container.free_memory()) == (None, None, None)


@pytest.mark.parametrize(
    ("said", "cores"), [("200000 100000", 2), ("150000 100000", 2), ("5000 100000", 1), ("damaged", None), ("", None)]
)
def test_a_share_of_a_core_is_rounded_up(groups: Path, said: str, cores: int | None) -> None:
    (groups / "cpu.max").write_text(said)
    assert container.most_cores() == cores


def test_the_narrowest_group_counts(groups: Path) -> None:
    (groups / "cpu.max").write_text("800000 100000")
    (groups.parent / "cpu.max").write_text("300000 100000")
    assert container.most_cores() == 3


def test_files_that_can_be_forgotten_are_free_memory(groups: Path) -> None:
    (groups / "memory.max").write_text("1000")
    (groups / "memory.current").write_text("900")
    (groups / "memory.stat").write_text("anon 300\ninactive_file 500\nactive_file 100")
    assert (container.most_memory(), container.free_memory()) == (1000, 600)
    (groups / "memory.current").write_text("2000")
    (groups / "memory.stat").unlink()
    assert container.free_memory() == 0


def test_an_older_system_says_nothing(groups: Path) -> None:
    (groups / "cpu.max").write_text("100000 100000")
    container._MEMBERSHIP.write_text("4:cpu,cpuacct:/outer/inner\n")
    assert container.most_cores() is None
    container._MEMBERSHIP.unlink()
    assert container.most_cores() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has control groups")
def test_the_computer_is_no_larger_than_its_container(groups: Path) -> None:
    (groups / "cpu.max").write_text("100000 100000")
    (groups / "memory.max").write_text("1000000")
    (groups / "memory.current").write_text("400000")
    assert machine.usable_cores() == machine.physical_cores() == 1
    assert machine.memory() == machine.Memory(1_000_000, 600_000)
