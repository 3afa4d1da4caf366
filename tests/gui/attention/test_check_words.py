"""What a check found is said of the map that was checked, with numbers and a verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.attention.check_desk import RANDOMISED_METHODS
from gui.attention.check_panel import CheckPanel
from gui.attention.check_words import (
    about_words,
    backbone_words,
    badge_words,
    curve_words,
    sanity_words,
    subject_words,
)
from gui.attention.check_work import Checked
from gui.attention.look_on_screen import LookOnScreen
from gui.viewer.map_choice import EVIDENCE, MapChoice
from inference.attention.backbone_sanity import CHECKED_METHODS, BackboneCheck, BackboneStep
from inference.attention.checks import DeletionBadge
from inference.attention.confirming import HiddenRun
from inference.attention.curves import Curve, CurvePair
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.sanity import ALIKE, SanityCheck
from inference.results import CropGeometry
from tests.gui.attention.examined_pictures import SIZE, examined_picture, features_of


def _check(last: float, *, is_flat: bool = False) -> BackboneCheck:
    steps = (
        BackboneStep("head", 0.31, 0.4, is_flat=False),
        BackboneStep("stage 4", -0.125, 0.4, is_flat=False),
        BackboneStep("stem", last, 0.4, is_flat=is_flat),
    )
    return BackboneCheck(Method.EVIDENCE, 4, steps)


def test_the_methods_that_can_be_randomised_are_those_of_the_core() -> None:
    assert RANDOMISED_METHODS == CHECKED_METHODS


def test_every_part_is_told_with_its_number_and_a_verdict() -> None:
    words = backbone_words(_check(0.02), EVIDENCE)
    assert "last layer +0.31" in words
    assert "stage 4 -0.1" in words
    assert "first layers +0.02" in words
    assert words.endswith("The map depends on what the network learned.")
    assert backbone_words(_check(ALIKE), EVIDENCE).endswith("it shows the picture.")
    assert "first layers: the same everywhere" in backbone_words(_check(0.0, is_flat=True), EVIDENCE)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (EVIDENCE, ""),
        (MapChoice(Method.LAYER_CAM, 2), "LayerCAM (Jiang et al. 2021), stage 2. "),
        (MapChoice(relative=True), "Evidence (Zhou et al. 2016), rather than the average class. "),
    ],
)
def test_another_map_than_the_evidence_is_named(choice: MapChoice, words: str) -> None:
    assert subject_words(choice) == words
    assert backbone_words(_check(0.0), choice).startswith(words)


def test_the_panel_allows_what_is_possible(qtbot: QtBot) -> None:
    panel = CheckPanel()
    qtbot.addWidget(panel)
    told: list[str] = []
    panel.randomise_requested.connect(lambda: told.append("randomise"))
    button = next(one for one in panel.findChildren(QPushButton) if one.text() == "Randomise the network")
    assert not button.isEnabled()
    panel.set_available(True)
    button.click()
    panel.allow_randomising("Occlusion is made by many runs.")
    assert not button.isEnabled()
    assert button.toolTip() == "Occlusion is made by many runs."
    panel.allow_randomising("")
    panel.randomising.set_busy(busy=True)
    assert not button.isEnabled()
    panel.randomising.set_busy(busy=False)
    assert button.isEnabled()
    assert told == ["randomise"]
    panel.say_backbone("It depends.")
    panel.say("Borne out.", "Areas.", deletion=[(0.0, 1.0)], insertion=[(0.0, np.float32(0).item())])
    assert panel.words() == "Borne out. Areas. It depends."
    panel.clear()
    assert panel.words() == ""


def test_each_question_is_busy_by_itself(qtbot: QtBot) -> None:
    panel = CheckPanel()
    qtbot.addWidget(panel)
    panel.set_available(True)
    panel.checking.set_busy(busy=True)
    panel.checking.set_progress(3, 50)
    assert (panel.checking.can_ask, panel.checking.can_stop) == (False, True)
    assert (panel.randomising.can_ask, panel.randomising.can_stop) == (True, False)
    panel.randomising.set_busy(busy=True)
    panel.checking.set_busy(busy=False)
    assert (panel.checking.can_ask, panel.checking.can_stop) == (True, False)
    assert (panel.randomising.can_ask, panel.randomising.can_stop) == (False, True)
    panel.set_available(False)
    panel.randomising.set_busy(busy=False)
    assert not panel.randomising.can_ask


@pytest.mark.parametrize(
    ("factor", "whole", "words"),
    [
        (2, False, "About the closer look on screen: 2 times the size. Each run takes about 4 times as long."),
        (1, True, "About the closer look on screen: whole picture."),
    ],
)
def test_the_look_that_is_checked_is_named(factor: int, whole: bool, words: str) -> None:
    examined = examined_picture(features_of(*[[[1.0]]] * 3))
    said, (width, height) = examined.classification, SIZE
    seen = {True: CropGeometry(0.0, 0.0, width, height), False: said.crop}
    for is_all, expected in (
        (True, words),
        (False, words.replace("whole picture", "middle of this very long picture")),
    ):
        look = replace(examined, classification=replace(said, crop=seen[is_all]))
        assert about_words(LookOnScreen(look, None, factor, whole)) == expected
    assert about_words(None) == ""
    assert "as it is" in about_words(None, is_painted=True)


def _checked(
    cells: int, logits: tuple[list[float], list[float]], *, rival: int | None = None, sanity: SanityCheck | None = None
) -> Checked:
    """Class 0 of three, of whose map some of four cells were hidden."""
    hidden = np.zeros((2, 2), np.bool_)
    hidden.flat[:cells] = True
    before, after = (np.array(values, np.float32) for values in logits)
    done = HiddenRun(Filling.BLUR, hidden, before, after)
    badge = DeletionBadge(0, *done.probabilities(0), done, rival)
    curve = Curve(np.array([0.0, 1.0]), np.array([0.6, 0.2], np.float32))
    return Checked(0, EVIDENCE, Filling.BLUR, badge, CurvePair(curve, curve, Filling.BLUR), sanity)


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        (
            _checked(3, ([2.0, 0.0, 0.0], [0.0, 0.0, 0.0])),
            "With the strongest 3 of 4 cells for cow blurred: cow 78.7\N{NO-BREAK SPACE}% \N{RIGHTWARDS ARROW}"
            " 33.3\N{NO-BREAK SPACE}%. The network bears the map out.",
        ),
        (
            _checked(1, ([0.0, 0.0, 0.0], [2.0, 0.0, 0.0])),
            "With the strongest of 4 cells for cow blurred: cow 33.3\N{NO-BREAK SPACE}% \N{RIGHTWARDS ARROW}"
            " 78.7\N{NO-BREAK SPACE}%. The network does not bear the map out: the class did not lose by it.",
        ),
        (_checked(0, ([2.0, 0.0, 0.0], [2.0, 0.0, 0.0])), "No cell speaks for cow, so there is nothing to hide."),
        (
            replace(_checked(1, ([2.0, 0.0, 0.0], [0.0, 0.0, 0.0])), is_flat=True),
            "The map is the same everywhere: no cell is stronger, so hiding some checks nothing.",
        ),
        (
            _checked(2, ([2.0, 1.0, 9.0], [2.0, 3.0, 0.0]), rival=1),
            "With the strongest 2 of 4 cells for cow blurred: its lead over horse +1.00 \N{RIGHTWARDS ARROW} -1.00"
            " logits. The network bears the map out.",
        ),
        (
            _checked(2, ([2.0, 1.0, 9.0], [9.0, 1.0, 0.0]), rival=1),
            "With the strongest 2 of 4 cells for cow blurred: its lead over horse +1.00 \N{RIGHTWARDS ARROW} +8.00"
            " logits. The network does not bear the map out: the lead did not shrink.",
        ),
    ],
    ids=["borne out", "refuted", "nothing to hide", "flat", "duel", "duel refuted"],
)
def test_how_many_cells_were_hidden_and_what_that_did(checked: Checked, words: str) -> None:
    assert badge_words(checked, "cow", "" if checked.badge.rival is None else "horse") == words


def test_a_change_that_nobody_can_see_bears_nothing_out() -> None:
    words = badge_words(_checked(1, ([-9.0, 0.0, 0.0], [-9.01, 0.0, 0.0])), "cow")
    assert "hardly changes it" in words
    assert "bears the map out" not in words


def test_the_map_that_stood_in_for_another_is_named() -> None:
    checked = _checked(3, ([2.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
    words = badge_words(checked, "cow", wanted=MapChoice(Method.OCCLUSION))
    assert words.startswith("Evidence, which is shown in place of Occlusion. With the strongest 3 of 4 cells")


def test_the_curves_of_a_comparison_say_whose_score_they_are_of() -> None:
    logits = ([2.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert curve_words(_checked(1, logits), "cow").startswith("Area under deletion")
    assert curve_words(_checked(1, logits, rival=1), "cow").startswith("Of the score of cow: Area under deletion")


def test_a_map_that_is_the_same_everywhere_was_not_compared() -> None:
    flat = SanityCheck(0.0, 0.0, 3, is_flat=True)
    words = sanity_words(_checked(1, ([0.0] * 3, [0.0] * 3), sanity=flat))
    assert words.startswith("The map is the same everywhere, so there is nothing to compare")
    check = BackboneCheck(Method.GRAD_CAM, 4, (BackboneStep("stem", 0.0, 0.0, is_flat=False),), is_flat=True)
    assert backbone_words(check, MapChoice(Method.GRAD_CAM)).endswith(words)
