"""`explain --stage` makes finer maps from gradients, says so, and says in a sentence where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.commands import explain_stage
from inference.models.catalog import BUILT_IN_NAME
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY, explained
from tests.inference.commands.sessions import Run
from tests.inference.models.quantize.coloured import write_pictures

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")


def test_a_stage_has_finer_cells_and_the_manifest_says_which(cardinal: Run, tmp_path: Path) -> None:
    sides = {}
    for stage in (1, 2, 3):
        words, grid, fields = explained(
            cardinal, tmp_path, SAMPLE, "--method", "layercam", "--stage", f"{stage}", model=BUILT_IN_NAME
        )
        sides[stage] = grid.shape
        assert (fields["stage"], fields["unit"], fields["rectified"]) == (stage, "no unit", True)
        assert grid.min() >= 0
        assert grid.max() > 0
        assert f"The layercam map of stage {stage} is strongest" in words
        # Its cells add up to nothing, so no parts are written.
        assert " against" not in words
        assert f": {fields['logit']:.2f} logits (" in words
    assert sides == {1: (36, 36), 2: (18, 18), 3: (9, 9)}


@pytest.mark.parametrize("compared", [("--against", "3"), ("--relative",)])
def test_at_the_last_stage_it_is_the_closed_form(cardinal: Run, tmp_path: Path, compared: tuple[str, ...]) -> None:
    question = (SAMPLE, "--method", "hirescam", *compared)
    _, closed, fields = explained(cardinal, tmp_path, *question, model=BUILT_IN_NAME)
    assert (fields["stage"], fields["unit"]) == (None, "logits")
    _, made, _ = explained(cardinal, tmp_path, *question, "--stage", "4", model=BUILT_IN_NAME)
    np.testing.assert_allclose(made, closed, atol=1e-5)


def test_the_picture_names_the_stage_and_other_classes_have_other_maps(cardinal: Run, tmp_path: Path) -> None:
    maps = []
    for subject in ("3", "7"):
        _, grid, _ = explained(
            cardinal, tmp_path, SAMPLE, "--method", "grad-cam", "--stage", "2", "--class", subject, model=BUILT_IN_NAME
        )
        maps.append(grid)
    assert not np.allclose(maps[0], maps[1])
    target = tmp_path / "map.png"
    code, _, errors = cardinal(
        "explain", "--device", "cpu", SAMPLE, "--method", "grad-cam", "--stage", "1", "--output", str(target)
    )
    assert (code, errors) == (0, "")
    assert target.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--stage", "2"), "evidence is not made there"),
        (("--stage", "2", "--method", "occlusion"), "occlusion is not made there"),
        (("--stage", "5", "--method", "grad-cam"), "There is no stage 5; there are 1 to 4."),
        (("--stage", "0", "--method", "grad-cam"), "There is no stage 0; there are 1 to 4."),
        (("--stage", "1", "--method", "grad-cam", "--model", TINY), "has maps of its last stage only"),
    ],
)
def test_what_is_not_there_is_told(cardinal: Run, arguments: tuple[str, ...], reason: str) -> None:
    code, words, errors = cardinal("explain", "--device", "cpu", SAMPLE, *arguments)
    assert code != 0
    assert words == ""
    assert reason in errors


def test_a_check_randomises_the_network_from_the_top(cardinal: Run, tmp_path: Path) -> None:
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--check", model=BUILT_IN_NAME)
    steps = fields["check"]["randomised_backbone"]
    assert [step["part"] for step in steps] == ["head", "stage 4", "stage 3", "stage 2", "stage 1", "stem"]
    assert [step["draws"] for step in steps] == [1, 1, 1, 1, 1, 5]
    named = ("last layer", *(step["part"] for step in steps[1:-1]), "first layers")
    assert ", ".join(f"{part} {step['signed']:+.2f}" for part, step in zip(named, steps, strict=True)) in words
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--check", model=TINY)
    assert fields["check"]["randomised_backbone"] is None
    assert "The network was not randomised part by part. Tiny test network has maps of its last stage only" in words
    words, _, fields = explained(
        cardinal, tmp_path, SAMPLE, "--check", "--method", "grad-cam", "--stage", "2", model=BUILT_IN_NAME
    )
    # The closed form of the last stage says nothing about a map of the second.
    assert fields["check"]["randomised_head"] is None
    assert len(fields["check"]["randomised_backbone"]) == 6


def test_an_int8_copy_says_in_words_why_it_has_no_earlier_stages(cardinal: Run, tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures", 20)
    code, _, _ = cardinal("models", "quantize", TINY, "--pictures", str(pictures), "--count", "8", "--force")
    assert code == 0
    reason = (
        "Tiny test network, int8 has maps of its last stage only: it is an int8 copy, and rounded numbers have no "
        "gradients; ask the model that it was made from."
    )
    copy = ("explain", "--device", "cpu", SAMPLE, "--model", "tiny-int8")
    code, words, errors = cardinal(*copy, "--stage", "2", "--method", "layercam")
    assert (code, words, errors) == (2, "", f"{reason}\n")
    code, words, errors = cardinal(*copy, "--check")
    assert (code, errors) == (0, "")
    assert f"The network was not randomised part by part. {reason}" in words
    # What needs no gradients is answered: the last layer can be randomised, and both can be put side by side.
    assert "With the last layer randomised" in words
    code, words, _ = cardinal(*copy, "--with-model", TINY)
    assert code == 0
    assert words.count("    red: +") == 2
    assert not (tmp_path / "profile" / "cache" / "gradients").exists()


def test_what_is_made_on_first_use_is_said_on_a_terminal(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_stage, "is_terminal", lambda _stream: True)
    question = ("explain", "--device", "cpu", SAMPLE, "--method", "layercam", "--stage", "2")
    said = [cardinal(*question)[2] for _ in range(2)]
    assert said == ["Preparing gradients of ResNeXt-26 8x8d, Tiny-ImageNet (built in)...\n", ""]
