"""Let a second plain start hand its paths and its model to the window that is already open."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from inference.profile import Profile

_CONNECT_MS = 500
_ANSWER_MS = 2_000
_MOST_BYTES = 256 * 1024 * 1024
_ANSWER = b"taken\n"
_MODEL_SUFFIX = ".onnx"


class Claim(Enum):
    """What came of a start."""

    FIRST = auto()
    """This is the window; others will hand their paths to it."""
    HANDED_OVER = auto()
    """Another window took the paths: this program can end."""
    ALONE = auto()
    """Another one seems to be there but does not answer, or there is no place for a socket: open a window anyway."""


class SingleInstance(QObject):
    """One window for each profile. A lock file says who it is; it is released by the system if the program dies.

    Signals:
        paths_received(paths: list[str], model: str | None): another start handed these over, as it was given them but
            absolute (undecodable bytes as surrogate escapes). Without paths it just wants the window to come to the
            front. The model is a name or an absolute file, or None where it asked for none.
    """

    # object, not list: Qt would turn the texts into its own, which cannot hold surrogate escapes.
    paths_received = Signal(object, object)

    def __init__(self, profile: Profile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = profile.config
        self._name = f"cardinal-{hashlib.sha256(os.fsencode(self._folder.absolute())).hexdigest()[:24]}"
        self._lock: QLockFile | None = None
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connected)
        self._received: dict[QLocalSocket, bytearray] = {}

    def claim(self, paths: Sequence[str], model: str | None = None) -> Claim:
        """Become the window of this profile, or hand the paths, and the model asked for, to the one there is.

        Takes at most about 2.5 s, and that only if another program holds the place and does not answer.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return Claim.ALONE
        lock = QLockFile(str(self._folder / "window.lock"))
        lock.setStaleLockTime(0)  # a lock is stale when its owner is dead, never because it is old
        if not lock.tryLock(0):
            taken = lock.error() == QLockFile.LockError.LockFailedError
            return Claim.HANDED_OVER if taken and self._hand_over(paths, model) else Claim.ALONE
        self._lock = lock
        QLocalServer.removeServer(self._name)  # what a program that died left behind; the lock proves that it did
        return Claim.FIRST if self._server.listen(self._name) else Claim.ALONE

    def release(self) -> None:
        """Stop listening and let another start become the window."""
        self._server.close()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _hand_over(self, paths: Sequence[str], model: str | None) -> bool:
        absolute = [_absolute(path) for path in paths]
        is_file = model is not None and model.casefold().endswith(_MODEL_SUFFIX)
        message = {"paths": absolute, "model": _absolute(model) if model is not None and is_file else model}
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_CONNECT_MS):
            return False
        socket.write(json.dumps(message).encode("ascii") + b"\n")
        socket.flush()
        answer = b""
        while not answer.endswith(b"\n") and socket.waitForReadyRead(_ANSWER_MS):
            answer += bytes(socket.readAll().data())
        socket.disconnectFromServer()
        return answer == _ANSWER

    @Slot()
    def _on_connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._received[socket] = bytearray()
            socket.readyRead.connect(self._on_data)
            socket.disconnected.connect(self._on_disconnected)
            self._take(socket)

    @Slot()
    def _on_data(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    @Slot()
    def _on_disconnected(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._received.pop(socket, None)
            socket.deleteLater()

    def _take(self, socket: QLocalSocket) -> None:
        received = self._received.get(socket)
        if received is None:
            return
        received += bytes(socket.readAll().data())
        if len(received) > _MOST_BYTES:
            socket.abort()
            return
        if received.endswith(b"\n"):
            asked = _asked(bytes(received))
            received.clear()
            if asked is None:
                socket.abort()
                return
            socket.write(_ANSWER)
            socket.flush()
            self.paths_received.emit(*asked)


def _absolute(path: str) -> str:
    """Joined, not normalised: the other program may have another working directory, but names stay as given."""
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118  # Path would normalise


def _asked(line: bytes) -> tuple[list[str], str | None] | None:
    """The paths and the model in a message, or None if it is not one of ours."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.keys() != {"paths", "model"}:
        return None
    paths, model = value["paths"], value["model"]
    if not isinstance(paths, list) or not all(map(_is_text, paths)) or not (model is None or _is_text(model)):
        return None
    return paths, model


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value
