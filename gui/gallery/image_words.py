"""Say in words what is known of one image of the list: for pointers that rest on it, and for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui import words
from gui.gallery.image_state import ImageState, state_word
from gui.words import tr
from inference.texts import visible

if TYPE_CHECKING:
    from gui.gallery.image_table import ImageTable


def tooltip(table: ImageTable, place: int) -> str:
    """The file's name; below it the label, the reason of a failure or the state; then the suggestion with its score."""
    state, score = table.state(place), table.score(place)
    lines = [table.name(place)]
    if state.is_reviewed:
        lines.append(
            tr("Label: {label} ({state})").format(label=visible(table.label(place)), state=state_word(state).lower())
        )
    elif state is ImageState.FAILED:
        lines.append(visible(table.reason(place)) or state_word(state))
    elif state is not ImageState.SUGGESTED:
        lines.append(state_word(state))
    if score is not None:
        text = f"{visible(table.suggestion(place))}  {words.percent(score)}"
        lines.append(text if state is ImageState.SUGGESTED else tr("Suggestion: {suggestion}").format(suggestion=text))
    return "\n".join(lines)


def spoken(table: ImageTable, place: int, position: int, total: int) -> str:
    """What a screen reader says: the state first where it is bad news.

    Args:
        table: all images.
        place: which one.
        position: where it stands among the images shown, from 1 on.
        total: how many are shown.
    """
    facts = {
        "name": table.name(place),
        "label": visible(table.label(place)),
        "suggestion": visible(table.suggestion(place)),
        "score": words.number(round(100 * (table.score(place) or 0.0))),
        "reason": visible(table.reason(place)),
        "position": words.number(position),
        "total": words.number(total),
    }
    sentences = {
        ImageState.QUEUED: tr("{name}, queued, {position} of {total}"),
        ImageState.SUGGESTED: tr(
            "{name}, suggestion {suggestion}, {score} percent, not reviewed, {position} of {total}"
        ),
        ImageState.FAILED: tr("Failed, {name}, {reason}, {position} of {total}"),
        ImageState.ACCEPTED: tr("{name}, label {label}, accepted, {position} of {total}"),
        ImageState.CORRECTED: tr("{name}, label {label}, corrected, {position} of {total}"),
        ImageState.UNSURE: tr("{name}, unsure, suggestion {suggestion}, {score} percent, {position} of {total}"),
        ImageState.REJECTED: tr("{name}, rejected, {position} of {total}"),
    }
    state = table.state(place)
    if state is ImageState.UNSURE and not facts["suggestion"]:
        return tr("{name}, unsure, {position} of {total}").format(**facts)
    return sentences[state].format(**facts)
