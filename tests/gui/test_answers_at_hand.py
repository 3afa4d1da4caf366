"""Test gui/answers_at_hand.py: a feature map stays with its file; questions need all that they are answered from."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from gui.answers_at_hand import AnswersAtHand, are_alike
from inference.models.contract import ModelContract
from inference.results import Classification, CropGeometry, PictureFacts, Prediction

if TYPE_CHECKING:
    from gui.map_maker import MapMaker
    from inference.classify.classifier import Inspection

_CONTRACT = cast("ModelContract", SimpleNamespace(title="resnext"))
_MAKER = cast("MapMaker", SimpleNamespace(head=object(), model_hash="1a", scale=2.0, device="cpu", precision="float32"))


def _said(*, size_bytes: int = 900, label: str = "chain") -> Classification:
    return Classification(
        path="/0.jpg",
        predictions=(Prediction(0, label, 0.5, 3.0),),
        crop=CropGeometry(0, 0, 40, 30),
        facts=PictureFacts(40, 30, "PNG", size_bytes),
        evidence=None,
        model="resnext",
        device="cpu",
        precision="float32",
    )


def _features() -> Inspection:
    return cast("Inspection", SimpleNamespace())


def test_a_feature_map_stays_with_the_file_that_it_is_of() -> None:
    answers, features = AnswersAtHand(), _features()
    answers.take(1, _said(), features)
    answers.take(1, _said(label="necklace"), None)
    assert answers.inspections.get(1) is features
    answers.take(1, _said(size_bytes=901), None)
    assert 1 not in answers.inspections
    answers.take(1, _said(size_bytes=901), features)
    answers.forget({1})
    assert (1 in answers.results, 1 in answers.inspections) == (False, False)


def test_questions_are_answered_where_nothing_is_missing() -> None:
    answers, features = AnswersAtHand(), _features()
    assert answers.examined(1, "/1.jpg", _CONTRACT, _MAKER) is None
    answers.take(1, _said(), None)
    assert answers.examined(1, "/1.jpg", _CONTRACT, _MAKER) is None, "no feature map"
    answers.inspections.put(1, features)
    assert answers.examined(1, "/1.jpg", None, None) is None, "no model"
    headless = cast("MapMaker", SimpleNamespace(head=None))
    assert answers.examined(1, "/1.jpg", _CONTRACT, headless) is None
    found = answers.examined(1, "/1.jpg", _CONTRACT, _MAKER)
    assert found is not None
    assert (found.key, found.path, found.inspection, found.scale) == (1, "/1.jpg", features, 2.0)
    answers.clear()
    assert answers.examined(1, "/1.jpg", _CONTRACT, _MAKER) is None


def test_another_scale_alone_is_nothing_new() -> None:
    answers = AnswersAtHand()
    answers.take(1, _said(), _features())
    found = answers.examined(1, "/1.jpg", _CONTRACT, _MAKER)
    assert found is not None
    assert are_alike(None, None)
    assert not are_alike(found, None)
    assert are_alike(found, replace(found, scale=3.0))
    assert not are_alike(found, replace(found, inspection=_features()))
    assert not are_alike(found, replace(found, key=2))
