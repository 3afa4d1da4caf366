"""The legend names the ends of the scale, and its ledger adds up."""

import math
import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.labels import ElidedLabel
from gui.viewer.legend import Legend, ScaleBar
from gui.viewer.map_choice import MapChoice, method_name, paper_name
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import decimal_text, decimals_for
from inference.attention.methods import Method


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    """A legend on screen."""
    widget = Legend()
    qtbot.addWidget(widget)
    widget.resize(600, widget.sizeHint().height())
    widget.show()
    return widget


def test_ends_and_class_are_named(legend: Legend) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=9.4, class_name="tabby")
    assert legend.text() == "-9.4 +9.4 logits for tabby"
    assert "tabby" in legend.accessibleDescription()
    legend.show_scale(MapMode.HEAT, scale=0.035, class_name="tabby")
    assert legend.text() == "0.000 +0.035 logits for tabby"
    assert legend.is_shown
    assert "does not prove" in legend.toolTip()


def test_the_ledger_is_words(legend: Legend) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    legend.set_ledger(positive=9.41, negative=-1.84, bias=0.21, logit=7.78)
    assert "+9.41 for, -1.84 against, bias +0.21 = logit 7.78" in legend.text()


def test_a_ledger_that_does_not_add_up_is_shown_as_it_is(legend: Legend) -> None:
    legend.set_ledger(positive=5.0, negative=-1.0, bias=0.5, logit=9.0)
    assert "= logit 9.00" in legend.text()


@given(positive=st.floats(0, 50), negative=st.floats(-50, 0), bias=st.floats(-3, 3))
def test_the_written_ledger_adds_up(positive: float, negative: float, bias: float) -> None:
    legend = Legend()
    legend.set_ledger(positive=positive, negative=negative, bias=bias, logit=positive + negative + bias)
    numbers = [float(number) for number in re.findall(r"[-+]?\d+\.\d+", legend.text())]
    assert len(numbers) == 4
    assert sum(numbers[:3]) == pytest.approx(numbers[3], abs=1e-6)


def test_colours_run_from_blue_to_orange(legend: Legend) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    bar = legend.findChild(ScaleBar)
    assert isinstance(bar, ScaleBar)
    image = bar.grab().toImage()
    row = image.height() // 2
    left, right = image.pixelColor(4, row), image.pixelColor(image.width() - 5, row)
    clear = image.pixelColor(image.width() // 2 + 4, row)
    assert left.blue() > left.red() + 80
    assert right.red() > right.blue() + 80
    assert abs(clear.red() - clear.blue()) < 25


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_no_scale_no_legend(legend: Legend, scale: float) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    height = legend.sizeHint().height()
    legend.show_scale(MapMode.EVIDENCE, scale=scale, class_name="tabby")
    assert not legend.is_shown
    assert legend.text() == ""
    assert legend.sizeHint().height() == height
    legend.show_scale(MapMode.OFF, scale=1.0, class_name="tabby")
    assert not legend.is_shown


def test_no_numbers_no_ledger(legend: Legend) -> None:
    legend.set_ledger(positive=math.nan, negative=0, bias=0, logit=0)
    assert legend.text() == ""


@pytest.mark.parametrize("width", [40, 300, 2400])
def test_it_is_rendered_for_a_file(legend: Legend, width: int) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    before = legend.geometry()
    image = legend.rendered(width)
    assert image.width() == width
    assert image.height() == round(before.height() * max(1.0, width / 600))
    assert legend.geometry() == before


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        (MapMode.EVIDENCE, "ox"),
        (MapMode.EVIDENCE, "Persian cat rather than golden retriever, painted over"),
        (MapMode.OUTLINE, "Persian cat"),
    ],
)
def test_at_its_whole_width_no_word_is_cut(legend: Legend, mode: MapMode, name: str) -> None:
    legend.show_scale(mode, scale=1.0, class_name=name)
    legend.set_ledger(positive=2.92, negative=-0.76, bias=0.12, logit=2.28, network=2.28, adds_up=True)
    legend.resize(legend.whole_width(), legend.height())
    QApplication.processEvents()
    for label in legend.findChildren(ElidedLabel):
        assert label.width() >= label.sizeHint().width()


def test_words_below_it_take_the_lines_that_they_need(legend: Legend) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    bare, words = legend.rendered(300), "Shows which parts moved the score; not a proof of cause."
    narrow, wide = legend.rendered(300, words), legend.rendered(600, words)
    assert narrow.height() > wide.height() > bare.height()
    assert narrow.copy(bare.rect()) == bare
    assert legend.rendered(600, words, ratio=2.0).height() == 2 * narrow.height()


def test_numbers_are_written_with_two_digits_that_count() -> None:
    assert [decimals_for(scale) for scale in (12.0, 9.4, 1.0, 0.94, 0.05, 0.0, math.nan)] == [1, 1, 1, 2, 3, 1, 1]
    assert decimal_text(-0.04, 1, signed=True) == "0.0"
    assert decimal_text(2.0, 1, signed=True) == "+2.0"


def test_the_network_agrees_or_the_difference_is_shown(legend: Legend) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby")
    tell = partial(legend.set_ledger, positive=9.41, negative=-1.84, bias=0.21, logit=7.78)
    tell(network=7.78, adds_up=True)
    assert legend.text().endswith("= logit 7.78, as the network says")
    tell(network=7.9, adds_up=False)
    assert legend.text().endswith("= logit 7.78; but the network says 7.90, 0.12 away")
    tell(network=7.7804, adds_up=False)
    assert legend.text().endswith("the network says 7.7804, 0.0004 away")
    tell(network=math.nan, adds_up=False)
    assert legend.text().endswith("; the network itself gave no valid number")


def test_an_approximate_map_adds_up_to_nothing(legend: Legend) -> None:
    legend.set_ledger(positive=9.41, negative=-1.84, bias=0.0, logit=3.0, is_approximate=True)
    assert "logit 3.00 (approximate: the parts do not add up)" in legend.text()
    assert "bias" not in legend.text()


def test_relative_evidence_is_about_the_lead_over_the_average(legend: Legend) -> None:
    choice = MapChoice(relative=True)
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby rather than the average class", choice=choice)
    legend.set_ledger(positive=2.0, negative=-1.0, bias=0.5, logit=1.5, network=1.5, adds_up=True)
    assert "rather than the average class" in legend.text()
    assert "= 1.50 above the mean of all logits, as the network says" in legend.text()


@pytest.mark.parametrize("method", list(Method))
def test_each_method_names_itself_its_paper_and_its_unit(legend: Legend, method: Method) -> None:
    choice = MapChoice(method)
    legend.show_scale(MapMode.EVIDENCE, scale=3.0, class_name="tabby", choice=choice)
    legend.set_ledger(positive=2.0, negative=-1.0, bias=0.5, logit=1.5)
    text = legend.text()
    if choice.is_exact:
        assert text.startswith("-3.0 +3.0 logits for tabby")
        assert "= logit 1.50" in text
    else:
        low = "-1" if choice.is_signed else "0"
        assert text.startswith(f"{low} 1 of this map's largest")
        assert ("logits lost where the cell is hidden" in text) is (method is Method.OCCLUSION)
        assert ("logits" in text) is (method is Method.OCCLUSION)
        assert "= " not in text
        assert any(words in text for words in ("nothing adds up", "add up to nothing", "the same for every class"))
    if method is not Method.EVIDENCE:
        assert method_name(method) in text
        assert paper_name(method) in text
    assert ("tabby" in text) is choice.depends_on_class


def test_an_earlier_stage_is_named_and_has_no_logits(legend: Legend) -> None:
    choice = MapChoice(Method.HIRES_CAM, 2)
    legend.show_scale(MapMode.HEAT, scale=0.01, class_name="tabby", choice=choice)
    legend.set_ledger(positive=2.0, negative=-1.0, bias=0.5, logit=1.5)
    assert "HiResCAM (Draelos and Carin 2020), stage 2: only proportions count" in legend.text()
    assert "logit 1.50" not in legend.text()
    assert "of this map's largest value" in legend.accessibleDescription()


def test_lines_over_the_colours_are_explained(legend: Legend) -> None:
    legend.show_scale(MapMode.HEAT, scale=1.0, class_name="tabby", outline=True)
    assert "logits, lines at 50 % and 80 %" in legend.text()
    legend.show_scale(MapMode.OUTLINE, scale=1.0, class_name="tabby", choice=MapChoice(Method.LAYER_CAM))
    assert legend.text().startswith("lines at 50 % and 80 % of this map's largest for tabby")


def test_a_map_that_is_never_negative_has_no_blue(legend: Legend) -> None:
    legend.show_scale(MapMode.EVIDENCE, scale=1.0, class_name="tabby", choice=MapChoice(Method.LAYER_CAM))
    bar = legend.findChild(ScaleBar)
    assert isinstance(bar, ScaleBar)
    image = bar.grab().toImage()
    left, right = (image.pixelColor(place, image.height() // 2) for place in (4, image.width() - 5))
    assert abs(left.red() - left.blue()) < 25
    assert right.red() > right.blue() + 80
