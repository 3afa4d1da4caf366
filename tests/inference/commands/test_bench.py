"""`bench` measures what is there, says what is not, and ends with the exit code of the design."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnx
import pytest
from PIL import Image

from inference.bench import measuring
from inference.bench.asking import MeasuringProcess
from inference.bench.lane import Lane
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError
from inference.commands import bench
from inference.commands.bench_table import as_markdown
from inference.errors import CardinalError, DeviceError, OutputWriteError
from inference.models.checksum import sha256_of
from inference.models.quantize.facts import QUANTIZATION_KEY, Quantization
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.test_bench_table import RECORD
from tests.inference.engine.variants import get_weight, set_weight, variant

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
QUICK = ("--model", TINY, "--repeats", "2", "--seconds", "0.02", "--batch", "1,2")
_AROUND = ["files-alone", "reading-alone", "hand-over", "hand-over-one", "answering", "network-in-company"]
_PARTS = ["pipeline", "decode-pool", "pillow-alone", *_AROUND, *["network"] * 3, *["onnxruntime-alone"] * 3]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, colour in enumerate(("red", "blue", "yellow")):
        Image.new("RGB", (90, 60), colour).save(folder / f"{number}.jpg")
    return folder


def _run(profile: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["bench", *options])
    code: int = arguments.run(arguments, Profile.below(profile))
    return code


def _record(capsys: pytest.CaptureFixture[str], profile: Path, *options: str) -> tuple[int, dict[str, Any]]:
    code = _run(profile, "--format", "json", *options)
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, json.loads(captured.out)


def test_everything_is_measured_recorded_together_and_kept_in_both_forms(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("inference.engine.machine.processor_name", lambda: "ACME(R) Quick /2, 4.0 GHz")
    (tmp_path / "kept").mkdir()
    code, found = _record(capsys, tmp_path / "p", *QUICK, "--device", "cpu", "--keep", "kept", pictures.name)
    assert code == 0
    _assert_kept(tmp_path / "kept", found)
    _assert_baselines(found["candidates"][len(_PARTS) :])
    parts = found["candidates"][: len(_PARTS)]
    assert [one["name"] for one in parts] == _PARTS
    own = found["configuration"]["batch"]
    # The sizes that were asked for, and the pipeline's.
    assert [one["batch"] for one in parts][7:] == [own, own, 1, 2, own, 1, 2, own]
    for one in parts:
        assert one["skipped"] == ""
        assert one["pictures_per_s"]["runs"] == 2
        assert 0 < one["pictures_per_s"]["lowest"] <= one["pictures_per_s"]["median"]
    limit = found["limit"]
    assert limit["rule"] == "shared-cores"
    assert 0 < limit["pictures_per_s"] < min(limit["decode_per_s"], limit["network_per_s"])
    assert limit["pipeline_share"] > 0
    assert found["pictures"]["taken"] == 3
    assert found["pictures"]["source"] == "given"
    prediction = found["prediction"]
    assert prediction["inputs"]["batch"] == own
    assert prediction["inputs"]["rule"] == limit["rule"]
    assert prediction["inputs"]["file_bytes"] == found["pictures"]["mean_bytes"]
    assert all(value > 0 for value in prediction["forecast"].values() if isinstance(value, float))
    assert prediction["difference"]["pictures_per_s"] > -100
    assert found["model"]["name"] == "tiny"
    assert found["configuration"]["device"] == "cpu"
    assert found["latency"]["answer_p95_ms"] >= found["latency"]["answer_p50_ms"] > 0
    assert found["memory"]["card"] is None
    if sys.platform == "linux":
        assert found["memory"]["all_bytes"] > found["memory"]["main_bytes"] > 2**20
        assert found["candidates"][0]["cpu_ms"] >= found["candidates"][0]["cpu_ms_below"] >= 0


def _assert_kept(folder: Path, found: dict[str, Any]) -> None:
    """Both forms of what was found are there, under a name that says what they are."""
    kept = sorted(folder.iterdir())
    assert [path.suffix for path in kept] == [".json", ".md"]
    assert json.loads(kept[0].read_text()) == found
    cores = found["machine"]["usable_cores"]
    assert kept[0].stem == kept[1].stem == f"{found['date'][:10]}-acme-r-quick-2-4-0-ghz-{cores}-cores-tiny-cpu"
    assert "| the model of SCALING.md | predicted | measured | difference |" in kept[1].read_text()


def _assert_baselines(found: list[dict[str, Any]]) -> None:
    """One is measured; those that cannot be had, of a model without PyTorch weights, are skipped with their reason."""
    plain, *torch = found
    assert plain["name"] == "onnxruntime-one-at-a-time"
    assert plain["same_class"] == 1.0
    assert plain["pipeline_ratio"] > 0
    assert [one["name"] for one in torch] == [name for name in Name if name.startswith("torch")]
    for one in torch:
        assert one["pictures_per_s"] is None
        assert "PyTorch weights" in one["skipped"] or "torchvision" in one["skipped"]


def test_others_loops_run_what_an_int8_copy_was_made_from(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, pictures: Path
) -> None:
    profile = Profile.below(tmp_path / "p")
    profile.models.mkdir(parents=True)
    original = Path(shutil.copy(TINY, profile.models / "whole.onnx"))
    facts = Quantization(sha256_of(original), 200, 3, 3, 8)

    def as_copy(model: onnx.ModelProto) -> None:
        """It answers the other way round, so that it can be told from its original."""
        for name in ("head_weight", "head_bias"):
            set_weight(model, name, -get_weight(model, name))
        onnx.helper.set_model_props(
            model, {**{one.key: one.value for one in model.metadata_props}, QUANTIZATION_KEY: facts.to_json()}
        )

    variant(tmp_path, as_copy).rename(profile.models / "copy.onnx")
    options = ("--model", "copy", "--repeats", "1", "--seconds", "0.02", "--batch", "1", "--device", "cpu")
    code, found = _record(capsys, tmp_path / "p", *options, str(pictures))
    assert code == 0
    assert found["model"]["int8_of"]["name"] == "whole"
    plain = next(one for one in found["candidates"] if one["name"] == "onnxruntime-one-at-a-time")
    assert plain["same_class"] == 0.0


def test_without_paths_pictures_are_made_and_not_left(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert _run(tmp_path / "p", *QUICK, "--device", "cpu", "--no-baselines") == 0
    captured = capsys.readouterr()
    assert "64 JPEG, made from the program's samples, about 500 x 375 px" in captured.out
    assert "| limit: " in captured.out
    assert "| the model of SCALING.md | predicted | measured | difference |" in captured.out
    assert [path.name for path in tmp_path.iterdir() if "cardinal-bench" in path.name] == []


def test_damaged_pictures_are_left_out_only_so_many_are_taken_and_the_output_is_a_file(
    tmp_path: Path, pictures: Path
) -> None:
    (pictures / "4.jpg").write_bytes((pictures / "0.jpg").read_bytes()[:300])
    (pictures / "5.jpg").write_bytes(b"")
    (pictures / "6.jpg").write_bytes((pictures / "0.jpg").read_bytes())
    target = tmp_path / "found.json"
    options = ("--device", "cpu", "--no-baselines", "--pictures", "5", "--format", "json", "--output", str(target))
    assert _run(tmp_path / "p", *QUICK, *options, str(pictures)) == 1
    found = json.loads(target.read_text())
    assert found["schema"] == "cardinal.bench/1"
    assert (found["pictures"]["taken"], found["pictures"]["failed"]) == (5, 2)
    assert found["pictures"]["formats"] == {"JPEG": 3}
    assert found["pictures"]["has_more"]


def test_where_no_picture_can_be_read_there_is_nothing_to_measure(tmp_path: Path) -> None:
    (tmp_path / "0.jpg").write_bytes(b"")
    bad = tmp_path / "0.jpg"
    with pytest.raises(CardinalError, match=rf"^Nothing could be measured: {re.escape(str(bad))} could not be read\.$"):
        _run(tmp_path / "p", *QUICK, "--device", "cpu", str(bad))


def test_an_empty_folder_is_told_and_replaces_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.json").write_text("{}")
    assert _run(tmp_path / "p", *QUICK, "--output", str(tmp_path / "old.json"), str(tmp_path / "empty")) == 2
    captured = capsys.readouterr()
    assert captured.err == f"No pictures were found in {tmp_path / 'empty'}.\n"
    assert captured.out == ""
    assert (tmp_path / "old.json").read_text() == "{}"


def test_a_device_that_is_not_here_is_never_replaced(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(DeviceError, match="The device coreml cannot be used"):
        _run(tmp_path / "p", *QUICK, "--device", "coreml", str(pictures))


@pytest.mark.parametrize(
    "options",
    [("--device", "gpu"), ("--batch", "0"), ("--batch", "1,,2"), ("--batch", "5000"), ("--seconds", "nan"),
     ("--seconds", "0"), ("--repeats", "0")],
)  # fmt: skip
def test_bad_usage_is_refused(options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        _run(tmp_path, *options)
    assert exit_info.value.code == 2
    assert f"argument {options[0]}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--seconds", "x", "must be a number of seconds, not 'x'"),
        ("--batch", "x", "must be a whole number, not 'x'"),
        ("--batch", "1,x", "must be a whole number, not 'x'"),
        ("--batch", "8,0", "must be at least 1"),
    ],
)
def test_what_is_no_number_is_told_in_words(
    option: str, value: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        _run(tmp_path, option, value)
    assert f"argument {option}: {words}\n" in capsys.readouterr().err


def test_the_help_says_that_it_takes_minutes_and_the_computer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        _run(tmp_path, "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "It takes some minutes and wants the computer for itself" in said


def test_an_output_that_would_cost_an_input_is_refused(tmp_path: Path, pictures: Path) -> None:
    before = (pictures / "0.jpg").read_bytes()
    with pytest.raises(CardinalError, match="never changed"):
        _run(tmp_path / "p", *QUICK, "--output", str(pictures / "0.jpg"), str(pictures / "0.jpg"))
    assert (pictures / "0.jpg").read_bytes() == before


def test_a_folder_that_is_not_there_is_told_before_anything_is_measured(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, pictures: Path
) -> None:
    assert _run(tmp_path / "p", *QUICK, "--keep", str(tmp_path / "none"), str(pictures)) == 2
    assert capsys.readouterr().err == f"There is no folder {tmp_path / 'none'}.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="a folder in which nobody can write")
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_measured(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "measure", None)
    with pytest.raises(OutputWriteError, match=r"^/proc could not be written: "):
        _run(tmp_path / "p", *QUICK, "--keep", "/proc", str(pictures))


def test_a_folder_that_is_tried_stays_as_it_is(tmp_path: Path) -> None:
    bench._try_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "made", [("--keep", "kept"), ("--output", "table.md"), ("--output", "table.md", "--keep", "kept")]
)
def test_where_the_disk_is_full_in_the_end_the_table_is_printed(
    made: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full:
        def write(self, _data: bytes) -> None:
            raise OutputWriteError("it", "No space left on device.")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(bench, "replacing", lambda _path: contextlib.nullcontext(Full()))
    monkeypatch.setattr(bench, "measure", lambda _plan, _facts, _show: RECORD)
    with pytest.raises(OutputWriteError, match="No space left on device"):
        _run(tmp_path / "p", *QUICK, "--device", "cpu", *made, str(pictures))
    assert capsys.readouterr().out == as_markdown(RECORD)


def test_where_no_pictures_can_be_made_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_folder: Path) -> list[Path]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(bench, "make_pictures", fail)
    words = f"^Pictures to measure with could not be written: {os.strerror(errno.ENOSPC)}. Name pictures or a folder"
    with pytest.raises(OutputWriteError, match=words):
        _run(tmp_path / "p", *QUICK)


def test_a_part_that_fails_is_skipped_and_the_rest_is_measured(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Lane.run

    def fail_second(lane: Lane) -> None:
        if lane.name is Name.ONNXRUNTIME_ALONE and lane.rates:
            raise NotMeasurableError("its process died")
        real(lane)

    monkeypatch.setattr(Lane, "run", fail_second)
    code, found = _record(capsys, tmp_path / "p", *QUICK, "--device", "cpu", "--no-baselines", str(pictures))
    assert code == 0
    assert [one["name"] for one in found["candidates"]] == _PARTS
    skipped = [one["name"] for one in found["candidates"] if one["skipped"] == "its process died"]
    assert skipped == ["onnxruntime-alone"] * 3
    assert found["limit"] is None
    assert found["prediction"] is None


def test_a_pipeline_that_fails_leaves_nothing_to_say(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_lane: Lane) -> None:
        raise NotMeasurableError("its process died")

    monkeypatch.setattr(Lane, "run", fail)
    with pytest.raises(measuring.BenchError, match=r"^Nothing could be measured: its process died\.$"):
        _run(tmp_path / "p", *QUICK, "--device", "cpu", "--no-baselines", str(pictures))


def test_an_interruption_ends_every_process_and_keeps_the_old_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[MeasuringProcess] = []
    real = MeasuringProcess.wait

    def watched(process: MeasuringProcess) -> None:
        real(process)
        started.append(process)

    def interrupt(_lane: Lane) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MeasuringProcess, "wait", watched)
    monkeypatch.setattr(Lane, "run", interrupt)
    target = tmp_path / "old.md"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "p", *QUICK, "--device", "cpu", "--no-baselines", "--output", str(target), str(pictures))
    assert capsys.readouterr().err == "Stopped. A benchmark that is not finished has no figures.\n"
    assert target.read_text() == "old"
    assert len(started) >= 4
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)


@pytest.mark.skipif(os.name == "nt", reason="sends the signal that a terminal sends")
def test_control_c_in_a_real_process(tmp_path: Path, pictures: Path) -> None:
    code = (
        "import argparse, sys\n"
        "from inference.commands import bench\n"
        "from inference.profile import Profile\n"
        "from pathlib import Path\n"
        "parser = argparse.ArgumentParser()\n"
        "bench.add_parser(parser.add_subparsers())\n"
        "arguments = parser.parse_args(sys.argv[2:])\n"
        "real = bench.measure\n"
        "def measure(*wishes):\n"
        "    print('measuring', flush=True)\n"
        "    return real(*wishes)\n"
        "bench.measure = measure\n"
        "try:\n"
        "    arguments.run(arguments, Profile.below(Path(sys.argv[1])))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    options = [*QUICK, "--seconds", "30", "--device", "cpu", "--no-baselines", str(pictures)]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "p"), "bench", *options],
        cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "measuring\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    assert errors == "Stopped. A benchmark that is not finished has no figures.\n"
