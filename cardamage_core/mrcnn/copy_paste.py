"""Copy-paste augmentation (Ghiasi et al. 2021): instances of some photos of a step are pasted onto others.

Undamaged photos get some too, so that a network cannot tell damage from the kind of photo. What is pasted keeps its
size on the canvas, lies inside the photo and covers no other instance, so that all outlines stay exact; its border is
blended over two pixels.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .config import Config

MOST = 3  # instances pasted onto one photo
TRIES = 5  # places tried for each
LARGEST = 0.2  # of the photo's part of the canvas: an instance with a larger box is not pasted


class Instance(NamedTuple):
    """One instance on a canvas: class (negative: a crowd), edges (e, 4) and box (4,), y1 x1 y2 x2 in canvas pixels."""

    class_id: int
    edges: np.ndarray
    box: np.ndarray


class Drawn(NamedTuple):
    """A photo on its canvas (H, W, 3) float32, its window (y1, x1, y2, x2) there, and its instances."""

    image: np.ndarray
    window: tuple[int, int, int, int]
    instances: list[Instance]


def copy_pasted(photos: Sequence[Drawn], config: Config, rng: np.random.Generator) -> list[Drawn]:
    """The photos, all on canvases of one size, with instances of the others pasted onto a share of them."""
    return [
        _with_pasted(photo, _donors(photos, place), rng) if rng.random() < config.paste_share else photo
        for place, photo in enumerate(photos)
    ]


def filled(edges: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """The pixels (h, w) bool of a box y1 x1 y2 x2 whose middle is inside edges (e, 4) by the even-odd rule."""
    top, left, bottom, right = box
    rows = np.arange(top, bottom) + 0.5
    y0, x0, y1, x1 = (edges[:, i, None].astype(np.float64) for i in range(4))
    edge, row = np.nonzero((y0 <= rows) != (y1 <= rows))
    y0, x0, y1, x1 = (values[edge, 0] for values in (y0, x0, y1, x1))
    at = x0 + (rows[row] - y0) * (x1 - x0) / (y1 - y0)
    toggles = np.zeros((bottom - top, right - left + 1), np.int32)
    np.add.at(toggles, (row, np.clip(np.ceil(at - 0.5 - left), 0, right - left).astype(int)), 1)
    return np.cumsum(toggles, axis=1)[:, :-1] % 2 == 1


def _donors(photos: Sequence[Drawn], place: int) -> list[tuple[np.ndarray, Instance]]:
    """Canvases and instances of the other photos that can be pasted: whole ones, no crowds, not too large."""
    return [
        (photo.image, instance)
        for i, photo in enumerate(photos)
        if i != place
        for instance in photo.instances
        if instance.class_id > 0 and _is_whole(instance) and _area(instance.box) <= LARGEST * _area(photo.window)
    ]


def _with_pasted(photo: Drawn, donors: list[tuple[np.ndarray, Instance]], rng: np.random.Generator) -> Drawn:
    image, instances = photo.image.copy(), list(photo.instances)
    count = min(int(rng.integers(1, MOST + 1)), len(donors))
    for chosen in rng.permutation(len(donors))[:count]:
        source, instance = donors[chosen]
        corner = _free_place(instance.box, photo.window, [one.box for one in instances], rng)
        if corner is not None:
            instances.append(_paste(image, source, instance, corner))
    return Drawn(image, photo.window, instances)


def _free_place(
    box: np.ndarray, window: tuple[int, int, int, int], taken: list[np.ndarray], rng: np.random.Generator
) -> tuple[int, int] | None:
    """Where the box, in whole pixels, may lie inside the window without touching those taken; None if not found."""
    top, left, bottom, right = _pixels(box)
    height, width = bottom - top, right - left
    room = window[2] - window[0] - height, window[3] - window[1] - width
    if min(room) < 0:
        return None
    for _ in range(TRIES):
        y, x = (int(rng.integers(0, slack + 1)) + start for slack, start in zip(room, window[:2], strict=True))
        if not any(y < b[2] and x < b[3] and y + height > b[0] and x + width > b[1] for b in taken):
            return y, x
    return None


def _paste(image: np.ndarray, source: np.ndarray, instance: Instance, corner: tuple[int, int]) -> Instance:
    """Put the instance of the source canvas onto the image, in place, its box at the corner; the instance there."""
    top, left, bottom, right = box = _pixels(instance.box)
    share = _soft(filled(instance.edges, box))[..., None]
    there = image[corner[0] : corner[0] + bottom - top, corner[1] : corner[1] + right - left]
    there += share * (source[top:bottom, left:right] - there)
    moved = np.array([corner[0] - top, corner[1] - left] * 2, np.float32)
    return Instance(instance.class_id, instance.edges + moved, instance.box + moved)


def _soft(mask: np.ndarray) -> np.ndarray:
    """The mean of 3 × 3 pixels of a mask (h, w), float32."""
    padded = np.pad(mask.astype(np.float32), 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9.0


def _is_whole(instance: Instance) -> bool:
    """Whether nothing of the instance was cut off by the border of its photo or canvas."""
    ends = instance.edges[:, :2]
    bounds = np.concatenate([ends.min(axis=0), ends.max(axis=0)])
    return bool(np.abs(bounds - instance.box).max() < 0.01)


def _pixels(box: np.ndarray) -> tuple[int, int, int, int]:
    """The box widened to whole pixels."""
    (top, left), (bottom, right) = np.floor(box[:2]).astype(int), np.ceil(box[2:]).astype(int)
    return int(top), int(left), int(bottom), int(right)


def _area(box: np.ndarray | tuple[int, int, int, int]) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))
