"""Say each condition of a filter in a few words, with the filter that is left without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from gui.gallery.arrangement import ImageFilter
from gui.gallery.image_state import state_word
from gui.plain_text import elide_middle, for_sentence, name_of
from gui.words import number, percent, tr

MOST_CHIPS = 6
"""A condition with more entries than this is one chip, not one for each."""

_NAME_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition.

    Attributes:
        text: what it asks for, safe to show.
        without: the filter that is left when it is taken away.
    """

    text: str
    without: ImageFilter


def chips_of(images: ImageFilter, label_name: Callable[[int], str]) -> list[Chip]:
    """The conditions of a filter in the order of the library, then score and text.

    Args:
        images: the filter.
        label_name: the text of a code, as it was given.
    """
    states, folders = sorted(images.states), sorted(images.folders)
    labels, suggestions = sorted(images.labels), sorted(images.suggestions)
    chips = _chips(
        tr("Folder: {name}"),
        ((name_of(folder), replace(images, folders=images.folders - {folder})) for folder in folders),
        replace(images, folders=frozenset()),
        len(folders),
    )
    chips += _chips(
        tr("State: {name}"),
        ((state_word(state).lower(), replace(images, states=images.states - {state})) for state in states),
        replace(images, states=frozenset()),
        len(states),
    )
    chips += _chips(
        tr("Label: {name}"),
        ((_short(label_name(code)), replace(images, labels=images.labels - {code})) for code in labels),
        replace(images, labels=frozenset()),
        len(labels),
    )
    chips += _chips(
        tr("Suggestion: {name}"),
        ((_short(label_name(code)), replace(images, suggestions=images.suggestions - {code})) for code in suggestions),
        replace(images, suggestions=frozenset()),
        len(suggestions),
    )
    if images.score_from is not None or images.score_to is not None:
        text = score_text(images.score_from, images.score_to)
        chips.append(Chip(text, replace(images, score_from=None, score_to=None)))
    if images.text:
        chips.append(Chip(tr("Text: {text}").format(text=_short(images.text)), replace(images, text="")))
    return chips


def score_text(lowest: float | None, highest: float | None) -> str:
    """Which scores (0...1) are asked for; both ends count."""
    if lowest is None:
        return tr("Score \u2264 {to}").format(to=percent(highest or 0.0))
    if highest is None:
        return tr("Score \u2265 {from_}").format(from_=percent(lowest))
    return tr("Score {from_} to {to}").format(from_=percent(lowest), to=percent(highest))


def _chips(
    sentence: str, entries: Iterable[tuple[str, ImageFilter]], without_all: ImageFilter, count: int
) -> list[Chip]:
    if count > MOST_CHIPS:
        return [Chip(sentence.format(name=tr("{count} chosen").format(count=number(count))), without_all)]
    return [Chip(sentence.format(name=name), without) for name, without in entries]


def _short(name: str) -> str:
    # Cut before making characters visible: a stand-in must not be cut in two.
    return for_sentence(elide_middle(name, _NAME_LIMIT))
