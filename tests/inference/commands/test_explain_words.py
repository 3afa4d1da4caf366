"""Whatever the map, there is a sentence that says what it says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from inference.attention.evidence import ledger
from inference.attention.grad_cam import grad_cam
from inference.attention.methods import FACTS, Method
from inference.commands.explain_words import in_words, lead_in_words
from inference.commands.explanation import Explanation
from inference.results import Classification, CropGeometry, PictureFacts, Prediction

ANSWER = Classification(
    "a.png",
    PictureFacts(10, 10, "PNG", 100),
    CropGeometry(0, 0, 10, 10),
    (Prediction(0, "cow", 0.75, 2.0),),
    None,
    "m",
    "cpu",
    "float32",
)

GRID = np.array([[1.0, 2.0]], np.float32)


def _explanation(
    signed: list[list[float]],
    *,
    method: Method = Method.EVIDENCE,
    adds_up: bool | None = True,
    against: int | None = None,
) -> Explanation:
    cells = np.array(signed, np.float32)
    account = ledger(cells, 0.5)
    return Explanation(
        contributions=cells if FACTS[method].is_signed else grad_cam(cells),
        signed=cells,
        supporting=account.supporting,
        opposing=account.opposing,
        bias=None if adds_up is None else account.bias,
        logit=account.logit,
        network_logit=account.logit,
        adds_up=adds_up,
        subject="cow",
        class_index=0,
        against_index=against,
        method=method,
        relative=False,
    )


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([[2.0, -1.0], [0.0, 0.0]], "The evidence is strongest at the top left of what the network saw."),
        ([[-2.0, -1.0]], "The evidence is against this class."),
        (
            [[2.0, -1.0], [-1.0, -1.0]],
            "The evidence is against this class; what there is for it is strongest at the top left of what the network "
            "saw.",
        ),
        ([[0.1, 0.11]], "The evidence is spread evenly; no area stands out."),
        ([[0.0, 0.0]], "No cell speaks for this class or against it."),
        ([[1.5, 1.5]], "The features are the same everywhere; no area stands out."),
        ([[-1.5, -1.5]], "The features are the same everywhere, and the evidence is against this class."),
        ([[np.nan, 1.0]], "The map has values that are no numbers."),
    ],
)
def test_the_last_line_says_what_the_map_says(cells: list[list[float]], sentence: str) -> None:
    assert list(in_words(_explanation(cells), ANSWER))[-1] == sentence


def test_another_methods_map_is_called_by_its_name() -> None:
    lines = list(in_words(_explanation([[0.1, 0.11]], method=Method.SCORE_CAM), ANSWER))
    assert lines[0] == "cow: 0.71 logits (75.0 %)"
    assert lines[-1] == "The score-cam map is strongest at the top of what the network saw."


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_a_map_of_another_method_that_is_the_same_everywhere_says_nothing_of_the_evidence(value: float) -> None:
    explanation = dataclasses.replace(
        _explanation([[2.0, 1.0]], method=Method.EIGEN_CAM), contributions=np.full((1, 2), value, np.float32)
    )
    lines = list(in_words(explanation, ANSWER))
    assert lines[-1] == "The eigen-cam map is the same everywhere; no area stands out."
    assert not any("against" in line or "No cell" in line for line in lines)
    occluded = dataclasses.replace(_explanation([[2.0, 1.0]], method=Method.OCCLUSION), contributions=-GRID)
    assert list(in_words(occluded, ANSWER))[-1] == "No cell of the occlusion map speaks for this class."
    # Nothing for it and nothing against it is not "against".
    nothing = _explanation([[0.0, 0.0]], method=Method.SCORE_CAM)
    assert not any("against" in line for line in in_words(nothing, ANSWER))


def test_the_sum_is_written_out_with_the_score() -> None:
    first, _ = in_words(_explanation([[2.0, -1.0]]), ANSWER)
    assert first == "cow: +2.00 for, -1.00 against, bias +0.50 = 1.50 logits (75.0 %)"
    duelled = next(in_words(_explanation([[2.0, -1.0]], against=1), ANSWER))
    assert "%" not in duelled


def test_a_blank_rectified_map_still_says_that_the_evidence_is_against() -> None:
    lines = list(in_words(_explanation([[-2.0, -1.0]], method=Method.GRAD_CAM), ANSWER))
    assert lines[-1] == "The evidence is against this class."
    assert "-3.00 against" in lines[0]


def test_parts_that_do_not_add_up_are_told() -> None:
    lines = list(in_words(_explanation([[2.0, -1.0]], adds_up=False), ANSWER))
    assert any("do not add up to the network's own" in line for line in lines)
    assert not any("do not add up" in line for line in in_words(_explanation([[2.0, -1.0]]), ANSWER))


def test_an_approximate_map_and_one_that_knows_no_class_say_so() -> None:
    approximate = list(in_words(_explanation([[2.0, -1.0]], adds_up=None), ANSWER))
    assert "The map is approximate" in approximate[1]
    assert "bias" not in approximate[0]
    assert any(
        "same for every class" in line for line in in_words(_explanation([[2.0]], method=Method.EIGEN_CAM), ANSWER)
    )


def test_the_parts_that_are_written_add_up_to_the_sum_that_is_written() -> None:
    # Rounded one by one these are +1.00, -0.00 and +0.50, and 1.51.
    words = list(in_words(_explanation([[1.0049, -0.0004]]), ANSWER))
    assert words[0] == "cow: +1.00 for, +0.00 against, bias +0.50 = 1.50 logits (75.0 %)"
    explanation = dataclasses.replace(_explanation([[1.0]]), logit=1.52, network_logit=1.52)
    assert "bias +0.50 = 1.52 logits" in next(in_words(explanation, ANSWER))


def test_a_class_of_any_name_is_written_as_it_is() -> None:
    explanation = dataclasses.replace(_explanation([[1.0]]), subject="{0} %s {subject}")
    assert next(in_words(explanation, ANSWER)).startswith("{0} %s {subject}: +1.00 for")


def test_who_is_ahead_by_little_is_ahead_all_the_same() -> None:
    leads = (0.334, -0.334, 0.0, 0.0049, -0.0031, -0.00004)
    assert [lead_in_words(lead) for lead in leads] == ["+0.33", "-0.33", "+0.00", "+0.005", "-0.003", "-4e-05"]
