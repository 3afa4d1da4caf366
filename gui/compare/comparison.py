"""Say what is compared: which pictures, which classes, which models, and what stands in which panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from gui.compare.answers import PictureAnswer, Speaker
from gui.compare.class_choice import OFFERED, ClassChoice
from gui.compare.compared_picture import ComparedPicture
from gui.plain_text import for_sentence, name_of
from gui.viewer.suggestions_model import NO_CLASS
from gui.words import counted, tr
from inference.models.catalog import ModelFile
from inference.models.paired_classes import PairedClasses
from inference.results import Prediction

MOST_PANELS = 4
_SECOND = 1
"""The panel of the second model."""

_OTHERS = slice(1, 4)
"""Of a picture's suggestions, those that are offered besides its first one."""


class Kind(Enum):
    """What is compared."""

    PICTURES = auto()
    """Several pictures, one class."""
    CLASSES = auto()
    """Several classes of one picture."""
    MODELS = auto()
    """What two models say of one picture."""


class Comparison:
    """One comparison from its beginning to its end; answers and pixels come into it bit by bit.

    Attributes:
        kind: what is compared.
        pictures: one, or one for each panel.
        speaker: the open model.
        model: the other one, or None.
        choice: which class each panel shows.
        second_answer: what the other model says, or None while that is not known.
        second_sentence: why it says nothing; empty where it may.
    """

    def __init__(
        self, kind: Kind, pictures: Sequence[ComparedPicture], speaker: Speaker, model: ModelFile | None = None
    ) -> None:
        self.kind = kind
        self.pictures = tuple(pictures)
        self.speaker = speaker
        self.model = model
        labels = speaker.contract.labels
        self.choice = ClassChoice(PairedClasses(labels, () if model is None else model.contract.labels))
        self.second_answer: PictureAnswer | None = None
        self.second_sentence = ""

    @property
    def panel_count(self) -> int:
        """How many panels it needs."""
        if self.kind is Kind.CLASSES:
            return min(MOST_PANELS, len(self.speaker.contract.labels))
        return len(self.pictures) if self.kind is Kind.PICTURES else _SECOND + 1

    @property
    def has_one_class(self) -> bool:
        """Whether all panels show one class."""
        return self.kind is not Kind.CLASSES

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will come by itself."""
        waits = self.kind is Kind.MODELS and self.second_answer is None and not self.second_sentence
        return not waits and all(picture.is_complete for picture in self.pictures)

    def is_second(self, place: int) -> bool:
        """Whether the second model speaks in this panel."""
        return self.kind is Kind.MODELS and place == _SECOND

    def picture_of(self, place: int) -> ComparedPicture:
        """The picture in a panel."""
        return self.pictures[place if self.kind is Kind.PICTURES else 0]

    def places_of(self, picture: ComparedPicture) -> list[int]:
        """The panels in which a picture stands."""
        return [place for place in range(self.panel_count) if self.picture_of(place) is picture]

    def answer_of(self, place: int) -> PictureAnswer | None:
        """What is said of the picture in a panel, or None while that is not known."""
        return self.second_answer if self.is_second(place) else self.picture_of(place).answer

    def class_index(self, place: int, number: int) -> int | None:
        """The index of a class in the model that speaks in a panel, or None where it does not know the class."""
        classes = self.choice.classes
        return classes.in_second(number) if self.is_second(place) else classes.in_first(number)

    def scale(self, usual: float) -> float:
        """How far the one scale of all panels goes, in logits; of two models the wider one.

        Args:
            usual: that of a model which says nothing of it.
        """
        others = None if self.model is None else self.model.contract.evidence_scale
        return max(self.speaker.contract.evidence_scale or usual, others or 0.0)

    def take_suggestions(self, best: Callable[[PictureAnswer, int], tuple[Prediction, ...]]) -> None:
        """Settle which classes are offered, from the answers that are there.

        Args:
            best: so many best classes of an answer.
        """
        listed = []
        for place in range(self.panel_count):
            answer = self.answer_of(place)
            if answer is not None:
                found = [prediction.index for prediction in best(answer, OFFERED)]
                listed.append(list(map(self.choice.classes.of_second, found)) if self.is_second(place) else found)
        if not listed:
            return
        if not self.has_one_class:
            self.choice.give_each_its_own(listed[0][:MOST_PANELS])
            return
        speaking = listed[:1] if self.kind is Kind.PICTURES else listed
        self.choice.suggest(
            [numbers[0] for numbers in listed], [one for numbers in speaking for one in numbers[_OTHERS]]
        )

    def title(self) -> str:
        """What is compared, in words that are safe to show."""
        model = for_sentence(self.speaker.contract.title)
        if self.kind is Kind.PICTURES:
            count = counted(len(self.pictures), "%n picture", "%n pictures")
            return tr("{count}, {model}").format(count=count, model=model)
        words = tr("{file}: classes of {model}") if self.kind is Kind.CLASSES else tr("{file}: two models")
        return words.format(file=name_of(self.pictures[0].path), model=model)

    def panel_title(self, place: int) -> str:
        """What stands in a panel, in words that are safe to show."""
        if self.kind is Kind.PICTURES:
            return name_of(self.picture_of(place).path)
        if self.kind is Kind.CLASSES:
            number = self.choice.of(place)
            return "" if number == NO_CLASS else for_sentence(self.choice.classes.names[number])
        others = self.model if self.is_second(place) else None
        return for_sentence((self.speaker if others is None else others).contract.title)

    def shared_class(self) -> str:
        """The name of the class that all panels show; empty where each has its own, or none is known."""
        number = self.choice.shown
        return self.choice.classes.names[number] if self.has_one_class and number != NO_CLASS else ""
