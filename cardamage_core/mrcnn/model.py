"""Mask R-CNN (He et al. 2017): backbone, proposal network, box head and mask head as one model."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from . import boxes, native, weights
from .backbones import ConvNorm, weight_name
from .batching import check_image
from .boxes import pyramid_anchors
from .config import Config
from .detections import Detections, full_frame, on_photo, refine
from .heads import build_box_head, build_mask_head, build_rpn, build_trunk, propose, roi_align, run_rpn
from .imagenet import read_imagenet
from .matterport import read_matterport
from .padding import Placement, paint, place

Tensor = Any


class MaskRCNN:
    """The network and its weights. Photos are (h, w, 3) uint8 RGB of any size."""

    def __init__(self, config: Config, seed: int = 0) -> None:
        self.config = config
        keras.config.set_dtype_policy(config.precision)
        self.trunk, self.rpn = build_trunk(config), build_rpn(config)
        self.box_head, self.mask_head = build_box_head(config), build_mask_head(config)
        self.weights = _named_weights((self.trunk, self.rpn, self.box_head, self.mask_head))
        self.measured = False  # whether the frozen batch normalisation holds statistics of real photos
        self._compiled: dict[tuple[int, int], Any] = {}
        self._assign(weights.start_values(self.shapes(), np.random.default_rng(seed)))

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """The network that a file of ours describes, with its weights."""
        model = cls(weights.read_config(path))
        model.load(path)
        return model

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every weight, by its name "layer/weight"."""
        return {name: tuple(variable.shape) for name, variable in self.weights.items()}

    def arrays(self) -> dict[str, np.ndarray]:
        """A copy of every weight, by its name "layer/weight"."""
        return {name: ops.convert_to_numpy(ops.copy(variable)) for name, variable in self.weights.items()}

    def save(self, path: str | Path, *, kernels: weights.Precision = "float32", partner: Self | None = None) -> None:
        """Write weights and configuration into one file of ours; `kernels` are stored so.

        `partner`: a network of the same configuration that is to look beside this one, kept in the same file.
        """
        arrays = {f"weights/{name}": array for name, array in self.arrays().items()}
        if partner is not None:
            arrays |= {f"{weights.PARTNER}weights/{name}": array for name, array in partner.arrays().items()}
        weights.write_arrays(Path(path), arrays, notes={"config": self.config.to_dict()}, kernels=kernels)

    def load(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Read weights of ours, except of the named layers. On an error nothing changes."""
        weights.read_notes(Path(path))
        shapes = {f"weights/{name}": shape for name, shape in self.shapes().items()}
        skip = [f"weights/{name}" for name in exclude] + ["optimizer", "average"]
        arrays = weights.read_arrays(Path(path), shapes, exclude=skip)
        self._assign({name.removeprefix("weights/"): array for name, array in arrays.items()})
        self.measured = True

    def load_matterport(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Read a .h5 of Matterport's Mask R-CNN, except of the named layers. On an error nothing changes."""
        self._assign(read_matterport(Path(path), self.shapes(), exclude=exclude))
        self.measured = True

    def load_backbone(self, path: str | Path) -> None:
        """Read published ImageNet weights of the backbone. On an error nothing changes."""
        self._assign(read_imagenet(Path(path), self.trunk, self.config.backbone))
        self.measured = True

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
        return self.decide(*self._propose_compiled(canvas[None]), spot=spot, min_score=min_score)

    def decide(self, pyramid: Sequence[Tensor], *regions: Tensor, spot: Placement, min_score: float) -> Detections:
        """Detections from what `propose` answered: pyramid, then regions, probabilities and deltas."""
        rois, probabilities, deltas = (ops.convert_to_numpy(tensor) for tensor in regions)
        grid = self.config.box_grid
        window = boxes.normalise(np.array(spot.window, np.float32), spot.canvas, grid=grid)
        found, classes, scores = refine(
            rois, probabilities, deltas, window=window, min_score=min_score, config=self.config
        )
        pixels = on_photo(found, window, spot.photo, grid=grid)
        return Detections(pixels, classes, scores, self._masks(pyramid, found, classes, spot))

    def detect(self, images: Sequence[np.ndarray]) -> list[dict[str, np.ndarray]]:
        """Matterport's answer: rois (n, 4) int32, class_ids, scores, masks (h, w, n) bool. Full frames cost memory."""
        grid, found = self.config.box_grid, self.predict(images)
        return [as_matterport(one, image.shape[:2], grid=grid) for one, image in zip(found, images, strict=True)]

    def propose(self, image: Tensor) -> tuple[list[Tensor], Tensor, Tensor, Tensor]:
        """One canvas (1, H, W, 3) -> pyramid, regions (r, 4), probabilities (r, classes), deltas (r, classes, 4)."""
        canvas = image.shape[1:3]
        pyramid = self.trunk(image, training=False)
        logits, deltas = run_rpn(self.rpn, pyramid)
        scores, anchors = ops.softmax(logits)[..., 1], self.anchors(canvas)
        rois = propose(scores, deltas, anchors, limit=self.config.proposals_inference, config=self.config)[0]
        rois = ops.take(rois, native.real_slots(boxes.area(rois) > 0), axis=0)
        class_logits, box_deltas = self.run_box_head(pyramid, rois, ops.zeros_like(rois[:, 0], "int32"), canvas=canvas)
        return pyramid, rois, ops.softmax(class_logits), box_deltas

    def run_box_head(
        self, pyramid: Sequence[Tensor], rois: Tensor, photo: Tensor, *, canvas: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """Regions (m, 4) of photos (m,) -> float32 class logits (m, classes) and deltas (m, classes, 4)."""
        size = self.config.pool_size
        pooled = roi_align(pyramid, rois, photo, canvas=canvas, size=size, config=self.config)
        logits, deltas = self.box_head(pooled, training=False)
        return ops.cast(logits, "float32"), ops.cast(deltas, "float32")

    def run_mask_head(
        self, pyramid: Sequence[Tensor], rois: Tensor, photo: Tensor, *, canvas: tuple[int, int]
    ) -> Tensor:  # (m, 2 * mask_pool_size, 2 * mask_pool_size, classes)
        """Regions (m, 4) of photos (m,) -> float32 mask logits for each class."""
        size = self.config.mask_pool_size
        pooled = roi_align(pyramid, rois, photo, canvas=canvas, size=size, config=self.config)
        return ops.cast(self.mask_head(pooled, training=False), "float32")

    def anchors(self, canvas: tuple[int, int]) -> np.ndarray:
        """The anchors of a canvas, normalised, (a, 4) float32."""
        pixels = pyramid_anchors(canvas, self.config)
        return boxes.normalise(pixels, canvas, grid=self.config.box_grid).astype(np.float32)

    def measure(self, images: np.ndarray) -> None:
        """Take the statistics of the backbone's batch normalisation from these canvases (b, H, W, 3), once.

        A backbone that starts from random weights needs it, since the statistics stay frozen in training.
        """
        parts = (layer.norm if isinstance(layer, ConvNorm) else layer for layer in self.trunk.layers)
        norms = [part for part in parts if isinstance(part, keras.layers.BatchNormalization)]
        before = [layer.momentum for layer in norms]
        for layer in norms:
            layer.momentum = 0.0
        self.trunk(images, training=True)
        for layer, momentum in zip(norms, before, strict=True):
            layer.momentum = momentum
        self.measured = True

    def _propose_compiled(self, image: np.ndarray) -> Any:
        canvas = image.shape[1:3]
        if canvas not in self._compiled:
            propose_on = lambda batch: self.propose(batch["images"])  # noqa: E731
            self._compiled[canvas] = native.compiled(propose_on, {"images": image}, self.weights.values())
        return self._compiled[canvas]({"images": ops.convert_to_tensor(image)})

    def _masks(self, pyramid: Sequence[Tensor], found: np.ndarray, classes: np.ndarray, spot: Placement) -> np.ndarray:
        """Probabilities (n, h, w) of the detections' own classes; the head sees these n regions only."""
        side = 2 * self.config.mask_pool_size
        if not len(found):
            return np.zeros((0, side, side), np.float32)
        photo = ops.zeros(len(found), "int32")
        logits = self.run_mask_head(pyramid, ops.convert_to_tensor(found), photo, canvas=spot.canvas)
        own = ops.take_along_axis(logits, ops.convert_to_tensor(classes)[:, None, None, None], axis=3)
        return ops.convert_to_numpy(ops.sigmoid(own[..., 0]))

    def _assign(self, arrays: dict[str, np.ndarray]) -> None:
        for name, array in arrays.items():
            self.weights[name].assign(array)


def _named_weights(networks: Iterable[keras.Model]) -> dict[str, keras.Variable]:
    return {
        weight_name(variable): variable
        for network in networks
        for layer in network.layers
        for variable in layer.weights
    }


def as_matterport(found: Detections, shape: tuple[int, int], *, grid: str) -> dict[str, np.ndarray]:
    """Detections on a photo (height, width) as Matterport returns them: whole-pixel rois and full-frame masks."""
    rois = np.around(found.boxes).astype(np.int32)
    real = (rois[:, 2] > rois[:, 0]) & (rois[:, 3] > rois[:, 1])
    frames = [full_frame(roi, mask, shape, grid=grid) for roi, mask in zip(rois[real], found.masks[real], strict=True)]
    masks = np.stack(frames, axis=-1) if frames else np.zeros((*shape, 0), bool)
    return {"rois": rois[real], "class_ids": found.class_ids[real], "scores": found.scores[real], "masks": masks}
