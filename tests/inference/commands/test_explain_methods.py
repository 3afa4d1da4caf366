"""`explain --compare-methods` and `--curves`: every method on the same drawn pictures, with what was drawn said."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from inference.attention.methods import Method
from inference.commands import explain_progress
from inference.models.contract import MapKind
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY
from tests.inference.commands.lesser_models import model_with
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT
from tests.shortcut import make_shortcut

_MODEL = ("--model", str(BRIGHT), "--device", "cpu")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Twelve pictures."""
    return str(make_shortcut(tmp_path / "pictures"))


def test_every_method_is_measured_on_the_same_pictures(cardinal: Run, folder: str) -> None:
    code, out, err = cardinal("explain", folder, *_MODEL, "--compare-methods", "4", "--seed", "2", "--format", "jsonl")
    rows = {row["method"]: row for row in map(json.loads, out.splitlines())}
    assert (code, err) == (0, "")
    assert set(rows) == {method.value for method in Method}
    assert {(row["pictures"], row["seed"]) for row in rows.values()} == {(4, 2)}
    for row in rows.values():
        assert 0 <= row["average_drop"] <= 1
        assert 0 <= row["average_increase"] <= 1
        assert 0 < row["deletion_area"] < 1
        assert 0 < row["insertion_area"] < 1
        assert row["seconds"] > 0
    # Rectified they are one map of this network, whose order of cells decides the curves.
    assert rows["grad-cam"]["average_drop"] == pytest.approx(rows["evidence"]["average_drop"], abs=1e-6)
    # Hiding what speaks for the class must hurt it more than bringing it back last.
    assert rows["evidence"]["deletion_area"] < rows["evidence"]["insertion_area"]


def test_the_sample_is_drawn_by_its_seed_and_said(cardinal: Run, folder: str) -> None:
    texts = []
    for seed in ("1", "1", "5"):
        arguments = ("--compare-methods", "2", "--skip", "score-cam", "--skip", "occlusion", "--seed", seed)
        code, out, _ = cardinal("explain", folder, *_MODEL, *arguments)
        assert code == 0
        lines = out.splitlines()
        assert lines[0].startswith(f"2 pictures of 12 (drawn with seed {seed}), Brightness test network, cpu")
        assert "score-cam" not in out
        assert len(lines) == 4 + len(Method) - 2
        # Without the seconds, which differ from run to run.
        texts.append([line[:36] for line in lines[4:]])
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_more_than_there_are_means_all(cardinal: Run, folder: str) -> None:
    skipped = [part for method in list(Method)[1:] for part in ("--skip", method.value)]
    _, out, _ = cardinal("explain", folder, *_MODEL, "--compare-methods", "99", *skipped, "--format", "csv")
    (row,) = csv.DictReader(out.splitlines())
    assert (row["method"], row["pictures"], row["seed"]) == ("evidence", "12", "0")


def test_the_mean_curves_begin_and_end_at_the_same_pictures(cardinal: Run, folder: str) -> None:
    code, out, _ = cardinal("explain", folder, *_MODEL, "--curves", "3", "--method", "layercam", "--format", "csv")
    rows = list(csv.DictReader(out.splitlines()))
    assert code == 0
    assert {row["method"] for row in rows} == {"layercam"}
    shares = [float(row["share"]) for row in rows]
    assert shares == pytest.approx(np.linspace(0, 1, len(rows)))
    assert float(rows[0]["deletion"]) == pytest.approx(float(rows[-1]["insertion"]), abs=1e-5)
    assert float(rows[-1]["deletion"]) == pytest.approx(float(rows[0]["insertion"]), abs=1e-5)
    _, out, _ = cardinal("explain", folder, *_MODEL, "--curves", "3")
    assert out.splitlines()[-1].split()[0] == "area"


@pytest.mark.usefixtures("own_pool")
def test_damaged_pictures_are_told_and_do_not_count(cardinal: Run, tmp_path: Path) -> None:
    folder = make_shortcut(tmp_path / "pictures", 1)
    (folder / "broken.png").write_text("not a picture")
    code, out, err = cardinal("explain", str(folder), *_MODEL, "--curves")
    assert code == 1
    assert out.startswith("2 pictures of 3 ")
    assert "broken.png: It is not an image" in err
    for path in folder.glob("* 0.png"):
        path.unlink()
    code, out, err = cardinal("explain", str(folder), *_MODEL, "--compare-methods")
    assert (code, out) == (2, "")
    assert "None of the 1 pictures has an answer." in err


def test_a_model_without_exact_maps_and_no_method_at_all_say_so(cardinal: Run, folder: str, tmp_path: Path) -> None:
    model = model_with(MapKind.APPROXIMATE, tmp_path)
    code, _, err = cardinal("explain", folder, "--model", model, "--device", "cpu", "--compare-methods")
    assert code == 2
    assert "has no exact maps" in err
    skipped = [part for method in Method for part in ("--skip", method.value)]
    code, _, err = cardinal("explain", folder, *_MODEL, "--compare-methods", *skipped)
    assert code == 2
    assert "Every method is left out." in err


def test_the_samples_are_measured_with_a_real_filling(cardinal: Run) -> None:
    samples = str(PROJECT_ROOT / "assets" / "samples")
    code, out, _ = cardinal(
        "explain", samples, "--model", TINY, "--device", "cpu", "--compare-methods", "2", "--filling", "grey"
    )
    assert code == 0
    assert "hidden cells show grey" in out


@pytest.mark.parametrize(
    "question",
    [("--compare-methods", "3", "--skip", "score-cam"), ("--curves", "3"), ("--curves", "3", "--method", "occlusion")],
)
def test_all_runs_are_counted_in_one_bar_up_to_their_end(
    cardinal: Run, folder: str, monkeypatch: pytest.MonkeyPatch, question: tuple[str, ...]
) -> None:
    bars: list[tuple[int | None, list[int]]] = []

    @contextmanager
    def keep(_unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        told: list[int] = []
        bars.append((total, told))
        yield told.append

    monkeypatch.setattr(explain_progress, "counting", keep)
    code, _, _ = cardinal("explain", folder, *_MODEL, *question)
    assert code == 0
    [(total, told)] = bars
    assert told == sorted(told)
    assert len(told) > 6
    assert told[-1] == total
