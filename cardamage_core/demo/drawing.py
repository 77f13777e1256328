"""A small software rasteriser with seeded noise, lighting and reflections.

Triangles are painted from far to near as numbers (cv2), then every pixel's barycentric coordinates are computed at once
(numpy), corrected for perspective.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from . import car

_SHIFT = 4  # sub-pixel bits of cv2.fillConvexPoly


Triple = tuple[float, float, float]


def triple(values: np.ndarray) -> Triple:
    """Three numbers of an array (3,) as plain floats."""
    first, second, third = values.tolist()
    return first, second, third


@dataclass(frozen=True)
class Camera:
    """A pinhole camera at `eye` looking at `target`; `focal` and the picture's width and height are in pixels."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    focal: float
    width: int
    height: int

    def axes(self) -> np.ndarray:
        """(3, 3): right, down and forward as unit rows."""
        forward = np.subtract(self.target, self.eye)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: np.ndarray) -> np.ndarray:
        """(…, 3) world points to (…, 3): x and y in pixels, depth in metres."""
        seen = (points - np.asarray(self.eye)) @ self.axes().T
        depth = np.maximum(seen[..., 2], 0.05)
        x = self.focal * seen[..., 0] / depth + self.width / 2
        y = self.focal * seen[..., 1] / depth + self.height / 2
        return np.stack([x, y, depth], axis=-1)

    def rays(self) -> np.ndarray:
        """(height, width, 3) unit directions through the pixel centres."""
        x = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal
        y = (np.arange(self.height) + 0.5 - self.height / 2) / self.focal
        right, down, forward = self.axes()
        rays = forward + x[None, :, None] * right + y[:, None, None] * down
        return (rays / np.linalg.norm(rays, axis=-1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class Mesh:
    """Triangles (n, 3) over vertices (m, 3) that carry `values` (m, k) to be interpolated."""

    vertices: np.ndarray
    values: np.ndarray
    triangles: np.ndarray


@dataclass(frozen=True)
class Seen:
    """What the pixels show: `rows`, `columns` (p,) of the covered pixels and the interpolated `values` (p, k)."""

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    depth: np.ndarray


def grid_triangles(rows: int, columns: int) -> np.ndarray:
    """(n, 3) triangles of a grid of vertices numbered row by row."""
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])


def render(mesh: Mesh, camera: Camera, *, facing: np.ndarray | None = None) -> Seen:
    """Rasterise a mesh; `facing` (n,) says which triangles may be seen (all where None)."""
    screen = camera.project(mesh.vertices)
    triangles = mesh.triangles if facing is None else mesh.triangles[facing]
    ids = _paint(screen, triangles, camera)
    rows, columns = np.nonzero(ids)
    corners = triangles[ids[rows, columns] - 1]
    weights = _barycentric(screen[corners], columns + 0.5, rows + 0.5).astype(np.float32)
    values = np.concatenate([mesh.values, screen[:, 2:]], axis=1).astype(np.float32)
    mixed = sum(weights[:, i : i + 1] * values[corners[:, i]] for i in range(3))
    return Seen(rows, columns, mixed[:, :-1], mixed[:, -1])


def _paint(screen: np.ndarray, triangles: np.ndarray, camera: Camera) -> np.ndarray:
    """(height, width) int32: the number + 1 of the nearest triangle."""
    ids = np.zeros((camera.height, camera.width), np.int32)
    order = np.argsort(-screen[triangles, 2].mean(axis=1), kind="stable")
    fixed = np.round((screen[..., :2] - 0.5) * (1 << _SHIFT)).astype(np.int32)[triangles]
    edge_on = np.abs(_twice_area(screen[triangles])) < 0.02
    for number in order[~edge_on[order]].tolist():
        cv2.fillConvexPoly(ids, fixed[number], number + 1, cv2.LINE_8, _SHIFT)
    return ids


def _barycentric(corners: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(p, 3) weights of the corners (p, 3, 3: x, y, depth) at the pixels, corrected for perspective."""
    (ax, ay), (bx, by), (cx, cy) = (corners[:, i, :2].T for i in range(3))
    area = _twice_area(corners)
    wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
    wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
    weights = np.clip(np.stack([1 - wb - wc, wb, wc], axis=1), 1e-6, 1) / corners[:, :, 2]
    return weights / weights.sum(axis=1, keepdims=True)


def _twice_area(corners: np.ndarray) -> np.ndarray:
    """(p,) signed: twice the area of triangles (p, 3, 2 or more) on the screen, square pixels."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def clouds(rng: np.random.Generator, size: int, *, coarsest: int = 4, fade: float = 0.55) -> np.ndarray:
    """(size, size) float32 noise around 0 with about unit spread: octaves from `coarsest` cells up, each fainter."""
    total = np.zeros((size, size), np.float32)
    cells, weight = coarsest, 1.0
    while cells <= size:
        octave = rng.standard_normal((cells, cells)).astype(np.float32)
        total += weight * cv2.resize(octave, (size, size), interpolation=cv2.INTER_CUBIC)
        cells, weight = cells * 2, weight * fade
    return (total - total.mean()) / max(1e-6, float(total.std()))


def sample(tile: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The tile's values at (u, v) in tile widths, repeated as a mirror, between its pixels."""
    size = tile.shape[0]
    u, v = (np.abs((c + 1) % 2 - 1) * (size - 1) for c in (u, v))
    i, j = np.clip(v.astype(int), 0, size - 2), np.clip(u.astype(int), 0, size - 2)
    fv, fu = v - i, u - j
    top = tile[i, j] * (1 - fu) + tile[i, j + 1] * fu
    return top * (1 - fv) + (tile[i + 1, j] * (1 - fu) + tile[i + 1, j + 1] * fu) * fv


Color = tuple[float, float, float]  # linear-ish RGB, 0…1


@dataclass(frozen=True)
class Weather:
    """The light of a scene. `sun` is the unit direction towards the sun, `sunlight` its strength (0 overcast)."""

    sun: tuple[float, float, float]
    sunlight: float
    zenith: Color
    horizon: Color
    ground: Color
    skyline: np.ndarray  # (n,) height of what stands on the horizon, as the sine of its elevation, by azimuth


@dataclass(frozen=True)
class Finish:
    """A car's paint: its colour, how metallic it is (0…1) and the tint of its glass."""

    paint: Color
    metallic: float
    glass: Color = (0.05, 0.065, 0.07)


def shade(normals: np.ndarray, view: np.ndarray, base: np.ndarray, gloss: np.ndarray, weather: Weather) -> np.ndarray:
    """(p, 3) colours of a surface with unit normals and view directions (towards the eye), `base` colours (p, 3) and
    `gloss` (p,) from 0 (chalk) to 1 (clear coat or glass)."""
    sun = np.array(weather.sun, np.float32)
    lambert = np.clip(normals @ sun, 0, None)[:, None]
    up = (normals[:, 2:3] + 1) / 2
    ambient = (
        np.array(weather.ground, np.float32) * 0.55 * (1 - up)
        + (np.array(weather.zenith, np.float32) * 0.4 + 0.42) * up
    )
    lit = base * (ambient + weather.sunlight * lambert * np.array([1.0, 0.96, 0.88], np.float32))
    facing = np.clip(np.sum(normals * view, axis=1), 0, 1)
    mirrored = 2 * facing[:, None] * normals - view
    fresnel = (0.07 + 0.85 * (1 - facing) ** 4) * gloss
    glare = np.clip(mirrored @ sun, 0, 1) ** (20 + 380 * gloss) * gloss * weather.sunlight * 1.6
    return lit + fresnel[:, None] * surroundings(mirrored, weather) + glare[:, None]


def surroundings(directions: np.ndarray, weather: Weather) -> np.ndarray:
    """(p, 3) what is seen in directions (p, 3): sky, a dark skyline, the ground."""
    up = directions[:, 2:3]
    sky = _mix(np.array(weather.horizon, np.float32), np.array(weather.zenith, np.float32), np.clip(up, 0, 1) ** 0.55)
    ground = np.array(weather.ground, np.float32) * (0.75 + 0.35 * np.clip(-up, 0, 1))
    azimuth = np.arctan2(directions[:, 1], directions[:, 0]) / (2 * np.pi) % 1.0
    height = weather.skyline[(azimuth * len(weather.skyline)).astype(int) % len(weather.skyline)]
    town = np.clip((height[:, None] - up) / 0.05, 0, 1)
    above = _mix(sky, np.array(weather.ground, np.float32) * 0.62, town)
    return _mix(ground, above, np.clip(up / 0.04 + 0.5, 0, 1))


def materials(
    weights: np.ndarray, normals: np.ndarray, view: np.ndarray, finish: Finish
) -> tuple[np.ndarray, np.ndarray]:
    """(p, 3) base colours and (p,) gloss for material weights (p, 7), see `panels`."""
    facing = np.clip(np.sum(normals * view, axis=1), 0, 1)[:, None]
    flop = 1 + finish.metallic * (0.55 * facing**2 - 0.35)
    color = np.broadcast_to(np.array(finish.paint, np.float32), normals.shape) * flop
    gloss = np.ones(len(normals), np.float32)
    looks = {
        car.GLASS: (finish.glass, 1.9),
        car.BLACK: ((0.035, 0.036, 0.04), 0.35),
        car.LAMP: ((0.72, 0.75, 0.78), 1.3),
        car.TAIL: ((0.52, 0.03, 0.035), 1.2),
        car.CHROME: ((0.62, 0.63, 0.65), 1.5),
        car.PLATE: ((0.86, 0.86, 0.82), 0.3),
        car.GAP: ((0.02, 0.02, 0.025), 0.1),
    }
    for material, (look, shine) in looks.items():
        weight = weights[:, material]
        color = _mix(color, np.array(look, np.float32), weight[:, None])
        gloss = gloss * (1 - weight) + shine * weight
    return color, gloss


def _mix(first: np.ndarray, second: np.ndarray, t: np.ndarray) -> np.ndarray:
    return first * (1 - t) + second * t
