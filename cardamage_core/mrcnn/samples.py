"""How do annotated photos become a batch of arrays? Numpy only, seeded, outlines kept exact."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .anchors import pyramid_anchors
from .canvas import Placement, paint, paste, place, resize
from .config import Config
from .errors import EngineError

Ring = Sequence[tuple[float, float]]  # (x, y) of each corner, closed by itself
Batch = dict[str, np.ndarray]


@dataclass(frozen=True)
class Sample:
    """One annotated photo. Each instance has a class (from 1 on; negative: a crowd) and the rings of its shape.

    Rings are pixels of the image, inside by the even-odd rule: a ring within a ring is a hole, apart from it a part.
    """

    image: np.ndarray  # (h, w, 3) uint8 RGB
    class_ids: tuple[int, ...]
    polygons: tuple[tuple[Ring, ...], ...]

    def __post_init__(self) -> None:
        check_image(self.image)
        if len(self.class_ids) != len(self.polygons):
            raise EngineError(
                "A sample needs one class for each polygon.",
                f"Found {len(self.class_ids)} classes and {len(self.polygons)} polygons.",
            )


def check_image(image: np.ndarray) -> None:
    """Raise EngineError unless it is (h, w, 3) uint8 with at least one pixel."""
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        found = f"{image.dtype} of shape {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise EngineError("A photo must be an array (height, width, 3) of bytes, red, green, blue.", f"Found {found}.")
    if image.size == 0:
        raise EngineError("A photo has no pixels.", f"Its shape is {image.shape}.")


def make_batch(samples: Sequence[Sample], config: Config, rng: np.random.Generator, *, augment: bool) -> Batch:
    """Arrays for one step; b photos on one canvas, n slots for instances, e for edges (both padded with zeros).

    images (b, H, W, 3) float32 · classes (b, n) int32 · boxes (b, n, 4) and edges (b, n, e, 4), y1 x1 y2 x2 in canvas
    pixels, an edge with both its ends · anchor_noise (b, a) and roi_noise (b, proposals + n), who is drawn.
    """
    if not samples:
        raise EngineError("A batch needs at least one photo.")
    for sample in samples:
        _check_classes(sample, config)
    places = [place(sample.image.shape[:2], config) for sample in samples]
    canvas = max(p.canvas[0] for p in places), max(p.canvas[1] for p in places)
    drawn = [
        _draw_one(s, p, canvas, config=config, rng=rng if augment else None)
        for s, p in zip(samples, places, strict=True)
    ]
    instances = [outlines for _, outlines in drawn]
    n = _round_up(max(len(outlines) for outlines in instances), 4)
    e = _round_up(max((len(edges) for outlines in instances for _, edges, _ in outlines), default=1), 32)
    batch = _empty(len(samples), n, e)
    batch["images"] = np.stack([image for image, _ in drawn])
    for i, outlines in enumerate(instances):
        for j, (class_id, edges, box) in enumerate(outlines):
            batch["classes"][i, j], batch["boxes"][i, j], batch["edges"][i, j, : len(edges)] = class_id, box, edges
    anchors = len(pyramid_anchors(canvas, config))
    batch["anchor_noise"] = rng.random((len(samples), anchors), dtype=np.float32)
    batch["roi_noise"] = rng.random((len(samples), config.proposals_training + n), dtype=np.float32)
    return batch


def ring_edges(rings: Sequence[Ring]) -> np.ndarray:
    """Rings of (x, y) -> their edges (e, 4) float32: y and x of one end, y and x of the other."""
    parts = [np.asarray(ring, np.float32).reshape(-1, 2)[:, ::-1] for ring in rings if len(ring) >= 3]
    edges = [np.concatenate([part, np.roll(part, -1, axis=0)], axis=1) for part in parts]
    return np.concatenate(edges) if edges else np.zeros((0, 4), np.float32)


def clipped_box(edges: np.ndarray, window: tuple[float, float, float, float]) -> np.ndarray | None:
    """The box (4,) around what edges (e, 4) enclose inside a window; None if that is less than a pixel high or wide."""
    y1, x1, y2, x2 = window
    for axis, sign, bound in ((0, 1, y1), (0, -1, -y2), (1, 1, x1), (1, -1, -x2)):
        edges = _cut_edges(edges, axis, sign=sign, bound=bound)
    if not len(edges):
        return None
    points = edges.reshape(-1, 2)
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return box.astype(np.float32) if (box[2:] - box[:2] >= 1.0).all() else None


def _cut_edges(edges: np.ndarray, axis: int, *, sign: int, bound: float) -> np.ndarray:
    """The parts of edges on the side sign * coordinate >= bound (as Sutherland and Hodgman; the border adds no extent
    beyond the cut points, which are kept)."""
    a, b = edges[:, :2].astype(np.float64), edges[:, 2:].astype(np.float64)
    da, db = sign * a[:, axis] - bound, sign * b[:, axis] - bound
    some = (da >= 0) | (db >= 0)
    a, b, da, db = a[some], b[some], da[some], db[some]
    step = np.where(da == db, 1.0, da - db)
    cut = a + (b - a) * (da / step)[:, None]
    return np.concatenate([np.where(da[:, None] < 0, cut, a), np.where(db[:, None] < 0, cut, b)], axis=1)


def _check_classes(sample: Sample, config: Config) -> None:
    wrong = sorted({c for c in sample.class_ids if c == 0 or c >= config.classes})
    if wrong:
        raise EngineError(
            "A sample has a class that the network does not know.",
            f"Found {wrong}; the network's classes are 1 to {config.classes - 1} (0 is the background).",
        )


def _draw_one(
    sample: Sample, home: Placement, canvas: tuple[int, int], *, config: Config, rng: np.random.Generator | None
) -> tuple[np.ndarray, list[tuple[int, np.ndarray, np.ndarray]]]:
    """The painted canvas (H, W, 3) and for each instance its class, edges (e, 4) and box (4,) on it."""
    image, flip = sample.image, False
    spot = Placement(home.photo, home.size, home.corner, canvas)
    if rng is not None:
        flip = bool(config.flip and rng.random() < 0.5)
        spot = _jitter(home, canvas, config=config, rng=rng)
        image = image[:, ::-1] if flip else image
    painted = paint(image, spot, config) if rng is None else _paint_jittered(image, spot, config=config, rng=rng)
    window = tuple(np.clip(spot.window, 0, (*canvas, *canvas)))
    outlines = []
    for class_id, rings in zip(sample.class_ids, sample.polygons, strict=True):
        edges = _on_canvas(ring_edges(rings), spot, flip=flip)
        box = clipped_box(edges, window)
        if box is not None:
            outlines.append((class_id, edges, box))
    return painted, outlines


def _on_canvas(edges: np.ndarray, spot: Placement, *, flip: bool) -> np.ndarray:
    """Edges in photo pixels -> canvas pixels."""
    edges = edges.copy()
    if flip:
        edges[:, 1::2] = spot.photo[1] - edges[:, 1::2]
    return edges * np.float32(spot.scale * 2) + np.float32(spot.corner * 2)


def _jitter(home: Placement, canvas: tuple[int, int], *, config: Config, rng: np.random.Generator) -> Placement:
    """Another scale around the usual one, and any place on the canvas where the photo covers all it can."""
    scale = 1.0 + config.scale_jitter * rng.uniform(-1.0, 1.0)
    size = max(1, round(home.size[0] * scale)), max(1, round(home.size[1] * scale))
    slack = [side - length for side, length in zip(canvas, size, strict=True)]
    corner = tuple(int(rng.integers(min(s, 0), max(s, 0) + 1)) for s in slack)
    return Placement(home.photo, size, corner, canvas)


def _paint_jittered(image: np.ndarray, spot: Placement, *, config: Config, rng: np.random.Generator) -> np.ndarray:
    """Like `paint`, with brightness, contrast and colour a little off."""
    scaled = resize(image, spot.size, edge="nearest", smooth=True)
    amount = config.colour_jitter
    gain = (1 + amount * rng.uniform(-1, 1)) * (1 + 0.5 * amount * rng.uniform(-1, 1, 3))
    shift = 255 * 0.5 * amount * rng.uniform(-1, 1)
    scaled = np.clip((scaled - 127.5) * gain + 127.5 + shift, 0, 255)
    painted = np.zeros((*spot.canvas, 3), np.float32)
    paste(painted, scaled.astype(np.float32), spot.corner)
    return (painted - np.float32(config.pixel_mean)) / np.float32(config.pixel_scale)


def _empty(b: int, n: int, e: int) -> Batch:
    return {
        "classes": np.zeros((b, n), np.int32),
        "boxes": np.zeros((b, n, 4), np.float32),
        "edges": np.zeros((b, n, e, 4), np.float32),
    }


def _round_up(count: int, step: int) -> int:
    return max(step, -(-count // step) * step)
