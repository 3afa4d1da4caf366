"""Make tables in Markdown of the runs that `scaling.py` has kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from inference.bench.prediction import Inputs, predict, whole_run_ms

_MIB = 2**20

_ENOUGH = 1_000
"""So many pictures take long enough for the moments of a start to be no matter."""

Run = Mapping[str, float]


def folder_table(runs: Sequence[Run], inputs: Inputs | None) -> Iterator[str]:
    """What `classify` took for each number of pictures: medians, and what the model says.

    Args:
        runs: each has `count`, `seconds`, `cpu_s` and `peak_bytes`; those of no picture tell what starting takes, and
            where there are none, nothing is said that needs it.
        inputs: of the model, measured on pictures of the same tree; None leaves its columns empty.
    """
    by_count = _grouped(runs, "count")
    empty = by_count.pop(0, [])
    start = (_median(empty, "seconds"), _median(empty, "cpu_s")) if empty else None
    taken = "not measured (runs of 0 pictures tell it)"
    if start is not None:
        taken = f"{start[0]:.2f} s, processor {start[1]:.2f} s"
    yield f"Starting and ending, with one file that is no picture: {taken}."
    yield ""
    yield (
        "| pictures | runs | seconds | ms a picture | without the start | processor ms a picture, likewise | peak MiB "
        "| predicted seconds | difference |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for count, same in sorted(by_count.items()):
        seconds, cpu_s, peak = (_median(same, name) for name in ("seconds", "cpu_s", "peak_bytes"))
        cells = [f"{count:,}", f"{len(same)}", f"{seconds:.2f}", f"{1e3 * seconds / count:.2f}"]
        if start is None:
            cells += ["", "", f"{peak / _MIB:,.0f}", "", ""]
        else:
            cells += [_beyond(seconds - start[0], count), _beyond(cpu_s - start[1], count)]
            cells += [f"{peak / _MIB:,.0f}", *_said(inputs, count, start[0], seconds)]
        yield f"| {' | '.join(cells)} |"
    if start is not None:
        yield from _flatness(by_count, start[0])


def batch_table(runs: Sequence[Run], inputs: Inputs | None) -> Iterator[str]:
    """What each size of batches gave: medians, and what the model says of the pipeline.

    Args:
        runs: each has `size`, `network_per_s`, `pipeline_per_s`, `cpu_ms` and `peak_bytes`.
        inputs: of the model, measured on the same pictures; None leaves its columns empty.
    """
    yield (
        "| batch | runs | network alone, pictures/s | pipeline, pictures/s | processor ms a picture | peak MiB "
        "| predicted pipeline | difference |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for size, same in sorted(_grouped(runs, "size").items()):
        network, pipeline = _median(same, "network_per_s"), _median(same, "pipeline_per_s")
        cells = [f"{size}", f"{len(same)}", f"{network:.1f}", f"{pipeline:.1f}"]
        cells += [f"{_median(same, 'cpu_ms'):.2f}", f"{_median(same, 'peak_bytes') / _MIB:,.0f}"]
        if inputs is None:
            cells += ["", ""]
        else:
            # The network alone is an input like the others; of the pipeline nothing is.
            told = replace(inputs, batch=size, network_ms=1e3 / network, network_added_ms=0.0)
            said = predict(told).pictures_per_s
            cells += [f"{said:.1f}", f"{100 * (said / pipeline - 1):+.1f}%"]
        yield f"| {' | '.join(cells)} |"


def _flatness(by_count: Mapping[int, Sequence[Run]], start_s: float) -> Iterator[str]:
    """Whether a picture among many costs what one among few does (DESIGN.md 11)."""
    enough = sorted(count for count in by_count if count >= _ENOUGH)
    if len(enough) < 2:
        return
    few, many = ((_median(by_count[count], "seconds") - start_s) / count for count in (enough[0], enough[-1]))
    yield ""
    yield (
        f"Without the start, one of {enough[-1]:,} pictures takes {many / few:.2f} times as long as one of "
        f"{enough[0]:,}; the design allows 1.05."
    )


def _beyond(seconds: float, count: int) -> str:
    """Milliseconds of a picture, beside what starting takes: a few pictures may take less than starts differ by."""
    return "about 0" if seconds <= 0 else f"{1e3 * seconds / count:.2f}"


def _said(inputs: Inputs | None, count: int, start_s: float, seconds: float) -> tuple[str, str]:
    if inputs is None:
        return "", ""
    said_s = start_s + whole_run_ms(inputs, count) / 1e3
    return f"{said_s:.2f}", f"{100 * (said_s / seconds - 1):+.1f}%"


def _grouped(runs: Sequence[Run], name: str) -> dict[int, list[Run]]:
    found: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        found[int(run[name])].append(run)
    return dict(found)


def _median(runs: Sequence[Run], name: str) -> float:
    return median(run[name] for run in runs)
