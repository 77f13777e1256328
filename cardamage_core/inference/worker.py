"""The prediction process: `python -m cardamage_core.inference.worker MODEL_FOLDER …`.

It loads the models, warms them up, and answers requests (`transport`) line by line until its standard input closes. It
is the only process that reads a model's weights for prediction, so a damaged or malicious file can only take it down.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import numpy as np

from .. import imaging
from ..annotations.model import Region, Role
from ..errors import CarDamageError, ModelError, PhotoError, reason_of
from . import polygons
from .looks import predict_looks
from .tiles import predict_tiled
from .transport import Answer, BoxRequest, Failure, Ready, Reply, Request

if TYPE_CHECKING:
    from ..models.registry import Model, ModelCard
    from ..runtime import Runtime
    from .box_outline import Box

ENGINE = "CARDAMAGE_ENGINE"  # environment variable: one of runtime.ENGINES
WARM_UP = (240, 320, 3)  # an ordinary photo's shape, so that the first real one waits for no import


def main(arguments: list[str]) -> int:
    """Serve the models in the folders named by the arguments."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the client; we end when it closes stdin
    with own_stdout() as replies:
        started = time.monotonic()
        try:
            outliner = Outliner([Path(folder) for folder in arguments])
        except Exception as error:  # noqa: BLE001 the border of the process
            send(replies, failure(0, error, "The model could not be loaded."))
            return 1
        send(replies, Ready(" + ".join(outliner.models), time.monotonic() - started))
        for line in sys.stdin.buffer:
            send(replies, _answer(outliner, msgspec.json.decode(line, type=Request | BoxRequest)))
    return 0


class Outliner:
    """Loaded, warm models that outline what they see on photos."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Load the models in `folders`. Raises ModelError."""
        from ..models import registry

        self._seers = []
        for folder in folders:
            found = registry.read(folder)
            networks = open_networks(found)
            for network in networks:
                network.predict([np.zeros(WARM_UP, np.uint8)])
            self._seers.append((found.card, networks))
        self.models = [card.id for card, _ in self._seers]

    def regions(self, photo: Path, min_score: float, *, thorough: bool = False) -> tuple[Region, ...]:
        """What the models see on the photo, one after the other, best first; `thorough`: damage on its tiles, too.

        Raises PhotoError.
        """
        from ..mrcnn import EngineError

        image = imaging.load(photo)
        try:
            return tuple(
                region
                for card, networks in self._seers
                for region in _seen(image, card, networks, min_score=min_score, thorough=thorough)
            )
        except EngineError as error:
            raise ModelError(error.title, error.detail) from error

    def in_box(self, pixels: np.ndarray, box: Box, role: Role | None) -> tuple[Region, ...]:
        """The thing in a box of a picture, by the model that is surest that there is something; () where none is."""
        found: list[tuple[float, Region]] = []
        for card, (network, *_) in self._seers:
            if role is None or any(card.role_of(name) == role for name in card.classes):
                x0, y0, x1, y1 = box
                seen = network.masks_in(network.features(pixels), np.array([[y0, x0, y1, x1]]))
                sure = float(seen.scores[0])
                seen = replace(seen, scores=card.calibrated(seen.scores))
                found += [(sure, region) for region in polygons.regions(seen, card.classes, model=card.id)]
        return (max(found, key=lambda one: one[0])[1],) if found else ()


def _seen(
    image: np.ndarray, card: ModelCard, networks: Sequence[Runtime], *, min_score: float, thorough: bool
) -> Iterator[Region]:
    """What one model sees, with calibrated scores; cars and parts only from the model's own threshold on."""
    sees_damage = any(card.role_of(name) == "damage" for name in card.classes)
    least = min_score if sees_damage else max(min_score, card.threshold or 0.0)  # masks cost most: make none in vain
    least = card.raw_score(least)
    look = partial(predict_looks, networks, min_score=least, mirror_side=card.mirror_side)
    found = predict_tiled(look, image, networks[0].config) if thorough and sees_damage else look(image)
    found = replace(found, scores=card.calibrated(found.scores))
    has_car = False
    for region in polygons.regions(found, card.classes, model=card.id, min_score=min_score):
        role = card.role_of(region.label)
        if role == "car" and has_car and card.roles:  # the card's roles say that it outlines the main car
            continue
        has_car = has_car or role == "car"
        if role == "damage" or (region.origin.score or 0.0) >= (card.threshold or 0.0):
            yield region


def open_networks(model: Model) -> tuple[Runtime, ...]:
    """The network of a model whose weights are those of its card, and its partner if it has one. Raises ModelError."""
    from ..mrcnn import Config, EngineError
    from ..runtime import ENGINES, Runtime

    model.verify()
    try:
        config = Config.from_dict(model.card.config)
        if config.classes != len(model.card.classes) + 1:
            raise ModelError(
                f"The card of {model.folder} contradicts itself.",
                f"It names {len(model.card.classes)} classes, its network tells {config.classes - 1} apart.",
            )
        engine = os.environ.get(ENGINE, ENGINES[0])
        return Runtime.open_all(model.weights, config=config, partner=model.card.partner, engine=engine)
    except EngineError as error:
        raise ModelError(f"The model {model.folder} cannot be loaded.", f"{error.title} {error.detail}") from error


def _answer(outliner: Outliner, request: Request | BoxRequest) -> Reply:
    started = time.monotonic()
    what = request.photo if isinstance(request, Request) else "The box"
    try:
        if isinstance(request, Request):
            regions = outliner.regions(Path(request.photo), request.min_score, thorough=request.thorough)
        else:
            pixels = np.frombuffer(request.pixels, np.uint8).reshape(request.height, request.width, 3)
            regions = outliner.in_box(pixels, request.box, request.role)
    except Exception as error:  # noqa: BLE001 one bad photo must not end the service
        return failure(request.id, error, f"{what} could not be predicted.")
    return Answer(request.id, regions, time.monotonic() - started)


def failure(request: int, error: Exception, otherwise: str) -> Failure:
    """What is answered for an error; `otherwise` is the title of a surprise, whose traceback goes to stderr."""
    if isinstance(error, CarDamageError):
        return Failure(request, "photo" if isinstance(error, PhotoError) else "model", error.title, error.detail)
    traceback.print_exc()
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return Failure(request, "model", otherwise, "There is not enough memory.")
    return Failure(request, "model", otherwise, f"{type(error).__name__}: {reason_of(error)}"[:600])


def own_stdout() -> BinaryIO:
    """A descriptor for replies alone; whatever else is printed, by the framework too, goes to stderr."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


def send(replies: BinaryIO, reply: Reply) -> None:
    """Write one line."""
    replies.write(msgspec.json.encode(reply) + b"\n")
    replies.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
