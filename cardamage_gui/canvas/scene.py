"""The scene: the regions shown, prepared for painting and hit testing."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from qtpy import PYQT5
from qtpy.QtCore import QByteArray, QDataStream, QPointF
from qtpy.QtGui import QColor, QPolygonF

from cardamage_core.annotations import shapes
from cardamage_core.annotations.edits import handles
from cardamage_core.annotations.model import Dot, Label, Polyline, Region, Ring, Role

Bounds = tuple[float, float, float, float]
Look = tuple[int, Role, bool]  # colour, role, was it rejected


@dataclass(frozen=True, eq=False)
class Item:
    """A region made ready for painting: its lines as arrays, their bounds and its label's colour."""

    region: Region
    label: Label | None
    color: QColor
    lines: tuple[np.ndarray, ...]  # each (n, 2) x y, photo pixels
    bounds: Bounds
    _levels: dict[float, tuple[QPolygonF, ...]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The region's id."""
        return self.region.id

    @cached_property
    def closed(self) -> bool:
        """Whether it covers an area."""
        return not isinstance(self.region.shape, Polyline | Dot)

    @cached_property
    def role(self) -> Role:
        """The role of its label; damage where that is not known."""
        return "damage" if self.label is None else self.label.role

    @cached_property
    def is_car(self) -> bool:
        """Whether it is an outline of the car rather than something on it."""
        return self.role == "car"

    @cached_property
    def look(self) -> Look:
        """What its pens depend on."""
        return (self.color.rgba(), self.role, self.region.review == "rejected")

    @cached_property
    def extent(self) -> float:
        """Its longer side, photo pixels."""
        x0, y0, x1, y1 = self.bounds
        return max(x1 - x0, y1 - y0)

    def polygons(self, grain: float) -> tuple[QPolygonF, ...]:
        """Its lines for painting; vertices closer than `grain` photo pixels to the one before are left out."""
        made = self._levels.get(grain)
        if made is None:
            made = self._levels[grain] = tuple(polygon_of(thinned(line, grain)) for line in self.lines)
        return made

    def middle(self) -> tuple[float, float]:
        """A point inside, as far from the edge as a quick look finds it; the middle of the bounds for lines."""
        x0, y0, x1, y1 = self.bounds
        spans = (
            [_widest_span(self.lines, y0 + (y1 - y0) * f) for f in (0.5, 0.35, 0.65, 0.2, 0.8)] if self.closed else []
        )
        found = max((s for s in spans if s), key=lambda s: s[1] - s[0], default=None)
        return ((found[0] + found[1]) / 2, found[2]) if found else ((x0 + x1) / 2, (y0 + y1) / 2)

    def vertices(self) -> tuple[Ring, ...]:
        """The points that may be dragged, ring by ring, numbered as `annotations.edits` numbers them."""
        return handles(self.region.shape)


def item_of(region: Region, labels: Mapping[str, Label], colors: Mapping[str, QColor], plain: QColor) -> Item:
    """A region made ready; `plain` is the colour where its label is not known."""
    lines = tuple(np.array(line, dtype=np.float64).reshape(-1, 2) for line in shapes.lines(region.shape))
    return Item(region, labels.get(region.label), colors.get(region.label, plain), lines, _bounds(lines))


class Scene:
    """All regions of one photo in drawing order, with their bounds in one array for culling and hit-testing."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self.items = tuple(items)
        self._index = {item.id: i for i, item in enumerate(self.items)}
        self._bounds = np.array([item.bounds for item in self.items], dtype=np.float64).reshape(-1, 4)

    def replaced(self, items: Sequence[Item]) -> Scene:
        """The same with some items in the place of those with their ids; thousands of others cost nothing."""
        fresh = copy.copy(self)
        fresh.exchange(items)
        return fresh

    def exchange(self, items: Sequence[Item]) -> None:
        """Put items in the place of those with their ids, without touching arrays that copies share."""
        changed, bounds = list(self.items), self._bounds.copy()
        for item in items:
            place = self._index[item.id]
            changed[place] = item
            bounds[place] = item.bounds
        self.items, self._bounds = tuple(changed), bounds

    def get(self, region_id: str) -> Item | None:
        """The item of a region, or None."""
        index = self._index.get(region_id)
        return None if index is None else self.items[index]

    def within(self, area: Bounds) -> list[Item]:
        """The items whose bounds touch `area` (x0, y0, x1, y1 photo pixels), in drawing order."""
        x0, y0, x1, y1 = area
        b = self._bounds
        touched = (b[:, 0] <= x1) & (b[:, 2] >= x0) & (b[:, 1] <= y1) & (b[:, 3] >= y0)
        return [self.items[i] for i in np.flatnonzero(touched)]


def polygon_of(points: np.ndarray) -> QPolygonF:
    """A Qt polygon with these points (n, 2), written as a block rather than point by point."""
    polygon = QPolygonF()
    if PYQT5 and len(points):  # into the polygon's memory, which only PyQt5 gives; 2 to 20 times as fast as the stream
        polygon.fill(QPointF(), len(points))
        memory = polygon.data()
        memory.setsize(points.shape[0] * 16)
        np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)[:] = points
    elif len(points):
        count = len(points).to_bytes(4, "big")
        QDataStream(QByteArray(count + points.astype(">f8").tobytes())) >> polygon  # Qt's own format of a polygon
    return polygon


def thinned(line: np.ndarray, grain: float) -> np.ndarray:
    """The line (n, 2) without the vertices that fall into the same cell of `grain` pixels as the one before."""
    if grain <= 0 or len(line) < 8:
        return line
    cells = np.rint(line / grain)
    keep = np.ones(len(line), dtype=bool)
    keep[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    return line[keep] if keep.sum() >= 3 else line[:: max(1, len(line) // 3)]


def _bounds(lines: tuple[np.ndarray, ...]) -> Bounds:
    if not any(len(line) for line in lines):
        return (0.0, 0.0, 0.0, 0.0)
    points = np.concatenate(lines) if len(lines) > 1 else lines[0]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _widest_span(lines: tuple[np.ndarray, ...], y: float) -> tuple[float, float, float] | None:
    """(x from, x to, y) of the longest stretch inside the rings along a horizontal line; None where it misses them."""
    cuts: list[float] = []
    for line in lines:
        a, b = line, np.roll(line, -1, axis=0)
        crossing = (a[:, 1] > y) != (b[:, 1] > y)
        a, b = a[crossing], b[crossing]
        cuts.extend(a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1]))
    cuts.sort()
    spans = [(left, right, y) for left, right in zip(cuts[::2], cuts[1::2], strict=False)]
    return max(spans, key=lambda s: s[1] - s[0], default=None)
