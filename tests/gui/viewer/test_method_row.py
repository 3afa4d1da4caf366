"""The choices of methods tell what a person does, and allow only what goes together."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractItemModel, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.theme import TARGET_PX
from gui.viewer.map_choice import EVIDENCE, STAGE_METHODS, MapChoice, method_name
from gui.viewer.method_row import MethodRow
from inference.attention.methods import Method
from tests.gui.viewer.pictures import turn_wheel


class Bench:
    """The row on screen, and what it told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.row = MethodRow()
        qtbot.addWidget(self.row)
        self.row.show()
        self.choices: list[MapChoice] = []
        self.told: list[str] = []
        self.row.choice_changed.connect(self.choices.append)
        self.row.stages_wanted.connect(lambda: self.told.append("stages"))
        self.row.run_requested.connect(lambda: self.told.append("run"))
        self.row.stop_requested.connect(lambda: self.told.append("stop"))

    def box(self, name: str) -> QComboBox:
        return next(box for box in self.row.findChildren(QComboBox) if box.accessibleName() == name)

    @property
    def methods(self) -> QComboBox:
        return self.box("How the map is made")

    @property
    def stages(self) -> QComboBox:
        return self.box("Stage of the network")

    @property
    def relative(self) -> QCheckBox:
        box = self.row.findChild(QCheckBox)
        assert isinstance(box, QCheckBox)
        return box

    def pick(self, box: QComboBox, text: str) -> None:
        """Choose an entry as a person does."""
        row = box.findText(text)
        assert row >= 0
        box.setCurrentIndex(row)
        box.activated.emit(row)

    def allowed(self, box: QComboBox) -> dict[str, bool]:
        """Which entries can be chosen."""
        model: QAbstractItemModel = box.model()
        flags = [model.flags(model.index(row, 0)) for row in range(box.count())]
        return {box.itemText(row): bool(flag & Qt.ItemFlag.ItemIsEnabled) for row, flag in enumerate(flags)}

    def tip(self, box: QComboBox, text: str) -> str:
        return str(box.itemData(box.findText(text), Qt.ItemDataRole.ToolTipRole))


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    """The row as it begins."""
    return Bench(qtbot)


def test_it_begins_with_the_evidence_of_the_last_stage(bench: Bench) -> None:
    assert bench.row.choice == EVIDENCE
    assert bench.methods.currentText() == "Evidence"
    assert bench.stages.currentText() == "Last"
    assert bench.row.words() == ""
    assert not bench.row.can_stop
    assert not bench.row.offers_run
    assert bench.methods.count() == len(Method)


def test_every_method_can_be_chosen_and_is_told_once(bench: Bench) -> None:
    for method in (*Method, Method.EVIDENCE):
        bench.pick(bench.methods, method_name(method))
        assert bench.row.choice == MapChoice(method)
    assert [choice.method for choice in bench.choices] == [*list(Method)[1:], Method.EVIDENCE]
    bench.row.choose(EVIDENCE)
    assert len(bench.choices) == len(Method)


def test_earlier_stages_are_found_out_when_somebody_asks(bench: Bench) -> None:
    earlier = "Earlier\N{HORIZONTAL ELLIPSIS}"
    assert not bench.allowed(bench.stages)[earlier]
    assert "last stage only" in bench.tip(bench.stages, earlier)
    bench.pick(bench.methods, "LayerCAM")
    assert bench.allowed(bench.stages)[earlier]
    bench.pick(bench.stages, earlier)
    assert bench.told == ["stages"]
    assert bench.stages.currentText() == "Last"
    bench.row.set_stages((3, 2, 1))
    bench.pick(bench.stages, "Stage 2")
    assert bench.row.choice == MapChoice(Method.LAYER_CAM, 2)
    bench.pick(bench.stages, "Last")
    assert bench.row.choice == MapChoice(Method.LAYER_CAM)


def test_what_is_not_made_at_an_earlier_stage_is_refused_with_its_reason(bench: Bench) -> None:
    bench.row.set_stages((3, 2, 1))
    bench.row.choose(MapChoice(Method.GRAD_CAM, 3))
    allowed = bench.allowed(bench.methods)
    for method in Method:
        assert allowed[method_name(method)] is (method in STAGE_METHODS)
        if method not in STAGE_METHODS:
            assert bench.tip(bench.methods, method_name(method)) == (
                f"{method_name(method)} is made of the last stage only."
            )
    bench.pick(bench.stages, "Last")
    assert all(bench.allowed(bench.methods).values())


def test_relative_stays_where_the_method_can_be_compared(bench: Bench) -> None:
    bench.relative.click()
    assert bench.row.choice == MapChoice(relative=True)
    bench.pick(bench.methods, "Grad-CAM")
    assert bench.row.choice == MapChoice(Method.GRAD_CAM, relative=True)
    bench.pick(bench.methods, "Eigen-CAM")
    assert bench.row.choice == MapChoice(Method.EIGEN_CAM)
    assert not bench.relative.isEnabled()
    assert "does not use the classes' weights" in bench.relative.toolTip()
    bench.pick(bench.methods, "Evidence")
    assert bench.relative.isEnabled()
    assert not bench.relative.isChecked()


def test_runs_are_offered_counted_and_stopped(bench: Bench) -> None:
    row = bench.row
    row.offer_run(offered=True)
    assert row.offers_run
    row.set_busy(busy=True)
    row.set_progress(3, 7)
    assert row.can_stop
    for button in row.findChildren(QPushButton):
        assert button.minimumHeight() >= TARGET_PX
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert sorted(bench.told) == ["run", "stop"]
    row.set_busy(busy=False)
    row.offer_run(offered=False)
    assert not row.can_stop
    assert not row.offers_run


def test_words_about_the_model_and_about_the_map_stand_together(bench: Bench) -> None:
    bench.row.tell("Opening the gradients.")
    bench.row.say("The evidence is shown.")
    assert bench.row.words() == "Opening the gradients. The evidence is shown."
    bench.row.tell("")
    assert bench.row.words() == "The evidence is shown."


def test_the_wheel_scrolls_past(bench: Bench) -> None:
    for box in (bench.methods, bench.stages):
        box.setFocus()
        turn_wheel(box, QPointF(box.rect().center()), -120)
    assert bench.row.choice == EVIDENCE
    assert bench.choices == []


def test_a_model_without_exact_maps_has_no_choice(bench: Bench) -> None:
    bench.row.set_available(False)
    assert not bench.methods.isEnabled()
    assert not bench.stages.isEnabled()
    assert not bench.relative.isEnabled()
    bench.row.set_available(True)
    assert bench.methods.isEnabled()
    assert bench.relative.isEnabled()
