"""Run commands in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.arrays import RgbImage
from inference.attention.picture import Caption
from inference.commands import explain_files
from inference.pictures.decode_pool import DecodePool
from tests.gradients_once import make_each_gradient_file_once
from tests.inference.commands.sessions import Run, run_main
from tests.inference.commands.shared_pool import Lender
from tests.tried_once import try_each_model_once


@pytest.fixture(scope="session")
def lender() -> Iterator[Lender]:
    """The decode processes of all commands."""
    lender = Lender(DecodePool.open)
    yield lender
    lender.close()


@pytest.fixture
def own_pool() -> None:
    """For a test whose command starts and ends decode processes of its own, as outside the tests."""


@pytest.fixture(autouse=True)
def shared_pool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, lender: Lender) -> None:
    """Commands share decode processes, whose start takes longer than most tests."""
    if "own_pool" not in request.fixturenames:
        monkeypatch.setattr(DecodePool, "open", lender.open)


@pytest.fixture(autouse=True)
def tried_once(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Models are tried, and their gradients made, in a process of their own once, not for each test's profile."""
    try_each_model_once(monkeypatch)
    make_each_gradient_file_once(monkeypatch, tmp_path_factory)


@pytest.fixture
def cardinal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `main.py`: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_main(tmp_path / "profile", arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def captions(monkeypatch: pytest.MonkeyPatch) -> list[Caption]:
    """What the legends of pictures say from now on; the pictures themselves are not drawn."""
    kept: list[Caption] = []

    def keep(
        _pixels: object, _map: object, _crop: object, _size: object, caption: Caption, **_options: object
    ) -> RgbImage:
        kept.append(caption)
        return np.zeros((4, 4, 3), np.uint8)

    monkeypatch.setattr(explain_files, "picture_with_map", keep)
    return kept
