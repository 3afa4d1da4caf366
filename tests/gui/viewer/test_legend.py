"""The legend names the ends of the scale, and its ledger adds up."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from gui.viewer.legend import Legend, ScaleBar
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import decimal_text, decimals_for, ledger_numbers

TERMS = st.floats(-200, 200)


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    """A legend on screen."""
    widget = Legend()
    qtbot.addWidget(widget)
    widget.resize(600, widget.sizeHint().height())
    widget.show()
    return widget


@given(positive=st.floats(0, 200), negative=st.floats(-200, 0), bias=TERMS, decimals=st.integers(0, 3))
def test_the_ledger_adds_up(positive: float, negative: float, bias: float, decimals: int) -> None:
    terms = (positive, negative, bias)
    shown = ledger_numbers(terms, decimals)
    unit = 10.0**-decimals
    assert sum(shown) == pytest.approx(sum(terms), abs=unit * 0.5001)
    assert all(abs(one - other) < unit * 1.0001 for one, other in zip(shown, terms, strict=True))


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
    assert "+9.4 for, -1.8 against, bias +0.2 = logit 7.8" in legend.text()


def test_a_ledger_that_does_not_add_up_is_shown_as_it_is(legend: Legend) -> None:
    legend.set_ledger(positive=5.0, negative=-1.0, bias=0.5, logit=9.0)
    assert "= logit 9.0" in legend.text()


@given(positive=st.floats(0, 50), negative=st.floats(-50, 0), bias=st.floats(-3, 3))
def test_the_written_ledger_adds_up(positive: float, negative: float, bias: float) -> None:
    legend = Legend()
    legend.set_ledger(positive=positive, negative=negative, bias=bias, logit=positive + negative + bias)
    numbers = [float(number) for number in re.findall(r"[-+]?\d+\.\d", legend.text())]
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


def test_numbers_are_written_with_two_digits_that_count() -> None:
    assert [decimals_for(scale) for scale in (12.0, 9.4, 1.0, 0.94, 0.05, 0.0, math.nan)] == [1, 1, 1, 2, 3, 1, 1]
    assert decimal_text(-0.04, 1, signed=True) == "0.0"
    assert decimal_text(2.0, 1, signed=True) == "+2.0"
