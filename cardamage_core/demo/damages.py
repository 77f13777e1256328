"""Damages on a car's skin: their geometry, their placement and their exact outline in the photo.

A damage lives on the body's surface, in metres around its middle: a along the car, b around the section. Its outline is
the very geometry that is drawn, carried through the camera; nothing is thresholded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from . import car
from .car import ALONG, AROUND, Body, Surface
from .drawing import Camera

SCRATCH, DENT, GLASS = "scratch", "dent", "broken glass"
KINDS = (SCRATCH, DENT, GLASS)


@dataclass(frozen=True)
class Damage:
    """A damage on the surface: its `outline`, and what is drawn: `strokes` (scratches, cracks) with half widths in
    metres, `bumps` of a dent (a, b, radius a, radius b, turn, depth) and the `core` radius of shattered glass."""

    kind: str
    outline: BaseGeometry
    strokes: tuple[LineString, ...] = ()
    widths: tuple[float, ...] = ()
    bumps: tuple[tuple[float, float, float, float, float, float], ...] = ()
    core: float = 0.0
    bright: bool = True


@dataclass(frozen=True)
class Effect:
    """What a damage does to p pixels: `marked` (p,) 0…1 how much paint or glass is replaced by `color` (p, 3), and
    the slopes (p, 2) it adds to the surface along a and b."""

    marked: np.ndarray
    color: np.ndarray
    slope: np.ndarray


def make(rng: np.random.Generator, kind: str, *, size: float = 1.0, dark_paint: bool = False) -> Damage:
    """A damage of one of the `KINDS`, `size` times as big as is usual. Scratches stand out: light ones on dark
    paint, mostly dark ones on light paint."""
    made = {SCRATCH: _scratch, DENT: _dent, GLASS: _broken_glass}[kind](rng, size)
    return replace(made, bright=kind != SCRATCH or dark_paint or bool(rng.random() < 0.25))


def effect(damage: Damage, a: np.ndarray, b: np.ndarray, blur: float) -> Effect:
    """What the damage does at surface places (a, b), in metres; `blur` is the width of a pixel in metres."""
    slope = np.zeros((len(a), 2), np.float32)
    for bump in damage.bumps:
        slope += _bump_slope(bump, a, b)
    marked = np.zeros(len(a), np.float32)
    for stroke, width in zip(damage.strokes, damage.widths, strict=True):
        distance = _distance(np.array(stroke.coords, np.float32), a, b)
        fine = min(1.0, 2.2 * width / blur)  # a stroke thinner than a pixel covers only part of it
        marked = np.maximum(marked, fine * np.clip((width + blur / 2 - distance) / blur, 0, 1))
    color = np.full((len(a), 3), 0.80 if damage.bright else 0.16, np.float32)
    if damage.kind == GLASS:
        frost = np.clip(1.15 - np.hypot(a, b) / damage.core, 0, 0.85)
        marked = np.maximum(marked * 0.9, frost * 0.8)
        color[np.hypot(a, b) < 0.22 * damage.core] = 0.08
    return Effect(marked, color, slope)


def _distance(line: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(p,) distance of places (a, b) to a line (n, 2)."""
    nearest = np.full(len(a), np.inf, np.float32)
    for (a0, b0), (da, db) in zip(line[:-1], np.diff(line, axis=0), strict=True):
        share = np.clip(((a - a0) * da + (b - b0) * db) / max(1e-12, float(da * da + db * db)), 0, 1)
        nearest = np.minimum(nearest, (a - a0 - share * da) ** 2 + (b - b0 - share * db) ** 2)
    return np.sqrt(nearest)


def _scratch(rng: np.random.Generator, size: float) -> Damage:
    """A handful of curved strokes that run together, as from a wall or another car."""
    length, rise = rng.uniform(0.35, 0.85) * size, rng.normal(0, 0.10)
    bend, spread = rng.normal(0, 0.09), rng.uniform(0.03, 0.07) * size
    strokes, widths = [], []
    for offset in np.linspace(-1, 1, int(rng.integers(4, 8))):
        start, end = np.sort(rng.uniform(-0.5, 0.5, 2)) * (0.4, 0.4) + (-0.32, 0.32)
        t = np.linspace(start, end, 24)
        wobble = np.cumsum(rng.normal(0, 0.0016, 24)) * size
        lift = offset * spread * (1 - 0.5 * (2 * t) ** 2) + rise * t + bend * t**2 + wobble
        strokes.append(LineString(np.stack([t * length, lift], 1)))
        widths.append(float(rng.uniform(0.005, 0.012) * size))
    outline = shapely.union_all([s.buffer(w + 0.02 * size) for s, w in zip(strokes, widths, strict=True)])
    return Damage(SCRATCH, _filled(outline.buffer(0.02 * size).buffer(-0.02 * size)), tuple(strokes), tuple(widths))


def _dent(rng: np.random.Generator, size: float) -> Damage:
    """One or two hollows pressed into each other, with a crease and a scuff."""
    main = (0.0, 0.0, rng.uniform(0.16, 0.30) * size, rng.uniform(0.11, 0.19) * size, rng.uniform(-0.5, 0.5),
            rng.uniform(0.05, 0.08) * size)  # fmt: skip
    bumps = [main]
    if rng.random() < 0.6:
        a, b = rng.uniform(-0.8, 0.8) * main[2], rng.uniform(-0.5, 0.5) * main[3]
        bumps.append((a, b, main[2] * 0.55, main[3] * 0.55, rng.uniform(-1, 1), main[5] * 0.6))
    t = np.linspace(-0.55, 0.55, 12)
    bow = rng.uniform(-0.3, 0.3) * main[3] * (1 - (2 * t) ** 2) + rng.uniform(-0.3, 0.3) * main[3] * t
    crease = LineString(np.stack([t * main[2], bow], 1))
    outline = shapely.union_all([_ellipse(bump) for bump in bumps])
    scuffed = rng.random() < 0.5
    return Damage(DENT, outline, (crease,) if scuffed else (), (0.0035 * size,) if scuffed else (),
                  tuple(bumps))  # fmt: skip


def _broken_glass(rng: np.random.Generator, size: float) -> Damage:
    """Cracks that run out from the blow, joined by rings, as in laminated glass."""
    count = int(rng.integers(11, 17))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.normal(0, 0.35 / count * np.pi, count)
    reach = rng.uniform(0.13, 0.25, count) * size
    strokes, widths = [], []
    for angle, far in zip(angles, reach, strict=True):
        t = np.linspace(0.02, 1, 9)
        turn = angle + np.cumsum(rng.normal(0, 0.05, 9))
        strokes.append(LineString(np.stack([t * far * np.cos(turn), t * far * np.sin(turn)], 1)))
        widths.append(0.0042 * size)
    for share in (0.2, 0.38, 0.58):
        radii = np.minimum(share * 0.21 * size * rng.uniform(0.85, 1.2, count), reach)
        ring = np.stack([radii * np.cos(angles), radii * np.sin(angles)], 1)
        strokes.append(LineString([*ring, ring[0]]))
        widths.append(0.0034 * size)
    tips = np.array([stroke.coords[-1] for stroke in strokes[:count]])
    return Damage(GLASS, Polygon(tips).buffer(0.012 * size), tuple(strokes), tuple(widths), core=0.10 * size)


def _bump_slope(bump: tuple[float, float, float, float, float, float], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(p, 2) slope of a hollow that is flat at its rim: depth · (1 − r²)² with a raised lip towards the rim."""
    a0, b0, ra, rb, turn, depth = bump
    cos, sin = np.cos(turn), np.sin(turn)
    u = ((a - a0) * cos + (b - b0) * sin) / ra
    v = (-(a - a0) * sin + (b - b0) * cos) / rb
    r2 = u * u + v * v
    push = np.where(r2 < 1, 4 * depth * (1 - r2), 0.0)
    du, dv = push * u / ra, push * v / rb
    return np.stack([du * cos - dv * sin, du * sin + dv * cos], 1).astype(np.float32)


def _ellipse(bump: tuple[float, float, float, float, float, float]) -> Polygon:
    """A hollow's rim; its outermost tenth is too flat to be seen and left out."""
    a0, b0, ra, rb, turn, _ = bump
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    u, v = 0.92 * ra * np.cos(angle), 0.92 * rb * np.sin(angle)
    return Polygon(np.stack([a0 + u * np.cos(turn) - v * np.sin(turn), b0 + u * np.sin(turn) + v * np.cos(turn)], 1))


def _filled(area: BaseGeometry) -> BaseGeometry:
    """The area without its holes; the largest part where it falls apart."""
    parts = list(getattr(area, "geoms", [area]))
    return Polygon(max(parts, key=lambda p: p.area).exterior)


_TRIES = 160


@dataclass(frozen=True)
class Placed:
    """A damage at grid place (u, v) of the surface, where a grid step is `step_u` and `step_v` metres."""

    damage: Damage
    u: float
    v: float
    step_u: float
    step_v: float

    def to_damage(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Grid places to metres around the damage's middle."""
        return (u - self.u) * self.step_u, (v - self.v) * self.step_v

    def to_grid(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Metres around the damage's middle (p, 2) to grid places."""
        return points[:, 0] / self.step_u + self.u, points[:, 1] / self.step_v + self.v


def place(
    rng: np.random.Generator, damage: Damage, body: Body, surface: Surface, eye: tuple[float, float, float]
) -> Placed | None:
    """A place where the whole damage faces the camera and lies on paint (on glass for broken glass); None if no
    place was found in a fair number of tries."""
    for i, j in zip(rng.integers(6, ALONG - 6, _TRIES), rng.integers(4, AROUND - 4, _TRIES), strict=True):
        step_u = float(np.linalg.norm(surface.points[i + 1, j] - surface.points[i - 1, j])) / 2
        step_v = float(np.linalg.norm(surface.points[i, j + 1] - surface.points[i, j - 1])) / 2
        placed = Placed(damage, float(i), float(j), step_u, step_v)
        if _fits(placed, body, surface, eye):
            return placed
    return None


def on_surface(grid: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Values of a grid (ALONG, AROUND, k) at places (u, v), between its vertices."""
    i, j = np.clip(u.astype(int), 0, ALONG - 2), np.clip(v.astype(int), 0, AROUND - 2)
    fu, fv = (u - i)[:, None], (v - j)[:, None]
    low = grid[i, j] * (1 - fv) + grid[i, j + 1] * fv
    return low * (1 - fu) + (grid[i + 1, j] * (1 - fv) + grid[i + 1, j + 1] * fv) * fu


def outline(placed: Placed, surface: Surface, camera: Camera, *, scale: float) -> BaseGeometry:
    """The damage's outline in the photo, cut at its border; `scale` camera pixels are one pixel of the photo."""
    ring = shapely.get_coordinates(placed.damage.outline.segmentize(0.02))[:-1]
    seen = camera.project(on_surface(surface.points, *placed.to_grid(ring)))[:, :2] / scale
    return _valid(Polygon(seen)).intersection(box(0, 0, camera.width / scale, camera.height / scale))


def _fits(placed: Placed, body: Body, surface: Surface, eye: tuple[float, float, float]) -> bool:
    u, v = placed.to_grid(_probes(placed.damage))
    if u.min() < 2 or v.min() < 2 or u.max() > ALONG - 3 or v.max() > AROUND - 3:
        return False
    points, normals = on_surface(surface.points, u, v), on_surface(surface.normals, u, v)
    view = np.asarray(eye) - points
    facing = np.sum(normals * view, axis=1) / np.linalg.norm(view, axis=1)
    if facing.min() < 0.3:
        return False
    found = car.parts(body, points, normals / np.linalg.norm(normals, axis=1, keepdims=True))
    if placed.damage.kind == GLASS:
        return bool(found.weights[:, car.GLASS].min() > 0.9)
    other = found.weights.sum(axis=1) - found.weights[:, car.GAP]
    return not found.arch.any() and float(other.max()) < 0.1 and float(points[:, 2].max()) < body.belt + 0.25


def _probes(damage: Damage) -> np.ndarray:
    """(p, 2) places all over a damage: its rim, the same drawn in twice, and its strokes."""
    ring = shapely.get_coordinates(damage.outline.segmentize(0.04))
    middle = ring.mean(axis=0)
    strokes = [np.array(stroke.coords) for stroke in damage.strokes]
    return np.concatenate([ring, middle + 0.66 * (ring - middle), middle + 0.33 * (ring - middle), *strokes])


def _valid(polygon: Polygon) -> BaseGeometry:
    return polygon if polygon.is_valid else polygon.buffer(0)
