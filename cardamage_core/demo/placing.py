"""Where on a car can a damage sit, and what is its outline in the photo?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from . import damages, panels
from .bodies import ALONG, AROUND, Body, Surface
from .damages import Damage
from .raster import Camera

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
    ring = np.array(placed.damage.outline.segmentize(0.02).exterior.coords[:-1])
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
    found = panels.parts(body, points, normals / np.linalg.norm(normals, axis=1, keepdims=True))
    if placed.damage.kind == damages.GLASS:
        return bool(found.weights[:, panels.GLASS].min() > 0.9)
    other = found.weights.sum(axis=1) - found.weights[:, panels.GAP]
    return not found.arch.any() and float(other.max()) < 0.1 and float(points[:, 2].max()) < body.belt + 0.25


def _probes(damage: Damage) -> np.ndarray:
    """(p, 2) places all over a damage: its rim, the same drawn in twice, and its strokes."""
    ring = np.array(damage.outline.segmentize(0.04).exterior.coords)
    middle = ring.mean(axis=0)
    strokes = [np.array(stroke.coords) for stroke in damage.strokes]
    return np.concatenate([ring, middle + 0.66 * (ring - middle), middle + 0.33 * (ring - middle), *strokes])


def _valid(polygon: Polygon) -> BaseGeometry:
    return polygon if polygon.is_valid else polygon.buffer(0)
