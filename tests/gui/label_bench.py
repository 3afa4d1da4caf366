"""Put window, images and decisions together without engine and without disk."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.deciding import Deciding
from gui.decision_keys import DecisionKeys
from gui.decision_writer import DecisionWriter
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.labelling import Labelling
from gui.main_window import MainWindow, View
from gui.recalling import Recalling
from gui.reviewing import Reviewing
from gui.session_desk import SessionDesk
from gui.user_message import UserMessage
from gui.viewing import Viewing
from inference.results import Classification, Prediction
from inference.sessions.steps import Step
from tests.gui.fake_session import FakeSession
from tests.gui.gallery.images import append, paths, suggested


class _Writer:
    """Keeps nothing: what the disk gets is tested elsewhere."""

    can_write = True

    def carry_out(self, step: Step) -> None:
        del step

    def take_back(self, step: Step | None = None) -> None:
        del step

    def repeat(self, step: Step | None = None) -> None:
        del step


class FakeDesk(QObject):
    """A session that is open from the start, and what it was asked to remember."""

    loaded = Signal(object)
    shown = Signal(object)
    left = Signal()

    def __init__(self, labelling: Labelling) -> None:
        super().__init__()
        self.labelling = labelling
        self.session: FakeSession | None = FakeSession()
        self.is_loaded = True
        self.notes: dict[str, object] = {}

    @property
    def is_writable(self) -> bool:
        return self.session is not None and not self.session.is_read_only

    def remember(self, name: str, value: object) -> None:
        self.notes[name] = value

    def remembered(self, name: str) -> object | None:
        return self.notes.get(name)


class FakeRecalling(QObject):
    """Answers when the test says so."""

    answer_recalled = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def recall(self, key: int) -> None:
        self.asked.append(key)


class LabelBench:
    """A window with images 0, 1, 2...; each has the suggestion of its place in `names`, with rising margins."""

    def __init__(self, qtbot: QtBot, names: tuple[str, ...]) -> None:
        self.images = ImageModel()
        self.table = self.images.table
        self.window = MainWindow(self.images)
        qtbot.addWidget(self.window)
        self.labelling = Labelling(self.table, cast("DecisionWriter", _Writer()))
        self.desk = FakeDesk(self.labelling)
        self.recalling = FakeRecalling()
        self.viewing = Viewing(self.window.page, self.images, cast("EngineLink", SimpleNamespace(room=None)))
        self.reviewing = Reviewing(self.window, self.images, self.labelling, self.viewing)
        self.keys = DecisionKeys()
        self.deciding = Deciding(
            self.window,
            self.images,
            self.viewing,
            self.reviewing,
            cast("SessionDesk", self.desk),
            cast("Recalling", self.recalling),
            self.keys,
        )
        self.keys.listen_to(self.window.grid, enter_opens=True)
        self.keys.listen_to(self.window.page.picture)
        self.messages: list[UserMessage] = []
        for source in (self.reviewing, self.deciding):
            source.message_raised.connect(self.messages.append)
        append(self.table, paths(len(names)))
        self.table.apply_answers(
            [suggested(key, name, 0.5, 0.01 * (key + 1)) for key, name in enumerate(names) if name]
        )
        self.window.show_view(View.GALLERY)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.grid.set_current_row(0)

    def states(self) -> list[str]:
        """Of all images: state, and label where there is one."""
        places = range(len(self.table))
        return [f"{self.table.state(place).word} {self.table.label(place)}".strip() for place in places]

    def state(self, key: int) -> ImageState:
        return self.table.state(key)

    def press(self, key: object, modifiers: object = None, *, at: QWidget | None = None) -> None:
        """Press a key where the images are."""
        place = at or (self.window.page.picture if self.window.shows_picture else self.window.grid)
        QTest.keyClick(place, key, *(() if modifiers is None else (modifiers,)))  # type: ignore[call-overload]  # keys

    def view(self) -> View:
        """What the window shows."""
        return self.window.view

    def ids(self) -> list[str]:
        return [message.id for message in self.messages]


def classification(*labels: str) -> Classification:
    """What a model says: these labels, from the best on."""
    said = tuple(Prediction(rank, label, 0.5 / (rank + 1), 3.0 - rank) for rank, label in enumerate(labels))
    return cast("Classification", SimpleNamespace(predictions=said))
