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

import pytest

from inference.bench.made_pictures import make_pictures
from inference.engine.devices import Device
from inference.profile import BUILT_IN_MODELS, Profile
from tests.benchmarks import card
from tests.benchmarks.card import Course

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
    output = tmp_path / "card.json"
    parts = ["facts", "trial", "pipeline", "variants", "agreement"]
    options = ["--device=cpu", "--small", f"--model={BUILT_IN}", f"--photos={photos}", f"--labelled={labelled}"]
    assert card.main([*options, f"--output={output}", "--parts", *parts]) == 0
    found = json.loads(output.read_text())
    assert list(found) == parts
    assert "not_measured" not in output.read_text()
    assert len(found["variants"]) == 9
    assert all(row["ms"] > 0 and not row.get("objection") for row in found["variants"].values())
    assert found["pipeline"]["pipeline"] > 0
    assert {row["pictures"] for row in found["agreement"].values()} == {6}
    assert found["agreement"]["cpu plain"]["same_class"] == 1
    said = capsys.readouterr().out
    for part in parts:
        assert f"## {part}\n" in said


@pytest.mark.timeout(300)
def test_pytorch_is_measured_in_a_process_of_its_own(tmp_path: Path, photos: Path) -> None:
    imported = "torch" in sys.modules
    network = card.PARTS["torch"](_course(tmp_path, photos))
    assert network["default, pictures on the card"] > 0, network
    assert network["default, pictures from pinned memory"] > 0, network
    assert ("torch" in sys.modules) == imported


@pytest.mark.filterwarnings("ignore:The image decoding and encoding:DeprecationWarning")
def test_so_is_what_torchvision_decodes(tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # torchvision's wheel does not import beside every build of PyTorch.
    pytest.importorskip("torchvision.transforms.v2.functional")
    from tests.benchmarks import card_torch  # noqa: PLC0415 - it imports PyTorch

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
