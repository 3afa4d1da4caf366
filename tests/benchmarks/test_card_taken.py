"""What takes a card's memory is charged with its own part of it: neither with the context nor with its neighbours."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inference.bench.made_pictures import make_pictures
from inference.engine.card.opening import Model, close_variant, open_variant
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device
from inference.engine.runtime import OnnxSession
from inference.profile import BUILT_IN_MODELS, Profile
from tests.benchmarks import card, card_variants
from tests.benchmarks.card_taken import TakenOfCard
from tests.inference.bench.driver_program import install_driver

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script stands in for the driver's program")
_MIB = 2**20
_BEFORE = 1000
_CONTEXT = 600


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has a driver's program that sets `used`, how much of the card is in use, in MiB, before it answers."""
    (tmp_path / "driver").mkdir()
    return lambda body: install_driver(tmp_path / "driver", monkeypatch, f"{body}\nprint(f'580, Card, {{used}}, 50')")


@pytest.fixture
def used(tmp_path: Path, install: Callable[[str], None]) -> Path:
    """A file with the number of MiB that the driver tells."""
    path = tmp_path / "used"
    path.write_text(str(_BEFORE))
    install(f"used = int(open({str(path)!r}).read())")
    return path


def _model(profile: Path) -> Model:
    return card._on(next(BUILT_IN_MODELS.glob("*.onnx")), Device.CPU, Profile.below(profile))


def test_what_stays_is_not_counted_and_said_apart(used: Path) -> None:
    with TakenOfCard(is_card=True) as taken:
        used.write_text("1900")
        taken.look()
        used.write_text("1600")
    assert (taken.peak_bytes, taken.stays_bytes) == (300 * _MIB, 600 * _MIB)


def test_without_a_card_nobody_is_asked(used: Path) -> None:
    with TakenOfCard(is_card=False) as taken:
        used.write_text("1900")
        taken.look()
    assert (taken.peak_bytes, taken.stays_bytes) == (None, None)


def test_each_variant_is_charged_with_its_own_session(
    tmp_path: Path, used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound, fused = Variant(bound=True), Variant(nhwc=True)
    sessions, kernels = {PLAIN: 300, bound: 200, fused: 100}, {PLAIN: 0, bound: 50, fused: 0}
    opened: list[tuple[OnnxSession, Variant]] = []
    known: set[Variant] = set()

    def tell() -> None:
        """The first session brings the context, the first one of a kind its kernels; both stay."""
        own = sum(sessions[variant] for _, variant in opened)
        used.write_text(str(_BEFORE + own + _CONTEXT + sum(kernels[variant] for variant in known)))

    def opening(model: Model, variant: Variant, batch: int) -> OnnxSession:
        session = open_variant(model, variant, batch)
        opened.append((session, variant))
        known.add(variant)
        tell()
        return session

    def closing(session: OnnxSession) -> None:
        close_variant(session)
        opened[:] = [one for one in opened if one[0] is not session]
        tell()

    monkeypatch.setattr(card_variants, "open_variant", opening)
    monkeypatch.setattr(card_variants, "close_variant", closing)
    monkeypatch.setattr(card_variants, "CARDS", {Device.CPU})
    monkeypatch.setattr(card_variants, "_CUDA", (bound, fused))
    rows = card_variants.measure_variants(_model(tmp_path / "p"), 2, pictures=4, has_time=lambda: True)
    found = {name: (row["peak_bytes"], row["stays_bytes"]) for name, row in rows.items()}
    assert found == {
        str(PLAIN): (300 * _MIB, _CONTEXT * _MIB),
        str(bound): (200 * _MIB, 50 * _MIB),
        str(fused): (100 * _MIB, 0),
    }
    assert opened == []


_BY_PROCESS = f"""
import os
from pathlib import Path
used = {_BEFORE}
for folder in Path("/proc").glob("[0-9]*"):
    try:
        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        words = (folder / "cmdline").read_bytes().split(bytes(1))
    except OSError:
        continue
    if parent == os.getppid():
        used += 700 * ({card.PIPELINE.encode()!r} in words) + 500 * ({card.PARTS_OF_IT.encode()!r} in words)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the script looks into /proc")
@pytest.mark.timeout(300)
def test_the_pipeline_is_not_charged_with_the_process_that_it_is_compared_with(
    tmp_path: Path, install: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(_BY_PROCESS)
    monkeypatch.setattr(card, "CARDS", {Device.CPU})
    (tmp_path / "photos").mkdir()
    make_pictures(tmp_path / "photos", count=2, size=(80, 60))
    model, sizes = _model(tmp_path / "p"), replace(card.SMALL, batch=2, pass_s=0.05)
    course = card.Course(
        model, model, Profile.below(tmp_path / "p"), tmp_path / "photos", None, sizes, time.monotonic() + 600
    )
    found = card.PARTS["pipeline"](course)
    assert found["peak_bytes"] == 700 * _MIB
    assert found["card_busy"] == 0.5
    assert found["pipeline"] > 0
