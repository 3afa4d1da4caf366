"""The benchmark of a card goes through all its parts on a processor, and says what it could not measure."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from inference.bench.made_pictures import make_pictures
from inference.cancel import Cancelled, CancelToken
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.opening import Model
from inference.engine.card.variant import Variant
from inference.engine.devices import Device
from inference.profile import BUILT_IN_MODELS, Profile
from tests.benchmarks import card, card_trial
from tests.benchmarks.card import Course
from tests.benchmarks.card_ratios import ratios

BUILT_IN = next(BUILT_IN_MODELS.glob("*.onnx"))
_WORDNET_IDS = ("n01443537", "n01629819")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    make_pictures(folder, count=4, size=(160, 120))
    return folder


def _course(tmp_path: Path, photos: Path) -> Course:
    model = card._on(BUILT_IN, Device.CPU, Profile.below(tmp_path / "profile"))
    sizes = replace(card.SMALL, batch=2, pass_s=0.05)
    return Course(model, model, Profile.below(tmp_path / "profile"), photos, None, sizes, time.monotonic() + 600)


@pytest.mark.timeout(300)
def test_all_parts_of_the_program_are_measured(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "SMALL", replace(card.SMALL, batch=2, pass_s=0.05, compared=8))
    labelled = tmp_path / "labelled"
    for wordnet_id in _WORDNET_IDS:
        (labelled / wordnet_id).mkdir(parents=True)
        make_pictures(labelled / wordnet_id, count=3, size=(80, 60))
    # As beside the project's own photographs.
    (photos / "labels.csv").write_text("file,class\n")
    output = tmp_path / "card.json"
    parts = ["facts", "trial", "pipeline", "variants", "agreement"]
    options = ["--device=cpu", "--small", f"--model={BUILT_IN}", f"--photos={photos}", f"--labelled={labelled}"]
    assert card.main([*options, f"--output={output}", "--parts", *parts]) == 0
    found = json.loads(output.read_text())
    assert list(found) == parts
    assert "not_measured" not in output.read_text()
    assert len(found["variants"]) == 10
    assert found["trial"]["to_the_end"]
    assert all(row["ms"] > 0 and not row.get("objection") for row in found["variants"].values())
    assert found["pipeline"]["pipeline"] > 0
    assert found["pipeline"]["pictures"] == 4
    assert {row["pictures"] for row in found["agreement"].values()} == {6}
    assert found["agreement"]["cpu plain"]["same_class"] == 1
    again = [*options, f"--output={output}", f"--profile={tmp_path / 'kept'}", "--parts"]
    assert card.main([*again, "facts", "halving", "ratios"]) == 0
    # What other commands have measured stays.
    assert json.loads(output.read_text())["pipeline"] == found["pipeline"]
    said = capsys.readouterr().out
    for part in parts:
        assert f"## {part}\n" in said


@pytest.mark.timeout(300)
def test_pytorch_is_measured_in_a_process_of_its_own(tmp_path: Path, photos: Path) -> None:
    imported = "torch" in sys.modules
    network = card.PARTS["torch"](_course(tmp_path, photos))
    assert network["default, batches of 2, pictures on the card"] > 0, network
    assert network["default, batches of 2, pictures from pinned memory"] > 0, network
    assert ("torch" in sys.modules) == imported


@pytest.mark.parametrize("way", ["sleep(60)", "abort()"])
def test_what_pytorch_had_done_when_it_ended_is_kept(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    really, said = subprocess.run, '{"default, batches of 2, pictures on the card": 5.0}'

    def run(_command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - passed on
        # A compiler that never ends, and one that takes the process with it without a word.
        work = f"from os import abort; from time import sleep; print('{said}', flush=True); print('{{', end=''); {way}"
        return really([sys.executable, "-c", work], **options | {"timeout": 6 if "sleep" in way else 60})

    monkeypatch.setattr(subprocess, "run", run)
    found = card.PARTS["torch"](_course(tmp_path, photos))
    assert found["default, batches of 2, pictures on the card"] == 5
    assert found["not_measured"]


@pytest.mark.filterwarnings("ignore:The image decoding and encoding:DeprecationWarning")
def test_so_is_what_torchvision_decodes(tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # torchvision's wheel does not import beside every build of PyTorch.
    pytest.importorskip("torchvision.transforms.v2.functional")
    from tests.benchmarks import card_torch  # noqa: PLC0415 - it imports PyTorch

    # Its import takes ten seconds; the test above goes through it.
    monkeypatch.setattr("torch.compile", lambda network, **_options: network)
    started: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        # Here instead: the child would spend its time importing what other tests have imported.
        started.append(command[:4])
        said = StringIO()
        with redirect_stdout(said):
            code = card_torch.main(command[3:])
        return subprocess.CompletedProcess(command, code, said.getvalue(), "")

    monkeypatch.setattr(subprocess, "run", run)
    jpeg = card.PARTS["jpeg"](_course(tmp_path, photos))
    assert started == [[sys.executable, "-m", "tests.benchmarks.card_torch", "jpeg"]]
    assert jpeg["decoded"] > 0
    assert jpeg["decoded and prepared"] > 0
    assert jpeg["decoded, prepared and computed"] > 0


def test_what_fails_and_what_there_is_no_time_for_says_so(tmp_path: Path, photos: Path) -> None:
    course = _course(tmp_path, photos)

    def fails(_course: Course) -> None:
        raise RuntimeError("the card fell off the bus")

    course.do("broken", fails)
    assert course.found["broken"] == {"not_measured": "RuntimeError: the card fell off the bus"}
    course.do("agreement", card.PARTS["agreement"])
    assert "no labelled pictures" in course.found["agreement"]["not_measured"]
    course.deadline = time.monotonic() - 1
    course.do("facts", card.PARTS["facts"])
    assert course.found["facts"] == {"not_measured": "no time was left"}
    assert "| not_measured | no time was left |" in card.table(course.found)


def test_what_the_trial_has_found_by_then_stays(tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = _course(tmp_path, photos)
    choices = CardChoices(course.model.cache)
    half = CardChoice(Variant(half=True), 16, 2.0)

    def learns_for_ever(model: Model, choices: CardChoices, *, cancel: CancelToken) -> None:
        choices.remember(model.model_hash, model.device, half)
        assert cancel.wait(30)
        choices.forget(model.model_hash, model.device)
        raise Cancelled

    monkeypatch.setattr(card_trial, "have_card_learned", learns_for_ever)
    found = card_trial.try_card(course.model, limit_s=0.2)
    assert (found["to_the_end"], found["variant"], found["batch"]) == (False, "float16", 16)
    assert choices.remembered(course.model.model_hash, course.model.device) == half
    assert card._choice(course) == half


def test_ratios_are_of_what_was_measured() -> None:
    found = {
        "pipeline": {"network": 900.0, "pipeline": 800.0},
        "torch": {
            "default, batches of 64, pictures on the card": 800.0,
            "default, batches of 256, pictures on the card": 1000.0,
            "default, batches of 64, pictures from pinned memory": 500.0,
            "reduce-overhead, batches of 64, pictures from pinned memory": 600.0,
            "reduce-overhead, batches of 64": {"not_measured": "it broke"},
        },
        "jpeg": {"not_measured": "no torchvision"},
    }
    assert ratios(found) == {
        "network / compiled PyTorch, pictures from pinned memory": 1.5,
        "network / compiled PyTorch, pictures on the card": 0.9,
    }
    assert "not_measured" in ratios({"torch": found["torch"]})
