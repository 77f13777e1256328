"""Converts masks to outlines and back, and reads and writes COCO's run-length encoding.

Outlines of masks run along the edges of pixels, so their area is the number of pixels. Filling takes the pixels whose
centres lie inside. Run-length encodings (RLE) are COCO's: lengths of runs of 0 and 1 in turns, down the columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..annotations.model import Polygon, Ring

MOST_EDGES = 400_000  # of pixels along one outline; above that it is noise


def polygon_of(mask: np.ndarray, *, x: int = 0, y: int = 0) -> Polygon | None:
    """The outline of a mask (h, w) bool whose corner lies at (x, y); None when it is empty.

    ValueError when the mask is too ragged to be a drawn region.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    small = mask[top : rows[-1] + 1, left : columns[-1] + 1]
    return Polygon(tuple(_rings(small, x + left, y + top)))


def mask_of(rings: Sequence[Ring], *, width: int, height: int) -> np.ndarray:
    """(height, width) bool: pixels whose centres lie inside closed rings under the even-odd rule."""
    toggles = np.zeros((height, width + 1), np.uint8)
    for ring in rings:
        points = np.asarray(ring, float).reshape(-1, 2)
        for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, 0), strict=True):
            _toggle(toggles, x0, y0, x1, y1)
    return np.bitwise_xor.accumulate(toggles, 1)[:, :width].astype(bool)


def runs_of(text: str) -> list[int]:
    """The lengths in a compressed RLE (pycocotools `rleFrString`); ValueError when it is none."""
    counts: list[int] = []
    value, shift = 0, 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift > 35:
            raise ValueError(f"a run-length encoding does not hold “{letter}” here")
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            value -= (1 << shift) if bits & 0x10 else 0
            counts.append(value + counts[-2] if len(counts) > 2 else value)
            value, shift = 0, 0
    return counts


def mask_of_runs(counts: Sequence[int], *, width: int, height: int) -> np.ndarray:
    """(height, width) bool of lengths of runs down the columns; ValueError when they do not fill it."""
    lengths = np.asarray(counts, np.int64)
    if (len(lengths) and (lengths.min() < 0 or lengths.max() > width * height)) or lengths.sum() != width * height:
        raise ValueError(f"the runs do not fill {width} × {height} pixels")
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(width, height).T


def runs_of_mask(mask: np.ndarray) -> list[int]:
    """Lengths of runs of 0 and 1 in turns, beginning with 0, down the columns of a mask (h, w) bool."""
    flat = np.concatenate(([False], mask.T.ravel(), [not mask[-1, -1]]))
    ends = np.flatnonzero(flat[1:] != flat[:-1])
    return list(np.diff(ends, prepend=0).tolist())


def _toggle(toggles: np.ndarray, x0: float, y0: float, x1: float, y1: float) -> None:
    """Mark, for each row whose centre line the edge crosses, the first pixel centre to the right of the crossing."""
    if y0 > y1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    height, width = toggles.shape[0], toggles.shape[1] - 1
    first, last = max(0, int(np.ceil(y0 - 0.5))), min(height, int(np.ceil(y1 - 0.5)))
    if first >= last:
        return
    rows = np.arange(first, last)
    crossing = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
    toggles[rows, np.clip(np.ceil(crossing - 0.5), 0, width).astype(int)] ^= 1


def _rings(mask: np.ndarray, x: int, y: int) -> list[Ring]:
    follow = _edges(np.pad(mask, 1).astype(np.int8))
    rings = []
    while follow:
        rings.append(tuple((float(x + cx - 1), float(y + cy - 1)) for cx, cy in _walk(follow)))
    return rings


def _edges(padded: np.ndarray) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """From each corner of a boundary pixel the corners that follow, the inside always on the right."""
    down = np.diff(padded, axis=0)  # 1 where the inside begins below
    right = np.diff(padded, axis=1)
    if np.count_nonzero(down) + np.count_nonzero(right) > MOST_EDGES:
        raise ValueError("the mask is too ragged")
    follow: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for difference, step, turn in ((down, (1, 0), 1), (right, (0, 1), -1)):
        for row, column in np.argwhere(difference).tolist():
            start = (column, row + 1) if step == (1, 0) else (column + 1, row)
            end = (start[0] + step[0], start[1] + step[1])
            a, b = (start, end) if difference[row, column] * turn > 0 else (end, start)
            follow.setdefault(a, []).append(b)
    return follow


def _walk(follow: dict[tuple[int, int], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """One closed way along edges, taken out of `follow`; only the corners where it turns."""
    start = here = next(iter(follow))
    way: list[tuple[int, int]] = []
    before = (0, 0)
    while True:
        there = _next(follow, here, before)
        step = (there[0] - here[0], there[1] - here[1])
        if step != before:
            way.append(here)
        here, before = there, step
        if here == start:
            return way if len(way) < 2 or _turns(way[-1], way[0], way[1]) else way[1:]


def _next(
    follow: dict[tuple[int, int], list[tuple[int, int]]], here: tuple[int, int], before: tuple[int, int]
) -> tuple[int, int]:
    """The next corner; where two pixels meet at a corner, turn right and stay with the same pixel."""
    ends = follow[here]
    right = (here[0] - before[1], here[1] + before[0])
    there = right if right in ends else ends[0]
    ends.remove(there)
    if not ends:
        del follow[here]
    return there


def _turns(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) != (b[1] - a[1]) * (c[0] - b[0])
