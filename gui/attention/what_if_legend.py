"""Explain the map of a picture that is painted over, or that there is none, on the viewer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.viewer.map_choice import EVIDENCE
from gui.viewer.map_mode import MapRemark
from gui.viewer.viewer_page import ViewerPage
from gui.words import tr

if TYPE_CHECKING:
    from gui.map_maker import MapOnScreen


def explain(page: ViewerPage, drawn: MapOnScreen | None, name: str, *, is_answered: bool) -> None:
    """Say what the map on screen is.

    Args:
        page: with the map.
        drawn: the map; None where there is none.
        name: of its class, as it is.
        is_answered: the network has seen what is painted; otherwise the map is of the picture as it was.
    """
    if drawn is None:
        _explain_nothing(page)
        return
    panel, account = page.inspector.map_panel, drawn.account
    told = tr("{name}, painted over") if is_answered else tr("{name}, before it was painted over")
    outline = panel.has_outline and panel.mode.has_strength
    page.legend.show_scale(panel.mode, scale=drawn.scale, class_name=told.format(name=name), outline=outline)
    if page.legend.is_shown:
        page.legend.set_ledger(
            positive=account.supporting, negative=account.opposing, bias=account.bias, logit=account.logit
        )
    panel.set_class_name(name)
    panel.set_remark(drawn.remark)
    other = panel.methods.choice != EVIDENCE
    panel.methods.say(tr("What is painted over is shown with the evidence.") if other else "")


def _explain_nothing(page: ViewerPage) -> None:
    panel = page.inspector.map_panel
    page.legend.clear()
    page.picture.set_map_description("")
    panel.set_class_name("")
    panel.set_remark(MapRemark.NONE)
    panel.methods.say("")
