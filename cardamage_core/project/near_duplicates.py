"""Finds photos that look the same, whatever their names, sizes and compression.

Two photos are alike when nearly all bits of their difference hashes agree and their grey values correlate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

import numpy as np
from PIL import Image

from .. import imaging
from ..errors import PhotoError

THREADS = 4
AHEAD = 400
SIDE = 64  # pixels of the small copies that are compared
MOST_BITS = 6  # of 64 that may differ
LEAST_LIKENESS = 0.97  # correlation of 16 × 16 grey values
LEAST_STEP = 2.0  # grey values; less is noise of compression
BLOCK = 2000  # photos compared with all others at a time


class Look(NamedTuple):
    """How a photo looks: for each of 8 × 8 fields whether it is brighter than its left neighbour; 16 × 16 grey values.

    The grey values are less their mean and of length 1, so that the product of two is their correlation.
    """

    bits: int
    greys: np.ndarray  # (256,)


def looks(paths: Sequence[str], *, step: Callable[[], None]) -> list[Look | None]:
    """The look of each file, None where it cannot be read; `step` is called for each and may raise to cancel."""
    found, waiting = [], iter(paths)
    with ThreadPoolExecutor(THREADS) as pool:
        while some := list(islice(waiting, AHEAD)):
            for look in pool.map(_look, some):
                step()
                found.append(look)
    return found


def alike(looks: Sequence[Look | None], *, apart: np.ndarray | None = None) -> Iterator[tuple[int, int]]:
    """Pairs (i < j) of photos that look the same; with `apart` (n,) only those whose values there differ."""
    known = {i: look for i, look in enumerate(looks) if look}
    seen = list(known)
    bits = np.array([look.bits for look in known.values()], np.uint64)
    greys = np.array([look.greys for look in known.values()])
    kinds = np.arange(len(seen)) if apart is None else np.asarray(apart)[seen]
    for start in range(0, len(seen), BLOCK):
        some = slice(start, start + BLOCK)
        near = np.bitwise_count(bits[some, None] ^ bits[None]) <= MOST_BITS
        near &= kinds[some, None] != kinds[None]
        for row, j in np.argwhere(near).tolist():
            i = start + row
            if i < j and greys[i] @ greys[j] >= LEAST_LIKENESS:
                yield seen[i], seen[j]


def _look(path: str) -> Look | None:
    try:
        grey = Image.fromarray(imaging.thumbnail(path, SIDE).mean(2).astype(np.float32))
    except PhotoError:
        return None
    steps = np.diff(np.asarray(grey.resize((9, 8), Image.Resampling.BOX)), axis=1) > LEAST_STEP
    values = np.asarray(grey.resize((16, 16), Image.Resampling.BOX)).ravel().astype(float)
    values -= values.mean()
    return Look(int(np.packbits(steps).view(np.uint64)[0]), values / (np.linalg.norm(values) or 1.0))
