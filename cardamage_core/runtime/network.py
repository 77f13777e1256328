"""Mask R-CNN's inference without Keras: three ONNX graphs, and proposals and detections between them in numpy."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import onnx

from ..mrcnn import boxes, weights
from ..mrcnn.batching import check_image
from ..mrcnn.boxes import pyramid_anchors
from ..mrcnn.config import Config
from ..mrcnn.detections import Detections, on_canvas, on_photo, refine
from ..mrcnn.padding import Placement, paint, place
from .graphs import build_graphs, pooled_levels
from .regions import Pooling, propose
from .sessions import ENGINES, open_session

Pyramid = Mapping[str, np.ndarray]  # feature maps (1, h, w, channels) by level


class Features(NamedTuple):
    """What the trunk made of one photo, its anchors' scores (a,) and deltas (a, 4), and where it lies on the canvas."""

    pyramid: Pyramid
    scores: np.ndarray
    deltas: np.ndarray
    spot: Placement


class Judgement(NamedTuple):
    """What the heads make of given boxes (n, 4)."""

    probabilities: np.ndarray  # (n, classes), the background first
    moved: np.ndarray  # (n, 4) y1 x1 y2 x2, pixels of the photo: where the box head would put them
    masks: np.ndarray  # (n, h, w) probabilities in `around`, whatever the class: weighted by its probability
    around: np.ndarray  # (n, 4) y1 x1 y2 x2, pixels of the photo: the boxes, made wider


class Runtime:
    """A network ready to predict. Photos are (h, w, 3) uint8 RGB of any size."""

    def __init__(self, config: Config, models: Iterable[onnx.ModelProto], *, engine: str = ENGINES[0]) -> None:
        """`models` are trunk, box head and mask head (see `read_models`), `engine` is one of `sessions.ENGINES`."""
        self.config = config
        self._trunk, self._box_head, self._mask_head = (open_session(model, engine) for model in models)
        self._levels = [f"p{level}" for level in pooled_levels(config)]
        self._anchors: dict[tuple[int, int], np.ndarray] = {}

    @classmethod
    def open(
        cls, path: str | Path, *, config: Config | None = None, engine: str = ENGINES[0], partner: bool = False
    ) -> Self:
        """The network of a weights file of ours, or its `partner`; config None takes the one in the file.

        Raises EngineError.
        """
        config = config or weights.read_config(path)
        return cls(config, read_models(path, config, partner=partner), engine=engine)

    @classmethod
    def open_all(cls, path: str | Path, *, config: Config, partner: bool, engine: str = ENGINES[0]) -> tuple[Self, ...]:
        """The networks of a weights file of ours: one, or with its `partner` two. Raises EngineError."""
        which = (False, True) if partner else (False,)
        return tuple(cls.open(path, config=config, engine=engine, partner=one) for one in which)

    def at_side(self, side: int) -> Self:
        """The same network, its sessions shared, to which photos are shown with `side` pixels on the longer side."""
        other = copy.copy(self)
        other.config = self.config.change(image_min_side=side, image_max_side=side)
        return other

    def predict(self, images: Sequence[np.ndarray], min_score: float | None = None) -> list[Detections]:
        """What is on these photos, one answer each; min_score None takes the configuration's."""
        score = self.config.detection_min_score if min_score is None else min_score
        for image in images:
            check_image(image)
        places = [place(image.shape[:2], self.config) for image in images]
        painted = (paint(image, spot, self.config) for image, spot in zip(images, places, strict=True))
        return [self.predict_canvas(canvas, spot, score) for canvas, spot in zip(painted, places, strict=True)]

    def predict_canvas(self, canvas: np.ndarray, spot: Placement, min_score: float) -> Detections:
        """What is on a photo that was painted on a canvas (H, W, 3) float32; coordinates are the photo's."""
        return self.detections(Features(*self._look(canvas), spot), min_score)

    def detections(self, features: Features, min_score: float) -> Detections:
        """What is on a photo whose features are known."""
        pyramid, scores, deltas, spot = features
        rois = propose(scores, deltas, self._anchors_of(spot.canvas), self.config)
        if not len(rois):
            return self._none()
        probabilities, deltas = self._classify(pyramid, rois, spot.canvas)
        window, grid = self._window(spot), self.config.box_grid
        found, classes, scores = refine(
            rois, probabilities, deltas, window=window, min_score=min_score, config=self.config
        )
        if not len(found):
            return self._none()
        pixels = on_photo(found, window, spot.photo, grid=grid)
        return Detections(pixels, classes, scores, self._masks(pyramid, found, classes, spot.canvas))

    def features(self, image: np.ndarray) -> Features:
        """What the trunk makes of a photo: the slow part of `masks_in`, to be kept while boxes are drawn on it."""
        check_image(image)
        spot = place(image.shape[:2], self.config)
        return Features(*self._look(paint(image, spot, self.config)), spot)

    def masks_in(self, features: Features, drawn: np.ndarray) -> Detections:
        """The thing in each box (n, 4), y1 x1 y2 x2 in pixels of the photo, as a person drew it: the box stays.

        The class is the likeliest but the background, the score the probability of not being background.
        """
        spot, rois = features.spot, self._rois(features.spot, drawn)
        if not len(rois):
            return self._none()
        probabilities, _ = self._classify(features.pyramid, rois, spot.canvas)
        classes = (1 + probabilities[:, 1:].argmax(axis=1)).astype(np.int32)
        masks = self._masks(features.pyramid, rois, classes, spot.canvas)
        return Detections(np.asarray(drawn, np.float32), classes, 1 - probabilities[:, 0], masks)

    def judged(self, features: Features, drawn: np.ndarray, *, wider: float = 1.0) -> Judgement:
        """What the heads make of boxes (n, 4), n > 0, y1 x1 y2 x2 in pixels of the photo.

        The masks are those of boxes `wider` times as wide and high, cut to the photo.
        """
        spot, grid, config = features.spot, self.config.box_grid, self.config
        rois, window = self._rois(spot, drawn), self._window(spot)
        probabilities, deltas = self._classify(features.pyramid, rois, spot.canvas)
        own = deltas[np.arange(len(rois)), 1 + probabilities[:, 1:].argmax(axis=1)]
        y1, x1, y2, x2 = map(float, window)
        moved = boxes.clip(boxes.decode(rois, own * np.array(config.box_std, np.float32)), (y1, x1, y2, x2))
        around = _widened(np.asarray(drawn, np.float32), wider, spot.photo)
        pooling = Pooling(self._rois(spot, around), canvas=spot.canvas, size=config.mask_pool_size, config=config)
        (masks,) = self._mask_head(dict(features.pyramid) | pooling.inputs)
        weights = probabilities[:, 1:] / np.maximum(probabilities[:, 1:].sum(axis=1, keepdims=True), 1e-6)
        mean = np.einsum("nc,nchw->nhw", weights, pooling.unsorted(masks)[:, 1:])
        return Judgement(probabilities, on_photo(moved, window, spot.photo, grid=grid), mean, around)

    def _window(self, spot: Placement) -> np.ndarray:
        """Where the photo lies on the canvas (4,), normalised."""
        grid = self.config.box_grid
        return np.asarray(boxes.normalise(np.array(spot.window, np.float32), spot.canvas, grid=grid))

    def _rois(self, spot: Placement, drawn: np.ndarray) -> np.ndarray:
        """Boxes in pixels of the photo (n, 4), normalised to the canvas."""
        return on_canvas(np.asarray(drawn, np.float32), self._window(spot), spot.photo, grid=self.config.box_grid)

    def _look(self, canvas: np.ndarray) -> tuple[Pyramid, np.ndarray, np.ndarray]:
        """The pyramid by level, and the scores and deltas of the anchors."""
        *levels, scores, deltas = self._trunk({"image": canvas[None]})
        return dict(zip(self._levels, levels, strict=True)), scores, deltas

    def _classify(self, pyramid: Pyramid, rois: np.ndarray, canvas: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (n, classes) and deltas (n, classes, 4) of normalised regions (n, 4)."""
        pooling = Pooling(rois, canvas=canvas, size=self.config.pool_size, config=self.config)
        probabilities, deltas = map(pooling.unsorted, self._box_head(dict(pyramid) | pooling.inputs))
        return probabilities, deltas

    def _masks(self, pyramid: Pyramid, found: np.ndarray, classes: np.ndarray, canvas: tuple[int, int]) -> np.ndarray:
        """Probabilities (n, h, w) of the detections' own classes."""
        pooling = Pooling(found, canvas=canvas, size=self.config.mask_pool_size, config=self.config)
        (masks,) = self._mask_head(dict(pyramid) | pooling.inputs)
        own = masks[np.arange(len(found)), classes[pooling.order]]
        return pooling.unsorted(own)

    def _anchors_of(self, canvas: tuple[int, int]) -> np.ndarray:
        if canvas not in self._anchors:
            pixels = pyramid_anchors(canvas, self.config)
            self._anchors[canvas] = boxes.normalise(pixels, canvas, grid=self.config.box_grid).astype(np.float32)
        return self._anchors[canvas]

    def _none(self) -> Detections:
        side = 2 * self.config.mask_pool_size
        empty = np.zeros((0, 4), np.float32), np.zeros(0, np.int32), np.zeros(0, np.float32)
        return Detections(*empty, np.zeros((0, side, side), np.float32))


def _widened(drawn: np.ndarray, times: float, photo: tuple[int, int]) -> np.ndarray:
    """Boxes (n, 4) around the same middles, cut to a photo (height, width)."""
    middle, half = (drawn[:, :2] + drawn[:, 2:]) / 2, times * (drawn[:, 2:] - drawn[:, :2]) / 2
    around = np.concatenate([middle - half, middle + half], axis=1)
    return np.clip(around, 0, np.array(photo * 2, np.float32)).astype(np.float32)


def read_models(path: str | Path, config: Config, *, partner: bool = False) -> Iterator[onnx.ModelProto]:
    """Trunk, box head and mask head of the network in a weights file of ours, or of its `partner`, one after the other.

    Raises EngineError, before the first, if the file is none of ours or does not fit the configuration.
    """
    weights.read_notes(Path(path))
    graphs = build_graphs(config)
    shapes = {f"weights/{name}": shape for graph in graphs for name, shape in graph.weights.items()}
    found = weights.read_arrays(Path(path), shapes, exclude=["optimizer"], partner=partner)
    arrays = {name.removeprefix("weights/"): array for name, array in found.items()}
    return (graph.model(arrays) for graph in graphs)
