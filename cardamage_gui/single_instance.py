"""One window per person: a second start hands its project over to the window that is open already.

A local socket (a named pipe on Windows) with a name of the user and of the settings file; no other user may connect.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject, Signal
from qtpy.QtNetwork import QLocalServer, QLocalSocket

WAIT = 500  # ms for an answer of a window that may be busy
LONGEST = 8192  # bytes of a message: one path


def _bytes(read: Any) -> bytes:
    """What a socket gave, with either binding: bytes, or Qt's QByteArray."""
    return bytes(read)


def name_for(settings: Path) -> str:
    """The socket's name of all windows that share a settings file."""
    return "cardamage-" + hashlib.sha256(str(settings).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def hand_over(name: str, folder: Path | None) -> bool:
    """Ask the window that is open to come up, and to open `folder`; False where none answers."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(WAIT):
        return False
    socket.write(f"{folder or ''}\n".encode("utf-8", "surrogateescape"))
    socket.flush()
    taken = socket.waitForReadyRead(WAIT) and _bytes(socket.readAll()).startswith(b"ok")
    socket.disconnectFromServer()
    return bool(taken)


class Door(QObject):
    """Where later starts knock."""

    asked = Signal(object)  # Path of a project, or None: only come up

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        """Listen under `name`; what a window that crashed left behind is removed."""
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._knocked)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)
            self._server.listen(name)

    @property
    def is_open(self) -> bool:
        """Whether later starts find this window."""
        return bool(self._server.isListening())

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _knocked(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.canReadLine():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST:
                socket.abort()
            return
        text = _bytes(socket.readLine(LONGEST)).decode("utf-8", "surrogateescape").rstrip("\n")
        socket.write(b"ok\n")
        socket.flush()
        self.asked.emit(Path(text) if text else None)
