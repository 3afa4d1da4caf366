"""`main.py models quantize` from end to end, and what the other commands do with an int8 model."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inference.commands import quantize
from inference.errors import OutputWriteError
from inference.models.catalog import ModelFile
from inference.models.progress import OnProgress, Progress
from inference.models.quantize.keeping import Compared, OnCompared, Quantized, QuantizeOrder, quantize_model
from inference.profile import Profile
from tests.inference.commands.sessions import Run
from tests.inference.models.quantize.coloured import write_pictures
from tests.inference.models.quantize.test_facts import FACTS, GOOD
from tests.make_data import TINY


@pytest.mark.usefixtures("own_pool")
def test_made_told_used(cardinal: Run, tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures", 20)
    words = ("models", "quantize", str(TINY), "--pictures", str(pictures), "--count", "8")
    code, out, err = cardinal(*words)
    assert code == 2
    assert "100.00% of 12 other pictures (95 %: 75.75% to 100.00%)" in out
    assert "times as fast" in out
    assert "medians of 60 turns" in out
    assert "calibrated on 8 pictures" in out
    assert out.endswith("\ndecision       not kept; --force keeps it all the same\n")
    assert err.startswith(
        "8 pictures of 20 calibrate the copy.\n"
        "12 pictures remain to compare; 2,000 are needed for a copy to be kept by itself.\n"
    )
    assert "Only 12 pictures could be compared; 2,000 are needed" in err

    code, out, err = cardinal(*words, "--force", "--layers", "9")
    assert code == 0
    assert out.splitlines()[-2:] == [
        "decision       to be kept as tiny-int8 although it did not pass",
        "Installed tiny-int8: 7 classes, int8.",
    ]
    code, out, _ = cardinal("models", "info", "tiny-int8")
    assert code == 0
    assert "int8: 1 of 2 convolutions" in out
    assert "comparison     not passed" in out
    assert "precision" not in cardinal("models", "info", str(TINY))[1]

    code, out, _ = cardinal("classify", str(pictures), "--model", "tiny-int8", "--device", "cpu", "--format", "jsonl")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["predictions"][0]["label"] for row in rows[:3]] == ["red", "green", "blue"]
    assert {(row["model"], row["precision"]) for row in rows} == {("tiny-int8", "int8")}

    # Cells and bias are the logit, with features that went through eight bits, too.
    code, out, _ = cardinal("explain", str(pictures / "0.png"), "--model", "tiny-int8", "--device", "cpu")
    assert code == 0
    assert out.startswith("red: +")


@pytest.mark.parametrize(("pictures", "said"), [("missing", "There is no folder"), ("empty", "No pictures were found")])
def test_a_folder_without_pictures(pictures: str, said: str, cardinal: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = cardinal("models", "quantize", str(TINY), "--pictures", str(tmp_path / pictures))
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_only_damaged_pictures(cardinal: Run, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "b.png").write_bytes(b"no picture")
    code, out, err = cardinal("models", "quantize", str(TINY), "--pictures", str(tmp_path))
    assert (code, out) == (2, "")
    first, second, last = err.splitlines()
    assert first == "1 picture of 2 calibrates the copy."
    assert second.startswith("1 picture remains to compare; 2,000 are needed")
    assert last.startswith(f"Quantizing tiny stopped: Too few different pictures in {tmp_path} can be read")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            2_300,
            ("200 pictures of 2,300 calibrate the copy.", "2,100 pictures remain to compare; 2,000 of them are taken."),
        ),
        (
            2_199,
            (
                "200 pictures of 2,199 calibrate the copy.",
                "1,999 pictures remain to compare; 2,000 are needed for a copy to be kept by itself.",
            ),
        ),
    ],
)
def test_whether_pictures_are_enough_is_said_first(found: int, said: tuple[str, ...]) -> None:
    assert tuple(quantize.describe_shares(found, 200)) == said


def test_help_tells_how_many_pictures_are_needed(capsys: pytest.CaptureFixture[str], cardinal: Run) -> None:
    with pytest.raises(SystemExit):
        cardinal("models", "quantize", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "at least 99.5% of at least 2,000 pictures" in said
    assert "about 2,200 pictures are needed" in said


def test_everything_is_told_before_a_copy_is_kept(
    cardinal: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(
        model: ModelFile, order: QuantizeOrder, profile: Profile, *, on_progress: OnProgress, on_compared: OnCompared
    ) -> Quantized:
        del on_progress

        def told(compared: Compared) -> None:
            on_compared(compared)
            out = capsys.readouterr().out
            assert "same class     100.00% of 1 other picture " in out
            assert "calibrated on 1 picture\n" in out
            assert out.endswith("decision       to be kept as other although it did not pass\n")
            assert not list(profile.models.glob("*"))

        return quantize_model(model, order, profile, on_compared=told)

    monkeypatch.setattr(quantize, "quantize_model", look)
    words = ("--pictures", str(write_pictures(tmp_path / "pictures", 2)), "--name", "other", "--force")
    code, out, _ = cardinal("models", "quantize", str(TINY), *words)
    assert (code, out) == (0, "Installed other: 7 classes, int8.\n")


def test_what_is_told_stays_true_where_the_copy_cannot_be_installed(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, on_compared: OnCompared, **_options: object) -> None:
        on_compared(Compared(FACTS, unreadable=0, repeated=0, is_kept=True))
        raise OutputWriteError("models/tiny-int8.onnx", "No space left on device.")

    monkeypatch.setattr(quantize, "quantize_model", fail)
    pictures = write_pictures(tmp_path / "pictures", 2)
    code, out, err = cardinal("models", "quantize", str(TINY), "--pictures", str(pictures))
    assert code == 2
    assert out.splitlines()[-1] == "decision       to be kept as tiny-int8"
    assert err.splitlines()[-1] == "models/tiny-int8.onnx could not be written: No space left on device."


def test_what_misses_the_bar_does_not_look_as_if_it_reached_it() -> None:
    told = dict(quantize.describe_comparison(replace(GOOD, same=1_989, pictures=1_999, float_ms=4.19, int8_ms=4.0)))
    assert told["same class"].startswith("99.49% of ")
    assert " 1.04 times as fast" in told["speed"]


def test_accuracy_is_told_where_folders_are_named_after_classes() -> None:
    known = replace(GOOD, labelled=1, float_right=1, int8_right=0)
    assert dict(quantize.describe_comparison(known))["right"] == (
        "0.00% of 1 picture in folders named after classes, before 100.00%"
    )
    assert dict(quantize.describe_comparison(GOOD))["right"].startswith("not known")


@pytest.mark.parametrize("is_kept", [False, True])
def test_stopped_is_told(cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_kept: bool) -> None:
    def stop(model: ModelFile, order: QuantizeOrder, profile: Profile, **told: Callable[[Compared], None]) -> None:
        if is_kept:
            quantize_model(model, order, profile, on_compared=told["on_compared"])
        else:
            told["on_compared"](Compared(FACTS, unreadable=1, repeated=2, is_kept=True))
        raise KeyboardInterrupt

    monkeypatch.setattr(quantize, "quantize_model", stop)
    pictures = write_pictures(tmp_path / "pictures", 2)
    code, _, err = cardinal("models", "quantize", str(TINY), "--pictures", str(pictures), "--force")
    assert code == 130
    words = "Stopped. tiny-int8 had been kept already." if is_kept else "Stopped. Nothing was kept."
    assert err.splitlines()[-1] == words
    assert ("1 picture could not be read and was left out." in err) is not is_kept
    assert ("2 pictures look the same as others and were left out." in err) is not is_kept


def test_pictures_are_counted_on_a_terminal(cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    @contextlib.contextmanager
    def counting(unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        seen.append(f"{total}{unit}")
        yield seen.append
        seen.append("end")

    def work(*_arguments: object, on_progress: OnProgress, **_options: object) -> None:
        for step, done, total in (("a", 0, 5), ("a", 3, 5), ("b", 0, None), ("c", 1, 9)):
            on_progress(Progress(step, done, total))
        raise KeyboardInterrupt

    monkeypatch.setattr(quantize, "counting", counting)
    monkeypatch.setattr(quantize, "quantize_model", work)
    pictures = write_pictures(tmp_path / "pictures", 2)
    assert cardinal("models", "quantize", str(TINY), "--pictures", str(pictures))[0] == 130
    assert seen == ["5 pictures", 0, 3, "end", "9 pictures", 1, "end"]
