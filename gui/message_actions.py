"""Carry out the verbs of messages, and what ends in one: saving a view, copying a report, telling what this is."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMessageBox

from gui import notices
from gui.action_runner import ActionRunner
from gui.controller import Controller
from gui.file_manager import show_folder
from gui.log_file import log_tail
from gui.main_window import MainWindow
from gui.messages import describe, unexpected
from gui.model_choice import ModelChoice
from gui.tasks import Lane, TaskRunner
from gui.user_message import MessageAction, UserMessage
from gui.version import version
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
        self._orders: dict[MessageAction, Callable[[], object]] = {
            MessageAction.CHOOSE_MODEL: self.models_requested.emit,
            MessageAction.USE_PROCESSOR: models.use_processor,
            MessageAction.UNDO: self.undo_requested.emit,
            MessageAction.OPEN_FOLDER: actions.open_folder,
            MessageAction.OPEN_IMAGES: actions.open_images,
            MessageAction.QUIT: self.quit_requested.emit,
            MessageAction.SHOW_FAILED: self.failures_requested.emit,
        }

    @Slot(object, object)
    def carry_out(self, message: UserMessage, action: MessageAction) -> None:
        """Do what a button said."""
        match action:
            case MessageAction.USE_MODEL:
                self._models.choose(message.subject)
            case MessageAction.COPY_REPORT:
                self.copy_report(message.details)
            case MessageAction.SHOW_FILE | MessageAction.REVEAL:
                self._show_folder_of(message.subject)
            case MessageAction.TRY_AGAIN:
                self._try_again(message)
            case MessageAction.REMOVE | MessageAction.CLASSIFY_AGAIN:
                self._carry_out_for_image(message.subject, action)
            case MessageAction.CONTINUE:
                # The message is gone, which is all that was wanted.
                pass
            case _ if action in self._orders:
                self._orders[action]()
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
        program = f"Cardinal {version()} on {platform.platform()}, Python {platform.python_version()}"
        model = f"{self._models.name} on {self._models.runs_on}" if self._models.name else "none"
        lines = [program, ", ".join(versions), f"model: {model}", details, log_tail(self._profile)]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.message_raised.emit(notices.copied())

    @Slot()
    def show_about(self) -> None:
        """Say what this is and under which terms."""
        box = QMessageBox(self._window)
        box.setWindowTitle(tr("About Cardinal"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        text = tr("Cardinal {version} says what pictures show, and where in them the evidence lies.")
        box.setText(text.format(version=version()))
        box.setInformativeText(
            tr("MIT licence. Nothing is uploaded: pictures are classified on this computer. Model: {model}.").format(
                model=self._models.name or tr("none")
            )
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _try_again(self, message: UserMessage) -> None:
        match message.id:
            case "E-110" | "E-401" | "E-402":
                self.session_verb_chosen.emit(message, MessageAction.TRY_AGAIN)
            case "E-313" | "E-315":
                self._controller.classify_all()
            case "E-318" | "E-319":
                self._models.try_again(message.subject)
            case "E-409":
                if message.subject in self._views:
                    self.save_view(message.subject, self._views[message.subject])
            case _:
                self._carry_out_for_image(message.subject, MessageAction.CLASSIFY_AGAIN)

    def _carry_out_for_image(self, path: str, action: MessageAction) -> None:
        """A verb about one image; nothing where it has left the list meanwhile."""
        key = self._controller.key_of(path)
        if key is None:
            return
        if action is MessageAction.REMOVE:
            self._controller.remove([key])
        else:
            self._controller.reclassify([key])

    def _show_folder_of(self, path: str) -> None:
        message = show_folder(str(Path(path).absolute().parent))
        if message is not None:
            self.message_raised.emit(message)

    def _on_saved(self, path: str, _nothing: object) -> None:
        self._views.pop(path, None)
        self.message_raised.emit(notices.view_saved(path))

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("saving"), repr(error))
        if message.subject in self._views:
            message = replace(message, actions=(MessageAction.TRY_AGAIN,))
        self.message_raised.emit(message)


def _write_png(image: QImage, target: Path) -> None:
    """Runs on: the files lane, where Qt's own PNG writer has no place (decision 0026)."""
    from gui.qimage import qimage_to_rgb  # noqa: PLC0415 - numpy, in a worker
    from inference.attention.picture import as_png  # noqa: PLC0415 - likewise

    png = as_png(qimage_to_rgb(image))
    with replacing(target) as file:
        file.write(png)
