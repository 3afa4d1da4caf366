"""Put into words what a check of a map found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.viewer.map_choice import EVIDENCE, MapChoice, full_name
from gui.viewer.number_texts import decimal_text, percent_text
from gui.words import tr

if TYPE_CHECKING:
    from gui.attention.check_work import Checked
    from inference.attention.backbone_sanity import BackboneCheck, BackboneStep


def badge_words(checked: Checked, name: str) -> str:
    """What hiding the strongest cells did to a class.

    Args:
        checked: what was found.
        name: of the class, safe to show.
    """
    badge = checked.badge
    sentence = tr(
        "With the strongest fifth of the cells {filling}: {name} {before} \N{RIGHTWARDS ARROW} {after}."
    ).format(
        filling=_filling_words(checked.filling.value),
        name=name,
        before=percent_text(badge.before),
        after=percent_text(badge.after),
    )
    verdict = (
        tr("The network bears the map out.")
        if badge.is_borne_out
        else tr("The network does not bear the map out: the class did not lose by it.")
    )
    return f"{subject_words(checked.choice)}{sentence} {verdict}"


def subject_words(choice: MapChoice) -> str:
    """Which map it is about; nothing for the evidence."""
    if choice == EVIDENCE:
        return ""
    name = full_name(choice)
    if choice.relative:
        name = tr("{name}, rather than the average class").format(name=name)
    return f"{name}. "


def curve_words(checked: Checked) -> str:
    """The areas below both curves."""
    words = tr("Area under deletion (dashed; low is good) {deletion}, under insertion (high is good) {insertion}.")
    curves = checked.curves
    return words.format(
        deletion=decimal_text(curves.deletion.area, 2), insertion=decimal_text(curves.insertion.area, 2)
    )


def sanity_words(checked: Checked) -> str:
    """What a random last layer did to the map; nothing where it is not made from that layer alone."""
    if checked.sanity is None:
        return ""
    likeness = decimal_text(checked.sanity.signed, 2)
    if checked.sanity.passed:
        words = tr("With a random last layer the map is another one (rank correlation {likeness}), as it should be.")
    else:
        words = tr("With a random last layer the map hardly changes (rank correlation {likeness}): it says little.")
    return words.format(likeness=likeness)


def backbone_words(check: BackboneCheck, choice: MapChoice) -> str:
    """What became of the map while the network was randomised from the top, stage by stage."""
    steps = ", ".join(map(_step_words, check.steps))
    found = tr("Rank correlation with the network's own map, randomised from the top down to: {steps}.")
    verdict = (
        tr("The map depends on what the network learned.")
        if check.passed
        else tr("The map hardly depends on what the network learned: it shows the picture.")
    )
    return f"{subject_words(choice)}{found.format(steps=steps)} {verdict}"


def _step_words(step: BackboneStep) -> str:
    if step.is_flat:
        return tr("{part}: the same everywhere").format(part=_part_words(step.part))
    return f"{_part_words(step.part)} {decimal_text(step.signed, 2, signed=True)}"


def _part_words(part: str) -> str:
    names = {"head": tr("last layer"), "stem": tr("first layers")}
    if part in names:
        return names[part]
    return tr("stage {number}").format(number=part.removeprefix("stage "))


def _filling_words(filling: str) -> str:
    return {"blur": tr("blurred"), "grey": tr("painted grey"), "noise": tr("replaced by noise")}[filling]
