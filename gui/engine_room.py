"""Hold what works behind the window: the decode pool, the classify service, and the pixels on their way to the screen.

Imports numpy and ONNX Runtime, which are too slow for the time before the first paint: it is imported by the starting
task, off the GUI thread, and nobody imports it at the top of a module.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Container, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy.ma  # noqa: F401 - numpy.unique would import it at its first use, in the middle of somebody's click
from PySide6.QtGui import QImage

from gui.attention.examination import ExaminationOrder, carry_out
from gui.engine_events import (
    NoMemoryForPictureError,
    PictureLoaded,
    ThumbnailsLoaded,
    ThumbnailsNotKept,
    ThumbnailsPutOff,
)
from gui.map_maker import MapMaker
from gui.qimage import rgb_to_qimage
from gui.session_holder import SessionHolder
from inference.cancel import Cancelled, CancelToken
from inference.classify.classifier import Classifier
from inference.classify.events import Answered, Answers, ModelOpened
from inference.classify.opening import decode_workers, is_engine_unknown, learn_engine, open_classifier
from inference.classify.preprocess import (
    PreparedPicture,
    PrepareOrder,
    ViewPicture,
    make_thumbnail,
    open_thumbnail,
    prepare_picture,
    view_picture,
)
from inference.classify.service import ClassifyService
from inference.engine.devices import PROCESSORS, Device
from inference.engine.priority import threads_beside_a_window, yield_to_the_window
from inference.errors import CardinalError, ImageProblem, ImageReadError
from inference.models.catalog import ModelFile, list_models
from inference.models.install import install_file, install_official, name_for
from inference.models.official import OfficialWeights
from inference.models.progress import OnProgress
from inference.models.request import ModelRequest
from inference.pictures.decode_pool import DecodePool
from inference.pictures.decode_starts import DecodersError
from inference.profile import Profile
from inference.sessions.records import SessionModel

logger = logging.getLogger(__name__)

LONGEST_SIDE_PX = 2048
"""The viewer shows pictures at most this large (UX.md 4.4); larger ones are shrunk while they are read."""

DETAIL_SIDE_PX = 12_000
"""A picture that a person zooms into is read up to this size: 128 megapixels in the usual shapes."""

THUMBNAIL_PX = 256

_MOST_OPENED = 4
"""Answers whose thumbnails wait to be opened, at most: each holds those of a tenth of a second."""

_MOST_TRIES = 3
"""So often a picture is read for its thumbnail that takes more memory than there is: another time there may be more."""

Deliver = Callable[[object], None]


class EngineRoom:
    """Everything that computes for one window. Methods return at once; answers come through `deliver`, from any thread.

    Attributes:
        service: classifies the queue and inspects single pictures.
    """

    def __init__(self, profile: Profile, pool: DecodePool, holder: SessionHolder, deliver: Deliver) -> None:
        self.service = ClassifyService(pool, self._pass_on, thumbnail_px=THUMBNAIL_PX)
        self.service.set_keeper(self._keep)
        self._profile = profile
        self._pool = pool
        self._holder = holder
        self._deliver = deliver
        # Goes up when another session is opened: keys begin anew there, so what was read for the old ones is dropped.
        self._generation = 0
        self._telling = threading.RLock()
        # The generation of the answers that were kept last, and which of them belong to the session that is open.
        self._kept: tuple[int, frozenset[int]] = (0, frozenset())
        self._lacked_room = False
        # What is being read, by the image's key.
        self._reading = threading.Lock()
        self._pictures: dict[int, Future[Any]] = {}
        self._thumbnails: dict[int, Future[Any]] = {}
        # By the image's key: how often its picture needed too much memory for a thumbnail.
        self._too_large: Counter[int] = Counter()
        self._said_lack = False
        self._looking_up = ThreadPoolExecutor(1, thread_name_prefix="thumbnails")
        self._opening = threading.BoundedSemaphore(_MOST_OPENED)
        self._on_card = False

    @classmethod
    def start(cls, profile: Profile, holder: SessionHolder, deliver: Deliver) -> EngineRoom:
        """Start the worker processes and the service. Runs on: a worker thread."""
        room = cls(profile, DecodePool.open(workers=decode_workers()), holder, deliver)
        room.service.start()
        return room

    def open_model(self, model: str, device: str, *, batch_size: int | None = None, top_count: int = 5) -> None:
        """Open a model by name or file; `ModelOpened` or `ModelFailed` follows."""

        def opener() -> Classifier:
            return open_classifier(
                model,
                device,
                self._profile,
                batch_size=batch_size,
                top_count=top_count,
                threads=threads_beside_a_window(),
            )

        self.service.open_model(model, opener)

    def map_maker(self, classifier: Classifier) -> MapMaker:
        """What makes the maps of an open model."""
        network = classifier.network
        return MapMaker(network.contract, network.head, network.model_hash, network.precision, network.device.value)

    def install_file(self, source: Path, on_progress: OnProgress, cancel: CancelToken) -> ModelFile:
        """Add a model file to the catalog. Runs on: a worker thread, which waits for a child process."""
        request = ModelRequest(name=self._free_name(name_for(source)))
        return install_file(source, request, self._profile, on_progress=on_progress, cancel=cancel)

    def _free_name(self, name: str) -> str:
        """A name that no model in the catalog has: a second file of one name becomes "name-2"."""
        catalog = list_models(self._profile)
        taken = {model.name.casefold() for model in catalog.models} | {one.name.casefold() for one in catalog.broken}
        names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
        return next(one for one in names if one.casefold() not in taken)

    def install_official(self, weights: OfficialWeights, on_progress: OnProgress, cancel: CancelToken) -> ModelFile:
        """Fetch and convert official weights. Runs on: a worker thread, which waits for a child process."""
        return install_official(weights, self._profile, on_progress=on_progress, cancel=cancel)

    def learn_engine(self, model: str | None, _on_progress: object, cancel: CancelToken) -> None:
        """Measure which engine of the processor is faster for a model, if nobody did. Runs on: a worker thread."""
        yield_to_the_window()
        if is_engine_unknown(model, self._profile):
            learn_engine(model, self._profile, threads=threads_beside_a_window(), cancel=cancel)

    def learn_card(self, model: str | None, device: Device, _on_progress: object, cancel: CancelToken) -> None:
        """Find out how a model runs fastest on a card, if nobody did. Runs on: a worker thread."""
        from inference.engine.card.asking import is_card_unknown, learn_card  # noqa: PLC0415 - brings ONNX Runtime

        if is_card_unknown(model, device, self._profile):
            learn_card(model, device, self._profile, cancel=cancel)

    def examine(self, order: ExaminationOrder) -> None:
        """Carry out a question that needs runs of the network; `ExaminationEnded` follows, unless it was cancelled."""
        if order.path is None or order.view is None:
            self._examine(order, None)
            return
        future = self.read(order.path, order.view)
        future.add_done_callback(lambda done: self._examine(order, done))

    def read(self, path: str, view: PrepareOrder) -> Future[PreparedPicture]:
        """Have a picture read in a decode process before others, as `view` says."""
        return self._pool.submit(prepare_picture, path, view, urgent=True)

    def _examine(self, order: ExaminationOrder, reading: Future[PreparedPicture] | None) -> None:
        def examination(classifier: Classifier | None) -> None:
            carry_out(order, classifier, reading, self._deliver, self.service.give_way)

        self.service.examine(examination, is_long=order.is_long)

    def load_picture(self, key: int, path: str, *, urgent: bool = True, detail: bool = False, wish: int = 0) -> None:
        """Read a picture for the viewer, in full where `detail` is wanted; `PictureLoaded` with its `wish` follows."""
        side = DETAIL_SIDE_PX if detail else LONGEST_SIDE_PX
        future = self._pool.submit(view_picture, path, side, urgent=urgent)
        with self._reading:
            self._pictures[key] = future
        generation = self._generation
        future.add_done_callback(lambda done: self._picture_loaded(key, done, generation, detail=detail, wish=wish))

    def load_thumbnails(self, images: Sequence[tuple[int, str]]) -> None:
        """Get the thumbnails of images (key, path) from the disk, or from the pictures; `ThumbnailsLoaded` follows."""
        generation = self._generation
        with self._reading:
            # A place holder, so that `keep_thumbnails` can give up what has not been looked up yet.
            asked = [(key, path, self._thumbnails.setdefault(key, Future())) for key, path in images]
        self._looking_up.submit(self._look_up, asked, generation)

    def keep_pictures(self, keys: Container[int]) -> list[int]:
        """Give up reading the viewer's other pictures where that has not begun; the keys that were given up."""
        with self._reading:
            return _give_up(self._pictures, keys)

    def keep_thumbnails(self, keys: Container[int]) -> list[int]:
        """Give up reading other thumbnails where that has not begun; the keys that were given up."""
        with self._reading:
            return _give_up(self._thumbnails, keys)

    def forget_images(self) -> list[int]:
        """Another session is opened: nothing that was asked for until now will be told any more.

        Returns:
            The keys of the viewer's pictures that were being read.
        """
        with self._telling:
            self._generation += 1
        with self._reading:
            reading = list(self._pictures)
            self._too_large.clear()
        self.keep_pictures(())
        self.keep_thumbnails(())
        return reading

    def close(self) -> None:
        """Stop everything. The worker processes end first, so that nobody waits for a slow picture."""
        self._looking_up.shutdown(wait=False, cancel_futures=True)
        self._pool.close()
        self.service.close()
        self._looking_up.shutdown(wait=True)

    def _look_up(self, asked: Sequence[tuple[int, str, Future[Any]]], generation: int) -> None:
        """Runs on: the thread of thumbnails."""
        wanted = [(key, path) for key, path, future in asked if not future.cancelled()]
        paths = dict(wanted)
        try:
            found = self._kept_thumbnails(wanted)
        except MemoryError:
            with self._reading:
                for key in paths:
                    self._thumbnails.pop(key, None)
            self._put_off(list(paths), "memory", generation)
            return
        kept = []
        for key, jpeg in found:
            if jpeg is not None and generation == self._generation:
                kept.append((key, jpeg))
                with self._reading:
                    self._thumbnails.pop(key, None)
            elif generation == self._generation:
                self._read_thumbnail(key, paths[key], generation)
        self._open_thumbnails(kept, generation)

    def _kept_thumbnails(self, wanted: Sequence[tuple[int, str]]) -> list[tuple[int, bytes | None]]:
        try:
            return list(self._holder.kept_thumbnails(wanted))
        except CardinalError as error:
            # The session was left, or cannot be read: the pictures are there.
            logger.info("kept thumbnails cannot be looked up: %s", error)
            return [(key, None) for key, _ in wanted]

    def _read_thumbnail(self, key: int, path: str, generation: int) -> None:
        future = self._pool.submit(make_thumbnail, path, THUMBNAIL_PX, urgent=True)
        with self._reading:
            self._thumbnails[key] = future
        future.add_done_callback(lambda done: self._thumbnail_loaded(key, done, generation))

    def _tell(self, event: object, generation: int) -> None:
        with self._telling:
            if generation == self._generation:
                self._deliver(event)

    def _keep(self, answered: Sequence[Answered]) -> None:
        """Runs on: the service's thread, before the answers are passed on."""
        generation = self._generation
        self._kept = (generation, self._holder.keep(answered))
        store = self._holder.thumbnails()
        lacks_room = store is not None and store.lacks_room
        if lacks_room and not self._lacked_room:
            self._deliver(ThumbnailsNotKept(str(self._profile.cache)))
        self._lacked_room = lacks_room

    def _pass_on(self, event: object) -> None:
        """Tell what the service tells, and show the thumbnails that came with it. Runs on: the service's thread."""
        if isinstance(event, ModelOpened):
            network = event.classifier.network
            contract = network.contract
            self._on_card = network.device not in PROCESSORS
            self._holder.set_model(SessionModel(network.model_hash, contract.name, contract.title))
        elif isinstance(event, Answers):
            generation, ours = self._kept
            came = [(one.key, one.thumbnail) for one in event.answered if one.thumbnail is not None and one.key in ours]
            if came and self._on_card and self._opening.acquire(blocking=False):
                # A card would wait meanwhile, and does where more come than can be opened. None may be lost: tiles that
                # were painted before do not ask again.
                self._open_later(came, generation)
            elif came:
                self._open_thumbnails(came, generation)
        self._deliver(event)

    def _open_later(self, came: Sequence[tuple[int, bytes]], generation: int) -> None:
        """On processors not: there another thread takes no work off anybody, and the window waits for it (0035)."""

        def work() -> None:
            try:
                if generation == self._generation:
                    self._open_thumbnails(came, generation)
            finally:
                self._opening.release()

        # After the end of the room it takes nothing more, and nobody looks at thumbnails.
        with contextlib.suppress(RuntimeError):
            self._looking_up.submit(work)

    def _open_thumbnails(self, came: Sequence[tuple[int, bytes]], generation: int) -> None:
        """Runs on: the service's thread, that of thumbnails, or a lane's. Thumbnails are no reason to end it."""
        opened, put_off = [], []
        for key, jpeg in came:
            try:
                opened.append((key, _opened(jpeg)))
            except MemoryError:
                put_off.append(key)
        if opened:
            self._said_lack = False
            self._tell(ThumbnailsLoaded(tuple(opened)), generation)
        if put_off:
            self._put_off(put_off, "memory", generation)

    def _put_off(self, keys: Sequence[int], lack: str, generation: int) -> None:
        """Each is asked for again in a while: said once until one comes."""
        if not self._said_lack:
            logger.warning("thumbnails are put off (%d of them at first): no %s", len(keys), lack)
        self._said_lack = True
        self._tell(ThumbnailsPutOff(tuple(keys)), generation)

    def _picture_loaded(
        self, key: int, future: Future[ViewPicture], generation: int, *, detail: bool, wish: int
    ) -> None:
        try:
            view = future.result()
            loaded = PictureLoaded(key, rgb_to_qimage(view.pixels), view.facts, None, detail, wish)
        except CardinalError as error:
            loaded = PictureLoaded(key, None, None, error, detail, wish)
        except MemoryError:
            # Up to half a gigabyte for one that is read in full.
            loaded = PictureLoaded(key, None, None, NoMemoryForPictureError(), detail, wish)
        except (CancelledError, Cancelled):
            return
        self._tell(loaded, generation)

    def _thumbnail_loaded(self, key: int, future: Future[bytes], generation: int) -> None:
        try:
            jpeg = future.result()
        except DecodersError:
            self._put_off([key], "process that reads pictures", generation)
        except CardinalError as error:
            if self._may_be_tried_again(key, error, generation):
                self._put_off([key], "memory for large pictures", generation)
            else:
                self._tell(ThumbnailsLoaded(((key, None),)), generation)
        except (CancelledError, Cancelled):
            return
        else:
            self._open_thumbnails([(key, jpeg)], generation)

    def _may_be_tried_again(self, key: int, error: CardinalError, generation: int) -> bool:
        if not isinstance(error, ImageReadError) or error.problem is not ImageProblem.OUT_OF_MEMORY:
            return False
        with self._reading:
            if generation == self._generation:
                self._too_large[key] += 1
            return self._too_large[key] < _MOST_TRIES


def _opened(jpeg: bytes) -> QImage:
    """The thumbnail as the list wants it; null where it is damaged. Not by QImage: see decision 0026."""
    pixels = open_thumbnail(jpeg)
    return QImage() if pixels is None else rgb_to_qimage(pixels)


def _give_up(under_way: dict[int, Future[Any]], wanted: Container[int]) -> list[int]:
    """Cancel what nobody wants any more, and forget what is over."""
    given_up = [key for key, future in under_way.items() if key not in wanted and future.cancel()]
    for key in [key for key, future in under_way.items() if future.done()]:
        del under_way[key]
    return given_up
