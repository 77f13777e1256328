"""Gestures without a window: where they start, and a drag."""

from little_regions import square

from cardamage_core.annotations import shapes
from cardamage_gui.canvas.tools.base import Start

A, B = square("a"), square("b", at=(100.0, 0.0))
ALL = (A, B)


def start(at, *, selection=(), regions=ALL, shift=False, locked=(), photo=None, brush=5.0):
    def around(point):
        return tuple(r for r in regions if _holds(r, point) and r.id not in locked)

    locked = frozenset(locked)
    return Start(
        at, 4.0, regions, selection, "dent", shift=shift, locked=locked, around=around, brush=brush, photo=photo
    )


def _holds(region, point):
    x0, y0, x1, y1 = shapes.bounds(region.shape)
    return x0 - 1 <= point[0] <= x1 + 1 and y0 - 1 <= point[1] <= y1 + 1


def size(region):
    return shapes.area(region.shape).area


def drag(gesture, *ways):
    for way in ways:
        gesture.move(way, 4.0)
    assert gesture.release(ways[-1], 4.0)
    return gesture.outcome()
