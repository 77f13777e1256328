"""The prediction process: `python -m cardamage_core.inference.worker MODEL_FOLDER`.

It loads one model, warms it up, and answers requests (`transport`) line by line until its standard input closes. It is
the only process that reads a model's weights for prediction, so a damaged or malicious file can only take it down.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import numpy as np

from .. import imaging
from ..annotations.model import Region
from ..errors import CarDamageError, ModelError, PhotoError
from . import polygons
from .transport import Answer, Problem, Ready, Reply, Request

if TYPE_CHECKING:
    from ..models.registry import Model
    from ..runtime import Runtime

ENGINE = "CARDAMAGE_ENGINE"  # environment variable: one of runtime.ENGINES
WARM_UP = (240, 320, 3)  # an ordinary photo's shape, so that the first real one waits for no import


def main(arguments: list[str]) -> int:
    """Serve the model in the folder named by the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the client; we end when it closes stdin
    with _own_stdout() as replies:
        started = time.monotonic()
        try:
            outliner = Outliner(Path(arguments[0]))
        except Exception as error:  # noqa: BLE001 the border of the process
            _send(replies, _problem(0, error, "The model could not be loaded."))
            return 1
        _send(replies, Ready(outliner.model, time.monotonic() - started))
        for line in sys.stdin.buffer:
            _send(replies, _answer(outliner, msgspec.json.decode(line, type=Request)))
    return 0


class Outliner:
    """A loaded, warm model that outlines what it sees on photos."""

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`. Raises ModelError."""
        from ..models import registry

        found = registry.read(folder)
        found.verify()
        self.model = found.card.id
        self._classes = found.card.classes
        self._network = _network(found)
        self._network.predict([np.zeros(WARM_UP, np.uint8)])

    def regions(self, photo: Path, min_score: float) -> tuple[Region, ...]:
        """What the model sees on the photo, best first. Raises PhotoError."""
        from ..mrcnn import EngineError

        try:
            (found,) = self._network.predict([imaging.load(photo)], min_score=min_score)
        except EngineError as error:
            raise ModelError(error.title, error.detail) from error
        return polygons.regions(found, self._classes, model=self.model, min_score=min_score)


def _network(model: Model) -> Runtime:
    from ..mrcnn import Config, EngineError
    from ..runtime import ENGINES, Runtime

    try:
        config = Config.from_dict(model.card.config)
        if config.classes != len(model.card.classes) + 1:
            raise ModelError(
                f"The card of {model.folder} contradicts itself.",
                f"It names {len(model.card.classes)} classes, its network tells {config.classes - 1} apart.",
            )
        return Runtime.open(model.weights, config=config, engine=os.environ.get(ENGINE, ENGINES[0]))
    except EngineError as error:
        raise ModelError(f"The model {model.folder} cannot be loaded.", f"{error.title} {error.detail}") from error


def _answer(outliner: Outliner, request: Request) -> Reply:
    started = time.monotonic()
    try:
        regions = outliner.regions(Path(request.photo), request.min_score)
    except Exception as error:  # noqa: BLE001 one bad photo must not end the service
        return _problem(request.id, error, f"{request.photo} could not be predicted.")
    return Answer(request.id, regions, time.monotonic() - started)


def _problem(request: int, error: Exception, otherwise: str) -> Problem:
    if isinstance(error, CarDamageError):
        return Problem(request, "photo" if isinstance(error, PhotoError) else "model", error.title, error.detail)
    traceback.print_exc()
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return Problem(request, "model", otherwise, "There is not enough memory.")
    return Problem(request, "model", otherwise, f"{type(error).__name__}: {error}"[:600])


def _own_stdout() -> BinaryIO:
    """A descriptor for replies alone; whatever else is printed, by the framework too, goes to stderr."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


def _send(replies: BinaryIO, reply: Reply) -> None:
    replies.write(msgspec.json.encode(reply) + b"\n")
    replies.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
