"""In which order did TensorFlow 1.15 suppress boxes of equal score? (non_max_suppression_op.cc, rebuilt for the tests)

Boxes wait in a std::priority_queue, and among equal scores the shape of its heap decides. A box that is kept goes back
into the queue (for soft suppression) and is dropped when it comes again, since it overlaps itself.
"""

import numpy as np


def nms(boxes, scores, limit: int, *, iou_threshold: float) -> np.ndarray:
    """Like native.nms: (n, 4), (n,) -> (limit,) indices, best first, then -1."""
    boxes, scores = np.asarray(boxes), np.asarray(scores).tolist()
    queue, kept = Heap(), []
    for i, score in enumerate(scores):
        queue.push((score, i, 0))
    while queue.entries and len(kept) < limit:
        score, i, seen = queue.pop()
        if not (overlaps(boxes[i], boxes[kept[seen:]]) >= np.float32(iou_threshold)).any():
            queue.push((score, i, len(kept)))
            kept.append(i)
    return np.array(kept + [-1] * (limit - len(kept)), np.int32)


def overlaps(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union with each of the others (n, 4), 0 for empty boxes."""
    shared = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.maximum(shared, 0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    area = (box[2:] - box[:2]).prod()
    return np.where((areas > 0) & (area > 0), shared / np.maximum(area + areas - shared, 1e-30), 0)


class Heap:
    """push_heap and pop_heap of libstdc++: tuples, of which only the first item is compared."""

    def __init__(self) -> None:
        self.entries: list[tuple] = []

    def push(self, entry: tuple) -> None:
        self.entries.append(entry)
        self._rise(len(self.entries) - 1, entry)

    def pop(self) -> tuple:
        best, last = self.entries[0], self.entries.pop()
        if self.entries:
            self._rise(self._sink(), last)
        return best

    def _sink(self) -> int:
        """Move the larger child up into the gap at the top, then its own, and so on; where is the gap then?"""
        entries, gap = self.entries, 0
        while (child := 2 * gap + 2) < len(entries):
            child -= entries[child][0] < entries[child - 1][0]
            entries[gap], gap = entries[child], child
        if child == len(entries):
            entries[gap], gap = entries[child - 1], child - 1
        return gap

    def _rise(self, gap: int, entry: tuple) -> None:
        entries = self.entries
        while gap and entries[(gap - 1) // 2][0] < entry[0]:
            entries[gap], gap = entries[(gap - 1) // 2], (gap - 1) // 2
        entries[gap] = entry
