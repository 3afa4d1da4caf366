"""Folders open in the file manager under their true names, and silence is never the answer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gui.file_manager import show_folder
from gui.user_message import Place


@pytest.mark.parametrize(
    ("folder", "address"),
    [
        ("/home/a b#c?d%20", "file:///home/a%20b%23c%3Fd%2520"),
        ("/home/\udcff", "file:///home/%FF"),
        ("/home/zoë", "file:///home/zo%C3%AB"),
    ],
)
def test_the_folder_is_named_byte_by_byte(monkeypatch: pytest.MonkeyPatch, folder: str, address: str) -> None:
    asked: list[str] = []

    def open_url(url: QUrl) -> bool:
        asked.append(bytes(url.toEncoded().data()).decode("ascii"))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    assert show_folder(folder) is None
    assert asked == [address]


def test_without_a_file_manager_the_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    message = show_folder("/home/holi\u202eday")
    assert message is not None
    assert (message.id, message.place) == ("E-608", Place.TOAST)
    assert "holi" in message.text
    assert "\u202e" not in message.text + message.details
