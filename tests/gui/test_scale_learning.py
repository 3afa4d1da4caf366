"""A scale that becomes another is told once for many answers, and no more when the screen is gone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.map_maker import SCALE_PICTURES, MapMaker
from gui.scale_learning import ScaleLearning
from inference.results import Classification
from tests.fakes import fake_contract
from tests.gui.attention.examined_pictures import HEAD, examined_picture, features_of


def _said(strength: float) -> Classification:
    evidence = np.full((1, 2, 2), strength, np.float32)
    return replace(examined_picture(features_of(*[[[1.0]]] * 3)).classification, evidence=evidence)


def _learning(screen: QObject) -> tuple[ScaleLearning, list[None]]:
    learning, told = ScaleLearning(screen), list[None]()
    learning.changed.connect(lambda: told.append(None))
    return learning, told


def test_many_answers_are_told_once(qtbot: QtBot) -> None:
    screen = QObject()
    learning, told = _learning(screen)
    maker = MapMaker(replace(fake_contract(), evidence_scale=None), HEAD)
    with qtbot.waitSignal(learning.changed):
        for strength in range(1, 9):
            learning.learn(maker, _said(float(strength)))
    assert len(told) == 1
    assert maker.scale > 7
    # What is drawn is on this scale already.
    for _ in range(SCALE_PICTURES - 8):
        learning.learn(maker, _said(8.0))
    learning.begin()
    qtbot.wait(400)
    assert len(told) == 1


def test_a_model_with_a_scale_never_tells(qtbot: QtBot) -> None:
    screen = QObject()
    learning, told = _learning(screen)
    maker = MapMaker(replace(fake_contract(), evidence_scale=1.0), HEAD)
    learning.learn(maker, _said(9.0))
    qtbot.wait(400)
    assert not told
