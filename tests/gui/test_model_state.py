"""The start page and the model line call a device by the same name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.app import build
from gui.labels import ElidedLabel
from gui.program import Program
from gui.wishes import Wishes
from inference.classify.classifier import Classifier
from inference.engine.devices import Device
from inference.profile import Profile
from tests.fakes import FakeNetwork


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    """A program whose engine has not started: the window was never painted."""
    made = build(cast("QApplication", QApplication.instance()), Profile.below(tmp_path / "profile"), Wishes())
    yield made
    made.close()
    made.window.deleteLater()


@pytest.mark.parametrize(
    ("device", "name"), [(Device.CPU, "CPU"), (Device.OPENVINO, "OpenVINO"), (Device.CUDA, "NVIDIA GPU (CUDA)")]
)
def test_a_device_has_one_name(program: Program, device: Device, name: str) -> None:
    network = FakeNetwork()
    network.device = device
    program.model_state._show(cast("Classifier", SimpleNamespace(network=network)))
    texts = [label.text() for label in program.window.start_page.findChildren(ElidedLabel)]
    assert f"Model: Fake, 6 classes, runs on this computer ({name})" in texts
    assert name in program.window.model_line.text()
