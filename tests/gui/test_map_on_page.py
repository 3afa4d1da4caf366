"""The page shows a map, or says in words why there is none; what stands in for another map is called what it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from gui.attention.examined import Examined
from gui.map_maker import MapMaker
from gui.map_on_page import FoundMap, MapOnPage, ShownPicture
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.viewer.map_mode import MapMode
from gui.viewer.viewer_page import ViewerPage
from inference.arrays import Features
from inference.attention.methods import FACTS, Method
from inference.classify.classifier import Inspection
from inference.engine.devices import Precision
from inference.engine.network import Head
from inference.models.contract import Label, MapKind, ModelContract, Preprocessing
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from tests.gui.viewer.pictures import plain_image

HEAD = Head(np.array([[1, 0], [-1, 0], [0, 1]], np.float32), np.array([0.5, 0.0, -1.0], np.float32))


class FakeSource:
    """Has a map, or not yet."""

    def __init__(self) -> None:
        self.found = FoundMap(None)
        self.asked: list[tuple[int, MapChoice]] = []

    def find(self, examined: Examined, class_index: int, choice: MapChoice) -> FoundMap:
        del examined
        self.asked.append((class_index, choice))
        return self.found


class Bench:
    """A page with a picture, and maps on it."""

    def __init__(self, qtbot: QtBot, kind: MapKind = MapKind.EXACT) -> None:
        self.page = ViewerPage()
        qtbot.addWidget(self.page)
        self.page.picture.show_picture(plain_image(8, 8), original_size=QSize(8, 8))
        labels = tuple(Label(name) for name in ("cat", "dog", "owl"))
        self.contract = ModelContract("m", "M", labels, Preprocessing(8, 8), kind, evidence_scale=1.0)
        self.head = HEAD if kind is MapKind.EXACT else None
        self.map = MapOnPage(self.page)
        self.map.set_model(self.contract, MapMaker(self.contract, self.head))
        self.source = FakeSource()
        self.map.source = self.source

    def show(self, features: Features | None, class_index: int = 0, logits: list[float] | None = None) -> None:
        """Show the map of a class of a picture with these features."""
        self.map.show(class_index, self.picture(features, logits))

    def picture(self, features: Features | None, logits: list[float] | None = None) -> ShownPicture:
        own = [0.0, 0.0, 0.0]
        if logits is not None:
            own = logits
        elif features is not None:
            own = [float("nan")] * 3
            if np.isfinite(features).all():
                own = (HEAD.weight @ features.mean(axis=(1, 2)) + HEAD.bias).tolist()
        predictions = (Prediction(0, "cat", 0.6, own[0]), Prediction(1, "dog", 0.4, own[1]))
        evidence = (
            np.array([[[0.4, 0.0]], [[-0.4, 0.0]]], np.float32) if self.contract.maps is not MapKind.NONE else None
        )
        facts, crop = PictureFacts(8, 8, "PNG", 1), CropGeometry(0, 0, 8, 8)
        said = Classification("x", facts, crop, predictions, evidence, "m", "cpu", "float32")
        if features is None or self.head is None:
            return ShownPicture(said, None, None)
        inspection = Inspection(np.array(own, np.float32), features, np.zeros((8, 8, 3), np.uint8))
        examined = Examined(1, "x", said, inspection, self.contract, self.head, "", 1.0, "cpu", Precision.FLOAT32)
        return ShownPicture(said, inspection, examined)

    @property
    def words(self) -> str:
        panel = self.page.inspector.map_panel
        return " ".join(part for part in (panel.words(), panel.methods.words()) if part)

    @property
    def legend(self) -> str:
        return self.page.legend.text()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    """With exact maps."""
    return Bench(qtbot)


def _features(*values: float) -> Features:
    """Two channels over a row of cells; only the first one says anything."""
    return np.array([[values], [[0.0] * len(values)]], np.float32)


def test_the_ledger_is_checked_against_the_network(bench: Bench) -> None:
    bench.show(_features(4, -2))
    assert "+2.00 for, -1.00 against, bias +0.50 = logit 1.50, as the network says" in bench.legend
    assert bench.words == ""
    bench.show(_features(4, -2), logits=[1.75, 0, 0])
    assert bench.legend.endswith("= logit 1.50; but the network says 1.75, 0.25 away")
    bench.show(_features(4, -2), logits=[float("nan"), 0, 0])
    assert bench.legend.endswith("; the network itself gave no valid number")


def test_stored_evidence_claims_no_check(bench: Bench) -> None:
    bench.show(None)
    assert "= logit 0.90" in bench.legend
    assert "network" not in bench.legend


@pytest.mark.parametrize(
    ("features", "class_index", "words"),
    [
        (_features(4, 2), 1, "The evidence is against this class."),
        (_features(0.4, 0.1), 0, "The evidence is spread evenly; no area stands out."),
        (_features(3, 3), 0, "The features are the same everywhere; no area stands out."),
        (_features(3, 3), 1, "The features are the same everywhere, and the evidence is against this class."),
        (_features(3, 1), 2, "No cell speaks for this class or against it."),
        (_features(float("nan"), 1), 0, "The model gave no valid numbers for this map."),
        (_features(float("inf"), 1), 0, "The model gave no valid numbers for this map."),
    ],
)
def test_what_cannot_be_seen_is_said(bench: Bench, features: Features, class_index: int, words: str) -> None:
    bench.show(features, class_index)
    assert bench.words == words
    is_drawn = "against this class." in words and "same" not in words
    assert bench.page.picture._scene.has_map is is_drawn


@pytest.mark.parametrize("method", [method for method in Method if not FACTS[method].runs_network])
def test_no_method_fails_where_there_are_no_numbers(bench: Bench, method: Method) -> None:
    for value in (float("nan"), float("inf")):
        for relative in (False, True):
            bench.map.choice = MapChoice(method, relative=relative).possible
            bench.show(_features(value, 1))
            assert bench.words == "The model gave no valid numbers for this map."


@pytest.mark.parametrize("method", [Method.GRAD_CAM, Method.LAYER_CAM, Method.XGRAD_CAM, Method.GRAD_CAM_PLUS_PLUS])
def test_a_rectified_map_of_a_class_that_nothing_speaks_for_says_so(bench: Bench, method: Method) -> None:
    bench.map.choice = MapChoice(method)
    bench.show(_features(4, 2), 1)
    assert "leaves out what speaks against it" in bench.words


def test_relative_maps_add_up_to_the_lead_over_the_mean(bench: Bench) -> None:
    bench.map.choice = MapChoice(relative=True)
    features = _features(4, -2)
    bench.show(features)
    logits = bench.picture(features).inspection
    assert logits is not None
    lead = float(logits.logits[0] - logits.logits.mean())
    assert f"= {lead:.2f} above the mean of all logits, as the network says" in bench.legend
    assert "cat rather than the average class" in bench.legend


def test_approximate_maps_and_none(qtbot: QtBot) -> None:
    approximate = Bench(qtbot, MapKind.APPROXIMATE)
    approximate.show(None)
    assert "approximate: the parts do not add up" in approximate.legend
    assert "approximate" in approximate.words
    approximate.show(None, 2)
    assert "five best classes" in approximate.words
    assert approximate.legend == ""
    # Other methods need the head; the evidence is shown, and nothing else is claimed.
    approximate.map.choice = MapChoice(Method.LAYER_CAM)
    approximate.show(None)
    assert approximate.map.drawn is not None
    assert approximate.map.drawn.choice == EVIDENCE
    without = Bench(qtbot, MapKind.NONE)
    without.show(None)
    assert without.legend == ""
    assert without.words != ""


def test_a_duel_is_one_of_evidence(bench: Bench) -> None:
    bench.map.choice, bench.map.rival = MapChoice(Method.LAYER_CAM), 1
    bench.show(_features(4, -2))
    assert "cat rather than dog" in bench.legend
    assert bench.legend.endswith("= difference of logits 2.50, as the network says")
    assert bench.words == "Two classes are compared by their evidence."
    assert bench.map.drawn is not None
    assert (bench.map.drawn.rival, bench.map.drawn.choice) == (1, EVIDENCE)
    bench.show(_features(4, -2), 1)
    assert "LayerCAM" in bench.legend


def test_the_map_before_stays_while_another_comes_in_a_moment(bench: Bench) -> None:
    bench.show(_features(4, -2))
    before = bench.legend
    bench.map.choice = MapChoice(Method.GRAD_CAM, 2)
    bench.source.found = FoundMap(None, is_near=True, words="Computing.")
    bench.show(_features(4, -2), 2)
    assert bench.legend == before
    assert bench.words == "Computing."
    assert bench.source.asked == [(2, MapChoice(Method.GRAD_CAM, 2))]
    # Where nothing is on screen, the evidence stands in, and is called evidence.
    bench.page.legend.clear()
    bench.show(_features(4, -2))
    assert bench.legend == before
    bench.source.found = FoundMap(np.array([[0.1, 0.3]], np.float32))
    bench.show(_features(4, -2))
    assert "stage 2" in bench.legend
    assert bench.words == ""


def test_the_evidence_stands_in_for_a_map_that_takes_long(bench: Bench) -> None:
    bench.map.choice = MapChoice(Method.OCCLUSION)
    bench.source.found = FoundMap(None, words="It takes 49 runs.")
    bench.show(_features(4, -2))
    assert "= logit 1.50" in bench.legend
    assert bench.words == "It takes 49 runs."
    assert bench.map.drawn is not None
    assert bench.map.drawn.choice == EVIDENCE


def test_off_shows_nothing_and_keeps_the_map_for_saving(bench: Bench) -> None:
    bench.map.mode = MapMode.OFF
    bench.show(_features(4, -2))
    assert bench.legend == ""
    assert bench.map.drawn is not None
    assert not bench.page.picture._scene.has_map


def test_two_classes_of_one_name_are_told_apart(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.contract = replace(bench.contract, labels=(Label("crane"), Label("dog"), Label("crane")))
    bench.map.set_model(bench.contract, MapMaker(bench.contract, bench.head))
    bench.map.rival = 2
    bench.show(_features(1.0, 0.0))
    assert "crane (0) rather than crane (2)" in bench.legend
