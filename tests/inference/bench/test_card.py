"""What a card is doing comes from its driver, or is not known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.bench import card
from inference.bench.card import CardState, CardUse, CardWatch, card_state
from tests.inference.bench.driver_program import install_driver

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script stands in for the driver's program")
_MIB = 2**20


def test_without_a_driver_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert card_state() is None
    with CardWatch(card_state(), every_s=0.01) as watch:
        pass
    assert watch.use is None


def test_the_drivers_answer_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_driver(tmp_path, monkeypatch, "print('580.95.05, Card, Model 1, 1500, 84')")
    assert card_state() == CardState("Card, Model 1", 1500 * _MIB, 0.84, "580.95.05")


@pytest.mark.parametrize(("known", "asked"), [("GPU-7", "--id=GPU-7"), (None, "--id=0")])
def test_the_card_that_is_used_is_asked_about(
    known: str | None, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "first_card_id", lambda: known)
    install_driver(tmp_path, monkeypatch, "import sys; print(f'580, {sys.argv[-1]}, 1, 2')")
    state = card_state()
    assert state is not None
    assert state.name == asked


@pytest.mark.parametrize(
    "body", ["print('580, Card, [N/A], 3')", "print()", "raise SystemExit(9)", "print('no commas')"]
)
def test_an_answer_that_says_nothing_is_no_number(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_driver(tmp_path, monkeypatch, body)
    assert card_state() is None


def test_a_run_is_charged_with_what_it_took_more_than_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_driver(tmp_path, monkeypatch, "print('580, Card, 1500, 84')")
    with CardWatch(CardState("Card", 500 * _MIB, 0.0), every_s=0.01) as watch:
        pass
    assert watch.use == CardUse("Card", 1000 * _MIB, 0.84)
