"""Say in words how a review is ordered, how far it is, and what was decided about an image."""

from __future__ import annotations

from gui.gallery.image_state import state_word
from gui.plain_text import for_sentence
from gui.review.review_queue import QueueOrder
from gui.words import counted, number, tr
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind


def order_text(order: QueueOrder) -> str:
    """The order as an entry of a list."""
    match order:
        case QueueOrder.LEAST_CERTAIN:
            return tr("Least certain first")
        case QueueOrder.DISAGREES:
            return tr("Disagrees with folder name")
        case QueueOrder.BY_CLASS:
            return tr("By class, a page at a time")
        case QueueOrder.RANDOM_100:
            return tr("100 at random")


def queue_text(remaining: int, order: QueueOrder, *, seed: int | None = None) -> str:
    """What is left, and in which order it comes: "2,114 unlabelled, least certain first"."""
    if not remaining:
        return tr("Everything here is reviewed.")
    match order:
        case QueueOrder.LEAST_CERTAIN:
            return counted(remaining, "1 unlabelled", "%n unlabelled, least certain first")
        case QueueOrder.DISAGREES:
            return counted(
                remaining,
                "1 suggestion that disagrees with its folder's name",
                "%n suggestions that disagree with their folder's name, most confident first",
            )
        case QueueOrder.BY_CLASS:
            return counted(remaining, "1 unlabelled", "%n unlabelled, by suggested class")
        case QueueOrder.RANDOM_100:
            text = counted(remaining, "1 unlabelled of those drawn at random", "%n unlabelled, drawn at random")
            return text if seed is None else tr("{text} (seed {seed})").format(text=text, seed=seed)


def reviewed_text(reviewed: int) -> str:
    """How many were decided about: "reviewed 86"."""
    return tr("reviewed {count}").format(count=number(reviewed))


def pace_text(per_minute: int | None) -> str:
    """How fast: "31 per min"; nothing while it is unknown."""
    return "" if per_minute is None else tr("{count} per min").format(count=number(per_minute))


def decision_text(state: ImageState, label: str = "") -> str:
    """What was decided about an image: "magpie (corrected)", "unsure"; nothing where nobody has decided."""
    if state < ImageState.ACCEPTED:
        return ""
    word = state_word(state).lower()
    return tr("{label} ({state})").format(label=for_sentence(label), state=word) if label else word


def done_text(step: Step) -> str:
    """What a step did, as people say it afterwards ("Labelled jay"); safe to show.

    Nothing for added images: the opening of a folder is no decision, and must not look like the last one.
    """
    count, name = len(step), for_sentence(step.subject)
    accepted = counted(count, "Accepted %n suggestion", "Accepted %n suggestions")
    sentences = {
        StepKind.LABEL: counted(count, "Labelled {label}", "Labelled %n images as {label}"),
        StepKind.ACCEPT: tr("Accepted {label}") if count == 1 and name else accepted,
        StepKind.ACCEPT_ABOVE: accepted,
        StepKind.UNSURE: counted(count, "Marked unsure", "Marked %n images as unsure"),
        StepKind.REJECT: counted(count, "Rejected", "Rejected %n images"),
        StepKind.CLEAR: counted(count, "Cleared the label", "Cleared the labels of %n images"),
        StepKind.REMOVE: counted(count, "Removed %n image", "Removed %n images"),
        StepKind.RENAME: counted(count, "Renamed the label of %n image", "Renamed the label of %n images"),
        StepKind.IMPORT: counted(count, "Imported %n label", "Imported %n labels"),
        StepKind.ADD: "",
    }
    return sentences[step.kind].replace("{label}", name)


def page_text(number_of_page: int, count: int, shown: int, total: int) -> str:
    """Where a page stands among those of its class: "page 2 of 7 (20 of 133)"."""
    return tr("page {number} of {count} ({shown} of {total})").format(
        number=number(number_of_page), count=number(count), shown=number(shown), total=number(total)
    )
