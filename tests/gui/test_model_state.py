"""The start page and the model line call a device by the same name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from gui.labels import ElidedLabel
from gui.program import Program
from gui.user_message import Level, Place, UserMessage
from inference.classify.classifier import Classifier
from inference.engine.devices import Device
from tests.fakes import FakeNetwork


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


def test_what_could_not_be_added_is_no_longer_said_when_it_is_there(program: Program) -> None:
    said = [UserMessage("E-319", Place.BANNER, Level.ERROR, "It failed.", subject=one) for one in ("/a", "/b")]
    for message in said:
        program.window.messages.show_message(message)
    program.models.installed_after_all.emit("/a")
    assert program.window.messages.shown == (said[1],)
