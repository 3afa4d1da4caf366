"""Keep the viewer true to the current image: its pixels, what the model says of it, and the map of the class shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.answer_on_page import show_answer, show_earlier_answer
from gui.answers_at_hand import AnswersAtHand, are_alike
from gui.attention.examined import Examined
from gui.engine_events import PictureLoaded
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.map_on_page import DrawnMap, MapOnPage, MapSource, ShownPicture
from gui.picture_on_screen import PictureOnScreen
from gui.scale_learning import ScaleLearning
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.words import tr
from inference.errors import ImageProblem, ImageReadError
from inference.models.class_names import shared_names
from inference.models.contract import ModelContract
from inference.results import Classification

if TYPE_CHECKING:
    from gui.map_maker import MapMaker
    from inference.classify.classifier import Inspection

SPOILT = frozenset(
    {
        ImageProblem.EMPTY,
        ImageProblem.UNSUPPORTED_FORMAT,
        ImageProblem.NOT_AN_IMAGE,
        ImageProblem.TRUNCATED,
        ImageProblem.DAMAGED,
    }
)
"""Why a file that was classified holds no picture now: it is another one, and what was said is not of it."""


class Viewing(QObject):
    """Shows one image in the viewer page. Everything that must be computed is asked of the engine room.

    Signals:
        shown_changed(): another image is on screen, or more or less is known of it.
        examined_changed(examined: Examined | None): every question about maps of the image on screen can be answered
            from this, or no longer.
        scale_changed(): a model without a scale of its own has learned more of it; the map on screen was drawn again.
        file_changed(key: int): the file of the image on screen is another than the one that was classified.
        answer_wanted(key: int): what the model said of this image earlier; `on_recalled` takes it.
        message_raised(message: UserMessage): something about the image must be said.
    """

    shown_changed = Signal()
    examined_changed = Signal(object)
    scale_changed = Signal()
    file_changed = Signal(int)
    answer_wanted = Signal(int)
    message_raised = Signal(object)

    def __init__(self, page: ViewerPage, images: ImageModel, link: EngineLink) -> None:
        super().__init__()
        self._page = page
        self._table = images.table
        self._link = link
        self._has_failed_model = False
        self._contract: ModelContract | None = None
        self._answers = AnswersAtHand()
        self._examined: Examined | None = None
        self._picture = PictureOnScreen(page, images, link, self._answers.results)
        self._map = MapOnPage(page)
        self._scale = ScaleLearning(page)
        self._scale.changed.connect(self._rescale)
        self._picture.pixels_changed.connect(self._draw_again)
        self._picture.file_changed.connect(self.file_changed)
        self._picture.message_raised.connect(self.message_raised)
        page.class_shown_changed.connect(self._show_map)
        page.classify_requested.connect(self.classify_now)
        panel = page.inspector.map_panel
        panel.mode_changed.connect(self.set_mode)
        panel.outline_changed.connect(self.set_outline)
        panel.methods.choice_changed.connect(self.set_choice)

    @property
    def key(self) -> int | None:
        """The key of the image on screen, or None."""
        return self._picture.key

    @property
    def classification(self) -> Classification | None:
        """What the model says of the image on screen, where it has spoken."""
        return None if self.key is None else self._answers.results.get(self.key)

    @property
    def map_scale(self) -> float:
        """The fixed scale of maps, in logits; 1 while no model is ready."""
        return 1.0 if self._map.maker is None else self._map.maker.scale

    @property
    def map_choice(self) -> MapChoice:
        """What kind of map is wanted."""
        return self._map.choice

    @property
    def drawn_map(self) -> DrawnMap | None:
        """The map that is on screen, drawn or (with the mode "off") not; None where there is none."""
        return self._map.drawn if self._page.class_shown != NO_CLASS else None

    @property
    def has_every_map(self) -> bool:
        """Whether the open model has a map of each of its classes, from the feature map of an image."""
        return self._map.maker is not None and self._map.maker.has_every_map

    @property
    def has_inspection(self) -> bool:
        """Whether every class of the image on screen has a map."""
        return self.key is not None and self.key in self._answers.inspections

    @property
    def examined(self) -> Examined | None:
        """What questions about maps of the image on screen are answered from, or None."""
        return self._examined

    def result_of(self, key: int) -> Classification | None:
        """What the model says of an image, while it is remembered."""
        return self._answers.results.get(key)

    def set_model(self, contract: ModelContract, maker: MapMaker) -> None:
        """A model is ready; what an earlier one said is forgotten."""
        self._contract = contract
        self._has_failed_model = False
        self._answers.clear()
        self._scale.begin()
        self._map.set_model(contract, maker)
        self._page.inspector.class_search.set_classes(label.name for label in contract.labels)
        self._page.inspector.suggestions.set_shared_names(shared_names(contract.labels))
        self._page.set_model_title(contract.title)
        self.refresh()

    def set_no_model(self) -> None:
        """No model could be opened; one that was open before stays."""
        self._has_failed_model = self._contract is None
        self.refresh()

    def set_map_source(self, source: MapSource) -> None:
        """Ask this one for maps that take runs; it calls `redraw_map` when one has come."""
        self._map.source = source

    @Slot(MapMode)
    def set_mode(self, mode: MapMode) -> None:
        """Draw maps in another way."""
        self._map.mode = mode
        self.redraw_map()

    @Slot(bool)
    def set_outline(self, outline: bool) -> None:
        """Draw lines over the colours, or no longer."""
        self._map.outline = outline
        self.redraw_map()

    @Slot(object)
    def set_choice(self, choice: MapChoice) -> None:
        """Show another kind of map."""
        self._map.choice = choice
        self.redraw_map()

    def set_rival(self, rival: int | None) -> None:
        """Show of every class why it rather than this one is suggested; None: each class by itself."""
        if rival != self._map.rival:
            self._map.rival = rival
            self.redraw_map()

    @Slot()
    def redraw_map(self) -> None:
        """Draw the map of the class on screen again."""
        self._show_map(self._page.class_shown)

    def show_key(self, key: int, ahead: Sequence[int] | None = None) -> None:
        """Put an image on screen, whether the gallery shows it or not.

        Args:
            key: of the image.
            ahead: keys of the images that are likely to come next; None for its neighbours in the gallery.
        """
        self._picture.set_ahead(ahead)
        place = self._table.place_of(key)
        if key == self.key or place is None:
            return
        self._picture.begin(key)
        self._page.show_file(self._table.path(place))
        self._picture.show(place, key)
        self._show_result(place, key)

    def show_nothing(self) -> None:
        """No image is left."""
        self._picture.leave()
        self._tell_examined()
        self._page.show_file("")
        self._page.show_sentence("")
        self._page.picture.show_message("")
        self.shown_changed.emit()

    def refresh(self) -> None:
        """Show again what is known of the image on screen (its state or the model changed)."""
        place = self._picture.place
        if place is not None and self.key is not None:
            self._show_result(place, self.key)

    def refresh_failed(self, sentence: str) -> None:
        """The image on screen could not be looked at again."""
        place = self._picture.place
        if place is not None and self._picture.is_failed(place):
            self.refresh()
        elif place is not None:
            self._page.show_sentence(sentence)

    def refresh_waiting(self) -> None:
        """A run began or ended: say again what an image waits for that has no answer yet."""
        place = self._picture.place
        if place is not None and self._table.answer(place) is ImageState.QUEUED:
            self.refresh()

    def reload(self) -> None:
        """The engine has started: read what was asked for before."""
        place = self._picture.place
        if place is not None and self.key is not None:
            self._picture.show(place, self.key)
            self._show_result(place, self.key)

    def show_thumbnail(self, key: int) -> None:
        """A thumbnail came: it stands in for the picture on screen while that is being read."""
        self._picture.show_thumbnail(key)

    def forget_all(self) -> None:
        """Every image was removed."""
        self._picture.forget_all()
        self._answers.clear()

    def forget(self, keys: set[int]) -> None:
        """Some images were removed."""
        self._picture.forget(keys)
        self._answers.forget(keys)

    def forget_answers(self, keys: set[int]) -> None:
        """What was said of some images does not hold; their pictures do, and what is being read of them goes on."""
        self._answers.forget(keys)

    def renew(self, keys: set[int]) -> None:
        """Some images are other files now, or lie elsewhere: what was kept goes; one on screen is read again."""
        if not keys:
            return
        self.forget(keys)
        place = self._picture.place
        if self.key in keys and place is not None:
            self._page.show_file(self._table.path(place))
            self.reload()

    @Slot()
    def classify_now(self) -> None:
        """Ask the model about the image on screen before anything else."""
        place = self._picture.place
        if place is not None and self.key is not None and self._link.room is not None and not self._has_failed_model:
            self._page.show_sentence(tr("Classifying…"))
            self._link.room.service.inspect(self.key, self._table.path(place))

    def on_picture(self, loaded: PictureLoaded) -> None:
        """A picture was read."""
        self._picture.take(loaded)
        place, error = self._picture.place, loaded.error
        is_spoilt = isinstance(error, ImageReadError) and error.problem in SPOILT
        if (
            is_spoilt
            and loaded.key == self.key
            and place is not None
            and self._table.answer(place) is ImageState.SUGGESTED
            and self._link.room is not None
        ):
            # Its answer was of the file as it was before: the network's turn with the file decides, and is kept.
            self._link.room.service.inspect(loaded.key, self._table.path(place))

    @Slot(int)
    def tell_changed(self, key: int) -> None:
        """The file of the image on screen is another than the one that was classified."""
        if key == self.key and key in self._answers.results:
            self.file_changed.emit(key)

    def on_result(self, key: int, classification: Classification, inspection: Inspection | None) -> None:
        """The model has spoken of an image."""
        self._answers.take(key, classification, inspection)
        # First the scale: every part of the inspector draws on the same one.
        if self._map.maker is not None:
            self._scale.learn(self._map.maker, classification)
        self._tell_examined()

    @Slot(int, object)
    def on_recalled(self, key: int, classification: Classification | None) -> None:
        """The session knows what the model said of an image, or knows nothing."""
        if classification is not None:
            self.on_result(key, classification, None)
            if key == self.key:
                self.refresh()
        elif key == self.key and self._has_failed_model:
            self._say_no_model()
        elif key == self.key:
            self.classify_now()

    def on_inspection(self, key: int, inspection: Inspection) -> None:
        """The feature map of an image came, so that every class has a map."""
        self._answers.inspections.put(key, inspection)
        if key == self.key:
            self._tell_examined()
            self.redraw_map()

    @Slot()
    def _rescale(self) -> None:
        """Draw what is on screen on the scale that is known now; legend and map go together."""
        self._tell_examined()
        self.redraw_map()
        self.scale_changed.emit()

    def _tell_examined(self) -> None:
        """Tell what is known of the image on screen, where it is not what was told last."""
        place, key = self._picture.place, self.key
        found = None
        if key is not None and place is not None:
            found = self._answers.examined(key, self._table.path(place), self._contract, self._map.maker)
        is_known = are_alike(found, self._examined)
        self._examined = found
        if not is_known:
            self.examined_changed.emit(found)

    @Slot()
    def _draw_again(self) -> None:
        """Other pixels lie on screen: frame and map belong on them too."""
        classification = self.classification
        if classification is not None:
            self._page.picture.set_crop_frame(classification.crop)
            self.redraw_map()

    def _show_result(self, place: int, key: int) -> None:
        self._tell_examined()
        answer = self._table.answer(place)
        classification = self._answers.results.get(key)
        read = self._picture.facts_of(key)
        if classification is not None and read is not None and not read.is_of_file(classification.facts):
            # The pixels were read before the answer was known.
            self._page.show_sentence("")
            self.file_changed.emit(key)
            return
        if self._link.room is not None:
            self._link.room.service.watch(key)
        if answer is ImageState.FAILED:
            self._page.show_failure(self._table.reason(place))
        elif classification is not None and self._contract is not None:
            self._show_classification(place, key, classification, self._contract)
        elif classification is not None and self._has_failed_model:
            self._picture.take_size(key)
            show_earlier_answer(self._page, classification)
        elif answer is ImageState.SUGGESTED and (self._contract is not None or self._has_failed_model):
            # Its answer is not here (there is room for the most recent ones): the session has it.
            self._page.show_sentence("")
            self.answer_wanted.emit(key)
        elif self._has_failed_model:
            self._say_no_model()
        elif self._link.room is None or self._contract is None:
            self._page.show_sentence(tr("Waiting for the model…"))
        elif self._link.room.service.is_working:
            self._link.room.service.queue.prefer([key])
            self._page.show_sentence(tr("Waiting for its turn…"))
        else:
            self._page.show_not_classified()
        self.shown_changed.emit()

    def _say_no_model(self) -> None:
        self._page.show_sentence(tr("No model is ready, so it was not classified."))

    def _show_classification(
        self, place: int, key: int, classification: Classification, contract: ModelContract
    ) -> None:
        self._picture.take_size(key)
        show_answer(self._page, classification, contract)
        if self.has_every_map and key not in self._answers.inspections and self._link.room is not None:
            self._link.room.service.inspect(key, self._table.path(place))

    @Slot(int)
    def _show_map(self, class_index: int) -> None:
        """Put the map of a class on screen, from what is known already: no run of the network."""
        classification, key = self.classification, self.key
        if class_index != NO_CLASS and classification is not None and key is not None:
            inspection, examined = self._answers.inspections.get(key), self._examined
            is_same = examined is not None and inspection is examined.inspection
            self._map.show(class_index, ShownPicture(classification, inspection, examined if is_same else None))
