"""Maps on screen: from features or stored evidence, on one scale, and words where nothing can be drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gui import map_maker
from gui.map_maker import SCALE_PICTURES, MapMaker
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode, MapRemark
from inference.arrays import EvidenceMap, Features, HeadWeight
from inference.attention.closed_forms import closed_form
from inference.attention.evidence import evidence_map
from inference.attention.methods import FACTS, Method
from inference.attention.relative import relative_head
from inference.classify.classifier import Inspection
from inference.engine.devices import Precision
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


def test_without_a_head_the_parts_do_not_add_up_and_the_logit_is_the_networks() -> None:
    maker = MapMaker(_contract(MapKind.APPROXIMATE), None)
    contributions = _map([[1, 1], [1, -1]])
    account = maker.account(2, contributions, _classification(), None)
    assert maker.has_maps
    assert not maker.has_every_map
    assert account.is_approximate
    assert account.adds_up is None
    parts = account.ledger
    assert (parts.supporting, parts.opposing, parts.logit) == pytest.approx((3.0, -1.0, 3.0))
    assert maker.on_screen(2, contributions, _classification(), MapMode.EVIDENCE).account == parts


@pytest.mark.parametrize(
    ("values", "remark", "drawn"),
    [
        ([[1.0, 0.0], [0.0, 0.0]], MapRemark.NONE, True),
        ([[-1.0, 0.0], [0.0, 0.2]], MapRemark.AGAINST, True),
        ([[-1.0, -2.0], [-1.0, -0.5]], MapRemark.AGAINST, True),
        ([[0.1, 0.05], [0.1, 0.1]], MapRemark.FLAT, False),
        ([[0.1, 0.1], [0.1, 0.1]], MapRemark.SAME, False),
        ([[-0.1, -0.1], [-0.1, -0.1]], MapRemark.SAME_AGAINST, False),
        ([[0.0, 0.0], [0.0, 0.0]], MapRemark.NOTHING, False),
        ([[float("nan"), 0.1], [0.1, 0.1]], MapRemark.INVALID, False),
    ],
)
def test_what_cannot_be_drawn_is_said(values: list[list[float]], remark: MapRemark, *, drawn: bool) -> None:
    shown = MapMaker(_contract(), _head()).on_screen(0, _map(values), _classification(), MapMode.EVIDENCE)
    assert shown.remark is remark
    assert (shown.overlay is not None) == drawn


@pytest.mark.parametrize(
    ("values", "choice", "remark"),
    [
        ([[0.0, 0.0], [0.0, 0.0]], MapChoice(Method.GRAD_CAM), MapRemark.NOTHING_FOR),
        ([[0.1, 0.05], [0.1, 0.1]], MapChoice(Method.LAYER_CAM), MapRemark.NONE),
        ([[-0.1, -0.05], [-0.1, -0.1]], MapChoice(Method.OCCLUSION), MapRemark.AGAINST),
        ([[0.1, -0.5], [0.1, 0.1]], MapChoice(Method.OCCLUSION), MapRemark.NONE),
        ([[0.1, float("inf")], [0.1, 0.1]], MapChoice(Method.XGRAD_CAM), MapRemark.INVALID),
    ],
)
def test_what_is_in_no_logits_is_judged_by_its_order_alone(
    values: list[list[float]], choice: MapChoice, remark: MapRemark
) -> None:
    maker = MapMaker(_contract(), _head())
    shown = maker.on_screen(0, _map(values), _classification(), MapMode.EVIDENCE, choice=choice)
    assert shown.remark is remark


def test_a_map_in_no_logits_is_drawn_on_its_own_scale() -> None:
    maker = MapMaker(_contract(), _head())
    small = _map([[0.002, 0], [0, -0.001]])
    own = maker.on_screen(0, small, _classification(), MapMode.HEAT, choice=MapChoice(Method.OCCLUSION))
    assert own.scale == pytest.approx(0.002)
    assert own.overlay is not None
    assert own.overlay.pixelColor(0, 0).alpha() == 255
    exact = maker.on_screen(0, small * 300, _classification(), MapMode.HEAT, choice=MapChoice(Method.HIRES_CAM))
    assert exact.scale == 1.0


@pytest.mark.parametrize("mode", list(MapMode))
def test_lines_go_with_every_way_of_drawing_but_none(mode: MapMode) -> None:
    maker = MapMaker(_contract(), _head())
    contributions = _map([[1, 0], [0, -1]])
    alone = maker.on_screen(0, contributions, _classification(), mode)
    both = maker.on_screen(0, contributions, _classification(), mode, outline=True)
    assert bool(len(alone.lines)) is (mode is MapMode.OUTLINE)
    assert bool(len(both.lines)) is (mode is not MapMode.OFF)
    assert (both.overlay is None) is (mode in {MapMode.OUTLINE, MapMode.OFF})


@given(
    features=arrays(np.float32, (3, 2, 3), elements=st.floats(-8, 8, width=32)),
    weights=arrays(np.float32, (5, 3), elements=st.floats(-2, 2, width=32)),
    relative=st.booleans(),
)
def test_every_account_is_what_the_network_says(features: Features, weights: HeadWeight, relative: bool) -> None:
    head = Head(weights, np.arange(5, dtype=np.float32))
    maker = MapMaker(_contract(), head)
    logits = (weights @ features.mean(axis=(1, 2)) + head.bias).astype(np.float32)
    inspection = Inspection(logits, features, np.zeros((8, 8, 3), np.uint8))
    choice = MapChoice(relative=relative)
    for index in range(5):
        made = maker.method_map(choice, index, inspection)
        assert made is not None
        account = maker.account(index, made, _classification(), inspection, choice)
        assert account.adds_up is True
        wanted = logits[index] - (logits.mean() if relative else 0)
        assert account.ledger.logit == pytest.approx(wanted, abs=1e-4)


def test_the_average_class_is_that_of_the_core() -> None:
    head = Head(np.random.default_rng(3).normal(size=(7, 3)).astype(np.float32), np.arange(7, dtype=np.float32))
    features = np.random.default_rng(4).normal(size=(3, 4, 5)).astype(np.float32)
    inspection = Inspection(np.zeros(7, np.float32), features, np.zeros((8, 8, 3), np.uint8))
    made = MapMaker(_contract(), head).method_map(MapChoice(relative=True), 5, inspection)
    assert made is not None
    np.testing.assert_array_equal(made, evidence_map(features, relative_head(head).weight[5]))


def test_a_map_that_is_the_same_for_every_class_is_made_once_for_each_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Method] = []

    def counted(method: Method, features: Features, weight: HeadWeight) -> EvidenceMap:
        made.append(method)
        return closed_form(method, features, weight)

    monkeypatch.setattr(map_maker, "closed_form", counted)
    maker, choice = MapMaker(_contract(), _head()), MapChoice(Method.EIGEN_CAM)
    for seed in (1, 2):
        features = np.random.default_rng(seed).normal(size=(3, 4, 5)).astype(np.float32)
        inspection = Inspection(np.zeros(3, np.float32), features, np.zeros((8, 8, 3), np.uint8))
        maps = [maker.method_map(choice, index, inspection) for index in (0, 1, 2)]
        assert maps[0] is maps[2] is not None
        np.testing.assert_array_equal(maps[0], closed_form(Method.EIGEN_CAM, features, _head().weight[0]))
    assert made == [Method.EIGEN_CAM] * 2


def test_an_account_that_the_network_contradicts_says_so() -> None:
    maker = MapMaker(_contract(), _head())
    features = np.ones((3, 2, 2), np.float32)
    inspection = Inspection(np.array([9, 0, 0], np.float32), features, np.zeros((8, 8, 3), np.uint8))
    contributions = maker.contributions(0, _classification(), inspection)
    assert contributions is not None
    account = maker.account(0, contributions, _classification(), inspection)
    assert account.adds_up is False
    assert (account.ledger.logit, account.network_logit) == (1.5, 9.0)
    loose = MapMaker(_contract(), _head(), precision=Precision.BFLOAT16)
    near = replace(inspection, logits=np.array([1.51, 0, 0], np.float32))
    assert maker.account(0, contributions, _classification(), near).adds_up is False
    assert loose.account(0, contributions, _classification(), near).adds_up is True


@pytest.mark.parametrize("method", [method for method in Method if not FACTS[method].runs_network])
def test_every_closed_form_is_made_of_the_feature_map(method: Method) -> None:
    maker = MapMaker(_contract(), _head())
    features = np.random.default_rng(4).normal(size=(3, 4, 5)).astype(np.float32)
    inspection = Inspection(np.zeros(3, np.float32), features, np.zeros((8, 8, 3), np.uint8))
    made = maker.method_map(MapChoice(method), 1, inspection)
    assert made is not None
    np.testing.assert_array_equal(made, closed_form(method, features, _head().weight[1]))
    assert MapMaker(_contract(MapKind.APPROXIMATE), None).method_map(MapChoice(method), 1, inspection) is None


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
