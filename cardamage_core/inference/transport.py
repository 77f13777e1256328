"""Messages between client and prediction process, and line-wise communication with a child process with timeouts."""

from __future__ import annotations

import collections
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Literal

import msgspec

from ..annotations.model import Region, Role

LAST_LINES = 20
CLOSE_SECONDS = 3.0
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class Ended(Exception):  # noqa: N818 not an error where it is expected
    """The process has ended or closed its output."""


class LineProcess:
    """A child process with a line to it and a line from it; what it prints on stderr is kept for its last words."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        """Start it. Raises OSError."""
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            list(command), stdin=pipe, stdout=pipe, stderr=pipe, env=env, creationflags=NO_WINDOW
        )
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._errors: collections.deque[str] = collections.deque(maxlen=LAST_LINES)
        self._threads = [self._thread(self._read_lines), self._thread(self._read_errors)]
        self.spoke = False  # whether it has written a line

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, line: bytes) -> None:
        """Write a line. Raises Ended."""
        try:
            self._stdin.write(line + b"\n")
            self._stdin.flush()
        except (OSError, ValueError) as error:
            raise Ended from error

    def receive(self, seconds: float) -> bytes:
        """The next line it writes. Raises TimeoutError when none comes in time, Ended when none ever will."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if line is None:
            self._lines.put(None)  # for the next one who asks
            raise Ended
        return line

    def last_words(self) -> str:
        """How it ended, and the last line it printed on stderr. Ends it if it still runs."""
        self.close()
        code = self._process.returncode
        how = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        said = next((line for line in reversed(self._errors) if line), "")
        return f"{how}; its last line: {said}" if said else f"{how}"

    def close(self) -> None:
        """End it by force, since it has nothing to lose, and leave no process, thread or pipe behind."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)
        for stream in (self._stdin, self._process.stdout, self._process.stderr):
            _close(stream)

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name="predictor pipe", daemon=True)
        thread.start()
        return thread

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.spoke = True
            self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors.append(line.decode(errors="replace").strip())


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        pass  # what was still to be written to a dead process


class Request(msgspec.Struct, frozen=True, tag="photo"):
    """Outline what is on a photo; detections scored below `min_score` are not wanted. `thorough`: on tiles, too."""

    id: int
    photo: str
    min_score: float = 0.05
    thorough: bool = False


class BoxRequest(msgspec.Struct, frozen=True, tag="box"):
    """Outline the thing in a box (x0, y0, x1, y1) of a small picture: RGB bytes, row by row.

    With a `role` only models that have classes of it are asked. The answer is one region, or none.
    """

    id: int
    width: int
    height: int
    pixels: bytes
    box: tuple[float, float, float, float]
    role: Role | None = None


class ViewRequest(msgspec.Struct, frozen=True, tag="view"):
    """The mask of a view with clicks, see `clicks.views`: RGB bytes, and the guide's float16 bytes, row by row."""

    id: int
    image: bytes
    guide: bytes


class PhotoRequest(msgspec.Struct, frozen=True, tag="encode"):
    """Calculate what a SAM encoder makes of a picture, RGB bytes row by row. The answer is an empty mask."""

    id: int
    width: int
    height: int
    pixels: bytes


class PointsRequest(msgspec.Struct, frozen=True, tag="points"):
    """The mask of the picture sent last for points (x, y) in its pixels; `previous` is an earlier answer's values."""

    id: int
    points: tuple[tuple[float, float], ...]
    inside: tuple[bool, ...]
    previous: bytes = b""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The model is loaded and warm. Sent once, first."""

    model: str
    seconds: float


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """The regions seen on the photo of the request with this id, best first."""

    id: int
    regions: tuple[Region, ...]
    seconds: float


class MaskAnswer(msgspec.Struct, frozen=True, tag="mask"):
    """Values (rows, columns) of a square mask as float16 bytes: probabilities of a view, logits of SAM."""

    id: int
    rows: int
    values: bytes


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """Why a request (or, with id 0, the start) failed, as title and detail of a `photo` or `model` error."""

    id: int
    kind: Literal["photo", "model"]
    title: str
    detail: str = ""


ClickRequest = ViewRequest | PhotoRequest | PointsRequest
Reply = Ready | Answer | MaskAnswer | Failure
