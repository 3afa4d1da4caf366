"""Ask the Linux desktop portal whether the person prefers light or dark, where Qt does not know."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtDBus import QDBus, QDBusConnection, QDBusMessage, QDBusVariant

_TIMEOUT_MS = 200
_PREFER_DARK = 1
_PREFER_LIGHT = 2


def portal_scheme() -> Qt.ColorScheme:
    """The desktop's preference; Unknown where there is no portal.

    Waits at most 0.2 s: call it after the first paint.
    """
    if not sys.platform.startswith("linux"):
        return Qt.ColorScheme.Unknown
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return Qt.ColorScheme.Unknown
    call = QDBusMessage.createMethodCall(
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "Read",
    )
    call.setArguments(["org.freedesktop.appearance", "color-scheme"])
    answer = bus.call(call, QDBus.CallMode.Block, _TIMEOUT_MS)
    if answer.type() != QDBusMessage.MessageType.ReplyMessage or not answer.arguments():
        return Qt.ColorScheme.Unknown
    return scheme_of(answer.arguments()[0])


def scheme_of(value: object) -> Qt.ColorScheme:
    """The portal's number (possibly wrapped in variants) as a colour scheme."""
    while isinstance(value, QDBusVariant):
        value = value.variant()
    if value == _PREFER_DARK:
        return Qt.ColorScheme.Dark
    return Qt.ColorScheme.Light if value == _PREFER_LIGHT else Qt.ColorScheme.Unknown
