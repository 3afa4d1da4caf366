"""Put into words what a check of a map found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.attention.look_on_screen import LookOnScreen, view_in_words
from gui.viewer.map_choice import EVIDENCE, MapChoice, full_name, method_name
from gui.viewer.number_texts import decimal_text, percent_text
from gui.words import counted, tr

if TYPE_CHECKING:
    from gui.attention.check_work import Checked
    from inference.attention.backbone_sanity import BackboneCheck, BackboneStep


def about_words(look: LookOnScreen | None, *, is_painted: bool = False) -> str:
    """Which look a check is about; nothing for the usual one.

    Args:
        look: another look that is on screen.
        is_painted: the map on screen is that of a picture that is painted over, which is not checked.
    """
    if is_painted:
        return tr("About the picture as it is, without what is painted over it.")
    if look is None:
        return ""
    view = view_in_words(look.factor, whole=look.whole, examined=look.examined)
    about = tr("About the closer look on screen: {view}.").format(view=view)
    if look.factor == 1:
        return about
    times = counted(look.factor**2, "Each run takes about %n time as long.", "Each run takes about %n times as long.")
    return f"{about} {times}"


def badge_words(checked: Checked, name: str, rival: str = "", *, wanted: MapChoice = EVIDENCE) -> str:
    """What hiding the strongest cells did to a class, or to its lead over another.

    Args:
        checked: what was found.
        name: of the class, safe to show.
        rival: of the class that the map compares it with, safe to show; empty where it compares with none.
        wanted: the kind of map that a person chose, which may be another than was checked.
    """
    badge = checked.badge
    about = subject_words(checked.choice, wanted=wanted)
    if not badge.has_support:
        return about + tr("No cell speaks for {name}, so there is nothing to hide.").format(name=name)
    if checked.is_flat:
        return about + tr("The map is the same everywhere: no cell is stronger, so hiding some checks nothing.")
    if badge.gaps is None:
        before, after = percent_text(badge.before), percent_text(badge.after)
        found = tr("{name} {before} \N{RIGHTWARDS ARROW} {after}.").format(name=name, before=before, after=after)
        refuted = tr("The network does not bear the map out: the class did not lose by it.")
    else:
        before, after = (decimal_text(gap, 2, signed=True) for gap in badge.gaps)
        lead = tr("its lead over {rival} {before} \N{RIGHTWARDS ARROW} {after} logits.")
        found = lead.format(rival=rival, before=before, after=after)
        refuted = tr("The network does not bear the map out: the lead did not shrink.")
    if badge.is_slight:
        verdict = tr("That hardly changes it, so it does not speak for the map.")
    else:
        verdict = tr("The network bears the map out.") if badge.is_borne_out else refuted
    return f"{about}{_hidden_words(checked, name)} {found} {verdict}"


def _hidden_words(checked: Checked, name: str) -> str:
    cells = checked.badge.done.cells
    template = counted(
        int(cells.sum()),
        "With the strongest of {total} cells for {name} {filling}:",
        "With the strongest %n of {total} cells for {name} {filling}:",
    )
    return template.format(total=cells.size, name=name, filling=_filling_words(checked.filling.value))


def subject_words(choice: MapChoice, *, wanted: MapChoice = EVIDENCE) -> str:
    """Which map it is about; nothing for the evidence where a person wants to see that."""
    if choice == EVIDENCE:
        in_place = tr("Evidence, which is shown in place of {method}.").format(method=method_name(wanted.method))
        return "" if wanted == EVIDENCE else f"{in_place} "
    name = full_name(choice)
    if choice.relative:
        name = tr("{name}, rather than the average class").format(name=name)
    return f"{name}. "


def curve_words(checked: Checked, name: str) -> str:
    """The areas below both curves; of a comparison, whose score they are of."""
    curves = checked.curves
    deletion, insertion = decimal_text(curves.deletion.area, 2), decimal_text(curves.insertion.area, 2)
    words = tr("Area under deletion (dashed; low is good) {deletion}, under insertion (high is good) {insertion}.")
    areas = words.format(deletion=deletion, insertion=insertion)
    if checked.badge.rival is None:
        return areas
    return f"{tr('Of the score of {name}:').format(name=name)} {areas}"


def sanity_words(checked: Checked) -> str:
    """What a random last layer did to the map; nothing where it is not made from that layer alone."""
    if checked.sanity is None:
        return ""
    if checked.sanity.is_flat:
        return _flat_words()
    likeness = decimal_text(checked.sanity.signed, 2)
    if checked.sanity.passed:
        words = tr(
            "With a random last layer the map is another one (rank correlation {likeness}, mean of {draws} draws), "
            "as it should be."
        )
    else:
        words = tr(
            "With a random last layer the map hardly changes (rank correlation {likeness}, mean of {draws} draws): "
            "it says little."
        )
    return words.format(likeness=likeness, draws=checked.sanity.draws)


def _flat_words() -> str:
    return tr("The map is the same everywhere, so there is nothing to compare with maps of random networks.")


def backbone_words(check: BackboneCheck, choice: MapChoice, *, wanted: MapChoice = EVIDENCE) -> str:
    """What became of the map while the network was randomised from the top, stage by stage."""
    about = subject_words(choice, wanted=wanted)
    if check.is_flat:
        return f"{about}{_flat_words()}"
    steps = ", ".join(map(_step_words, check.steps))
    found = tr(
        "Rank correlation with the network's own map, randomised from the top down to (drawn once each, the last mean "
        "of {draws}): {steps}."
    )
    verdict = (
        tr("The map depends on what the network learned.")
        if check.passed
        else tr("The map hardly depends on what the network learned: it shows the picture.")
    )
    return f"{about}{found.format(steps=steps, draws=check.steps[-1].draws)} {verdict}"


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
