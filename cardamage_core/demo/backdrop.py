"""Draws the surroundings of a car: sky, houses or trees, asphalt with its lines, the car's shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from . import drawing
from .car import Body
from .drawing import Camera, Weather

PLACES = ("street", "park", "wall")
_STRIP = (420, 1800)  # height and width of the painted strip behind the car
_STRIP_METRES = (7.0, 30.0)


@dataclass(frozen=True)
class Surroundings:
    """Where a car stands: a painted `strip` (h, w, 4: colour and cover) behind it, and tiles for the ground."""

    strip: np.ndarray
    asphalt: np.ndarray
    distance: float
    lines: tuple[float, ...]


def make_place(rng: np.random.Generator, kind: str) -> Surroundings:
    """A place of one of the `PLACES`."""
    painters = {"street": _houses, "park": _trees, "wall": _wall}
    strip = np.zeros((*_STRIP, 4), np.float32)
    painters[kind](rng, strip)
    distance = 3.4 if kind == "wall" else float(rng.uniform(7, 11))
    lines = tuple(float(s) for s in (-2.55, 2.55)) if rng.random() < 0.6 else ()
    return Surroundings(strip, drawing.clouds(rng, 256, coarsest=8, fade=0.8), distance, lines)


def paint(place: Surroundings, camera: Camera, body: Body, weather: Weather) -> np.ndarray:
    """(height, width, 3) float colours of everything but the car."""
    rays = camera.rays()
    picture = _sky(rays, weather, place)
    _stand_strip(picture, rays, place, camera, weather)
    picture = cv2.GaussianBlur(picture, (0, 0), camera.width / 420)  # the background is a little out of focus
    below = rays[..., 2] < -1e-4
    reach = camera.eye[2] / np.maximum(-rays[..., 2], 1e-4)
    ground = np.asarray(camera.eye)[:2] + rays[..., :2] * reach[..., None]
    near = below & (np.hypot(*(ground - np.asarray(camera.eye)[:2]).transpose(2, 0, 1)) < _strip_reach(place, camera))
    x, y = ground[near].T
    picture[near] = _ground(x, y, place, body, weather)
    return picture


def _sky(rays: np.ndarray, weather: Weather, place: Surroundings) -> np.ndarray:
    up = np.clip(rays[..., 2:3], 0, 1)
    sky = np.array(weather.horizon, np.float32) * (1 - up**0.6) + np.array(weather.zenith, np.float32) * up**0.6
    azimuth = np.arctan2(rays[..., 1], rays[..., 0])
    puffs = drawing.sample(place.asphalt, azimuth * 0.25, rays[..., 2] * 0.5)
    return (sky + 0.05 * np.clip(puffs, 0, 2)[..., None]).astype(np.float32)


def _strip_reach(place: Surroundings, camera: Camera) -> float:
    """How far from the camera, on the ground, the strip stands."""
    return float(np.hypot(*camera.eye[:2])) + place.distance


def _stand_strip(picture: np.ndarray, rays: np.ndarray, place: Surroundings, camera: Camera, weather: Weather) -> None:
    """Stand the strip behind the car, square to the view."""
    forward = camera.axes()[2].copy()
    forward[2] = 0
    forward /= np.linalg.norm(forward)
    right = np.array([forward[1], -forward[0], 0])
    ahead = np.maximum(rays @ forward, 1e-3)
    reach = _strip_reach(place, camera) / ahead
    across = (rays @ right) * reach
    height = camera.eye[2] + rays[..., 2] * reach
    rows, columns = _STRIP
    u = ((across / _STRIP_METRES[1] + 0.5) * columns).astype(np.float32)
    v = ((1 - height / _STRIP_METRES[0]) * rows).astype(np.float32)
    layer = cv2.remap(place.strip, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    layer[v < 0] = 0
    cover = np.clip(layer[..., 3:], 0, 1)
    day = 0.42 + 0.55 * weather.sunlight
    picture[:] = picture * (1 - cover) + layer[..., :3] * day * cover


def _ground(x: np.ndarray, y: np.ndarray, place: Surroundings, body: Body, weather: Weather) -> np.ndarray:
    grain = (
        drawing.sample(place.asphalt, x * 0.9, y * 0.9) * 0.045
        + drawing.sample(place.asphalt, x * 0.11, y * 0.13) * 0.06
    )
    color = np.array(weather.ground, np.float32) * (1 + grain[:, None])
    for line in place.lines:
        worn = np.clip(0.75 + 0.25 * drawing.sample(place.asphalt, x * 0.5, y * 0.5), 0, 1)
        paint_ = np.clip((0.06 - np.abs(y - line)) / 0.015, 0, 1) * worn
        color = color * (1 - paint_[:, None]) + 0.78 * paint_[:, None]
    lit = 0.55 + 0.5 * weather.sunlight * _sunlit(x, y, body, weather)
    return (color * (lit * _open_sky(x, y, body))[:, None]).astype(np.float32)


def _sunlit(x: np.ndarray, y: np.ndarray, body: Body, weather: Weather) -> np.ndarray:
    """0 in the car's cast shadow, 1 outside."""
    sun = np.asarray(weather.sun)
    throw = -sun[:2] / max(0.25, sun[2]) * 0.5 * body.height
    inside = np.ones_like(x)
    for share in (0.35, 1.0, 1.7):
        inside = np.minimum(inside, _footprint(x - share * throw[0], y - share * throw[1], body, grow=-0.1 * share))
    return np.clip(inside / 0.10 + 0.5, 0, 1)


def _open_sky(x: np.ndarray, y: np.ndarray, body: Body) -> np.ndarray:
    """How much sky the ground sees: little under the car, all of it a metre away."""
    distance = _footprint(x, y, body, grow=-0.10)
    return 0.16 + 0.84 * np.clip((distance + 0.28) / 0.85, 0, 1) ** 0.8


def _footprint(x: np.ndarray, y: np.ndarray, body: Body, *, grow: float) -> np.ndarray:
    """Signed distance in metres to the car's outline on the ground (negative inside)."""
    corner = 0.35
    dx = np.abs(x) - (body.length / 2 + grow - corner)
    dy = np.abs(y) - (body.width / 2 + grow - corner)
    return np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - corner


def _houses(rng: np.random.Generator, strip: np.ndarray) -> None:
    rows, columns = _STRIP
    left = 0
    while left < columns:
        wide = int(rng.integers(150, 360))
        top = int(rng.integers(20, 200))
        _house(rng, strip[top:, left : left + wide])
        left += wide
    _pavement(strip)
    _grain(rng, strip, 0.04)
    for _ in range(int(rng.integers(1, 4))):
        _tree(rng, strip, float(rng.uniform(0, columns)), float(rng.uniform(0.5, 0.8)))
    strip[rows - 26 :, :, 3] = 1


def _house(rng: np.random.Generator, wall: np.ndarray) -> None:
    tones = [(0.62, 0.52, 0.43), (0.70, 0.66, 0.60), (0.50, 0.36, 0.31), (0.55, 0.57, 0.58), (0.74, 0.68, 0.55)]
    wall[..., :3] = np.array(tones[int(rng.integers(len(tones)))], np.float32) * rng.uniform(0.8, 1.05)
    wall[..., 3] = 1
    wall[:8, :, :3] *= 0.6
    step_x, step_y = int(rng.integers(46, 70)), int(rng.integers(70, 95))
    for y in range(26, wall.shape[0] - 90, step_y):
        for x in range(18, wall.shape[1] - 34, step_x):
            _window(rng, wall[y : y + 44, x : x + 26])


def _window(rng: np.random.Generator, pane: np.ndarray) -> None:
    pane[..., :3] = 0.82
    shine = np.linspace(rng.uniform(0.25, 0.5), 0.14, pane.shape[0] - 6, dtype=np.float32)[:, None, None]
    pane[3:-3, 3:-3, :3] = shine * np.array([0.85, 0.95, 1.1], np.float32)
    pane[:, pane.shape[1] // 2 - 1 : pane.shape[1] // 2 + 1, :3] = 0.8


def _trees(rng: np.random.Generator, strip: np.ndarray) -> None:
    rows, columns = _STRIP
    strip[rows - 130 :, :, :3] = (0.16, 0.23, 0.10)
    strip[rows - 130 :, :, 3] = 1
    for x in np.arange(0, columns, 70):
        _tree(rng, strip, float(x + rng.uniform(-30, 30)), float(rng.uniform(0.55, 1.0)))
    strip[rows - 60 :, :, :3] = (0.30, 0.36, 0.17)
    _grain(rng, strip, 0.16)
    _pavement(strip)


def _tree(rng: np.random.Generator, strip: np.ndarray, x: float, size: float) -> None:
    rows = _STRIP[0]
    cv2.line(strip, (int(x), rows - 20), (int(x), rows - 150), (0.16, 0.12, 0.09, 1), 9)
    green = np.array([0.20, 0.29, 0.12]) * rng.uniform(0.7, 1.25)
    for _ in range(70):
        dx, dy = rng.normal(0, 48 * size), rng.normal(0, 40 * size)
        shade = 1 - 0.006 * dy + rng.uniform(-0.15, 0.15)
        color = (*(green * shade).tolist(), 1.0)
        center = (int(x + dx), int(rows - 130 - 90 * size + dy))
        cv2.circle(strip, center, int(rng.uniform(10, 26) * size), color, -1, cv2.LINE_AA)


def _wall(rng: np.random.Generator, strip: np.ndarray) -> None:
    rows, columns = _STRIP
    top = int(rng.integers(60, 200))
    brick = rng.random() < 0.5
    strip[top:, :, :3] = (0.47, 0.29, 0.23) if brick else (0.58, 0.57, 0.55)
    strip[top:, :, 3] = 1
    course = 9 if brick else 62
    for row, y in enumerate(range(top, rows, course)):
        cv2.line(strip, (0, y), (columns, y), (0.40, 0.38, 0.36, 1), 1 if brick else 2)
        for x in range((row % 2) * course, columns, 2 * course if brick else 4 * course):
            cv2.line(strip, (x, y), (x, y + course), (0.40, 0.38, 0.36, 1), 1 if brick else 2)
    strip[top : top + 12, :, :3] = 0.62
    _grain(rng, strip, 0.09)
    _pavement(strip)


def _pavement(strip: np.ndarray) -> None:
    """A kerb and a pavement at the strip's foot."""
    rows = _STRIP[0]
    strip[rows - 24 :, :, :3] = 0.52
    strip[rows - 24 : rows - 21, :, :3] = 0.42
    strip[rows - 9 :, :, :3] = 0.36
    strip[rows - 24 :, :, 3] = 1


def _grain(rng: np.random.Generator, strip: np.ndarray, strength: float) -> None:
    rows, columns = _STRIP
    grain = cv2.resize(drawing.clouds(rng, 512, coarsest=16, fade=0.8), (columns, columns))[:rows]
    strip[..., :3] = np.clip(strip[..., :3] * (1 + strength * grain[..., None]), 0, 1)
