"""Write what a model said of the picture on screen into the viewer page, with or without that model at hand."""

from __future__ import annotations

from gui.model_line import device_name
from gui.viewer.viewer_page import ViewerPage
from gui.words import tr
from inference.models.contract import ModelContract
from inference.results import Classification
from inference.texts import visible


def show_answer(page: ViewerPage, classification: Classification, contract: ModelContract) -> None:
    """What the open model says."""
    text = tr("Classified by {model} on {device} ({precision}).")
    _show_facts(page, classification, text, contract.title)
    page.show_predictions(classification.predictions, class_count=len(contract.labels))


def show_earlier_answer(page: ViewerPage, classification: Classification) -> None:
    """What the session knows is so without a model, too; only maps need one."""
    text = tr("Classified earlier by {model} on {device} ({precision}).")
    _show_facts(page, classification, text, classification.model)
    panel = page.inspector.map_panel
    panel.set_available(False)
    panel.methods.set_available(False)
    panel.set_notice(tr("No map: no model is ready."))
    # How many classes the model had is not known: no line for the others.
    page.show_predictions(classification.predictions, class_count=len(classification.predictions))


def _show_facts(page: ViewerPage, classification: Classification, text: str, model: str) -> None:
    page.picture.set_crop_frame(classification.crop)
    facts = page.inspector.facts
    facts.show_facts(classification.facts, classification.crop)
    device, precision = device_name(classification.device), classification.precision
    facts.show_state(text.format(model=visible(model), device=device, precision=precision))
