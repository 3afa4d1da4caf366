"""What stands in which panel, under which words, for each kind of comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gui.compare.compare_work import best
from gui.compare.compared_picture import ComparedPicture
from gui.compare.comparison import Comparison, Kind
from gui.viewer.suggestions_model import NO_CLASS
from inference.models.catalog import ModelFile
from inference.models.contract import Label
from tests.gui.compare.answering import answer_of, pixels_of

SPEAKER = answer_of().speaker
OTHER = replace(SPEAKER.contract, title="Other <b>", labels=(Label("Class 2"), Label("sunset")), evidence_scale=3.0)
MODEL = ModelFile("other", Path("/m/other.onnx"), False, OTHER)


def picture(key: int, name: str, first: int = 0) -> ComparedPicture:
    made = ComparedPicture(key, f"/p/{name}")
    made.answer = answer_of(f"/p/{name}", first=first)
    return made


def test_pictures_show_one_class_and_offer_the_first_of_each() -> None:
    made = Comparison(Kind.PICTURES, [picture(1, "a.png", 1), picture(2, "b.png", 2)], SPEAKER)
    assert made.choice.of(0) == NO_CLASS
    made.take_suggestions(best)
    assert made.panel_count == 2
    assert [made.panel_title(place) for place in (0, 1)] == ["a.png", "b.png"]
    assert made.choice.of(0) == made.choice.of(1) == 1
    assert made.choice.offered()[:2] == [(1, "class 1"), (2, "class 2")]
    assert made.title() == "2 pictures, Fake"
    assert made.shared_class() == "class 1"
    assert made.places_of(made.pictures[1]) == [1]


def test_the_class_is_the_first_pictures_also_when_it_answers_last() -> None:
    pictures = [picture(1, "a.png", 1), picture(2, "b.png", 2)]
    late, pictures[0].answer = pictures[0].answer, None
    made = Comparison(Kind.PICTURES, pictures, SPEAKER)
    made.take_suggestions(best)
    assert made.choice.shown == 2
    pictures[0].answer = late
    made.take_suggestions(best)
    assert made.choice.shown == 1


def test_classes_of_one_picture_have_a_panel_each() -> None:
    made = Comparison(Kind.CLASSES, [picture(1, "a.png", 2)], SPEAKER)
    assert made.panel_title(0) == ""
    made.take_suggestions(best)
    assert made.panel_count == 4
    assert made.panel_title(0) == "class 2"
    assert len({made.panel_title(place) for place in range(4)}) == 4
    assert made.places_of(made.pictures[0]) == [0, 1, 2, 3]
    assert made.shared_class() == ""
    assert made.title() == "a.png: classes of Fake"
    few = replace(SPEAKER, contract=replace(SPEAKER.contract, labels=SPEAKER.contract.labels[:2]))
    assert Comparison(Kind.CLASSES, made.pictures, few).panel_count == 2


def test_two_models_share_classes_by_name() -> None:
    made = Comparison(Kind.MODELS, [picture(1, "a.png", 1)], SPEAKER, MODEL)
    said = answer_of(first=1)
    predictions = tuple(replace(one, index=index) for index, one in enumerate(said.classification.predictions[:2]))
    made.second_answer = replace(said, classification=replace(said.classification, predictions=predictions))
    made.take_suggestions(best)
    assert made.panel_count == 2
    assert [made.panel_title(place) for place in (0, 1)] == ["Fake", "Other <b>"]
    assert made.choice.shown == 1
    assert (made.class_index(0, 1), made.class_index(1, 1)) == (1, None)
    assert (made.class_index(0, 2), made.class_index(1, 2)) == (2, 0)
    sunset = made.choice.classes.of_second(1)
    assert (made.class_index(0, sunset), made.class_index(1, sunset)) == (None, 1)
    assert {2, sunset} <= {number for number, _name in made.choice.offered()}
    assert made.title() == "a.png: two models"


@pytest.mark.parametrize(("own", "usual", "scale"), [(None, 1.5, 3.0), (5.0, 1.5, 5.0), (0.5, 9.0, 3.0)])
def test_the_scale_of_two_models_is_the_wider_one(own: float | None, usual: float, scale: float) -> None:
    speaker = replace(SPEAKER, contract=replace(SPEAKER.contract, evidence_scale=own))
    assert Comparison(Kind.MODELS, [picture(1, "a.png")], speaker, MODEL).scale(usual) == scale
    assert Comparison(Kind.CLASSES, [picture(1, "a.png")], speaker).scale(usual) == (own or usual)


def test_it_is_settled_when_nothing_more_comes() -> None:
    made = Comparison(Kind.MODELS, [picture(1, "a.png")], SPEAKER, MODEL)
    assert not made.is_settled
    made.pictures[0].pixels = pixels_of()
    assert not made.is_settled
    made.second_sentence = "It is damaged."
    assert made.is_settled
    failed = ComparedPicture(2, "/p/b.png", "It cannot be read.")
    assert Comparison(Kind.PICTURES, [failed], SPEAKER).is_settled
