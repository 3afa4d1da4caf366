"""Say in the status bar which model answers and on what it really runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from gui.icons import IconName, icon
from gui.plain_text import elide_middle, for_menu, for_tooltip
from gui.words import locale, tr
from inference.texts import visible

_ICON_PX = 16
_TITLE_LIMIT = 48
_FINE_BELOW_MS = 10


def device_name(device: str) -> str:
    """A device as people call it; an unknown one by its own name."""
    names = {
        "cpu": tr("CPU"),
        "cuda": tr("NVIDIA GPU (CUDA)"),
        "tensorrt": tr("NVIDIA GPU (TensorRT)"),
        "openvino": tr("OpenVINO"),
        "coreml": tr("Core ML"),
    }
    return names.get(device, visible(device))


class ModelLine(QToolButton):
    """The model, the device that really ran, its precision, and how long one image took. Clicking asks for another.

    Signals:
        model_change_requested(): the person clicked the line.
    """

    model_change_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ready = ""
        self._tip = ""
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setIcon(icon(IconName.MODEL, self.palette()))
        self.clicked.connect(self.model_change_requested)
        self.show_none()

    def show_none(self) -> None:
        """There is no model."""
        self._show(tr("No model"), tr("No model is ready, so nothing can be classified. Click to choose one."))

    def show_loading(self, title: str) -> None:
        """A model is being opened."""
        self._show(
            tr("Loading {title}...").format(title=_short(title)), tr("Images can be looked at while the model loads.")
        )

    def show_ready(self, title: str, device: str, precision: str, refusals: Sequence[str] = ()) -> None:
        """A model is open.

        Args:
            title: what the model is called.
            device: the word of the device that really runs it ("cpu", "cuda" ...).
            precision: "float32", "float16", "bfloat16" or "int8".
            refusals: why better devices are not used, a sentence each.
        """
        self._ready = tr("{title} on {device}").format(title=_short(title), device=device_name(device))
        facts = [
            visible(title),
            tr("Runs on {device}, {precision}").format(device=device_name(device), precision=precision),
        ]
        self._tip = "\n".join([*facts, *refusals, tr("Click to choose another model.")])
        self._show(self._ready, self._tip)

    def show_run_time(self, elapsed_ms: float) -> None:
        """The last image took so long; nothing happens before `show_ready`."""
        if self._ready:
            shown = locale().toString(elapsed_ms, "f", 1 if elapsed_ms < _FINE_BELOW_MS else 0)
            self._show(tr("{line}, {ms} ms").format(line=self._ready, ms=shown), self._tip)

    def _show(self, text: str, tip: str) -> None:
        self.setText(for_menu(text))
        self.setAccessibleName(tr("Model: {text}").format(text=text))
        self.setToolTip(for_tooltip(tip))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon(IconName.MODEL, self.palette()))
        super().changeEvent(event)


def _short(title: str) -> str:
    return visible(elide_middle(title, _TITLE_LIMIT))
