"""Make sessions whose classes look at known places, and put an audit together with a window, without an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.audit.audit_desk import AuditDesk
from gui.audit.audit_dialog import AuditDialog
from gui.audit.methods_desk import MethodsDesk
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.main_window import MainWindow, View
from gui.session_holder import SessionHolder
from gui.tasks import TaskRunner
from inference.arrays import EvidenceMap
from inference.errors import ImageProblem, ImageReadError
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from inference.sessions.records import KeptAnswer
from inference.sessions.session import Session
from tests.inference.sessions.making import content, failed, new_session

WAIT_MS = 10_000
MEADOW, FOG, BIRD, SEA = 3, 4, 7, 9
NAMES = {MEADOW: "meadow", FOG: "fog", BIRD: "bird", SEA: "sea"}
TOP, CENTRE = (0, 3), (4, 4)
"""Cells of 8 x 8: one on the border, one in the middle."""

STRANGER = 13
"""The bird whose evidence lies where that of meadows does."""


def one_cell(cell: tuple[int, int], value: float = 1.0) -> EvidenceMap:
    """(8, 8) float32: a little against the class everywhere but in one cell."""
    contributions = np.full((8, 8), -0.01, np.float32)
    contributions[cell] = value
    return contributions


def answered(key: int, class_index: int, contributions: EvidenceMap | None, *, model: str = "tiny") -> KeptAnswer:
    """What the model says of a picture of 200 x 100 of which it saw the middle."""
    facts = PictureFacts(200, 100, "JPEG", 1000 + key, content_hash=content(key))
    crop = CropGeometry(50.0, 0.0, 150.0, 100.0)
    said = (Prediction(class_index, NAMES[class_index], 0.75, 3.0),)
    maps = None if contributions is None else contributions[None]
    outcome = Classification(f"/pictures/{key:06d}.jpg", facts, crop, said, maps, model, "cpu", "float32")
    return KeptAnswer(key, outcome)


def mixed_session(folder: Path) -> Session:
    """Six meadows, seven birds (one of them a stranger), and one image for each reason not to count: keys 1 to 18."""
    session = new_session(folder, 18)
    answers = [answered(key, MEADOW, one_cell(TOP)) for key in range(1, 7)]
    answers += [answered(key, BIRD, one_cell(CENTRE)) for key in range(7, STRANGER)]
    answers += [
        answered(STRANGER, BIRD, one_cell(TOP)),
        answered(14, SEA, np.full((8, 8), -1, np.float32)),
        answered(15, FOG, np.full((8, 8), np.nan, np.float32)),
        answered(16, MEADOW, None),
        failed(17, ImageReadError("/pictures/000017.jpg", ImageProblem.NOT_AN_IMAGE)),
    ]
    session.keep_answers(answers)
    return session


def session_of(folder: Path, answers: Sequence[KeptAnswer], count: int) -> Session:
    """A session with so many images and these answers."""
    session = new_session(folder, count)
    session.keep_answers(answers)
    return session


class Holder:
    """Holds a session and small pictures.

    Attributes:
        session: that is open, or None.
        jpegs: by key; images without one have no small picture.
    """

    def __init__(self, session: Session | None) -> None:
        self.session = session
        self.jpegs: Mapping[int, bytes] = {}

    def kept_thumbnails(self, images: Sequence[tuple[int, str]]) -> Iterator[tuple[int, bytes | None]]:
        for key, path in images:
            assert path == f"/pictures/{key:06d}.jpg"
            yield key, self.jpegs.get(key)


class QuietLink(QObject):
    """A link whose engine room has not started.

    Attributes:
        room: there is none.
    """

    event_arrived = Signal(object)
    room = None


class AuditBench:
    """A window with the images of a session, and its audit; who arranges the gallery is the model itself."""

    def __init__(self, qtbot: QtBot, session: Session) -> None:
        self.qtbot = qtbot
        self.session = session
        self.images = ImageModel()
        self.table = self.images.table
        self.window = MainWindow(self.images)
        qtbot.addWidget(self.window)
        self.holder = Holder(session)
        self.runner = TaskRunner()
        self.table.set_vocabulary(session.vocabulary)
        for rows in session.load():
            self.table.append(rows)
        self.window.gallery.bar.arrangement_changed.connect(self.images.set_arrangement)
        self.link = QuietLink()
        holder, link = cast("SessionHolder", self.holder), cast("EngineLink", self.link)
        self.desk = AuditDesk(self.window, holder, self.runner, MethodsDesk(self.table, holder, link, self.runner))
        self.window.show_view(View.GALLERY)
        with qtbot.waitExposed(self.window):
            self.window.show()

    @property
    def dialog(self) -> AuditDialog:
        """The window of the audit."""
        assert self.desk.dialog is not None
        return self.desk.dialog

    def audit(self) -> AuditDialog:
        """Audit what the gallery shows, to the end."""
        self.desk.open()
        again = next(one for one in self.dialog.findChildren(QPushButton) if one.text() == "Audit again")
        self.qtbot.waitUntil(again.isEnabled, timeout=WAIT_MS)
        return self.dialog

    def listed(self) -> list[str]:
        """The classes, from the first row on."""
        table = self.dialog.classes.model()
        return [table.index(row, 0).data() for row in range(table.rowCount())]

    def shown(self) -> list[int]:
        """The keys of the images in the gallery."""
        return list(self.images.shown_keys())

    def close(self) -> None:
        """Stop what computes."""
        self.runner.shutdown()
        self.session.close()
