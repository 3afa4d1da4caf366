"""A class is named as the model names it, and by its number where that is not enough."""

from __future__ import annotations

from inference.models.class_names import distinct_name
from inference.models.contract import Label


def test_only_names_that_two_classes_share_are_numbered() -> None:
    labels = [Label("crane", "n02012849"), Label("heron"), Label("crane", "n03126707")]
    assert [distinct_name(labels, index) for index in range(3)] == ["crane (0)", "heron", "crane (2)"]


def test_another_model_has_names_of_its_own() -> None:
    one, other = [Label("crane"), Label("crane")], [Label("crane"), Label("heron")]
    assert [distinct_name(labels, 0) for labels in (one, other, one)] == ["crane (0)", "crane", "crane (0)"]
