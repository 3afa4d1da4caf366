"""Collect what a benchmark has measured, and print it beside the budgets."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tests.benchmarks.lateness import Lateness

LATE_P99_MS, LATE_MAX_MS = 16.0, 50.0
"""Budget of the event loop (UX.md 4.3)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: was measured.
        measured: in words.
        budget: in words; empty where there is none.
        share: of the budget that was used up; over 2 fails the benchmark.
    """

    what: str
    measured: str
    budget: str = ""
    share: float = 0.0

    @classmethod
    def of_times(cls, what: str, times_ms: Sequence[float], budget_ms: float | None = None) -> Self:
        """Several times of the same; the median is held against the budget."""
        median = statistics.median(times_ms)
        measured = f"{median:.1f} [{max(times_ms):.1f}] ms of {len(times_ms)}"
        return cls.of_value(what, median, budget_ms, "ms", measured)

    @classmethod
    def of_value(cls, what: str, value: float, budget: float | None, unit: str, measured: str = "") -> Self:
        """One value that must not be higher than its budget, if it has one."""
        text = measured or f"{value:,.0f} {unit}"
        return cls(what, text) if budget is None else cls(what, text, f"{budget:,.0f} {unit}", value / budget)

    @classmethod
    def of_lateness(cls, what: str, late: Lateness) -> Self:
        """The event loop during something."""
        share = max(late.p99 / LATE_P99_MS, late.worst / LATE_MAX_MS)
        return cls(what, str(late), f"p99 {LATE_P99_MS:.0f}, max {LATE_MAX_MS:.0f} ms", share)

    def __str__(self) -> str:
        mark = " (!)" if self.share > 1 else ""
        return f"| {self.what} | {self.measured}{mark} | {self.budget} |"


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, under what they were measured on."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    machine = f"{platform.platform()}, {os.cpu_count()} cores, load average {load}"
    return "\n".join((machine, "", "| what | measured | budget |", "|---|---|---|", *map(str, rows), ""))


def is_acceptable(rows: Sequence[Row]) -> bool:
    """Whether no budget is exceeded twofold."""
    return all(row.share <= 2 for row in rows)
