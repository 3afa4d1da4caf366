"""Find out before Qt starts whether a window can open, since Qt aborts the program where it cannot."""

from __future__ import annotations

import ctypes
import os
import sys

_XCB_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Libraries that Qt's xcb plug-in loads, each with the Debian package that brings it."""

_ALWAYS_LIBRARIES = {"libEGL.so.1": "libegl1", "libGL.so.1": "libgl1"}


def missing() -> str | None:
    """A sentence that says why no window can open, or None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    packages = _packages(_ALWAYS_LIBRARIES)
    if not platform or platform.startswith("xcb"):
        has_x11, has_wayland = bool(os.environ.get("DISPLAY")), bool(os.environ.get("WAYLAND_DISPLAY"))
        if not has_x11 and not (has_wayland and not platform):
            return "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open."
        if has_x11 and not has_wayland:
            packages += _packages(_XCB_LIBRARIES)
    if packages:
        return "The window system could not be started. On Debian and Ubuntu install: " + " ".join(packages) + "."
    return None


def _packages(libraries: dict[str, str]) -> list[str]:
    """The packages of those libraries that cannot be loaded."""
    absent = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            absent.append(package)
    return absent
