"""Carry out the verbs of messages, and what ends in one: saving a view, copying a report, telling what this is."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QMessageBox

from gui import notices
from gui.action_runner import ActionRunner
from gui.controller import Controller
from gui.log_file import log_tail
from gui.main_window import MainWindow
from gui.messages import describe, unexpected
from gui.model_choice import ModelChoice
from gui.tasks import Lane, TaskRunner
from gui.user_message import MessageAction, UserMessage
from gui.words import tr
from inference.errors import CardinalError
from inference.files import replacing
from inference.profile import Profile

_PACKAGES = (
    "PySide6-Essentials",
    "onnxruntime-gpu",
    "onnxruntime",
    "onnxruntime-ep-openvino",
    "openvino",
    "numpy",
    "pillow",
)


class MessageActions(QObject):
    """Does what the buttons of messages say.

    Signals:
        message_raised(message: UserMessage): what came of it.
        models_requested(): the person wants to choose another model.
        failures_requested(): the person wants to see the images that failed.
        session_verb_chosen(message: UserMessage, action: MessageAction): a verb that is about sessions or exports.
        undo_requested(): the person takes the last step back.
        quit_requested(): the person wants to leave.
    """

    message_raised = Signal(object)
    models_requested = Signal()
    failures_requested = Signal()
    session_verb_chosen = Signal(object, object)
    undo_requested = Signal()
    quit_requested = Signal()

    def __init__(
        self,
        window: MainWindow,
        controller: Controller,
        models: ModelChoice,
        actions: ActionRunner,
        runner: TaskRunner,
        profile: Profile,
    ) -> None:
        super().__init__()
        self._window = window
        self._controller = controller
        self._models = models
        self._actions = actions
        self._runner = runner
        self._profile = profile
        self._views: dict[str, QImage] = {}

    @Slot(object, object)
    def carry_out(self, message: UserMessage, action: MessageAction) -> None:
        """Do what a button said."""
        match action:
            case MessageAction.CHOOSE_MODEL:
                self.models_requested.emit()
            case MessageAction.UNDO:
                self.undo_requested.emit()
            case MessageAction.USE_MODEL:
                self._models.choose(message.subject)
            case MessageAction.OPEN_FOLDER:
                self._actions.open_folder()
            case MessageAction.OPEN_IMAGES:
                self._actions.open_images()
            case MessageAction.COPY_REPORT:
                self.copy_report(message.details)
            case MessageAction.QUIT:
                self.quit_requested.emit()
            case MessageAction.SHOW_FAILED:
                self.failures_requested.emit()
            case MessageAction.SHOW_FILE | MessageAction.REVEAL:
                _show_folder_of(message.subject)
            case MessageAction.TRY_AGAIN:
                self._try_again(message)
            case MessageAction.CONTINUE:
                # The message is gone, which is all that was wanted.
                pass
            case _:
                self.session_verb_chosen.emit(message, action)

    @Slot(str, object)
    def save_view(self, path: str, image: QImage) -> None:
        """Write the picture with its map and legend to a PNG file."""
        self._views[path] = image
        task = self._runner.create(lambda _progress, _cancel: _write_png(image, Path(path)), Lane.FILES)
        task.succeeded.connect(partial(self._on_saved, path))
        task.failed.connect(self._on_failed)
        self._runner.start(task)

    @Slot()
    def copy_report(self, details: str = "") -> None:
        """Put versions, the model, the details and the end of the log on the clipboard."""
        versions = []
        for package in _PACKAGES:
            try:
                versions.append(f"{package} {importlib.metadata.version(package)}")
            except importlib.metadata.PackageNotFoundError:
                continue
        lines = [f"Cardinal on {platform.platform()}, Python {platform.python_version()}", ", ".join(versions)]
        lines += [f"model: {self._models.name}", details, log_tail(self._profile)]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.message_raised.emit(notices.copied())

    @Slot()
    def show_about(self) -> None:
        """Say what this is and under which terms."""
        box = QMessageBox(self._window)
        box.setWindowTitle(tr("About Cardinal"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Cardinal says what pictures show, and where in them the evidence lies."))
        box.setInformativeText(
            tr("MIT licence. Nothing is uploaded: pictures are classified on this computer. Model: {model}.").format(
                model=self._models.name or tr("none")
            )
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _try_again(self, message: UserMessage) -> None:
        if message.id in {"E-110", "E-401", "E-402"}:
            self.session_verb_chosen.emit(message, MessageAction.TRY_AGAIN)
        elif message.id in {"E-313", "E-315"}:
            self._controller.classify_all()
        elif message.id == "E-409":
            if message.subject in self._views:
                self.save_view(message.subject, self._views[message.subject])
        else:
            self._models.try_again()

    def _on_saved(self, path: str, _nothing: object) -> None:
        self._views.pop(path, None)
        self.message_raised.emit(notices.view_saved(path))

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("saving"), repr(error))
        self.message_raised.emit(message)


def _write_png(image: QImage, target: Path) -> None:
    """Runs on: the files lane, where Qt's own PNG writer has no place (decision 0026)."""
    from gui.qimage import qimage_to_rgb  # noqa: PLC0415 - numpy, in a worker
    from inference.attention.picture import as_png  # noqa: PLC0415 - likewise

    png = as_png(qimage_to_rgb(image))
    with replacing(target) as file:
        file.write(png)


def _show_folder_of(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).absolute().parent)))
