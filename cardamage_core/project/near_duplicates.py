"""Finds near-duplicates: photos that look the same, whatever their names, sizes and compression.

Compared are perceptual hashes (ImageHash's pHash: signs of the 16 × 16 lowest frequencies of a cosine transform). Of
4,465 photos in six collections, those that differ in size or compression alone are 36 of 256 bits apart at most; light
crops of one photo reach 64, and the nearest two different photos are 70 apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .. import imaging
from ..errors import PhotoError

if TYPE_CHECKING:
    from imagehash import ImageHash

THREADS = 4
AHEAD = 400
SIDE = 64  # pixels of the small copies that are hashed
HASH_SIDE = 16  # frequencies each way
MOST_BITS = 60  # of HASH_SIDE² that may differ
BLOCK = 2000  # photos compared with all others at a time


def hashes(paths: Sequence[str], *, step: Callable[[], None]) -> list[ImageHash | None]:
    """The perceptual hash of each file, None where it cannot be read or shows a single grey.

    `step` is called for each file and may raise to cancel.
    """
    found, waiting = [], iter(paths)
    with ThreadPoolExecutor(THREADS) as pool:
        while some := list(islice(waiting, AHEAD)):
            for one in pool.map(_hash, some):
                step()
                found.append(one)
    return found


def pairs(hashes: Sequence[ImageHash | None], *, apart: np.ndarray | None = None) -> Iterator[tuple[int, int]]:
    """Pairs (i < j) of photos that look the same; with `apart` (n,) only those whose values there differ."""
    seen = [i for i, one in enumerate(hashes) if one is not None]
    bits = np.array([one.hash for one in hashes if one is not None], np.float32).reshape(-1, HASH_SIDE**2)
    signs = 2 * bits - 1  # so that a product is the number of equal bits less that of different ones
    values = np.arange(len(seen)) if apart is None else np.asarray(apart)[seen]
    for start in range(0, len(seen), BLOCK):
        some = slice(start, start + BLOCK)
        near = signs[some] @ signs.T >= HASH_SIDE**2 - 2 * MOST_BITS
        near &= values[some, None] != values[None]
        for row, j in np.argwhere(near).tolist():
            if start + row < j:
                yield seen[start + row], seen[j]


def _hash(path: str) -> ImageHash | None:
    import imagehash

    try:
        image = Image.fromarray(imaging.thumbnail(path, SIDE)).convert("L")
    except PhotoError:
        return None
    grey = np.asarray(image)
    return imagehash.phash(image, hash_size=HASH_SIDE) if grey.min() < grey.max() else None
