"""Carry a comparison out: begin it, get what is missing, follow what a person wants, and lead back."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.action_runner import ActionRunner
from gui.action_table import ActionId
from gui.attention.examiner import Examiner
from gui.compare.answers import PictureAnswer, Pixels
from gui.compare.compare_saver import CompareSaver, SavedPanel, ToSave
from gui.compare.compared_picture import ComparedPicture
from gui.compare.comparison import MOST_PANELS, Comparison, Kind
from gui.compare.kept_answers import KeptAnswers
from gui.compare.panel_filler import PanelFiller
from gui.compare.picture_reader import PictureReader
from gui.compare.second_model import SecondModel
from gui.engine_link import EngineLink
from gui.gallery.image_state import ImageState
from gui.main_window import MainWindow, View
from gui.messages import describe
from gui.model_titles import titles_apart
from gui.plain_text import name_of
from gui.tasks import TaskRunner
from gui.user_message import Level, Place, UserMessage
from gui.viewer.map_mode import MapMode
from gui.viewing import Viewing
from gui.words import counted, number, tr
from inference.errors import CardinalError
from inference.models.catalog import ModelFile
from inference.profile import Profile

_LEAST_PICTURES = 2


class Comparing(QObject):
    """Fills the page. Classes switch without a run of the network; what is missing of a picture is asked for once.

    Signals:
        message_raised(message: UserMessage): there is nothing to compare, or something was saved.
    """

    message_raised = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        viewing: Viewing,
        examiner: Examiner,
        link: EngineLink,
        runner: TaskRunner,
        profile: Profile,
    ) -> None:
        super().__init__()
        self._window = window
        self._page = window.compare
        self._viewing = viewing
        self._table = window.grid.images.table
        self._kept = KeptAnswers(link)
        self._reader = PictureReader(examiner, self._kept)
        self._second = SecondModel(self._reader, runner, profile)
        self._filler = PanelFiller(self._page)
        self.saver = CompareSaver(window, runner)
        self._now: Comparison | None = None
        self._before = View.GALLERY
        self._connect()

    @property
    def now(self) -> Comparison | None:
        """What is compared, or None."""
        return self._now

    def take_actions(self, runner: ActionRunner) -> None:
        """Carry out the actions that are about comparing."""
        orders: dict[ActionId, Callable[[], object]] = {
            ActionId.COMPARE: self.open,
            ActionId.ZOOM_IN: lambda: self._zoom(larger=True),
            ActionId.ZOOM_OUT: lambda: self._zoom(larger=False),
        }
        runner.add_orders(orders)
        self.saver.first_folder = lambda: runner.folder
        self.message_raised.connect(runner.message_raised)

    @Slot()
    def open(self) -> None:
        """Compare the selected pictures, or the classes of the one on screen."""
        window = self._window
        if window.shows_picture and self._viewing.key is not None:
            self._begin(Kind.CLASSES, [self._viewing.key])
            return
        selected = window.grid.selected_keys() if window.view is View.GALLERY else []
        if len(selected) >= _LEAST_PICTURES:
            self._begin(Kind.PICTURES, selected[:MOST_PANELS])
            if len(selected) > MOST_PANELS:
                words = tr("{count} images are selected. The first {most} of them are compared.")
                self._page.say(words.format(count=number(len(selected)), most=number(MOST_PANELS)))
        elif window.view is not View.COMPARE:
            words = tr("Select two to four images and press C, or open one image and press C to compare its classes.")
            self.message_raised.emit(UserMessage("E-430", Place.TOAST, Level.INFO, words))

    @Slot()
    def save(self) -> None:
        """Ask where to, and write what is on the page as one picture."""
        content = self.content()
        if content is not None:
            self.saver.save(content)

    def content(self) -> ToSave | None:
        """What would be saved now, or None where no picture is complete."""
        now = self._now
        if now is None:
            return None
        panels = []
        for place, panel in enumerate(self._page.panels):
            pixels, answer = now.picture_of(place).pixels, now.answer_of(place)
            if pixels is not None and answer is not None:
                crop, contributions = answer.classification.crop, self._filler.contributions(place)
                panels.append(SavedPanel(pixels, crop, contributions, panel.title, panel.lines()))
        if not panels:
            return None
        lines = [now.title(), *([tr("for {name}").format(name=name)] if (name := now.shared_class()) else [])]
        missing = now.panel_count - len(panels)
        if missing:
            lines.append(counted(missing, "%n of them cannot be shown.", "%n of them cannot be shown."))
        strength = self._window.page.inspector.map_panel.strength
        originals = [picture.path for picture in now.pictures]
        return ToSave(panels, self._filler.mode, self._filler.scale, strength, tuple(lines), originals)

    def _connect(self) -> None:
        page = self._page
        page.back_requested.connect(self._back)
        page.save_requested.connect(self.save)
        page.mode_chosen.connect(self._on_mode)
        page.models_wanted.connect(self._offer_models)
        page.model_chosen.connect(self.compare_with)
        page.class_chosen.connect(self._on_own_class)
        page.strip.class_hovered.connect(self._on_hovered)
        page.strip.class_chosen.connect(self._on_class)
        self._kept.model_changed.connect(self._on_model_changed)
        self._reader.answered.connect(self._on_answered)
        self._reader.pixels_read.connect(self._on_pixels)
        self._reader.failed.connect(self._on_failed)
        self._second.answered.connect(self._on_second)
        self._second.failed.connect(self._on_second_failed)
        self.saver.message_raised.connect(self.message_raised)
        self._window.view_changed.connect(self._on_view_changed)
        self._viewing.scale_changed.connect(self._on_scale_changed)

    # From the beginning to the end

    def _begin(self, kind: Kind, keys: Sequence[int], model: ModelFile | None = None) -> None:
        speaker = self._kept.speaker
        if speaker is None:
            return
        self._stop()
        known = {} if self._now is None else {picture.key: picture for picture in self._now.pictures}
        pictures = [known.get(key) or self._new_picture(key) for key in keys]
        now = self._now = Comparison(kind, pictures, speaker, model)
        page, map_panel = self._page, self._window.page.inspector.map_panel
        page.begin(now.title(), now.panel_count, has_strip=now.has_one_class, has_models=kind is not Kind.PICTURES)
        names = now.choice.classes.names
        page.strip.set_searchable(names if now.has_one_class else ())
        for panel in () if now.has_one_class else page.panels:
            panel.set_classes(names)
        if self._window.view is not View.COMPARE:
            self._before = self._window.view
            self._filler.mode = MapMode.EVIDENCE if map_panel.mode is MapMode.OFF else map_panel.mode
        self._filler.forget()
        self._filler.scale = now.scale(self._viewing.map_scale)
        page.set_mode(self._filler.mode)
        page.set_strength(map_panel.strength)
        self._window.show_view(View.COMPARE)
        self._ask(now)

    def _set_shape(self, now: Comparison) -> None:
        """Arrange the panels for the pictures that are known by now."""
        thumbnails = (self._table.thumbnail(picture.key) for picture in now.pictures)
        shapes = [one.width() / one.height() for one in thumbnails if one is not None and one.height()]
        if shapes:
            self._page.set_shape(sum(shapes) / len(shapes))

    def _new_picture(self, key: int) -> ComparedPicture:
        place = self._table.place_of(key)
        if place is None:
            return ComparedPicture(key, "", tr("This image is not in the list any more."))
        has_failed = self._table.answer(place) is ImageState.FAILED
        return ComparedPicture(key, self._table.path(place), self._table.reason(place) if has_failed else "")

    def _ask(self, now: Comparison) -> None:
        """Get what is missing of each picture, and show what is there."""
        for picture in now.pictures:
            if not picture.is_complete:
                picture.answer = self._reader.read(picture.key, picture.path, picture.answer)
        for place, panel in enumerate(self._page.panels):
            thumbnail = self._table.thumbnail(now.picture_of(place).key)
            if thumbnail is not None:
                panel.view.show_placeholder(thumbnail, original_size=None)
            self._filler.show_picture(now, place)
        self._set_shape(now)
        if now.model is not None:
            picture = now.pictures[0]
            self._second.ask(now.model, picture.key, picture.path, self._kept.device)
        self._take_suggestions()

    @Slot()
    def _back(self) -> None:
        if self._window.isFullScreen():
            self._window.set_full_screen(full=False)
        else:
            self._window.show_view(self._before if len(self._table) else View.START)

    @Slot(object)
    def _on_view_changed(self, view: View) -> None:
        if view is not View.COMPARE and self._now is not None:
            self._stop()
            self._now = None
            self._filler.forget()
            for panel in self._page.panels:
                panel.view.show_message("")

    def _stop(self) -> None:
        self._reader.stop()
        self._second.stop()

    @Slot()
    def _on_model_changed(self) -> None:
        now, self._now = self._now, None
        if now is not None:
            kind = Kind.CLASSES if now.kind is Kind.MODELS else now.kind
            self._begin(kind, [picture.key for picture in now.pictures])
            self._page.say(tr("Another model answers now."))

    # What comes

    def _take_suggestions(self) -> None:
        """Offer the classes of the answers that are there, and draw all of them."""
        if self._now is not None:
            self._now.take_suggestions(_work().best)
            if self._now.has_one_class:
                self._page.offer_classes(self._now.choice.offered(), self._now.choice.chosen)
        self._draw_all()

    def _draw_all(self) -> None:
        if self._now is not None:
            self._filler.draw_all(self._now)
            pictures = self._now.pictures
            self._page.set_can_save(can_save=any(one.pixels is not None and one.answer is not None for one in pictures))

    def _pictures(self, key: int) -> list[ComparedPicture]:
        return [] if self._now is None else [picture for picture in self._now.pictures if picture.key == key]

    @Slot(int, object)
    def _on_answered(self, key: int, answer: PictureAnswer) -> None:
        for picture in self._pictures(key):
            picture.answer = answer
        self._take_suggestions()

    @Slot(int, object)
    def _on_pixels(self, key: int, pixels: Pixels) -> None:
        for picture in self._pictures(key):
            picture.pixels = pixels
            self._show_picture(picture)
        self._draw_all()

    @Slot(int, object)
    def _on_failed(self, key: int, error: CardinalError) -> None:
        for picture in self._pictures(key):
            if picture.is_complete:
                self._on_second_failed(error)
            else:
                picture.sentence = describe(error, name_of(picture.path)).text
                self._show_picture(picture)
        self._draw_all()

    def _show_picture(self, picture: ComparedPicture) -> None:
        if self._now is not None:
            for place in self._now.places_of(picture):
                self._filler.show_picture(self._now, place)

    @Slot(object)
    def _on_second(self, answer: PictureAnswer) -> None:
        if self._now is not None:
            self._now.second_answer = answer
        self._take_suggestions()

    @Slot(object)
    def _on_second_failed(self, error: CardinalError) -> None:
        if self._now is not None:
            self._now.second_sentence = describe(error).text
        self._draw_all()

    # What a person wants

    @Slot(int)
    def _on_hovered(self, class_number: int) -> None:
        if self._now is not None:
            self._now.choice.hovered = class_number
        self._draw_all()

    @Slot(int)
    def _on_class(self, class_number: int) -> None:
        if self._now is not None:
            self._now.choice.choose(class_number)
            self._page.offer_classes(self._now.choice.offered(), self._now.choice.chosen)
        self._draw_all()

    @Slot(int, int)
    def _on_own_class(self, panel: int, class_number: int) -> None:
        if self._now is not None:
            self._now.choice.set_own(panel, class_number)
        self._draw_all()

    @Slot(MapMode)
    def _on_mode(self, mode: MapMode) -> None:
        self._filler.mode = mode
        self._draw_all()

    @Slot(str)
    def compare_with(self, name: str) -> None:
        """Put an installed model beside the open one; with an empty name compare classes again."""
        if self._now is None:
            return
        keys = [self._now.pictures[0].key]
        models = {model.name: model for model in self._second.others(self._kept.name)}
        if name in models:
            self._begin(Kind.MODELS, keys, models[name])
        elif self._now.kind is Kind.MODELS:
            self._begin(Kind.CLASSES, keys)

    @Slot()
    def _offer_models(self) -> None:
        if self._now is not None:
            titles = titles_apart(self._second.others(""))
            models = [(model.name, titles[model.name]) for model in self._second.others(self._kept.name)]
            self._page.offer_models(models, "" if self._now.model is None else self._now.model.name)

    @Slot()
    def _on_scale_changed(self) -> None:
        """A model without a scale has learned more of it."""
        if self._now is not None:
            self._filler.scale = self._now.scale(self._viewing.map_scale)
            self._draw_all()

    def _zoom(self, *, larger: bool) -> None:
        if self._window.view is View.COMPARE:
            self._page.zoom(larger=larger)


def _work() -> Any:  # noqa: ANN401 - a module
    """The module imports numpy and Pillow: at the first use."""
    return importlib.import_module("gui.compare.compare_work")
