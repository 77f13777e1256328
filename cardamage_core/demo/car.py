"""Car bodies as surfaces, and the material of each point: paint, glass, lamp or trim.

World coordinates are metres: x forward, y to the car's left, z up; the car stands on z = 0 with its middle at x = 0.
A body is a loft: a profile seen from the side gives the height at each x, and a rounded section stands on each x. Each
body has three drawings: the side in (x, z), the ends in (y, z) and the top in (x, y). Every pixel of the car looks its
material up in the drawing that its normal faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

SILL = 0.24  # height of the body's lower edge
ALONG, AROUND = 150, 72  # vertices along the car and around a section


@dataclass(frozen=True)
class Body:
    """A body type. `profile` runs from the nose over the roof to the tail; `cabin` are the x of cowl, roof front,
    roof rear and rear deck; `pillars` are the x of the posts between the side windows."""

    name: str
    length: float
    width: float
    height: float
    belt: float
    profile: tuple[tuple[float, float], ...]
    cabin: tuple[float, float, float, float]
    pillars: tuple[float, ...]
    axles: tuple[float, float]
    wheel: float


@dataclass(frozen=True)
class Surface:
    """The body's vertices on a grid: positions (ALONG, AROUND, 3), normals and the two unit tangents of same shape."""

    points: np.ndarray
    normals: np.ndarray
    along: np.ndarray
    around: np.ndarray


SEDAN = Body(
    name="sedan",
    length=4.6,
    width=1.82,
    height=1.43,
    belt=0.93,
    profile=(
        (2.27, 0.36), (2.31, 0.46), (2.28, 0.60), (2.16, 0.73), (1.70, 0.84), (1.05, 0.95), (0.98, 0.97),
        (0.22, 1.37), (-0.20, 1.43), (-0.70, 1.41), (-0.95, 1.37), (-1.62, 1.06), (-1.75, 1.04), (-2.20, 0.99),
        (-2.29, 0.88), (-2.31, 0.55), (-2.26, 0.36),
    ),
    cabin=(1.02, 0.20, -0.92, -1.64),
    pillars=(-0.12, -1.0),
    axles=(1.42, -1.33),
    wheel=0.33,
)  # fmt: skip
HATCHBACK = Body(
    name="hatchback",
    length=4.06,
    width=1.77,
    height=1.50,
    belt=0.96,
    profile=(
        (2.00, 0.36), (2.04, 0.48), (2.00, 0.63), (1.86, 0.76), (1.45, 0.88), (1.02, 0.98), (0.95, 1.00),
        (0.30, 1.43), (-0.15, 1.50), (-0.80, 1.49), (-1.42, 1.40), (-1.55, 1.32), (-1.88, 0.98), (-1.97, 0.88),
        (-2.03, 0.56), (-1.98, 0.36),
    ),
    cabin=(0.99, 0.28, -1.46, -1.88),
    pillars=(-0.14, -0.98),
    axles=(1.28, -1.24),
    wheel=0.32,
)  # fmt: skip
SUV = Body(
    name="SUV",
    length=4.5,
    width=1.88,
    height=1.70,
    belt=1.08,
    profile=(
        (2.22, 0.38), (2.26, 0.56), (2.23, 0.80), (2.12, 0.93), (1.70, 1.02), (1.12, 1.08), (1.04, 1.10),
        (0.45, 1.60), (0.10, 1.69), (-0.80, 1.70), (-1.70, 1.63), (-1.86, 1.54), (-2.10, 1.10), (-2.20, 0.98),
        (-2.26, 0.62), (-2.21, 0.38),
    ),
    cabin=(1.08, 0.42, -1.76, -2.10),
    pillars=(-0.06, -1.02),
    axles=(1.36, -1.34),
    wheel=0.37,
)  # fmt: skip
BODIES = (SEDAN, HATCHBACK, SUV)


def surface(body: Body) -> Surface:
    """The body's upper surface from the left sill over the roof to the right sill."""
    profile = _resample(_rounded(np.array(body.profile), times=3), ALONG)
    sections = [_section(body, float(x), float(top)) for x, top in profile]
    points = np.stack(sections).astype(np.float32)
    along, around = np.gradient(points, axis=0), np.gradient(points, axis=1)
    normals = _unit(np.cross(around, along))
    outward = np.sign(np.sum(normals * (points - np.array([0, 0, 0.5], np.float32)), axis=-1, keepdims=True))
    flip = 1.0 if np.median(outward) > 0 else -1.0
    return Surface(points, normals * np.float32(flip), _unit(along), _unit(around))


def half_width(body: Body, x: np.ndarray | float) -> np.ndarray:
    """Half the body's width at belt height; the plan view has rounded corners."""
    ratio = np.clip(np.abs(x) / (body.length / 2 + 0.06), 0.0, 0.999)
    return body.width / 2 * (1 - ratio**7) ** (1 / 6)


def _section(body: Body, x: float, top: float) -> np.ndarray:
    """(AROUND, 3) points of one section, evenly spaced along its length."""
    squareness = 3.4 + 2.2 * _smoothstep((top - body.belt - 0.02) / 0.25)
    angle, sill = np.linspace(0, np.pi, 8 * AROUND), _sill(body, x)
    cos, sin = np.cos(angle), np.sin(angle)
    radius = (np.abs(cos) ** squareness + np.abs(sin) ** squareness) ** (-1 / squareness)
    z = sill + (top - sill) * radius * sin
    y = radius * cos * half_width(body, x) * _wall(body, z)
    return _resample(np.stack([np.full_like(y, x), y, z], axis=1), AROUND)


def _sill(body: Body, x: float) -> float:
    """The height of the lower edge: it rises before the front and behind the rear wheels."""
    overhang = max(x - body.axles[0], body.axles[1] - x)
    return SILL + 0.10 * _smoothstep((overhang - 0.3) / 0.6)


def _wall(body: Body, z: np.ndarray) -> np.ndarray:
    """How far out the side stands at height z (1 at the belt): tucked in below, leaning inwards above."""
    below = np.clip((body.belt - z) / (body.belt - SILL), 0, 1)
    above = np.clip((z - body.belt) / (body.height - body.belt), 0, 1)
    character_line = 0.012 * np.exp(-(((z - body.belt + 0.10) / 0.035) ** 2))
    return 1 - 0.07 * below**2.2 - 0.235 * above**1.1 + character_line


def _rounded(line: np.ndarray, *, times: int) -> np.ndarray:
    """Chaikin's corner cutting; the ends stay."""
    for _ in range(times):
        quarter, three = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        inner = np.stack([quarter, three], axis=1).reshape(-1, line.shape[1])
        line = np.concatenate([line[:1], inner, line[-1:]])
    return line


def _resample(line: np.ndarray, count: int) -> np.ndarray:
    """`count` points evenly spaced along the line."""
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    wanted = np.linspace(0, steps[-1], count)
    return np.stack([np.interp(wanted, steps, line[:, i]) for i in range(line.shape[1])], axis=1)


def _smoothstep(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


GLASS, BLACK, LAMP, TAIL, CHROME, PLATE, GAP = range(7)
_SCALE = 150  # drawing pixels per metre
_MARGIN = 3.0  # metres from the middle to the drawing's edge


@dataclass(frozen=True)
class Parts:
    """For p pixels: `weights` (p, 7), how much of each material, and `arch` (p,), what is cut out for the wheels."""

    weights: np.ndarray
    arch: np.ndarray


def parts(body: Body, points: np.ndarray, normals: np.ndarray) -> Parts:
    """The materials at body points (p, 3) with unit normals (p, 3)."""
    x, y, z = points.T
    nx, ny, _ = np.abs(normals).T
    side, front, rear, top = _drawings(body)
    at_end = (nx > ny) & (z < body.belt - 0.02) & (np.abs(x) > body.length / 2 - 0.6)
    on_side = ~at_end & (ny > 0.5)
    weights = np.zeros((len(points), 7), np.float32)
    views = ((on_side, side, x, z), (~on_side & ~at_end, top, x, y),
             (at_end & (x > 0), front, y, z), (at_end & (x <= 0), rear, y, z))  # fmt: skip
    for chosen, drawing, a, b in views:
        weights[chosen] = _look_up(drawing, a[chosen], b[chosen])
    arch = np.zeros(len(x), bool)
    for axle in body.axles:
        arch |= ((x - axle) ** 2 + (z - body.wheel) ** 2 < (1.15 * body.wheel) ** 2) & (np.abs(y) > 0.35)
    return Parts(weights, arch)


@lru_cache(maxsize=8)
def _drawings(body: Body) -> tuple[np.ndarray, ...]:
    return _side(body), _front(body), _rear(body), _top(body)


def _side(body: Body) -> np.ndarray:
    nose, tail, belt = body.length / 2, -body.length / 2, body.belt
    cowl, _, _, deck = body.cabin
    glass = _greenhouse(body)
    frame = glass.buffer(0.022, join_style="mitre").difference(glass)
    doors = [cowl - 0.12, body.pillars[0] - 0.02, body.pillars[1] - 0.05]
    gaps = [LineString([(x, SILL + 0.1), (x, belt + 0.01)]) for x in doors]
    gaps.append(LineString([(doors[0], SILL + 0.1), (doors[-1], SILL + 0.1)]))
    gaps.append(LineString([(nose - 0.62, belt - 0.32), (nose - 0.1, belt - 0.36)]))
    gaps.append(LineString([(tail + 0.55, belt - 0.25), (tail + 0.1, belt - 0.25)]))
    handles = [box(x + 0.07, belt - 0.13, x + 0.25, belt - 0.10) for x in doors[1:]]
    lamp = Polygon([(nose - 0.42, belt - 0.17), (nose, belt - 0.25), (nose, belt - 0.38), (nose - 0.2, belt - 0.34)])
    tail_lamp = Polygon([(tail, belt), (tail + 0.36, belt - 0.05), (tail + 0.25, belt - 0.2), (tail, belt - 0.23)])
    arches = [shapely.Point(x, body.wheel).buffer(1.2 * body.wheel) for x in body.axles]
    return _drawing(
        (GAP, [line.buffer(0.006) for line in gaps]),
        (BLACK, [box(-3, 0, 3, SILL + 0.06), *(arches if body.name == "SUV" else ())]),
        (CHROME, handles),
        (LAMP, [lamp.buffer(0.02)]),
        (TAIL, [tail_lamp.buffer(0.02)]),
        (BLACK, [frame, *(box(x - 0.045, belt, x + 0.045, body.height - 0.14) for x in body.pillars[:1])]),
        (GLASS, [glass]),
        until=(deck, cowl),
    )


def _greenhouse(body: Body) -> BaseGeometry:
    """The side windows in (x, z): what the profile leaves above the belt, less its frame and the pillars."""
    cowl, _, _, deck = body.cabin
    under = Polygon([*body.profile, (body.profile[-1][0], 0), (body.profile[0][0], 0)])
    cabin = under.buffer(-0.075, join_style="mitre").intersection(box(deck + 0.1, body.belt + 0.03, cowl, 3))
    posts = [box(x - 0.04, 0, x + 0.04, 3) for x in body.pillars]
    return cabin.difference(shapely.union_all(posts)).buffer(-0.03).buffer(0.03)


def _front(body: Body) -> np.ndarray:
    """The nose in (y, z)."""
    wide, belt = body.width / 2, body.belt
    lamps = [
        Polygon([(s * 0.52, belt - 0.27), (s * wide, belt - 0.20), (s * wide, belt - 0.36), (s * 0.56, belt - 0.37)])
        for s in (-1, 1)
    ]
    grille = Polygon([(-0.46, belt - 0.28), (0.46, belt - 0.28), (0.36, belt - 0.43), (-0.36, belt - 0.43)])
    bars = [box(-0.46, z, 0.46, z + 0.012).intersection(grille) for z in np.arange(belt - 0.42, belt - 0.28, 0.035)]
    badge = shapely.Point(0, belt - 0.35).buffer(0.045)
    intake = box(-0.55, SILL + 0.05, 0.55, SILL + 0.14).buffer(0.03)
    fog = [shapely.Point(s * 0.72, SILL + 0.13).buffer(0.05) for s in (-1, 1)]
    return _drawing(
        (BLACK, [grille.buffer(0.02), intake, box(-2, 0, 2, SILL + 0.03), *(f.buffer(0.04) for f in fog)]),
        (CHROME, [*bars, badge, *fog]),
        (LAMP, [lamp.buffer(0.02) for lamp in lamps]),
        (BLACK, [_plate(belt).buffer(0.008)]),
        (PLATE, [_plate(belt)]),
    )


def _rear(body: Body) -> np.ndarray:
    """The tail in (y, z)."""
    wide, belt = body.width / 2, body.belt
    lamps = [
        Polygon([(s * 0.55, belt - 0.05), (s * wide, belt), (s * wide, belt - 0.22), (s * 0.6, belt - 0.20)])
        for s in (-1, 1)
    ]
    gap = LineString([(-0.62, belt - 0.3), (0.62, belt - 0.3)]).buffer(0.006)
    bumper = box(-0.6, SILL + 0.02, 0.6, SILL + 0.12).buffer(0.02)
    return _drawing(
        (GAP, [gap]),
        (BLACK, [bumper, box(-2, 0, 2, SILL + 0.04), _plate(belt + 0.02).buffer(0.012)]),
        (TAIL, [lamp.buffer(0.015) for lamp in lamps]),
        (CHROME, [box(-0.12, belt - 0.1, 0.12, belt - 0.08)]),
        (PLATE, [_plate(belt + 0.02)]),
    )


def _top(body: Body) -> np.ndarray:
    """The car from above in (x, y): windscreen, rear window and the gaps of the hood."""
    cowl, roof, roof_rear, deck = body.cabin
    screens = [_screen(body, cowl - 0.05, roof + 0.04), _screen(body, deck + 0.05, roof_rear - 0.03)]
    nose = body.length / 2
    hood = Polygon([(nose - 0.14, -0.62), (nose - 0.14, 0.62), (cowl + 0.02, 0.74), (cowl + 0.02, -0.74)])
    return _drawing(
        (GAP, [hood.buffer(0.006).difference(hood.buffer(-0.006))]),
        (BLACK, [screen.buffer(0.035) for screen in screens]),
        (GLASS, screens),
    )


def _screen(body: Body, low: float, high: float) -> BaseGeometry:
    """A window across the car between x = low (at the belt) and x = high (at the roof)."""
    wide, narrow = float(half_width(body, low)) * 0.84, float(half_width(body, high)) * 0.68
    corners = [(low, -wide), (low, wide), (high, narrow), (high, -narrow)]
    return Polygon(corners).buffer(-0.04).buffer(0.04)


def _plate(belt: float) -> Polygon:
    return box(-0.26, belt - 0.56, 0.26, belt - 0.45)


def _drawing(*layers: tuple[int, Sequence[BaseGeometry]], until: tuple[float, float] | None = None) -> np.ndarray:
    """(size, size, 7) float weights; later layers cover earlier ones. `until` keeps glass between two x."""
    size = int(2 * _MARGIN * _SCALE)
    weights = np.zeros((size, size, 7), np.float32)
    for material, shapes in layers:
        cover = _cover(shapely.union_all(shapes), size)[..., None]
        weights *= 1 - cover
        weights[..., material : material + 1] += cover
    return weights


def _cover(area: BaseGeometry, size: int) -> np.ndarray:
    """(size, size) 0…1: how much of each drawing pixel the area covers (smoothed edges)."""
    picture = np.zeros((size, size), np.uint8)
    polygons = area.geoms if isinstance(area, MultiPolygon) else [area]
    for polygon in (p for p in polygons if isinstance(p, Polygon) and not p.is_empty):
        rings = [polygon.exterior, *polygon.interiors]
        points = [np.round((np.array(ring.coords) + _MARGIN) * _SCALE * 16).astype(np.int32) for ring in rings]
        cv2.fillPoly(picture, points, 255, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(picture, (3, 3), 0).astype(np.float32) / 255


def _look_up(drawing: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(p, 7) weights at the drawing's coordinates, in metres, between its pixels."""
    u, v = (a + _MARGIN) * _SCALE - 0.5, (b + _MARGIN) * _SCALE - 0.5
    i, j = np.floor(v).astype(int), np.floor(u).astype(int)
    limit = drawing.shape[0] - 2
    i, j = np.clip(i, 0, limit), np.clip(j, 0, limit)
    fv, fu = (v - i)[:, None].clip(0, 1), (u - j)[:, None].clip(0, 1)
    low = drawing[i, j] * (1 - fu) + drawing[i, j + 1] * fu
    high = drawing[i + 1, j] * (1 - fu) + drawing[i + 1, j + 1] * fu
    return (low * (1 - fv) + high * fv).astype(np.float32)
