"""The process that answers clicks: `python -m cardamage_core.clicks.worker FOLDER`.

FOLDER holds the click network or a SAM pair, which may come from anywhere: only this process reads their files, so a
damaged or malicious one can only take it down. Requests come line by line until standard input closes.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np

from ..inference.transport import ClickRequest, MaskAnswer, PhotoRequest, PointsRequest, Ready, Reply, ViewRequest
from ..inference.worker import failure, own_stdout, send
from . import pins, sam
from .network import ClickNetwork
from .views import GRID, SIDE


class Answering(Protocol):
    """A loaded model."""

    def answer(self, request: ClickRequest) -> np.ndarray:
        """The square of values that a request asks for."""


class Network:
    """The click network."""

    def __init__(self, folder: Path) -> None:
        self._network = ClickNetwork.open(folder)
        self._network.mask(np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((GRID, GRID, 3), np.float32))

    def answer(self, request: ClickRequest) -> np.ndarray:
        """Probabilities of a view."""
        assert isinstance(request, ViewRequest)
        image = np.frombuffer(request.image, np.uint8).reshape(SIDE, SIDE, 3)
        return self._network.mask(image, np.frombuffer(request.guide, np.float16).reshape(GRID, GRID, 3))


class Sam:
    """A SAM pair and the picture it saw last."""

    def __init__(self, folder: Path) -> None:
        self._pair = sam.SamPair.open(folder)

    def answer(self, request: ClickRequest) -> np.ndarray:
        """Nothing for a picture, logits for points."""
        if isinstance(request, PhotoRequest):
            pixels = np.frombuffer(request.pixels, np.uint8).reshape(request.height, request.width, 3)
            self._pair.encode(pixels)
            return np.zeros((0, 0))
        assert isinstance(request, PointsRequest)
        before = np.frombuffer(request.previous, np.float16)
        side = int(len(before) ** 0.5)
        return self._pair.logits(request.points, request.inside, before.reshape(side, side) if side else None)


def main(arguments: list[str]) -> int:
    """Serve the folder named by the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the client; we end when it closes stdin
    folder = Path(arguments[0])
    with own_stdout() as replies:
        started = time.monotonic()
        try:
            model: Answering = Sam(folder) if pins.is_pair(folder) else Network(folder)
        except Exception as error:  # noqa: BLE001 the border of the process
            send(replies, failure(0, error, f"The files in {folder} could not be loaded."))
            return 1
        send(replies, Ready(folder.name, time.monotonic() - started))
        for line in sys.stdin.buffer:
            send(replies, _reply(model, msgspec.json.decode(line, type=ClickRequest)))
    return 0


def _reply(model: Answering, request: ClickRequest) -> Reply:
    try:
        values = np.asarray(model.answer(request), np.float16)
    except Exception as error:  # noqa: BLE001 one request must not end the service
        return failure(request.id, error, "The clicks could not be answered.")
    return MaskAnswer(request.id, len(values), values.tobytes())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
