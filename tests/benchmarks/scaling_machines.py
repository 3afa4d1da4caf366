"""Say what `inference/bench/prediction.py` predicts for computers that were not measured, and from what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inference.bench.figures import LimitRule
from inference.bench.prediction import Inputs, find_bounds, predict, whole_run_ms

PICTURES = 100_000

_CARD_BATCH = 64
_RUN_OVERHEAD_MS = 3.0
"""What one run on a card takes beside its arithmetic, most of it for starting kernels one after the other."""


@dataclass(frozen=True, slots=True)
class Computer:
    """One that is not at hand; everything here is assumed.

    Attributes:
        name: in words.
        cores: each as fast as one of the measured computer, with a decode process for each.
        disk: in words.
        read_mb_per_s: that it gives for files as large as these pictures.
        gmacs_per_s: billions of multiply-adds a second that its card reaches in float16 with full batches; None where
            the network runs on the cores, in float32.
    """

    name: str
    cores: int
    disk: str
    read_mb_per_s: float
    gmacs_per_s: float | None = None


COMPUTERS = (
    Computer("laptop: 8 cores without bfloat16", 8, "SSD", 500.0),
    Computer("workstation: 16 cores, one graphics card", 16, "NVMe SSD", 1500.0, 8_000.0),
    Computer("server: 64 cores, one card of the H200's class", 64, "network disk", 400.0, 25_000.0),
)


def inputs_of(computer: Computer, measured: Inputs, gmacs: float) -> Inputs:
    """What the model is told of a computer.

    Args:
        computer: that is not at hand.
        measured: what was measured on the one at hand, its network on the processor in float32.
        gmacs: billions of multiply-adds of the network for one picture.
    """
    cores = replace(
        measured,
        cores=computer.cores,
        workers=computer.cores,
        read_mb_per_s=computer.read_mb_per_s,
        network_added_ms=0.0,
        network_one_added_ms=0.0,
    )
    if computer.gmacs_per_s is None:
        share = measured.cores / computer.cores
        return replace(cores, network_ms=measured.run_ms * share, network_one_ms=measured.run_one_ms * share)
    picture_ms = 1e3 * gmacs / computer.gmacs_per_s
    return replace(
        cores,
        batch=_CARD_BATCH,
        rule=LimitRule.SLOWER_OF_BOTH,
        network_ms=picture_ms + _RUN_OVERHEAD_MS / _CARD_BATCH,
        network_one_ms=picture_ms + _RUN_OVERHEAD_MS,
    )


def machines_tables(measured: Inputs, gmacs: float) -> Iterator[str]:
    """What is predicted for each computer, and every input with where it comes from; lines of Markdown."""
    found = [inputs_of(computer, measured, gmacs) for computer in COMPUTERS]
    yield f"| not measured | pictures/s | what decides | then | {PICTURES:,} pictures | first answers | one picture |"
    yield "|---|---|---|---|---|---|---|"
    for computer, inputs in zip(COMPUTERS, found, strict=True):
        yield _forecast_row(computer.name, inputs)
    yield ""
    yield f"| input | {' | '.join(computer.name.partition(':')[0] for computer in COMPUTERS)} | origin |"
    yield f"|---|{'---|' * len(COMPUTERS)}---|"
    yield from _input_rows(found, measured)


def _forecast_row(name: str, inputs: Inputs) -> str:
    """One computer, with its lowest bound and the one above that."""
    forecast, bounds = predict(inputs), find_bounds(inputs)
    then = sorted(bounds, key=lambda bound: bounds[bound])[1]
    cells = (
        name,
        f"{forecast.pictures_per_s:,.0f}",
        forecast.bound,
        f"{then} at {bounds[then]:,.0f}",
        f"{whole_run_ms(inputs, PICTURES) / 60e3:.1f} min",
        f"{forecast.first_answer_ms:.0f} ms",
        f"{forecast.decode_ms:.1f} + {forecast.answer_ms:.1f} ms",
    )
    return f"| {' | '.join(cells)} |"


def _company(inputs: Inputs) -> str:
    return f"{inputs.company_ms:.2f}" if inputs.shares_cores else "0"


def _input_rows(found: Sequence[Inputs], measured: Inputs) -> Iterator[str]:
    here = f"measured on the {measured.cores} cores at hand"
    scaled = f"first: {here}, scaled by cores; others: assumed"
    speeds = " and ".join(f"{one.gmacs_per_s:,.0f}" for one in COMPUTERS if one.gmacs_per_s is not None)
    on_card = f"{scaled} ({speeds} billion multiply-adds/s, and {_RUN_OVERHEAD_MS:g} ms for each run)"
    disks = [f"{one.read_mb_per_s:,.0f} ({one.disk})" for one in COMPUTERS]
    for name, values, origin in (
        ("cores, as many decode processes", [f"{one.cores}" for one in found], "assumed, each as fast as one at hand"),
        ("pictures in a batch", [f"{one.batch}" for one in found], f"first: {here}; others: assumed"),
        ("network, ms", [f"{one.network_ms:.3f}" for one in found], on_card),
        ("network with one picture, ms", [f"{one.network_one_ms:.2f}" for one in found], on_card),
        ("Pillow, ms of a core", [f"{one.decode_ms:.2f}" for one in found], here),
        ("the rest of reading, ms of a core", [f"{one.reading_ms:.2f}" for one in found], here),
        ("hand-over, ms of a decode process", [f"{one.hand_over_ms:.3f}" for one in found], here),
        ("hand-over, ms of the program's process", [f"{one.main_ms:.3f}" for one in found], here),
        ("one hand-over alone, ms", [f"{one.hand_over_one_ms:.3f}" for one in found], here),
        ("answers, ms of the program's process", [f"{one.answer_ms:.3f}" for one in found], here),
        (
            "company, ms of all cores",
            [_company(one) for one in found],
            f"first: {here}, also for other cores; on a card none",
        ),
        ("file, kB", [f"{one.file_bytes / 1e3:.0f}" for one in found], here),
        ("disk, MB/s", disks, "assumed"),
    ):
        yield f"| {name} | {' | '.join(values)} | {origin} |"
