"""Makes batches of arrays from annotated photos: numpy only, seeded, outlines kept exact."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .augment import jittered, paint_jittered, zoomed
from .boxes import pyramid_anchors
from .config import Config, EngineError
from .copy_paste import Drawn, Instance, copy_pasted
from .padding import Placement, paint, place

Ring = Sequence[tuple[float, float]]  # (x, y) of each corner, closed by itself
Batch = dict[str, np.ndarray]
LEAST_INSIDE = 0.25  # of an instance on a zoomed part: with less it is neither taught nor background


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
    if augment and config.paste_share:
        drawn = copy_pasted(drawn, config, rng)
    n = _round_up(max(len(one.instances) for one in drawn), 4)
    e = _round_up(max((len(instance.edges) for one in drawn for instance in one.instances), default=1), 32)
    batch = _empty(len(samples), n, e)
    batch["images"] = np.stack([one.image for one in drawn])
    for i, one in enumerate(drawn):
        for j, (class_id, edges, box) in enumerate(one.instances):
            batch["classes"][i, j], batch["boxes"][i, j], batch["edges"][i, j, : len(edges)] = class_id, box, edges
    anchors = len(pyramid_anchors(canvas, config))
    batch["anchor_noise"] = rng.random((len(samples), anchors), dtype=np.float32)
    batch["roi_noise"] = rng.random((len(samples), config.proposals_training + n), dtype=np.float32)
    return batch


def ring_edges(rings: Sequence[Ring]) -> np.ndarray:
    """Rings of (x, y) -> their edges (e, 4) float32: y and x of one end, y and x of the other."""
    return _edges([_points(ring) for ring in rings if len(ring) >= 3])


def clipped_box(rings: Sequence[np.ndarray], window: tuple[float, float, float, float]) -> np.ndarray | None:
    """The box (4,) around the part of rings (k, 2) of (y, x) inside a window; None if under a pixel high or wide."""
    y1, x1, y2, x2 = window
    for axis, sign, bound in ((0, 1, y1), (0, -1, -y2), (1, 1, x1), (1, -1, -x2)):
        rings = [_cut_ring(ring, axis, sign=sign, bound=bound) for ring in rings]
    points = np.concatenate([*rings, np.zeros((0, 2))])
    if not len(points):
        return None
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return box.astype(np.float32) if (box[2:] - box[:2] >= 1.0).all() else None


def _points(ring: Ring) -> np.ndarray:
    """(x, y) corners -> (k, 2) float32 of (y, x)."""
    return np.asarray(ring, np.float32).reshape(-1, 2)[:, ::-1]


def _edges(rings: Sequence[np.ndarray]) -> np.ndarray:
    edges = [np.concatenate([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in rings]
    return np.concatenate(edges) if edges else np.zeros((0, 4), np.float32)


def _cut_ring(ring: np.ndarray, axis: int, *, sign: int, bound: float) -> np.ndarray:
    """The part of a ring (k, 2) with sign * coordinate >= bound (Sutherland and Hodgman 1974)."""
    following = np.roll(ring, -1, axis=0)
    here, there = sign * ring[:, axis] - bound, sign * following[:, axis] - bound
    crosses = (here < 0) != (there < 0)
    share = np.where(crosses, here / np.where(crosses, here - there, 1.0), 0.0)
    cut = ring + (following - ring) * share[:, None]
    return np.stack([cut, following], axis=1)[np.stack([crosses, there >= 0], axis=1)]


def _check_classes(sample: Sample, config: Config) -> None:
    wrong = sorted({c for c in sample.class_ids if c == 0 or c >= config.classes})
    if wrong:
        raise EngineError(
            "A sample has a class that the network does not know.",
            f"Found {wrong}; the network's classes are 1 to {config.classes - 1} (0 is the background).",
        )


def _draw_one(
    sample: Sample, home: Placement, canvas: tuple[int, int], *, config: Config, rng: np.random.Generator | None
) -> Drawn:
    """The photo painted on the canvas, and its instances there."""
    image, flip, zoom = sample.image, False, False
    spot = Placement(home.photo, home.size, home.corner, canvas)
    if rng is not None:
        flip = bool(config.flip and rng.random() < 0.5)
        zoom = bool(config.zoom_share and rng.random() < config.zoom_share)
        spot = (
            _part(sample, home, canvas, flip=flip, config=config, rng=rng)
            if zoom
            else jittered(home, canvas, config=config, rng=rng)
        )
        image = image[:, ::-1] if flip else image
    painted = paint(image, spot, config) if rng is None else paint_jittered(image, spot, config=config, rng=rng)
    window = tuple(np.clip(spot.window, 0, (*canvas, *canvas)).tolist())
    instances = []
    for class_id, rings in zip(sample.class_ids, sample.polygons, strict=True):
        placed = [_on_canvas(_points(ring), spot, flip=flip) for ring in rings if len(ring) >= 3]
        box = clipped_box(placed, window)
        if box is not None:
            known = not zoom or _share_inside(placed, box) >= LEAST_INSIDE
            instances.append(Instance(class_id if known else -abs(class_id), _edges(placed), box))
    return Drawn(painted, window, instances)


def _part(
    sample: Sample,
    home: Placement,
    canvas: tuple[int, int],
    *,
    flip: bool,
    config: Config,
    rng: np.random.Generator,
) -> Placement:
    """A zoomed part of the photo: every other time one with a damage in it, where there is any."""
    found = [rings for class_id, rings in zip(sample.class_ids, sample.polygons, strict=True) if class_id > 0]
    aim = None
    if found and rng.random() < 0.5:
        points = _points([corner for ring in found[int(rng.integers(len(found)))] for corner in ring])
        y, x = (points.min(axis=0) + points.max(axis=0)) / 2
        aim = float(y), float(home.photo[1] - x if flip else x)
    return zoomed(home, canvas, aim=aim, config=config, rng=rng)


def _share_inside(rings: Sequence[np.ndarray], box: np.ndarray) -> float:
    """How much of the box around rings (k, 2) of (y, x) lies in the box (4,) of what can be seen of them."""
    points = np.concatenate(rings)
    whole = points.max(axis=0) - points.min(axis=0)
    return float(np.prod(box[2:] - box[:2]) / max(1e-9, float(np.prod(whole))))


def _on_canvas(points: np.ndarray, spot: Placement, *, flip: bool) -> np.ndarray:
    """Points (k, 2) of (y, x) in photo pixels -> canvas pixels."""
    if flip:
        points = np.stack([points[:, 0], spot.photo[1] - points[:, 1]], axis=1)
    return points * np.array(spot.scale, np.float32) + np.array(spot.corner, np.float32)


def _empty(b: int, n: int, e: int) -> Batch:
    return {
        "classes": np.zeros((b, n), np.int32),
        "boxes": np.zeros((b, n, 4), np.float32),
        "edges": np.zeros((b, n, e, 4), np.float32),
    }


def _round_up(count: int, step: int) -> int:
    return max(step, -(-count // step) * step)
