"""The table says what the record says, and its JSON form is the documented one."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any, get_args, get_type_hints

import pytest

from inference.bench.card import CardUse
from inference.bench.figures import LimitRule, Spread
from inference.bench.lane import LEAST_LOADED
from inference.bench.prediction import Bound, Forecast, Inputs, predict
from inference.bench.record import (
    SCHEMA,
    Accuracy,
    Candidate,
    Configuration,
    Differences,
    Int8Of,
    Latency,
    Limit,
    Machine,
    Memory,
    Model,
    Name,
    Pictures,
    Prediction,
    Record,
)
from inference.commands.bench_table import as_markdown
from tests.conftest import PROJECT_ROOT

GUIDE = PROJECT_ROOT / "docs" / "benchmarks" / "README.md"
RECORD = Record(
    date="2026-11-21T09:00:00+00:00",
    machine=Machine("Some <b>CPU", 2, 4, True, 8 * 2**30, "Linux", 0.25),
    versions={"Python": "3.11.7", "numpy": "2.4.6"},
    model=Model("m", "A model", "ab" * 32, 232, 224, 1000, 25_000_000, 4.2, (Accuracy("photos", 2000, 0.5, 0.75),)),
    pictures=Pictures("given", 65, 1, False, {"JPEG": 64}, 500, 375, 131_000),
    configuration=Configuration("cpu", "float32", 8, 2, 2, 5, 2.0, ("openvino: it is slower. Ask for it by name.",)),
    candidates=(
        Candidate(Name.PIPELINE, 8, 1, "", Spread(90, 80, 100, 5), cpu_ms=20.0, cpu_ms_below=4.0),
        Candidate(Name.PILLOW_ALONE, None, 2, "", Spread(1234.5, 1200, 1300, 5), cpu_ms=1.6, cpu_ms_below=0.0),
        Candidate(Name.ONNXRUNTIME_ALONE, 8, 1, "cpu", Spread(110, 100, 120, 5), cpu_ms=18.0, cpu_ms_below=0.0),
        Candidate(Name.ONE_AT_A_TIME, 1, 1, "cpu", Spread(30, 29, 31, 5), pipeline_ratio=3.0, same_class=0.984),
        Candidate(Name.TORCH_LOOP, 1, skipped="torchvision cannot be imported (a | b)"),
    ),
    limit=Limit(LimitRule.SHARED_CORES, 1234.5, 110.0, 101.0, 0.891),
    latency=Latency(600.0, 150.0, 3.0, 6.0, 30.0, 45.0, 60),
    memory=Memory(500 * 2**20, 400 * 2**20, None),
    others_share=0.01,
    prediction=Prediction(
        Inputs(
            2, 2, 8, LimitRule.SHARED_CORES, 9.1, 0.3, 10.2, -0.4, 1.6, 0.5, 0.1, 0.2, 0.35, 0.15, 0.05, 131e3, 1500.0
        ),
        Forecast(93.2, Bound.CORES, 140.4, 2.45, 9.85),
        Differences(3.55, -6.4, -18.33, 0.0),
    ),
)


def _lines(record: Record) -> list[str]:
    return as_markdown(record).splitlines()


def _row(name: str) -> str:
    return next(line for line in _lines(RECORD) if line.startswith("|") and name in line)


def test_rows_have_rates_ratios_and_reasons() -> None:
    assert _row("whole pipeline") == "| **whole pipeline** (batch 8) | 90.0 [80.0 to 100] |  |  | 20.0 ms |"
    assert "| 1,234 [1,200 to 1,300] |" in _row("Pillow alone")
    assert _row("one picture at a time (cpu") == (
        "| Pillow and ONNX Runtime, one picture at a time (cpu, batch 1) | 30.0 [29.0 to 31.0] | 3.00 times as fast "
        "| 98.4% |  |"
    )
    assert "| not measured: torchvision cannot be imported (a / b) |" in _row("torchvision's preset")
    assert "1 / (1/network + 1/decode), of the bare loops | 101 | 0.89 of it |" in _row("limit:")


def test_the_prediction_stands_beside_what_was_measured_with_all_that_it_knows() -> None:
    assert _row("pictures/s, the cores decide") == "| pictures/s, the cores decide | 93.2 | 90.0 | +3.5% |"
    # Without 0.15 ms of two cores a picture takes 0.075 ms less than 1000 / 93.2.
    assert RECORD.prediction is not None
    inputs = RECORD.prediction.inputs
    alone = predict(replace(inputs, company_ms=0)).pictures_per_s
    assert 1e3 / alone == pytest.approx(1e3 / predict(inputs).pictures_per_s - 0.075)
    assert _row("the same from the parts alone").startswith(
        f"| the same from the parts alone, without company | {alone:.1f} | 90.0 | "
    )
    assert _row("first answers of a run") == "| first answers of a run | 140 ms | 150 ms | -6.4% |"
    assert _row("one picture decoded") == "| one picture decoded (p50) | 2.45 ms | 3.00 ms | -18.3% |"
    assert _row("its classes and map") == "| its classes and map (p50) | 9.85 ms | 30.0 ms | +0.0% |"
    assert (
        "in milliseconds for a picture and each measured alone: network 9.10 (bare) and +0.30 (as the program runs "
        "it), alone 10.20 and -0.40; "
        "on one core Pillow 1.60, the rest of reading +0.50, hand-over 0.10 in a decode process and 0.20 in the "
        "program's, 0.35 for one alone, answers 0.05; and measured in step: +0.15 of all cores that decoding and "
        "network cost more in company; files 1,500 MB/s."
    ) in as_markdown(RECORD)


def test_what_was_measured_with_is_said() -> None:
    text = as_markdown(RECORD)
    for words in (
        "Some <b>CPU with bfloat16, 2 cores (4 threads), memory 8.0 GiB, Linux, load average before 0.2.",
        "Python 3.11.7, numpy 2.4.6.",
        "A model: input 224 px (resized to 232), 1000 classes, 4.2 billion multiply-adds a picture.",
        "Accuracy: top-1 50.0%, top-5 75.0% (photos, 2,000 pictures).",
        "Pictures: 64 JPEG, given, about 500 x 375 px, 131 kB each, read before (no cold disk); "
        "1 more could not be read and is left out.",
        "Network: cpu, float32, batch 8 of 2 threads; 2 decode processes.",
        "Other programs took 1% of the cores meanwhile.",
        "Not used: openvino: it is slower. Ask for it by name.",
        "classes and map 30.0 ms (p50), 45.0 ms (p95) later.",
        "Peak memory of all processes 500 MiB, of the one with the network 400 MiB.",
        # 4 threads at 90 pictures/s give 44.4 ms for each picture.
        "decode processes 4.0 ms (Pillow alone 1.6), network and the rest 16.0 ms (ONNX Runtime alone 18.0); "
        "cores waited 24.4 ms.",
    ):
        assert words in text
    assert text.endswith("\n")


def test_one_is_not_told_as_several_and_several_not_as_one() -> None:
    one = replace(
        RECORD,
        machine=replace(RECORD.machine, physical_cores=1, usable_cores=1),
        configuration=replace(RECORD.configuration, threads=1, workers=1, repeats=1),
        pictures=replace(RECORD.pictures, failed=3),
    )
    text = as_markdown(one)
    for words in (
        "with bfloat16, 1 core (1 thread), memory",
        "batch 8 of 1 thread; 1 decode process. 1 round of passes of about 2 s",
        "3 more could not be read and are left out.",
    ):
        assert words in text
    assert "batch 8 of 2 threads; 2 decode processes. 5 rounds of passes of about 2 s" in as_markdown(RECORD)


def test_why_a_ratio_is_not_the_quotient_of_two_medians_is_told() -> None:
    assert "compare runs of the same round: medians of those." in as_markdown(RECORD)


def test_a_pass_that_holds_whole_batches_is_not_said_to_be_short() -> None:
    said = "5 rounds of passes of about 2 s (longer where one batch takes longer), all candidates in turns"
    assert said in as_markdown(RECORD)
    loader = Candidate(Name.TORCH_LOADER, 32, 1, pictures_per_s=Spread(20, 19, 21, 5), pipeline_ratio=4.5)
    said = f"(longer where one batch takes longer, or {LEAST_LOADED} with a DataLoader), all candidates in turns"
    assert said in as_markdown(replace(RECORD, candidates=(*RECORD.candidates, loader)))
    skipped = replace(loader, pictures_per_s=None, skipped="torchvision cannot be imported")
    assert said not in as_markdown(replace(RECORD, candidates=(*RECORD.candidates, skipped)))


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (Name.ONNXRUNTIME_ALONE, "limit: the slower of the two, of the bare loops"),
        (Name.NETWORK, "limit: the slower of the two, of the bare Pillow loop and the program's own network"),
    ],
)
def test_the_limit_says_whose_network_it_is_made_of(network: Name, words: str) -> None:
    limit = Limit(LimitRule.SLOWER_OF_BOTH, 4000.0, 3000.0, 3000.0, 0.9, network)
    record = replace(RECORD, limit=limit)
    assert f"| {words} | 3,000 | 0.90 of it | | |" in _lines(record)
    assert json.loads(record.to_json())["limit"]["network"] == network


def test_the_bare_loop_is_called_by_what_ran_it() -> None:
    assert _row("ONNX Runtime alone") == (
        "| ONNX Runtime alone, a bare loop (cpu, batch 8) | 110 [100 to 120] |  |  | 18.0 ms |"
    )
    bare = Candidate(Name.ONNXRUNTIME_ALONE, 1, 1, "openvino", Spread(90, 80, 100, 5), cpu_ms=17.0, cpu_ms_below=0.0)
    lines = _lines(replace(RECORD, candidates=(*RECORD.candidates, bare)))
    assert "| OpenVINO alone, a bare loop (openvino, batch 1) | 90.0 [80.0 to 100] |  |  | 17.0 ms |" in lines
    assert "network and the rest 16.0 ms (OpenVINO alone 17.0); cores" in lines[-1]


def test_what_is_not_known_is_no_number() -> None:
    dark = replace(
        RECORD,
        machine=replace(RECORD.machine, has_bfloat16=None, memory_bytes=None, load_before=None),
        memory=Memory(None, None, None),
        candidates=tuple(replace(one, cpu_ms=None, cpu_ms_below=None) for one in RECORD.candidates),
        limit=None,
        others_share=None,
        prediction=None,
    )
    text = as_markdown(dark)
    assert "Peak memory: not known on this system." in text
    assert "bfloat16 unknown" in text
    assert "memory unknown" in text
    assert "A picture takes" not in text
    assert "Other programs" not in text
    assert "limit:" not in text
    assert "predict" not in text
    assert "None" not in text


def test_a_machine_that_was_busy_otherwise_is_no_proof() -> None:
    busy = replace(RECORD, others_share=0.34)
    assert "Other programs took 34% of the cores meanwhile, so these figures are not the machine's best." in _lines(
        busy
    )


def test_an_int8_copy_is_said_to_be_one_with_what_it_was_made_from() -> None:
    of = Int8Of("whole", "cd" * 32, 28, 29, 0.9865, 2000, passed=False)
    text = as_markdown(replace(RECORD, model=replace(RECORD.model, int8_of=of)))
    assert (
        "An int8 copy: 28 of 29 convolutions. Of 2,000 pictures, 98.65% have the first class that the original gives "
        "them. It did not pass, so it is used only where it is asked for. Others' loops run what it was made from, "
        "whole."
    ) in text
    alone = replace(of, name="", same_class=None, pictures=0, passed=True)
    text = as_markdown(replace(RECORD, model=replace(RECORD.model, int8_of=alone)))
    assert "It was never compared with its original. It passed. What it was made from is not installed" in text
    assert "int8" not in as_markdown(RECORD)


def test_a_cards_use_is_said() -> None:
    card = replace(RECORD, memory=replace(RECORD.memory, card=CardUse("Card 9", 3 * 2**30, 0.84)))
    assert "- Card 9: 3,072 MiB at most, computing 84% of the time." in _lines(card)


def test_the_json_form_has_everything() -> None:
    found = json.loads(RECORD.to_json())
    assert found["schema"] == SCHEMA
    assert found["candidates"][3] == {
        "name": "onnxruntime-one-at-a-time",
        "batch": 1,
        "processes": 1,
        "engine": "cpu",
        "pictures_per_s": {"median": 30, "lowest": 29, "highest": 31, "runs": 5},
        "pipeline_ratio": 3.0,
        "same_class": 0.984,
        "cpu_ms": None,
        "cpu_ms_below": None,
        "skipped": "",
    }
    assert found["limit"]["rule"] == "shared-cores"
    assert found["memory"] == {"all_bytes": 500 * 2**20, "main_bytes": 400 * 2**20, "card": None}
    assert found["pictures"]["formats"] == {"JPEG": 64}


def _names(kind: Any) -> set[str]:  # noqa: ANN401 - any type that a field may have
    """The names of all fields of a dataclass and of those in it."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return {one.name for one in fields(kind)} | set().union(*(_names(hints[one.name]) for one in fields(kind)))
    return set().union(*map(_names, get_args(kind))) if get_args(kind) else set()


@pytest.mark.parametrize("name", sorted(_names(Record)))
def test_the_guide_explains_every_field(name: str) -> None:
    assert re.search(rf"`(?:\w+\.)*{name}[.`]", GUIDE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", list(Name))
def test_the_guide_explains_every_candidate(name: Name) -> None:
    assert f"`{name}`" in GUIDE.read_text(encoding="utf-8")


def test_the_guide_names_the_schema() -> None:
    assert SCHEMA in GUIDE.read_text(encoding="utf-8")


def test_kept_records_have_the_schemas_form() -> None:
    # What has a default came later: records from before are none the worse for it.
    wanted = {one.name for one in fields(Record) if one.default is MISSING}
    kept = sorted(GUIDE.parent.glob("*.json"))
    for path in kept:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] == SCHEMA:
            assert set(found) >= wanted, path.name
        assert path.with_suffix(".md").is_file(), path.name
