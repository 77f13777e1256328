"""The client of the process that answers clicks: the click network, or a SAM pair, kept warm there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar

import cv2
import numpy as np

from ..annotations.model import Ring
from ..errors import ModelError
from ..inference import polygons
from ..inference.client import Predictor
from ..inference.transport import MaskAnswer, PhotoRequest, PointsRequest, ViewRequest
from .views import GRID, LONGEST, Click

KEPT = 24


class ClickPredictor(Predictor):
    """One folder, with the click network or a SAM pair. A process that dies raises one ModelError."""

    module: ClassVar[str] = "cardamage_core.clicks.worker"

    def mask(self, image: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """As `network.ClickNetwork.mask`; blocks."""
        sent = np.ascontiguousarray(image).tobytes(), np.asarray(guide, np.float16).tobytes()
        return _values(self._exchange(lambda number: ViewRequest(number, *sent)), GRID)

    def encode(self, image: np.ndarray) -> None:
        """Have a SAM encoder look at a picture (h, w, 3) uint8; blocks."""
        height, width = image.shape[:2]
        pixels = np.ascontiguousarray(image).tobytes()
        self._exchange(lambda number: PhotoRequest(number, width, height, pixels))

    def logits(self, points: Sequence[Click], previous: np.ndarray | None) -> np.ndarray:
        """Logits (256, 256) of a SAM decoder for points in pixels of the picture encoded last; blocks."""
        at, inside = tuple(one.at for one in points), tuple(one.inside for one in points)
        before = b"" if previous is None else previous.astype(np.float16).tobytes()
        return _values(self._exchange(lambda number: PointsRequest(number, at, inside, before)), 0)


class SamOutliner:
    """Outlines what is clicked on one photo (H, W, 3) uint8 by a SAM pair, which sees a copy of 1024 pixels."""

    def __init__(self, predictor: ClickPredictor, photo: np.ndarray) -> None:
        """Nothing is looked at yet."""
        self._predictor, self._photo = predictor, photo
        self._scale = LONGEST / max(photo.shape[:2])
        self._encoded = False
        self._logits: OrderedDict[tuple[Click, ...], np.ndarray] = OrderedDict()

    def warm_up(self) -> None:
        """Let the encoder look at the photo, which takes seconds."""
        if not self._encoded:
            height, width = (max(1, round(side * self._scale)) for side in self._photo.shape[:2])
            method = cv2.INTER_AREA if self._scale < 1 else cv2.INTER_LINEAR
            self._predictor.encode(cv2.resize(self._photo, (width, height), interpolation=method))
            self._encoded = True

    def outline(self, clicks: Sequence[Click]) -> tuple[Ring, ...]:
        """The rings (even-odd) of what holds the inside clicks and not the others, () for nothing."""
        self.warm_up()
        logits = self._of(tuple(clicks))
        side = LONGEST / self._scale
        height, width = self._photo.shape[:2]
        rows, columns = (max(1, round(len(logits) * length / side)) for length in (height, width))
        mask = 1.0 / (1.0 + np.exp(-np.clip(logits[:rows, :columns].astype(np.float32), -30, 30)))
        return polygons.outline(mask, (0.0, 0.0, float(height), float(width)))

    def _of(self, clicks: tuple[Click, ...]) -> np.ndarray:
        if clicks not in self._logits:
            points = [Click((one.at[0] * self._scale, one.at[1] * self._scale), one.inside) for one in clicks]
            self._logits[clicks] = self._predictor.logits(points, self._logits.get(clicks[:-1]))
            if len(self._logits) > KEPT:
                self._logits.popitem(last=False)
        return self._logits[clicks]


def _values(answer: object, rows: int) -> np.ndarray:
    """The square of a mask answer, float32; `rows` 0 for any."""
    if not isinstance(answer, MaskAnswer) or (rows and answer.rows != rows):
        raise ModelError("The process that answers clicks answered something else.", "Please try again.")
    return np.frombuffer(answer.values, np.float16).reshape(answer.rows, answer.rows).astype(np.float32)
