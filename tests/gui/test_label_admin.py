"""Labels are renamed, merged, taken off, accepted in bulk and given by a drop, where that can be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from gui.decision_writer import DecisionWriter
from gui.gallery.arrangement import Arrangement, ImageFilter
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.intake import Intake
from gui.label_admin import LabelAdmin
from gui.labelling import Labelling
from gui.labelling_widgets.accept_above import AcceptAboveDialog
from gui.main_window import MainWindow, View
from gui.session_desk import SessionDesk
from gui.tasks import TaskRunner
from gui.user_message import UserMessage
from inference.sessions.marks import NO_NAME
from inference.sessions.steps import Step, StepKind
from tests.gui.fake_session import FakeHolder, FakeSession, as_holder
from tests.gui.gallery.images import model_of, suggested

SCORES = (0.25, 0.5, 0.75, 1.0)


class FakeDesk:
    """An open session in which decisions can be made, or not."""

    def __init__(self, session: FakeSession, labelling: Labelling) -> None:
        self.session = session
        self.labelling = labelling

    @property
    def is_writable(self) -> bool:
        return not self.session.is_read_only


class FakeIntake:
    """Notes what is opened."""

    def __init__(self) -> None:
        self.opened: list[tuple[list[str], str]] = []

    def open_labelled(self, paths: list[str], label: str) -> None:
        self.opened.append((paths, label))


class Bench:
    """Eight images: the suggestions are jay and magpie by turns, with four scores for each."""

    def __init__(self, qtbot: QtBot) -> None:
        self.images: ImageModel = model_of(8)
        self.table = self.images.table
        self.table.apply_answers([suggested(key, ("jay", "magpie")[key % 2], SCORES[key // 2]) for key in range(8)])
        self.session = FakeSession()
        self.session.vocabulary = self.table.vocabulary
        self.runner = TaskRunner()
        self.writer = DecisionWriter(self.runner, as_holder(FakeHolder(self.session)))
        self.desk = FakeDesk(self.session, Labelling(self.table, self.writer))
        self.intake = FakeIntake()
        self.window = MainWindow(self.images)
        qtbot.addWidget(self.window)
        desk, intake = cast("SessionDesk", self.desk), cast("Intake", self.intake)
        self.admin = LabelAdmin(self.window, self.images, desk, intake, self.runner)
        self.messages: list[UserMessage] = []
        self.admin.message_raised.connect(self.messages.append)
        self.steps: list[Step] = []
        self.desk.labelling.decided.connect(self.steps.append)

    def code(self, label: str) -> int:
        return self.table.vocabulary.code(label)

    def labels(self) -> list[str]:
        return [self.table.label(place) for place in range(8)]

    def said(self) -> str:
        """The last message."""
        return self.messages[-1].text


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    made.desk.labelling.choose([0, 1], "owl")
    made.desk.labelling.choose([2], "crow")
    made.steps.clear()
    yield made
    made.runner.shutdown()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the person answers to the questions, and what stood in them."""
    answers = SimpleNamespace(name="", is_wanted=True, offered=[], asked=0)

    def get_text(*_: object, text: str) -> tuple[str, bool]:
        answers.asked += 1
        answers.offered = [text]
        return answers.name, answers.is_wanted

    def get_item(_parent: object, _title: str, _label: str, items: list[str], *, editable: bool) -> tuple[str, bool]:
        answers.asked += 1
        answers.offered = items
        assert not editable
        return answers.name, answers.is_wanted

    monkeypatch.setattr(QInputDialog, "getText", get_text)
    monkeypatch.setattr(QInputDialog, "getItem", get_item)
    return answers


def test_a_rename_cleans_the_name_and_tells(bench: Bench, answers: SimpleNamespace) -> None:
    renamed = QSignalSpy(bench.admin.label_renamed)
    answers.name = "  tawny\u202e   owl\n"
    bench.window.library.rename_requested.emit(bench.code("owl"))
    assert answers.offered == ["owl"]
    assert bench.labels()[:3] == ["tawny owl", "tawny owl", "crow"]
    assert [renamed.at(0)[0], renamed.at(0)[1]] == ["owl", "tawny owl"]
    assert "tawny owl" in bench.said()


@pytest.mark.parametrize(("name", "is_wanted"), [("owl", True), ("other", False), (" \u200b ", True)])
def test_the_same_name_no_name_and_cancel_change_nothing(
    bench: Bench, answers: SimpleNamespace, name: str, is_wanted: bool
) -> None:
    answers.name, answers.is_wanted = name, is_wanted
    bench.admin.rename(bench.code("owl"))
    assert not bench.steps
    assert len(bench.messages) == (0 if name.strip("\u200b ") else 1), "an empty name is answered"


def test_another_labels_name_merges(bench: Bench, answers: SimpleNamespace) -> None:
    answers.name = "crow"
    bench.admin.rename(bench.code("owl"))
    merged = bench.said()
    assert bench.labels()[:3] == ["crow"] * 3
    bench.desk.labelling.undo()
    bench.window.library.merge_requested.emit(bench.code("owl"))
    assert answers.offered == ["crow"], "all others"
    assert bench.labels()[:3] == ["crow"] * 3
    assert bench.said() == merged
    assert len(bench.steps) == 2


def test_the_answer_of_a_question_about_another_session_changes_nothing(
    bench: Bench, answers: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another start may hand over a session while the question is on the screen."""
    answers.name = "crow"
    for name in ("getText", "getItem"):
        ask = getattr(QInputDialog, name)

        def left_meanwhile(*args: object, _ask: Callable[..., object] = ask, **options: object) -> object:
            bench.desk.session = FakeSession("another")
            return _ask(*args, **options)

        monkeypatch.setattr(QInputDialog, name, left_meanwhile)
    bench.admin.rename(bench.code("owl"))
    bench.admin.merge(bench.code("owl"))
    assert answers.asked == 2
    assert not bench.steps


def test_a_label_alone_has_nothing_to_merge_into(bench: Bench, answers: SimpleNamespace) -> None:
    bench.desk.labelling.clear([2])
    bench.admin.merge(bench.code("owl"))
    assert answers.asked == 0


def test_a_label_is_taken_off_all_images(bench: Bench) -> None:
    bench.window.library.remove_label_requested.emit(bench.code("owl"))
    assert bench.labels()[:3] == ["", "", "crow"]
    assert bench.steps[-1].kind is StepKind.CLEAR


def test_what_is_dropped_on_a_label_gets_it(bench: Bench, qtbot: QtBot) -> None:
    bench.window.show_view(View.GALLERY)
    bench.window.grid.selectAll()
    bench.window.library.rows_dropped_on_label.emit(bench.code("crow"))
    assert bench.labels() == ["crow"] * 8
    uri = bytes(QUrl.fromLocalFile("/p/with space.jpg").toEncoded().data()) + b"\r\n"
    bench.window.library.files_dropped_on_label.emit(bench.code("owl"), uri)
    assert not bench.intake.opened, "a list of 100,000 files is read in a worker"
    qtbot.waitUntil(lambda: bench.intake.opened == [(["/p/with space.jpg"], "owl")])


def test_the_images_of_a_label_can_be_exported(bench: Bench) -> None:
    asked = QSignalSpy(bench.admin.export_requested)
    bench.window.library.export_label_requested.emit(bench.code("owl"))
    assert asked.at(0)[0] == "owl"


def test_accepting_above_a_score_takes_what_is_shown_and_not_decided(bench: Bench) -> None:
    bench.window.show()
    bench.images.set_arrangement(Arrangement(filter=ImageFilter(text="IMG")))
    bench.admin.accept_above()
    dialog = bench.window.findChild(AcceptAboveDialog)
    assert isinstance(dialog, AcceptAboveDialog)
    dialog.threshold_chosen.emit(0.75, NO_NAME)
    step = bench.steps[-1]
    assert (step.kind, step.subject, list(step.after.keys)) == (StepKind.ACCEPT_ABOVE, "75", [4, 5, 6, 7])
    assert bench.labels() == ["owl", "owl", "crow", "", "jay", "magpie", "jay", "magpie"]
    bench.desk.labelling.undo()
    dialog.threshold_chosen.emit(0.5, bench.code("magpie"))
    assert bench.labels() == ["owl", "owl", "crow", "magpie", "", "magpie", "", "magpie"]
    dialog.close()


def test_accepting_above_leaves_out_what_a_filter_hides(bench: Bench) -> None:
    magpies = ImageFilter(suggestions=frozenset({bench.code("magpie")}))
    bench.images.set_arrangement(Arrangement(filter=magpies))
    bench.admin._on_threshold_chosen(0.0, NO_NAME)
    assert list(bench.steps[-1].after.keys) == [3, 5, 7]


def test_nothing_changes_in_a_session_that_is_read_only(bench: Bench, answers: SimpleNamespace) -> None:
    bench.session.is_read_only = True
    library = bench.window.library
    for signal in (
        library.rename_requested,
        library.merge_requested,
        library.remove_label_requested,
        library.rows_dropped_on_label,
    ):
        signal.emit(bench.code("owl"))
    library.files_dropped_on_label.emit(bench.code("owl"), b"file:///p/a.jpg\r\n")
    assert answers.asked == 0
    assert not bench.steps
    assert not bench.intake.opened
    assert [message.id for message in bench.messages] == ["E-420"] * 5
    assert bench.table.count(ImageState.SUGGESTED) == 5
