"""`explain` says in words what a map with little to show says; nothing is drawn of what has no numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.attention.methods import Method
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT
from tests.odd_maps import black_picture, light_picture, mapless_on_black, plain_picture, scoreless_on_black


def _explain(run: Run, picture: str, *arguments: str, model: str = str(BRIGHT)) -> tuple[int, str, str]:
    return run("explain", picture, "--model", model, "--device", "cpu", *arguments)


def test_constant_features(cardinal: Run, tmp_path: Path) -> None:
    picture = plain_picture(tmp_path)
    code, words, _ = _explain(cardinal, picture)
    assert code == 0
    assert "The features are the same everywhere; no area stands out." in words
    code, words, _ = _explain(cardinal, picture, "--class", "dark")
    assert "The features are the same everywhere, and the evidence is against this class." in words


def test_a_class_with_evidence_against_it_only(cardinal: Run, tmp_path: Path) -> None:
    code, words, _ = _explain(cardinal, light_picture(tmp_path), "--class", "dark")
    assert code == 0
    assert "The evidence is against this class." in words
    assert "+0.00 for" in words
    assert "strongest at" not in words


def test_a_rectified_map_of_it_is_blank_and_says_why(cardinal: Run, tmp_path: Path) -> None:
    picture, target = light_picture(tmp_path), tmp_path / "map.png"
    grad_cam = ("--class", "dark", "--method", Method.GRAD_CAM.value)
    code, words, _ = _explain(cardinal, picture, *grad_cam, "--output", str(target))
    assert code == 0
    assert words.count("The evidence is against this class.") == 1
    assert target.exists()


@pytest.mark.parametrize("method", [Method.LAYER_CAM, Method.GRAD_CAM_PLUS_PLUS])
def test_methods_that_leave_out_what_is_against_still_say_that_it_is(
    cardinal: Run, tmp_path: Path, method: Method
) -> None:
    code, words, _ = _explain(cardinal, light_picture(tmp_path), "--class", "dark", "--method", method.value)
    assert code == 0
    # The parts of the evidence are no parts of this map.
    assert words.startswith("dark: -")
    assert " for, " not in words
    assert words.count("The evidence is against this class.") == 1
    assert f"The {method.value} map is strongest" in words


def test_scores_without_numbers_are_a_sentence_and_no_file(cardinal: Run, tmp_path: Path) -> None:
    target = tmp_path / "map.png"
    code, words, errors = _explain(
        cardinal, black_picture(tmp_path), "--output", str(target), model=scoreless_on_black(tmp_path)
    )
    assert (code, words) == (1, "")
    assert "The model gave no valid numbers for it." in errors
    assert not target.exists()


def test_a_map_without_numbers_is_a_sentence_and_no_file(cardinal: Run, tmp_path: Path) -> None:
    target, model = tmp_path / "map.npy", mapless_on_black(tmp_path)
    code, words, errors = _explain(cardinal, black_picture(tmp_path), "--output", str(target), model=model)
    assert (code, words) == (1, "")
    assert "The model gave no valid numbers for it." in errors
    assert not target.exists()
    code, words, _ = _explain(cardinal, plain_picture(tmp_path), "--output", str(target), model=model)
    assert code == 0
    assert "The map is approximate" in words
