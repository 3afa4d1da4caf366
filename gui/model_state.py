"""Say in the window which model answers, and what is being done with models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.controller import Controller
from gui.label_side import LabelSide
from gui.main_window import MainWindow
from gui.model_choice import ModelChoice
from gui.model_line import device_name
from gui.trace import Trace
from gui.viewing import Viewing
from gui.words import tr
from inference.models.progress import Progress

if TYPE_CHECKING:
    from inference.classify.classifier import Classifier

_NOT_ADDED = ("E-318", "E-319")
"""What was said of models that could not be added; one that is added after all answers it."""

_SOLVED = ("E-301", "E-303", "E-308", "E-313")
"""What was said of models that could not be used; a model that opens answers it."""


class ModelState(QObject):
    """Keeps the model line and the start page true."""

    def __init__(
        self,
        window: MainWindow,
        models: ModelChoice,
        controller: Controller,
        viewing: Viewing,
        labels: LabelSide,
        trace: Trace,
    ) -> None:
        super().__init__()
        self._window = window
        self._viewing = viewing
        self._labels = labels
        self._trace = trace
        self._opened: Classifier | None = None
        controller.model_opened.connect(self._on_opened)
        models.loading.connect(self._on_loading)
        models.failed.connect(self._on_failed)
        models.installing.connect(self._on_installing)
        models.installed_after_all.connect(self._on_installed_after_all)

    @Slot(str)
    def _on_loading(self, title: str) -> None:
        self._window.model_line.show_loading(title)
        self._window.start_page.set_model_text(tr("loading {title}...").format(title=title))

    @Slot(object)
    def _on_opened(self, classifier: Classifier) -> None:
        self._opened = classifier
        self._show(classifier)
        for message_id in _SOLVED:
            self._window.messages.withdraw(message_id)
        network = classifier.network
        self._trace.note("model", name=network.contract.name, device=network.device.value)

    def _show(self, classifier: Classifier) -> None:
        network = classifier.network
        contract = network.contract
        self._labels.set_model(contract)
        refusals = [f"{device_name(one.device.value)}: {one}" for one in network.refusals]
        self._window.model_line.show_ready(contract.title, network.device.value, network.precision.value, refusals)
        text = tr("{title}, {count} classes, runs on this computer ({device})")
        self._window.start_page.set_model_text(
            text.format(title=contract.title, count=len(contract.labels), device=device_name(network.device.value))
        )

    @Slot()
    def _on_failed(self) -> None:
        """Say again which model answers: the one before, or none."""
        if self._opened is not None:
            self._show(self._opened)
            return
        self._window.model_line.show_none()
        self._window.start_page.set_model_text(tr("none is ready"))
        self._viewing.set_no_model()

    @Slot(str)
    def _on_installed_after_all(self, subject: str) -> None:
        for message_id in _NOT_ADDED:
            self._window.messages.withdraw(message_id, subject)

    @Slot(object)
    def _on_installing(self, progress: Progress | None) -> None:
        if progress is None:
            self._window.statusBar().clearMessage()
        else:
            share = f" {100 * progress.done // progress.total} %" if progress.total else ""
            self._window.statusBar().showMessage(f"{progress.step}{share}")
