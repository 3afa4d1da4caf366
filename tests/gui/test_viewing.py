"""Test gui/viewing.py: what the session knows of an image is shown without a model, too."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.main_window import View
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from tests.gui.label_bench import LabelBench

FACTS = PictureFacts(40, 30, "PNG", 900)


def _answer(*labels: str) -> Classification:
    said = tuple(Prediction(rank, label, 0.5 / (rank + 1), 3.0 - rank) for rank, label in enumerate(labels))
    return Classification(
        path="/0.jpg",
        predictions=said,
        crop=CropGeometry(0, 0, 40, 30),
        facts=FACTS,
        evidence=None,
        model="resnext",
        device="openvino",
        precision="float32",
    )


@pytest.fixture
def bench(qtbot: QtBot) -> LabelBench:
    """A session of a chain and of an image that nobody has classified, and a model that could not be opened."""
    bench = LabelBench(qtbot, ("chain", ""))
    bench.viewing.set_no_model()
    bench.window.show_view(View.VIEWER)
    return bench


def test_without_a_model_stored_answers_are_shown_and_only_the_map_is_missing(bench: LabelBench) -> None:
    inspector = bench.window.page.inspector
    wanted = QSignalSpy(bench.viewing.answer_wanted)
    bench.viewing.show_key(0)
    assert wanted.count() == 1
    bench.viewing.on_recalled(0, _answer("chain", "necklace"))
    assert inspector.sentence == ""
    shown = inspector.suggestions.model()
    assert str(shown.index(0, 0).data()).startswith("chain")
    assert shown.rowCount() == 2, "no line for the others: how many there were is not known"
    assert "Classified earlier by resnext on OpenVINO (float32)." in inspector.facts.words()
    assert "No map: no model is ready." in inspector.map_panel.words()


def test_without_a_model_an_image_that_was_never_classified_says_so(bench: LabelBench) -> None:
    wanted = QSignalSpy(bench.viewing.answer_wanted)
    bench.viewing.show_key(1)
    assert bench.window.page.inspector.sentence == "No model is ready, so it was not classified."
    assert wanted.count() == 0


def test_without_a_model_an_answer_that_is_lost_is_not_waited_for(bench: LabelBench) -> None:
    wanted = QSignalSpy(bench.viewing.answer_wanted)
    bench.viewing.show_key(0)
    bench.viewing.on_recalled(0, None)
    assert bench.window.page.inspector.sentence == "No model is ready, so it was not classified."
    assert wanted.count() == 1
