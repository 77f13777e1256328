"""Converts shapes to and from VIA's `shape_attributes`.

In VIA 1 and 2 (via_region_data.json) the name is polygon, polyline, rect, circle, ellipse or point. VIA 1 repeats a
polygon's first point at the end, VIA 2 does not. Neither knows holes.
"""

from __future__ import annotations

import json
import math
from typing import Any

from ...annotations.model import Circle, Dot, Ellipse, Polygon, Polyline, Rectangle, Ring, Shape
from ...errors import FormatError
from ..common import single_rings

LARGEST = 1e9  # pixels; no photo is as large


def shape_from(data: Any, where: str) -> Shape:
    """The shape in `shape_attributes`; FormatError, beginning with `where`, when it is none."""
    if not isinstance(data, dict):
        raise _wrong(where, "shape_attributes as an object", data)
    name = data.get("name")
    read = _READERS.get(name) if isinstance(name, str) else None
    if read is None:
        raise _wrong(where, f"a shape called {', '.join(_READERS)}", name)
    return read(data, where)


def shapes_to(shape: Shape, *, closed: bool) -> list[dict[str, Any]]:
    """`shape_attributes` for a shape: one, or several for a polygon of several parts.

    Holes are cut open: the ring runs in along a line and back, which leaves the even-odd area as it is.
    """
    if isinstance(shape, Polygon):
        return [_polygon(ring, closed=closed) for ring in single_rings(shape)]
    return [_WRITERS[type(shape)](shape)]


def is_as_written(data: Any, shape: Shape, *, closed: bool) -> bool:
    """Whether `shapes_to` would write this, to the byte; quick for polygons of whole numbers, which most are."""
    if isinstance(shape, Polygon) and tuple(data) == _POLYGON and shape.rings[0]:
        xs, ys = data["all_points_x"], data["all_points_y"]
        if set(map(type, xs)) == {int} == set(map(type, ys)):
            return (len(xs) > len(shape.rings[0])) == closed
    written = shapes_to(shape, closed=closed)
    return len(written) == 1 and json.dumps(data) == json.dumps(written[0])


def _number(data: dict[str, Any], key: str, where: str, default: float | None = None) -> float:
    value = data.get(key, default)
    return _finite(value, where, key)


def _finite(value: Any, where: str, key: str) -> float:
    try:
        found = math.nan if isinstance(value, bool) else float(value)  # scripts put digits in quotation marks
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not abs(found) <= LARGEST:
        raise _wrong(where, f"a number of pixels for {key}", value)
    return found


def _points(data: dict[str, Any], where: str) -> Ring:
    xs, ys = data.get("all_points_x"), data.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise _wrong(where, "all_points_x and all_points_y of the same length", [str(xs)[:30], str(ys)[:30]])
    return tuple(zip(_all_finite(xs, where, "x"), _all_finite(ys, where, "y"), strict=True))


def _all_finite(values: list[Any], where: str, key: str) -> list[float]:
    kinds = set(map(type, values))
    are_plain = kinds <= {int, float} and (not values or -LARGEST <= min(values) <= max(values) <= LARGEST)
    if are_plain and (float not in kinds or not any(map(math.isnan, values))):
        return list(map(float, values))
    return [_finite(value, where, key) for value in values]


def _read_polygon(data: dict[str, Any], where: str) -> Shape:
    points = _points(data, where)
    is_closed = len(points) > 1 and points[0] == points[-1]
    return Polygon((points[:-1] if is_closed else points,))


def _read_rectangle(data: dict[str, Any], where: str) -> Shape:
    x, y, width, height = (_number(data, key, where) for key in ("x", "y", "width", "height"))
    # Drawn from right to left, some files hold negative sizes.
    return Rectangle(min(x, x + width), min(y, y + height), abs(width), abs(height))


def _read_circle(data: dict[str, Any], where: str) -> Shape:
    return Circle(_number(data, "cx", where), _number(data, "cy", where), abs(_number(data, "r", where)))


def _read_ellipse(data: dict[str, Any], where: str) -> Shape:
    cx, cy, rx, ry = (_number(data, key, where) for key in ("cx", "cy", "rx", "ry"))
    return Ellipse(cx, cy, abs(rx), abs(ry), _number(data, "theta", where, 0.0))


def _read_polyline(data: dict[str, Any], where: str) -> Shape:
    return Polyline(_points(data, where))


def _read_point(data: dict[str, Any], where: str) -> Shape:
    return Dot(_number(data, "cx", where), _number(data, "cy", where))


_POLYGON = ("name", "all_points_x", "all_points_y")
_READERS = {
    "polygon": _read_polygon,
    "polyline": _read_polyline,
    "rect": _read_rectangle,
    "circle": _read_circle,
    "ellipse": _read_ellipse,
    "point": _read_point,
}


def _n(value: float) -> float | int:
    """Whole numbers without a decimal point, as VIA writes them."""
    return int(value) if float(value).is_integer() else value


def _polygon(ring: Ring, *, closed: bool) -> dict[str, Any]:
    return _with_points("polygon", (*ring, *ring[:1]) if closed else ring)


def _with_points(name: str, points: Ring) -> dict[str, Any]:
    return {"name": name, "all_points_x": [_n(x) for x, _ in points], "all_points_y": [_n(y) for _, y in points]}


def _ellipse(shape: Ellipse) -> dict[str, Any]:
    data = {"name": "ellipse", "cx": _n(shape.cx), "cy": _n(shape.cy), "rx": _n(shape.rx), "ry": _n(shape.ry)}
    return data | ({"theta": _n(shape.theta)} if shape.theta else {})


_WRITERS: dict[type, Any] = {
    Rectangle: lambda s: {"name": "rect", "x": _n(s.x), "y": _n(s.y), "width": _n(s.width), "height": _n(s.height)},
    Circle: lambda s: {"name": "circle", "cx": _n(s.cx), "cy": _n(s.cy), "r": _n(s.r)},
    Ellipse: _ellipse,
    Polyline: lambda s: _with_points("polyline", s.points),
    Dot: lambda s: {"name": "point", "cx": _n(s.x), "cy": _n(s.y)},
}


def _wrong(where: str, expected: str, found: Any) -> FormatError:
    return FormatError(f"{where} cannot be understood.", f"Expected {expected}, found {str(found)[:80]}.")
