"""Without a model nothing that was known is denied, and the window offers the processor where a card refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.app import build
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.user_message import MessageAction
from gui.wishes import Wishes
from inference.engine import nvidia
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY, Bench

SAMPLES = PROJECT_ROOT / "assets" / "samples"


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    """Programs that the test starts; all are closed at the end."""
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.program.close()
        bench.program.window.deleteLater()


def _start(benches: list[Bench], qtbot: QtBot, profile: Path, device: str) -> Bench:
    application = cast("QApplication", QApplication.instance())
    bench = Bench(build(application, Profile.below(profile), Wishes(TINY, device)), qtbot)
    benches.append(bench)
    bench.program.start()
    return bench


def test_a_card_that_refuses_leaves_the_answers_and_offers_the_processor(
    benches: list[Bench], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nvidia, "has_card", lambda: False)
    monkeypatch.setattr(nvidia, "find_driver", lambda: None)
    first = _start(benches, qtbot, tmp_path, "cpu")
    first.drop([str(SAMPLES)])
    first.until(lambda: first.count(ImageState.SUGGESTED) > 0 and first.count(ImageState.QUEUED) == 0)
    count = first.count(ImageState.SUGGESTED)
    first.program.window.close()
    first.program.close()

    second = _start(benches, qtbot, tmp_path, "cuda")
    second.until(lambda: "E-312" in second.message_ids())
    second.drop([str(SAMPLES)])
    second.until(lambda: second.count(ImageState.SUGGESTED) == count)
    program, inspector = second.program, second.program.window.page.inspector
    program.window.grid.set_current_row(0)
    program.window.show_view(View.VIEWER)
    second.until(lambda: inspector.suggestions.model().rowCount() > 0)
    assert inspector.sentence == ""
    assert "No map: no model is ready." in inspector.map_panel.words()

    refused = next(one for one in program.window.messages.shown if one.id == "E-312")
    program.message_actions.carry_out(refused, MessageAction.USE_PROCESSOR)
    second.until(lambda: program.models.name == TINY)
    second.until(lambda: program.viewing.has_inspection)
    assert "No map: no model is ready." not in inspector.map_panel.words()
