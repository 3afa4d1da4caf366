"""The scaling benchmark goes on where it was stopped, says what was measured, and predicts no more than it says."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from inference.bench.figures import LimitRule
from inference.bench.prediction import Bound, Inputs, predict, whole_run_ms
from tests.benchmarks import scaling
from tests.benchmarks.scaling import Series
from tests.benchmarks.scaling_machines import COMPUTERS, inputs_of, machines_tables
from tests.benchmarks.scaling_runs import first_files, run_folder, tree_paths
from tests.benchmarks.scaling_tables import batch_table, folder_table
from tests.conftest import PROJECT_ROOT

MEASURED = Inputs(
    cores=2, workers=2, batch=8, rule=LimitRule.SHARED_CORES, network_ms=20.0, network_added_ms=1.0,
    network_one_ms=22.0, network_one_added_ms=1.0, decode_ms=2.0, reading_ms=0.5, hand_over_ms=0.1, main_ms=0.15,
    hand_over_one_ms=0.4, company_ms=0.2, answer_ms=0.05, file_bytes=130_000.0, read_mb_per_s=2000.0,
)  # fmt: skip
GMACS = 4.2


@dataclass(frozen=True, slots=True)
class Took:
    """What a run says of itself."""

    seconds: float


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two folders of three pictures."""
    for folder in ("0000", "0001"):
        (tmp_path / "tree" / folder).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (40, 30), "red").save(tmp_path / "tree" / folder / f"{number}.jpg")
    return tmp_path / "tree"


def test_a_tree_is_taken_in_folders_as_far_as_they_go(tree: Path) -> None:
    assert tree_paths(tree, 3) == [str(tree / "0000")]
    assert tree_paths(tree, 4) == [str(tree / "0000"), str(tree / "0001" / "0.jpg")]
    assert tree_paths(tree, 2) == first_files(tree, 2) == [str(tree / "0000" / f"{number}.jpg") for number in (0, 1)]
    with pytest.raises(SystemExit, match="1 picture less than that"):
        tree_paths(tree, 7)


def test_a_run_is_that_of_the_command(tree: Path, tmp_path: Path) -> None:
    words = ("--profile", str(tmp_path / "profile"))
    options = ("--model", str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx"), "--device", "cpu")
    found = run_folder(words, options, tree, 4, tmp_path)
    assert len((tmp_path / "rows").read_text().splitlines()) == 4
    assert found.seconds > 0
    assert run_folder(words, options, tree, 0, tmp_path).seconds > 0, "one file that is no picture"


def test_a_stopped_series_goes_on_and_never_measures_twice(tmp_path: Path) -> None:
    asked: list[int] = []

    def measure(value: int) -> Took:
        asked.append(value)
        return Took(float(value))

    wanted = [(1, 0), (10, 0), (1, 1)]
    series = Series(tmp_path / "runs.jsonl", {"part": "folder"}, time.monotonic() + 60)
    series.go_on("count", wanted[:2], measure)
    series.go_on("count", wanted, measure)
    assert asked == [1, 10, 1]
    assert [(run["count"], run["seconds"]) for run in series.runs()] == [(1, 1.0), (10, 10.0), (1, 1.0)]
    assert Series(series.file, {"part": "batches"}, series.until).runs() == [], "runs of another kind are others"


def test_nothing_is_begun_that_would_not_end_in_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text(json.dumps({"part": "folder", "count": 1000, "took_s": 5.0, "seconds": 5.0}) + "\n")
    series = Series(file, {"part": "folder"}, time.monotonic() + 40)
    series.go_on("count", [(1000, 0), (10_000, 0)], lambda value: pytest.fail(f"{value} takes 50 seconds"))
    assert capsys.readouterr().err == "No time is left for count 10000.\n"


def test_costs_of_a_folder_are_told_with_and_without_the_start() -> None:
    runs = [
        {"count": 0, "seconds": 1.0, "cpu_s": 0.5, "peak_bytes": 2**20},
        {"count": 1000, "seconds": 23.0, "cpu_s": 44.5, "peak_bytes": 2**28},
        {"count": 1000, "seconds": 23.0, "cpu_s": 44.5, "peak_bytes": 2**28},
        {"count": 100_000, "seconds": 2311.0, "cpu_s": 4400.5, "peak_bytes": 2**29},
    ]
    lines = list(folder_table(runs, MEASURED))
    said = 1 + whole_run_ms(MEASURED, 1000) / 1e3
    row = f"| 1,000 | 2 | 23.00 | 23.00 | 22.00 | 44.00 | 256 | {said:.2f} | {100 * (said / 23 - 1):+.1f}% |"
    assert row in lines
    assert "one of 100,000 pictures takes 1.05 times as long as one of 1,000" in lines[-1]
    assert "| 1,000 | 2 | 23.00 | 23.00 | 22.00 | 44.00 | 256 |  |  |" in folder_table(runs, None)


def test_where_starting_was_not_measured_nothing_is_said_that_needs_it() -> None:
    runs = [
        {"count": 1000, "seconds": 23.0, "cpu_s": 44.5, "peak_bytes": 2**28},
        {"count": 10_000, "seconds": 221.0, "cpu_s": 440.5, "peak_bytes": 2**28},
    ]
    lines = list(folder_table(runs, MEASURED))
    assert lines[0] == (
        "Starting and ending, with one file that is no picture: not measured (runs of 0 pictures tell it)."
    )
    assert lines[-2] == "| 1,000 | 1 | 23.00 | 23.00 |  |  | 256 |  |  |"
    assert not any("Without the start" in line for line in lines)


def test_what_takes_less_than_starting_does_takes_about_nothing() -> None:
    runs = [
        {"count": 0, "seconds": 1.0, "cpu_s": 0.5, "peak_bytes": 2**20},
        {"count": 10, "seconds": 0.96, "cpu_s": 0.6, "peak_bytes": 2**20},
        {"count": 100, "seconds": 1.5, "cpu_s": 0.5, "peak_bytes": 2**20},
    ]
    few, more = list(folder_table(runs, None))[-2:]
    assert few == "| 10 | 1 | 0.96 | 96.00 | about 0 | 10.00 | 1 |  |  |"
    assert more == "| 100 | 1 | 1.50 | 15.00 | 5.00 | about 0 | 1 |  |  |"


def test_of_a_batch_the_network_is_an_input_and_the_pipeline_is_not() -> None:
    run = {"size": 4, "network_per_s": 50.0, "pipeline_per_s": 40.0, "cpu_ms": 48.0, "peak_bytes": 2**28}
    row, other = (
        list(batch_table([run | {"pipeline_per_s": speed}], MEASURED))[-1].split(" | ") for speed in (40.0, 80.0)
    )
    # 20 for the network, and (2.6 + 0.15 + 0.05 + 0.2) / 2 for the rest.
    assert row[-2:] == [f"{1e3 / 21.5:.1f}", f"{100 * (1e3 / 21.5 / 40 - 1):+.1f}% |"]
    assert other[-2] == row[-2]


def test_other_computers_are_said_to_be_not_measured_and_have_inputs_with_origins() -> None:
    lines = list(machines_tables(MEASURED, GMACS))
    assert "not measured" in lines[0]
    assert [line.split(" | ")[0][2:] for line in lines[2:5]] == [computer.name for computer in COMPUTERS]
    inputs = lines[8:]
    assert len(inputs) == 13
    assert all("measured" in line or "assumed" in line for line in inputs)
    assert "(8,000 and 25,000 billion multiply-adds/s, and 3 ms for each run)" in inputs[2]


def test_a_laptop_is_this_computer_with_more_cores_and_a_card_takes_the_network_from_them() -> None:
    laptop, workstation, server = (inputs_of(computer, MEASURED, GMACS) for computer in COMPUTERS)
    assert predict(laptop).pictures_per_s == pytest.approx(4 * predict(MEASURED).pictures_per_s)
    assert workstation.rule is server.rule is LimitRule.SLOWER_OF_BOTH
    assert workstation.network_ms == pytest.approx(1e3 * GMACS / 8000 + 3 / 64)
    assert predict(server).bound is Bound.DISK


def test_the_machines_need_a_record_in_float32(tmp_path: Path) -> None:
    record = {"prediction": None, "configuration": {"precision": "bfloat16"}, "model": {"gmacs": 1.0}}
    (tmp_path / "record.json").write_text(json.dumps(record))
    with pytest.raises(SystemExit, match="float32"):
        scaling.main(["machines", "--record", str(tmp_path / "record.json")])
