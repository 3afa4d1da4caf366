"""Keep the viewer true to the current image: its pixels, what the model says of it, and the map of the class shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QObject, QSize, Signal, Slot

from gui.attention.examined import Examined
from gui.engine_events import PictureLoaded
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.messages import describe
from gui.notices import detail_unreadable, map_approximate, no_map
from gui.recent import Recent
from gui.viewer.map_mode import MapMode, MapRemark
from gui.viewer.suggestions_model import NO_CLASS
from gui.viewer.viewer_page import ViewerPage
from gui.words import tr
from inference.models.contract import MapKind, ModelContract
from inference.results import Classification

if TYPE_CHECKING:
    from gui.map_maker import MapMaker, MapOnScreen
    from inference.classify.classifier import Inspection

PICTURES_KEPT = 7
"""Pictures of the viewer's size, at up to 16 MB each."""

PREFETCHED = (1, -1, 2, -2, 3)
"""Neighbours that are read ahead, in this order."""

RESULTS_KEPT = 2000
INSPECTIONS_KEPT = 64


class Viewing(QObject):
    """Shows one image in the viewer page. Everything that must be computed is asked of the engine room.

    The image on screen is known by its key, so that rows may come and go.

    Signals:
        shown_changed(): another image is on screen, or more or less is known of it.
        examined_changed(examined: Examined | None): every question about maps of the image on screen can be answered
            from this, or no longer.
        answer_wanted(key: int): what the model said of this image earlier; `on_recalled` takes it.
        message_raised(message: UserMessage): something about the image must be said.
    """

    shown_changed = Signal()
    examined_changed = Signal(object)
    answer_wanted = Signal(int)
    message_raised = Signal(object)

    def __init__(self, page: ViewerPage, images: ImageModel, link: EngineLink) -> None:
        super().__init__()
        self._page = page
        self._images = images
        self._table = images.table
        self._link = link
        self._key: int | None = None
        self._detail_key: int | None = None
        self._ahead: tuple[int, ...] | None = None
        self._has_failed_model = False
        self._contract: ModelContract | None = None
        self._maker: MapMaker | None = None
        self._mode = MapMode.EVIDENCE
        self._pictures: Recent[PictureLoaded] = Recent(PICTURES_KEPT)
        self._loading: set[int] = set()
        self._results: Recent[Classification] = Recent(RESULTS_KEPT)
        self._inspections: Recent[Inspection] = Recent(INSPECTIONS_KEPT)
        self._examined: Examined | None = None
        self._rival: int | None = None
        page.class_shown_changed.connect(self._show_map)
        page.picture.detail_requested.connect(self._load_detail)
        page.classify_requested.connect(self.classify_now)
        page.inspector.map_panel.mode_changed.connect(self.set_mode)

    @property
    def key(self) -> int | None:
        """The key of the image on screen, or None."""
        return self._key

    @property
    def classification(self) -> Classification | None:
        """What the model says of the image on screen, where it has spoken."""
        return None if self._key is None else self._results.get(self._key)

    @property
    def map_scale(self) -> float:
        """The fixed scale of maps, in logits; 1 while no model is ready."""
        return 1.0 if self._maker is None else self._maker.scale

    @property
    def has_inspection(self) -> bool:
        """Whether every class of the image on screen has a map."""
        return self._key is not None and self._key in self._inspections

    @property
    def examined(self) -> Examined | None:
        """What questions about maps of the image on screen are answered from, or None."""
        return self._examined

    def result_of(self, key: int) -> Classification | None:
        """What the model says of an image, while it is remembered."""
        return self._results.get(key)

    def set_model(self, contract: ModelContract, maker: MapMaker) -> None:
        """A model is ready; what an earlier one said is forgotten."""
        self._contract, self._maker = contract, maker
        self._has_failed_model = False
        self._results.clear()
        self._inspections.clear()
        panel = self._page.inspector.map_panel
        panel.set_available(maker.has_maps)
        notices = {MapKind.NONE: no_map, MapKind.APPROXIMATE: map_approximate}
        panel.set_notice(notices[contract.maps]().text if contract.maps in notices else "")
        self._page.inspector.class_search.set_classes(label.name for label in contract.labels)
        self.refresh()

    def set_no_model(self) -> None:
        """No model could be opened; one that was open before stays."""
        self._has_failed_model = self._contract is None
        self.refresh()

    @Slot(MapMode)
    def set_mode(self, mode: MapMode) -> None:
        """Draw maps in another way."""
        self._mode = mode
        self._show_map(self._page.class_shown)

    def set_rival(self, rival: int | None) -> None:
        """Show of every class why it rather than this one is suggested; None: each class by itself."""
        if rival != self._rival:
            self._rival = rival
            self._show_map(self._page.class_shown)

    def show_key(self, key: int, ahead: Sequence[int] | None = None) -> None:
        """Put an image on screen, whether the gallery shows it or not.

        Args:
            key: of the image.
            ahead: keys of the images that are likely to come next; None for its neighbours in the gallery.
        """
        self._ahead = None if ahead is None else tuple(ahead)
        place = self._table.place_of(key)
        if key == self._key or place is None:
            return
        self._key, self._detail_key = key, None
        self._give_up_others(key)
        self._page.show_file(self._table.path(place))
        self._show_picture(place, key)
        self._show_result(place, key)

    def show_nothing(self) -> None:
        """No image is left."""
        self._key = None
        self._tell_examined()
        self._page.show_file("")
        self._page.picture.show_message("")
        self.shown_changed.emit()

    def refresh(self) -> None:
        """Show again what is known of the image on screen (its state or the model changed)."""
        place = self._place()
        if place is not None and self._key is not None:
            self._show_result(place, self._key)

    def refresh_failed(self, sentence: str) -> None:
        """The image on screen could not be looked at again."""
        place = self._place()
        if place is not None and self._is_failed(place):
            self.refresh()
        elif place is not None:
            self._page.show_sentence(sentence)

    def refresh_waiting(self) -> None:
        """A run began or ended: say again what an image waits for that has no answer yet."""
        place = self._place()
        if place is not None and self._table.answer(place) is ImageState.QUEUED:
            self.refresh()

    def reload(self) -> None:
        """The engine has started: read what was asked for before."""
        place = self._place()
        if place is not None and self._key is not None:
            self._show_picture(place, self._key)
            self._show_result(place, self._key)

    def show_thumbnail(self, key: int) -> None:
        """A thumbnail came: it stands in for the picture on screen while that is being read."""
        place = self._place()
        if (
            key == self._key
            and place is not None
            and self._page.picture.placement is None
            and not self._is_failed(place)
        ):
            self._show_placeholder(key)
            self._draw_again()

    def forget_all(self) -> None:
        """Every image was removed."""
        for memory in (self._pictures, self._results, self._inspections):
            memory.clear()

    def forget(self, keys: set[int]) -> None:
        """Some images were removed."""
        for memory in (self._pictures, self._results, self._inspections):
            memory.discard(keys)

    @Slot()
    def classify_now(self) -> None:
        """Ask the model about the image on screen before anything else."""
        place = self._place()
        if place is not None and self._key is not None and self._link.room is not None:
            self._page.show_sentence(tr("Classifying…"))
            self._link.room.service.inspect(self._key, self._table.path(place))

    def on_picture(self, loaded: PictureLoaded) -> None:
        """A picture was read."""
        self._loading.discard(loaded.key)
        place = self._place()
        is_shown = loaded.key == self._key and place is not None
        if loaded.has_detail:
            if is_shown:
                self._take_detail(loaded)
            return
        if loaded.image is not None:
            self._pictures.put(loaded.key, loaded)
        if not is_shown or place is None:
            return
        if loaded.error is not None:
            self._page.show_failure(describe(loaded.error, self._table.name(place)).text)
        else:
            self._put_on_screen(loaded)
            self._draw_again()
        self._prefetch()

    def on_result(self, key: int, classification: Classification, inspection: Inspection | None) -> None:
        """The model has spoken of an image."""
        self._results.put(key, classification)
        if inspection is not None:
            self._inspections.put(key, inspection)
        self._tell_examined()
        if self._maker is not None:
            self._maker.learn_scale(classification)

    @Slot(int, object)
    def on_recalled(self, key: int, classification: Classification | None) -> None:
        """The session knows what the model said of an image, or knows nothing."""
        if classification is not None:
            self.on_result(key, classification, None)
            if key == self._key:
                self.refresh()
        elif key == self._key:
            self.classify_now()

    def on_inspection(self, key: int, inspection: Inspection) -> None:
        """The feature map of an image came, so that every class has a map."""
        self._inspections.put(key, inspection)
        if key == self._key:
            self._tell_examined()
            if self._page.class_shown != NO_CLASS:
                self._show_map(self._page.class_shown)

    def _tell_examined(self) -> None:
        """Tell what is known of the image on screen, where it is not what was told last."""
        found = self._find_examined()
        before = self._examined
        same = found is before or (
            found is not None
            and before is not None
            and found.key == before.key
            and found.inspection is before.inspection
            and found.classification is before.classification
        )
        if not same:
            self._examined = found
            self.examined_changed.emit(found)

    def _find_examined(self) -> Examined | None:
        place, classification = self._place(), self.classification
        if self._key is None or place is None or classification is None:
            return None
        inspection = self._inspections.get(self._key)
        maker = self._maker
        head = None if maker is None else maker.head
        if maker is None or head is None or self._contract is None or inspection is None:
            return None
        path = self._table.path(place)
        return Examined(
            self._key, path, classification, inspection, self._contract, head, maker.model_hash, maker.scale
        )

    def _place(self) -> int | None:
        place = None if self._key is None else self._table.place_of(self._key)
        return None if place is None or self._table.is_removed(place) else place

    def _show_picture(self, place: int, key: int) -> None:
        known = self._pictures.get(key)
        if known is not None:
            self._put_on_screen(known)
            self._prefetch()
            return
        # Whatever stands there belongs to the picture before.
        self._page.picture.show_message("")
        if not self._is_failed(place):
            self._show_placeholder(key)
            self._load(place, key)

    def _show_placeholder(self, key: int) -> None:
        thumbnail = self._table.thumbnail(key)
        if thumbnail is not None:
            self._page.picture.show_placeholder(thumbnail, original_size=self._known_size(key) or thumbnail.size())

    def _is_failed(self, place: int) -> bool:
        return self._table.answer(place) is ImageState.FAILED

    def _draw_again(self) -> None:
        """Other pixels lie on screen: frame and map belong on them too."""
        classification = self.classification
        if classification is not None:
            self._page.picture.set_crop_frame(classification.crop)
            self._show_map(self._page.class_shown)

    def _give_up_others(self, key: int) -> None:
        """Read nothing that is neither on screen nor next to it (somebody holds an arrow key down)."""
        if self._link.room is not None:
            self._loading.difference_update(self._link.room.keep_pictures({key, *self._neighbours()}))

    def _neighbours(self) -> list[int]:
        """Keys of the images that may come next; around the one on screen none are known while a filter hides it."""
        if self._ahead is not None:
            return list(self._ahead)
        row = None if self._key is None else self._images.row_of(self._key)
        if row is None:
            return []
        return [self._images.key_at(row + step) for step in PREFETCHED if 0 <= row + step < len(self._images)]

    def _known_size(self, key: int) -> QSize | None:
        result = self._results.get(key)
        return None if result is None else QSize(result.facts.width, result.facts.height)

    def _put_on_screen(self, loaded: PictureLoaded) -> None:
        if loaded.image is not None and loaded.facts is not None:
            size = QSize(loaded.facts.width, loaded.facts.height)
            self._page.picture.show_picture(loaded.image, original_size=size)
            if self.classification is None:
                self._page.inspector.facts.show_facts(loaded.facts, None)

    @Slot()
    def _load_detail(self) -> None:
        """The person zooms into more pixels than the viewer's copy has: read the picture in full, this one, once."""
        place = self._place()
        if place is not None and self._link.room is not None and self._detail_key != self._key is not None:
            self._detail_key = self._key
            self._link.room.load_picture(self._key, self._table.path(place), detail=True)

    def _take_detail(self, loaded: PictureLoaded) -> None:
        if loaded.image is not None and loaded.facts is not None:
            size = QSize(loaded.facts.width, loaded.facts.height)
            self._page.picture.show_picture(loaded.image, original_size=size, keep_view=True, is_full=True)
        elif loaded.error is not None:
            self.message_raised.emit(detail_unreadable(str(loaded.error)))

    def _prefetch(self) -> None:
        for key in self._neighbours():
            place = self._table.place_of(key)
            if place is not None and key not in self._pictures and not self._is_failed(place):
                self._load(place, key, urgent=False)

    def _load(self, place: int, key: int, *, urgent: bool = True) -> None:
        if self._link.room is not None and key not in self._loading:
            self._loading.add(key)
            self._link.room.load_picture(key, self._table.path(place), urgent=urgent)

    def _show_result(self, place: int, key: int) -> None:
        self._tell_examined()
        answer = self._table.answer(place)
        classification = self._results.get(key)
        if self._link.room is not None:
            self._link.room.service.watch(key)
        if answer is ImageState.FAILED:
            self._page.show_failure(self._table.reason(place))
        elif classification is not None and self._contract is not None:
            self._show_classification(place, key, classification, self._contract)
        elif answer is ImageState.SUGGESTED and self._contract is not None:
            # Its answer is not here (there is room for the most recent ones): the session has it.
            self.answer_wanted.emit(key)
        elif self._has_failed_model:
            self._page.show_sentence(tr("No model is ready, so it was not classified."))
        elif self._link.room is None or self._contract is None:
            self._page.show_sentence(tr("Waiting for the model…"))
        elif self._link.room.service.is_working:
            self._link.room.service.queue.prefer([key])
            self._page.show_sentence(tr("Waiting for its turn…"))
        else:
            self._page.show_not_classified()
        self.shown_changed.emit()

    def _show_classification(
        self, place: int, key: int, classification: Classification, contract: ModelContract
    ) -> None:
        page = self._page
        page.picture.set_crop_frame(classification.crop)
        facts = page.inspector.facts
        facts.show_facts(classification.facts, classification.crop)
        facts.show_state(
            tr("Classified by {model} on {device} ({precision}).").format(
                model=contract.title, device=classification.device, precision=classification.precision
            )
        )
        page.show_predictions(classification.predictions, class_count=len(contract.labels))
        every_map = self._maker is not None and self._maker.has_every_map
        if every_map and key not in self._inspections and self._link.room is not None:
            self._link.room.service.inspect(key, self._table.path(place))

    @Slot(int)
    def _show_map(self, class_index: int) -> None:
        """Put the map of a class on screen, from what is known already: no run of the network."""
        classification, key = self.classification, self._key
        if class_index == NO_CLASS or classification is None or key is None:
            return
        if self._maker is None or self._contract is None or not self._maker.has_maps:
            return
        inspection = self._inspections.get(key)
        fight = None
        if self._rival is not None and inspection is not None:
            fight = self._maker.duel(class_index, self._rival, inspection)
        if fight is not None:
            labels = self._contract.labels
            names = tr("{subject} rather than {rival}").format(
                subject=labels[fight.subject].name, rival=labels[fight.rival].name
            )
            shown = self._maker.on_screen(
                class_index, fight.contributions, classification, self._mode, account=fight.account
            )
            self._draw(shown, names, classification, is_gap=True)
            return
        contributions = self._maker.contributions(class_index, classification, inspection)
        if contributions is None:
            self._show_no_map(self._contract.labels[class_index].name)
            return
        shown = self._maker.on_screen(class_index, contributions, classification, self._mode)
        self._draw(shown, self._contract.labels[class_index].name, classification)

    def _show_no_map(self, name: str) -> None:
        """Only the feature map could tell: it is on its way (`on_inspection` follows), or this model has none."""
        page, panel = self._page, self._page.inspector.map_panel
        page.picture.remove_overlay()
        page.legend.clear()
        panel.set_class_name(name)
        has_every_map = self._maker is not None and self._maker.has_every_map
        panel.set_remark(MapRemark.NONE if has_every_map else MapRemark.BEST_CLASSES_ONLY)

    def _draw(self, shown: MapOnScreen, name: str, classification: Classification, *, is_gap: bool = False) -> None:
        page = self._page
        page.picture.set_cells(*shown.cells)
        panel = page.inspector.map_panel
        if self._mode is MapMode.OFF:
            page.picture.remove_overlay()
            page.legend.clear()
        else:
            page.picture.show_overlay(
                shown.overlay,
                classification.crop,
                lines=tuple(QLineF(*piece) for piece in shown.lines.tolist()),
                takes_light=self._mode is MapMode.SPOTLIGHT,
            )
            page.legend.show_scale(self._mode, scale=shown.scale, class_name=name)
            account = shown.account
            page.legend.set_ledger(
                positive=account.supporting,
                negative=account.opposing,
                bias=account.bias,
                logit=account.logit,
                is_gap=is_gap,
            )
        panel.set_class_name(name)
        panel.set_remark(shown.remark)
        sentence = (
            tr("Evidence for {name} is strongest at the {place}.") if shown.place else tr("Nothing speaks for {name}.")
        )
        page.picture.set_map_description(sentence.format(name=name, place=shown.place))
