"""A class is named as the model names it, and by its number where that is not enough."""

from __future__ import annotations

from gui.viewer.class_names import distinct_name
from inference.models.contract import Label


def test_only_names_that_two_classes_share_are_numbered() -> None:
    labels = [Label("crane", "n02012849"), Label("heron"), Label("crane", "n03126707")]
    assert [distinct_name(labels, index) for index in range(3)] == ["crane (0)", "heron", "crane (2)"]
