"""Every verb of a message does something; "Try again" most of all."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from gui import export_notices, label_notices, notices, session_notices
from gui.action_runner import ActionRunner
from gui.controller import Controller
from gui.main_window import MainWindow
from gui.message_actions import MessageActions
from gui.messages import describe
from gui.model_choice import ModelChoice
from gui.tasks import TaskRunner
from gui.user_message import MessageAction, UserMessage
from gui.version import version
from inference import errors
from inference.errors import CardinalError, ImageProblem, ImageReadError, InferenceError, SessionSaveError
from inference.profile import Profile

_PATH = "/photos/1.jpg"

_ERRORS: tuple[CardinalError, ...] = (
    *(ImageReadError(_PATH, problem) for problem in ImageProblem),
    InferenceError("out of memory.", out_of_memory=True),
    InferenceError("the driver stopped."),
    SessionSaveError(_PATH, "The disk does not answer."),
    SessionSaveError(_PATH, "The disk is full.", is_disk_full=True),
    SessionSaveError(_PATH, "It is read-only.", is_read_only=True),
    errors.DownloadError("https://example.org/x", "the connection ended."),
    errors.ChildTaskError("Adding the model", "it ended with code 1."),
    errors.OutputWriteError(_PATH, "the disk is full."),
    errors.DeviceError("cuda", "no NVIDIA driver was found", "Install one."),
    errors.ModelNotFoundError(_PATH, ("tiny",)),
    errors.ModelLoadError(_PATH, "it is not an ONNX model."),
    errors.LabelFileError(_PATH, "It has no column that looks like a path."),
)


class _Bench:
    """Writes down what is asked of controller and models."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.done: list[str] = []
        controller = SimpleNamespace(
            key_of=lambda path: 7 if path == _PATH else None,
            classify_all=lambda: self.done.append("classify all"),
            reclassify=lambda keys: self.done.append(f"classify {keys}"),
            remove=lambda keys: self.done.append(f"remove {keys}"),
        )
        models = SimpleNamespace(
            name="tiny",
            runs_on="cpu, float32",
            choose=lambda name: self.done.append(f"use {name}"),
            use_processor=lambda: self.done.append("use processor"),
            try_again=lambda subject: self.done.append(f"models {subject}"),
        )
        runner = SimpleNamespace(open_folder=lambda: None, open_images=lambda: None)
        self.window = MainWindow()
        qtbot.addWidget(self.window)
        self.runner = TaskRunner()
        self.actions = MessageActions(
            self.window,
            cast("Controller", controller),
            cast("ModelChoice", models),
            cast("ActionRunner", runner),
            self.runner,
            Profile.below(folder),
        )
        self.actions.session_verb_chosen.connect(lambda message, action: self.done.append(f"{message.id} {action}"))
        self.said: list[UserMessage] = []
        self.actions.message_raised.connect(self.said.append)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> _Bench:
    return _Bench(qtbot, tmp_path)


def _messages() -> list[UserMessage]:
    """One of every kind: of the errors, and of all that the modules of notices compose."""
    made = [describe(error) for error in _ERRORS]
    values = {"int": 2, "str": _PATH, "float": 0.5, "bool": True}
    for module in (notices, session_notices, label_notices, export_notices):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            wanted = {one: str(its.annotation) for one, its in inspect.signature(function).parameters.items()}
            if not name.startswith("_") and function.__module__ == module.__name__ and {*wanted.values()} <= {*values}:
                message = function(**{one: values[kind] for one, kind in wanted.items()})
                made += [message] if isinstance(message, UserMessage) else []
    return made


@pytest.mark.parametrize("action", [MessageAction.TRY_AGAIN, MessageAction.CLASSIFY_AGAIN, MessageAction.REMOVE])
def test_whatever_offers_to_try_again_does(bench: _Bench, action: MessageAction) -> None:
    offering = [message for message in _messages() if action in message.actions]
    assert offering
    for message in offering:
        bench.done.clear()
        bench.actions.carry_out(message, action)
        assert len(bench.done) == 1, message.id


def test_trying_again_does_what_the_message_is_about(bench: _Bench) -> None:
    done = {}
    for message in _messages():
        if MessageAction.TRY_AGAIN in message.actions:
            bench.done.clear()
            bench.actions.carry_out(message, MessageAction.TRY_AGAIN)
            done[message.id] = bench.done[0]
    assert {done["E-313"], done["E-315"]} == {"classify all"}, "the memory may be free again"
    assert (done["E-318"], done["E-319"]) == ("models https://example.org/x", "models "), "each by what it is about"
    assert (done["E-101"], done["E-110"], done["E-401"]) == ("classify [7]", "E-110 try-again", "E-401 try-again")


def test_an_image_that_has_left_the_list_is_left_alone(bench: _Bench) -> None:
    gone = describe(ImageReadError("/photos/gone.jpg", ImageProblem.MISSING))
    bench.actions.carry_out(gone, MessageAction.TRY_AGAIN)
    bench.actions.carry_out(gone, MessageAction.REMOVE)
    assert bench.done == []


def test_a_view_that_was_not_saved_can_be_saved_again(bench: _Bench, qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    target = tmp_path / "later" / "view.png"
    bench.actions.save_view(str(target), image)
    qtbot.waitUntil(lambda: [message.id for message in bench.said] == ["E-409"])
    assert bench.said[0].actions == (MessageAction.TRY_AGAIN,)
    target.parent.mkdir()
    bench.actions.carry_out(bench.said[0], MessageAction.TRY_AGAIN)
    qtbot.waitUntil(target.exists)
    qtbot.waitUntil(lambda: [message.id for message in bench.said] == ["E-409", "T-15"])
    bench.runner.shutdown()


def test_about_and_the_report_name_the_version_and_the_device(bench: _Bench) -> None:
    bench.actions.copy_report("what happened")
    report = QGuiApplication.clipboard().text()
    assert f"Cardinal {version()} on " in report
    assert "model: tiny on cpu, float32" in report
    bench.actions.show_about()
    [box] = bench.window.findChildren(QMessageBox)
    assert version() in box.text()
    box.close()


def test_a_card_that_refuses_offers_the_processor(bench: _Bench) -> None:
    refused = describe(errors.DeviceError("cuda", "no NVIDIA driver was found", "Install one."))
    assert refused.actions == (MessageAction.USE_PROCESSOR,)
    bench.actions.carry_out(refused, MessageAction.USE_PROCESSOR)
    assert bench.done == ["use processor"]
    assert describe(errors.DeviceError("cpu", "it is not built in", "")).actions == ()
