"""What a session knows of an image is told only while it was said by the model that is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.gallery.image_model import ImageModel
from gui.recalling import Recalling
from gui.session_holder import SessionHolder
from gui.tasks import TaskRunner
from inference.cancel import CancelToken
from inference.profile import Profile
from inference.results import Classification
from tests.inference.sessions.making import MODEL, OTHER_MODEL, classified, found


class Bench:
    """A session with one answer of `MODEL`, and who asks it."""

    def __init__(self, folder: Path) -> None:
        self.runner = TaskRunner()
        self.holder = SessionHolder(Profile.below(folder / "profile"))
        self.images = ImageModel()
        self.recalling = Recalling(self.runner, self.holder, self.images.table)
        self.told: list[tuple[int, Classification | None]] = []
        self.recalling.answer_recalled.connect(lambda key, one: self.told.append((key, one)))
        self.session = self.holder.require([str(folder / "birds")], lambda _: None, CancelToken(), new=False)
        self.session.set_model(MODEL)
        self.session.register(found(2))
        self.session.keep_answers([classified(1)])

    def recalled(self, qtbot: QtBot, key: int) -> Classification | None:
        """What is told of an image."""
        self.told.clear()
        self.recalling.recall(key)
        qtbot.waitUntil(lambda: bool(self.told))
        assert self.told[0][0] == key
        return self.told[0][1]

    def close(self) -> None:
        """End its threads, then its session."""
        self.runner.shutdown()
        self.holder.close_all()


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    assert qtbot is not None
    made = Bench(tmp_path)
    yield made
    made.close()


def test_an_answer_of_the_open_model_is_told(bench: Bench, qtbot: QtBot) -> None:
    bench.holder.set_model(MODEL)
    known = bench.recalled(qtbot, 1)
    assert known is not None
    assert bench.recalled(qtbot, 2) is None


def test_another_models_answer_is_not_told_as_that_of_the_open_one(bench: Bench, qtbot: QtBot) -> None:
    bench.holder.set_model(OTHER_MODEL)
    # The session still gives the answers of the model before: it is matched in another thread, a moment later.
    assert bench.session.classification_of(1) is not None
    assert bench.recalled(qtbot, 1) is None
    bench.holder.set_model(MODEL)
    assert bench.recalled(qtbot, 1) is not None


def test_before_any_model_is_open_the_session_answers(bench: Bench, qtbot: QtBot) -> None:
    assert bench.recalled(qtbot, 1) is not None
