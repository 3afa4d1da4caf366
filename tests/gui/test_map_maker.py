"""Maps on screen: from features or stored evidence, on one scale, and words where nothing can be drawn."""

from __future__ import annotations

import numpy as np
import pytest

from gui.map_maker import SCALE_PICTURES, MapMaker
from gui.viewer.map_mode import MapMode, MapRemark
from inference.arrays import EvidenceMap
from inference.classify.classifier import Inspection
from inference.engine.network import Head
from inference.models.contract import Label, MapKind, ModelContract, Preprocessing
from inference.results import Classification, CropGeometry, PictureFacts, Prediction


def _contract(kind: MapKind = MapKind.EXACT, scale: float | None = 1.0) -> ModelContract:
    labels = tuple(Label(name) for name in "abc")
    return ModelContract("m", "M", labels, Preprocessing(8, 8), kind, evidence_scale=scale)


def _head() -> Head:
    return Head(np.eye(3, dtype=np.float32), np.array([0.5, 0.0, -1.0], np.float32))


def _classification(value: float = 1.0) -> Classification:
    predictions = (Prediction(2, "c", 0.7, 3.0), Prediction(0, "a", 0.2, 1.0))
    evidence = np.stack([np.full((2, 2), value, np.float32), np.full((2, 2), -value, np.float32)])
    facts, crop = PictureFacts(8, 8, "PNG", 1), CropGeometry(0, 0, 8, 8)
    return Classification("x", facts, crop, predictions, evidence, "m", "cpu", "float32")


def _map(values: list[list[float]]) -> EvidenceMap:
    return np.array(values, np.float32)


def test_any_class_has_a_map_from_the_features_and_the_best_ones_from_the_stored_evidence() -> None:
    maker = MapMaker(_contract(), _head())
    features = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    inspection = Inspection(np.zeros(3, np.float32), features, np.zeros((8, 8, 3), np.uint8))
    from_features = maker.contributions(1, _classification(), inspection)
    assert from_features is not None
    np.testing.assert_allclose(from_features, features[1] / 4)
    stored = maker.contributions(0, _classification(), None)
    assert stored is not None
    assert (stored == -1).all()
    assert maker.contributions(1, _classification(), None) is None


def test_the_account_adds_the_bias_of_the_class() -> None:
    shown = MapMaker(_contract(), _head()).on_screen(2, _map([[3, -1], [0, 0]]), _classification(), MapMode.EVIDENCE)
    account = shown.account
    assert (account.supporting, account.opposing, account.bias, account.logit) == (3, -1, -1, 1)


def test_without_a_head_the_bias_is_what_is_left_of_the_logit() -> None:
    maker = MapMaker(_contract(MapKind.APPROXIMATE), None)
    shown = maker.on_screen(2, _map([[1, 1], [1, -1]]), _classification(), MapMode.EVIDENCE)
    assert maker.has_maps
    assert not maker.has_every_map
    assert shown.account.logit == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("values", "remark", "drawn"),
    [
        ([[1.0, 0.0], [0.0, 0.0]], MapRemark.NONE, True),
        ([[-1.0, 0.0], [0.0, 0.2]], MapRemark.AGAINST, True),
        ([[0.1, 0.1], [0.1, 0.1]], MapRemark.FLAT, False),
        ([[float("nan"), 0.1], [0.1, 0.1]], MapRemark.INVALID, False),
    ],
)
def test_what_cannot_be_drawn_is_said(values: list[list[float]], remark: MapRemark, *, drawn: bool) -> None:
    shown = MapMaker(_contract(), _head()).on_screen(0, _map(values), _classification(), MapMode.EVIDENCE)
    assert shown.remark is remark
    assert (shown.overlay is not None) == drawn


def test_off_draws_nothing() -> None:
    shown = MapMaker(_contract(), _head()).on_screen(0, _map([[1, 0], [0, 0]]), _classification(), MapMode.OFF)
    assert shown.overlay is None


def test_a_model_without_a_scale_takes_it_from_the_first_pictures_and_keeps_it() -> None:
    maker = MapMaker(_contract(scale=None), _head())
    for _ in range(SCALE_PICTURES):
        maker.learn_scale(_classification(2.0))
    assert maker.scale == pytest.approx(2.0)
    for _ in range(SCALE_PICTURES):
        maker.learn_scale(_classification(50.0))
    assert maker.scale == pytest.approx(2.0)
