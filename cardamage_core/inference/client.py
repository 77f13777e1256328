"""The client of the prediction process: starts it, sends photos, receives regions."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec

from .. import processes
from ..annotations.model import Polygon, Region, Role
from ..errors import ModelError, PhotoError, ProcessEndedError
from .transport import (
    Answer,
    BoxRequest,
    ClickRequest,
    Ended,
    Failure,
    LineProcess,
    MaskAnswer,
    Ready,
    Reply,
    Request,
)

if TYPE_CHECKING:
    import numpy as np

    from .box_outline import Box

THREADS = "CARDAMAGE_THREADS"  # environment variable of the process: see `runtime.sessions`
PACKAGES = Path(__file__).resolve().parents[2]


class Predictor:
    """Models kept warm in a process of their own. All methods may be called from any thread.

    A process that dies raises one ModelError in the waiting call; the next call starts a new one.
    """

    module: ClassVar[str] = "cardamage_core.inference.worker"  # what the process runs

    def __init__(
        self,
        *model_folders: str | os.PathLike[str],
        start_seconds: float = 300,
        predict_seconds: float = 300,
        threads: int = 0,
    ) -> None:
        """Nothing is started yet. Loading and one photo may take so many seconds before we give the process up.

        `threads` is how many a network may use, 0 for one on each core.
        """
        self.folders = tuple(Path(folder).absolute() for folder in model_folders)
        self._start_seconds = start_seconds
        self._predict_seconds = predict_seconds
        self._threads = threads
        self._turn = threading.Lock()  # held while a photo is predicted: one at a time
        self._state = threading.Lock()  # guards `_process`, held only for moments
        self._process: LineProcess | None = None
        self._greeted: LineProcess | None = None
        self._request = 0

    def start(self) -> None:
        """Begin to load the model, without waiting for it. Raises ModelError if no process can be started."""
        self._running()

    def wait(self) -> None:
        """Wait until the model is loaded, starting the process if need be. Raises ModelError."""
        with self._turn:
            self._greet(self._running())

    @property
    def ready(self) -> bool:
        """Whether the model is loaded, so that `predict` takes no longer than the prediction."""
        with self._state:
            process = self._process
        return process is not None and process.spoke and process.alive

    def predict(
        self, photo_path: str | os.PathLike[str], *, min_score: float = 0.05, thorough: bool = False
    ) -> tuple[Region, ...]:
        """What the model sees, best first, in pixels of the photo as displayed; blocks, and starts the process first.

        `thorough` looks for damage on overlapping tiles, too, for several times the time (see `tiles`).

        Raises PhotoError for a photo that cannot be opened and ModelError for everything else.
        """
        photo = str(Path(photo_path).absolute())
        return self._answered(lambda number: Request(number, photo, min_score, thorough))

    def outline_in_box(self, pixels: np.ndarray, box: Box, *, role: Role | None = None) -> Region | None:
        """The thing in a box (x0, y0, x1, y1) that a person drew on a photo (H, W, 3) uint8, None where there is none.

        With a `role` only models that know classes of it are asked. Blocks; raises ModelError.
        """
        from .box_outline import surroundings  # loads OpenCV, which a window that only shows photos never needs

        near = surroundings(pixels, box)
        height, width = near.pixels.shape[:2]
        sent, drawn = near.pixels.tobytes(), near.box(box)
        for region in self._answered(lambda number: BoxRequest(number, width, height, sent, drawn, role)):
            assert isinstance(region.shape, Polygon)
            return msgspec.structs.replace(region, shape=near.polygon(region.shape), extra={})
        return None

    def _answered(self, asked: Callable[[int], Request | BoxRequest]) -> tuple[Region, ...]:
        answer = self._exchange(asked)
        assert isinstance(answer, Answer)
        return answer.regions

    def _exchange(self, asked: Callable[[int], Request | BoxRequest | ClickRequest]) -> Answer | MaskAnswer:
        """The answer to a request, which gets its number. Raises PhotoError and ModelError."""
        with self._turn:
            process = self._running()
            self._greet(process)
            self._request += 1
            request = asked(self._request)
            reply = self._ask(process, request)
        match reply:
            case Answer(id=request.id) | MaskAnswer(id=request.id):
                return reply
            case Failure(kind="photo", title=title, detail=detail):
                raise PhotoError(title, detail)
            case Failure(title=title, detail=detail):
                raise ModelError(title, detail)
        self._forget(process)
        raise ModelError("The process that predicts answered something else than it was asked.", "Please try again.")

    def close(self) -> None:
        """End the process; a call waiting in `predict` gets a ModelError. It may be started again later."""
        with self._state:
            process, self._process = self._process, None
        if process is not None:
            process.close()

    @property
    def _names(self) -> str:
        return ", ".join(map(str, self.folders))

    def __enter__(self) -> Predictor:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> LineProcess:
        with self._state:
            dead = self._process
            if dead is not None and dead.alive:
                return dead
            self._process = _launch(self.module, self.folders, self._threads)
            started = self._process
        if dead is not None:
            dead.close()
        return started

    def _greet(self, process: LineProcess) -> None:
        """Wait for the model to be loaded."""
        if self._greeted is process:
            return
        reply = self._receive(process, self._start_seconds)
        if isinstance(reply, Failure):
            self._forget(process)
            raise ModelError(reply.title, reply.detail)
        if isinstance(reply, Ready):
            self._greeted = process

    def _ask(self, process: LineProcess, request: Request | BoxRequest | ClickRequest) -> Reply:
        try:
            process.send(msgspec.json.encode(request))
        except Ended:
            raise self._died(process) from None
        return self._receive(process, self._predict_seconds)

    def _receive(self, process: LineProcess, seconds: float) -> Reply:
        try:
            reply: Reply = msgspec.json.decode(process.receive(seconds), type=Reply)
        except Ended:
            raise self._died(process) from None
        except TimeoutError:
            self._forget(process)
            raise ModelError(
                f"The process that predicts did not answer within {seconds:.0f} seconds and was ended.",
                f"Model: {self._names}. Try again, or choose a lighter model.",
            ) from None
        except msgspec.DecodeError as error:
            self._forget(process)
            raise ModelError("The process that predicts sent something unreadable.", str(error)) from error
        return reply

    def _died(self, process: LineProcess) -> ModelError:
        said = process.last_words()
        self._forget(process)
        return ProcessEndedError(
            "The process that predicts ended unexpectedly.",
            f"Model: {self._names}; {said}. The next try starts it anew.",
        )

    def _forget(self, process: LineProcess) -> None:
        with self._state:
            if self._process is process:
                self._process = None
        process.close()


def _launch(module: str, folders: Sequence[Path], threads: int) -> LineProcess:
    command = processes.command_of(module, *map(str, folders))
    try:
        return LineProcess(command, env=_environment(threads))
    except OSError as error:
        raise ModelError("No process for predicting could be started.", f"{error.strerror or error}.") from error


def _environment(threads: int) -> dict[str, str]:
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), str(PACKAGES)]
    chosen = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    if threads:
        chosen |= dict.fromkeys((THREADS, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    return {"TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"} | dict(os.environ) | chosen
