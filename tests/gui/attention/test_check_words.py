"""What a check found is said of the map that was checked, with numbers and a verdict."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.attention.check_desk import RANDOMISED_METHODS
from gui.attention.check_panel import CheckPanel
from gui.attention.check_words import backbone_words, subject_words
from gui.viewer.map_choice import EVIDENCE, MapChoice
from inference.attention.backbone_sanity import CHECKED_METHODS, BackboneCheck, BackboneStep
from inference.attention.methods import Method
from inference.attention.sanity import ALIKE


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
    panel.set_busy(busy=True)
    assert not button.isEnabled()
    panel.set_busy(busy=False)
    assert button.isEnabled()
    assert told == ["randomise"]
    panel.say_backbone("It depends.")
    panel.say("Borne out.", "Areas.", deletion=[(0.0, 1.0)], insertion=[(0.0, np.float32(0).item())])
    assert panel.words() == "Borne out. Areas. It depends."
    panel.clear()
    assert panel.words() == ""
