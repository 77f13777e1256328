"""Draws one photo of a car, with the exact outlines of the car and its damages.

Everything follows from the seed: body, paint, place, light, camera and damages. The picture is drawn at twice its size
and then reduced, blurred a little and given a sensor's noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import shapely
from shapely.geometry import MultiPoint, box
from shapely.geometry.base import BaseGeometry

from . import backdrop, car, damages, drawing
from .car import ALONG, AROUND, BODIES, Body, Surface, half_width, surface
from .damages import Placed
from .drawing import Camera, Finish, Mesh, Seen, Weather, grid_triangles, render

CAR = "car"
WIDTH, HEIGHT = 480, 360
_SCALE = 1.5  # drawn pixels per photo pixel
_PAINTS = {
    "white": ((0.80, 0.81, 0.82), 0.0),
    "silver": ((0.52, 0.54, 0.56), 0.9),
    "grey": ((0.22, 0.23, 0.25), 0.8),
    "black": ((0.035, 0.036, 0.042), 0.4),
    "red": ((0.58, 0.045, 0.04), 0.35),
    "blue": ((0.05, 0.13, 0.40), 0.7),
    "green": ((0.06, 0.20, 0.13), 0.6),
    "beige": ((0.56, 0.49, 0.38), 0.7),
    "orange": ((0.72, 0.27, 0.04), 0.4),
}


@dataclass(frozen=True)
class DrawnPhoto:
    """A drawn photo: `image` (HEIGHT, WIDTH, 3) uint8 RGB and outlines in its pixels as (label, area), car first."""

    image: np.ndarray
    outlines: tuple[tuple[str, BaseGeometry], ...]


@dataclass(frozen=True)
class _Scene:
    body: Body
    surface: Surface
    finish: Finish
    weather: Weather
    place: backdrop.Surroundings
    camera: Camera
    damages: tuple[Placed, ...]
    spokes: float


def draw(seed: int, *, kinds: tuple[str, ...] = damages.KINDS, most: int = 3) -> DrawnPhoto:
    """Draw the photo of `seed` with up to `most` damages of the given kinds (none: an undamaged car)."""
    rng = np.random.default_rng(seed)
    scene = _make_scene(rng, kinds, most)
    picture = backdrop.paint(scene.place, scene.camera, scene.body, scene.weather)
    tyres = _paint_wheels(picture, scene)
    _paint_body(picture, scene, tyres)
    return DrawnPhoto(_photograph(rng, picture), _outlines(scene))


def _make_scene(rng: np.random.Generator, kinds: tuple[str, ...], most: int) -> _Scene:
    body = BODIES[int(rng.integers(len(BODIES)))]
    skin = surface(body)
    paint, metallic = _PAINTS[sorted(_PAINTS)[int(rng.integers(len(_PAINTS)))]]
    tint = rng.uniform(0.85, 1.15) * rng.uniform(0.96, 1.04, 3)
    finish = Finish(tuple(np.clip(np.multiply(paint, tint), 0, 1).tolist()), metallic)
    weather = _make_weather(rng)
    where = backdrop.make_place(rng, backdrop.PLACES[int(rng.integers(len(backdrop.PLACES)))])
    eye = _stand(rng)
    dark = sum(finish.paint) < 1.2
    placed = _place_damages(rng, body, skin, eye, dark=dark, kinds=kinds, most=most)
    camera = _aim(rng, skin, eye, placed)
    return _Scene(body, skin, finish, weather, where, camera, placed, float(rng.uniform(0, 6)))


def _make_weather(rng: np.random.Generator) -> Weather:
    sunny = rng.random() < 0.6
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.0)
    sun = np.array([np.cos(azimuth) * np.cos(height), np.sin(azimuth) * np.cos(height), np.sin(height)])
    skyline = np.interp(np.linspace(0, 24, 720), np.arange(25), rng.uniform(0.02, 0.30, 25)).astype(np.float32)
    return Weather(
        sun=drawing.triple(sun),
        sunlight=float(rng.uniform(0.5, 0.75) if sunny else rng.uniform(0.1, 0.25)),
        zenith=(0.28, 0.47, 0.78) if sunny else (0.62, 0.66, 0.72),
        horizon=(0.80, 0.87, 0.95) if sunny else (0.86, 0.87, 0.89),
        ground=drawing.triple(np.array([0.38, 0.38, 0.39]) * rng.uniform(0.75, 1.2)),
        skyline=skyline,
    )


def _stand(rng: np.random.Generator) -> tuple[float, float, float]:
    """Where the photographer stands: beside the car, or at one of its corners."""
    base = (90, 40, 140)[int(rng.integers(3))]
    azimuth = np.radians((base + rng.normal(0, 9)) * rng.choice([-1, 1]))
    distance = rng.uniform(6.2, 8.5)
    return (float(distance * np.cos(azimuth)), float(distance * np.sin(azimuth)), float(rng.uniform(1.15, 1.9)))


def _place_damages(
    rng: np.random.Generator,
    body: Body,
    skin: Surface,
    eye: tuple[float, float, float],
    *,
    dark: bool,
    kinds: tuple[str, ...],
    most: int,
) -> tuple[Placed, ...]:
    placed: list[Placed] = []
    for _ in range(int(rng.integers(1, most + 1)) if kinds and most else 0):
        kind = kinds[int(rng.integers(len(kinds)))]
        found = _try_sizes(rng, kind, body, skin, eye, dark=dark)
        if found is not None and all(_apart(found, other) for other in placed):
            placed.append(found)
    return tuple(placed)


def _try_sizes(
    rng: np.random.Generator,
    kind: str,
    body: Body,
    skin: Surface,
    eye: tuple[float, float, float],
    *,
    dark: bool,
) -> Placed | None:
    """Surroundings a damage, a smaller one where a big one does not fit."""
    size = float(rng.uniform(0.9, 1.35))
    for share in (1.0, 0.85, 0.7):
        damage = damages.make(rng, kind, size=share * size, dark_paint=dark)
        if found := damages.place(rng, damage, body, skin, eye):
            return found
    return None


def _apart(first: Placed, second: Placed) -> bool:
    return abs(first.u - second.u) * first.step_u > 0.6 or abs(first.v - second.v) * first.step_v > 0.4


def _aim(
    rng: np.random.Generator, skin: Surface, eye: tuple[float, float, float], placed: tuple[Placed, ...]
) -> Camera:
    """Frame the whole car, or step closer to a damage."""
    target = np.array([0.0, 0.0, 0.66])
    width, height = round(WIDTH * _SCALE), round(HEIGHT * _SCALE)
    whole = Camera(eye, drawing.triple(target), 1.0, width, height)
    seen = whole.project(skin.points.reshape(-1, 3))[:, :2] - (width / 2, height / 2)
    focal = min(0.5 * width / np.abs(seen[:, 0]).max(), 0.5 * height / np.abs(seen[:, 1]).max())
    zoom = rng.uniform(0.82, 0.96)
    if placed and rng.random() < 0.45:
        at = skin.points[int(placed[0].u), int(placed[0].v)]
        zoom, target = rng.uniform(1.3, 1.9), 0.35 * target + 0.65 * at
    return Camera(eye, drawing.triple(target), float(focal * zoom), width, height)


def _paint_wheels(picture: np.ndarray, scene: _Scene) -> np.ndarray:
    """Paint the wheels; the result (h, w) says where they are."""
    seen = render(wheels(scene.body), scene.camera)
    base, gloss = wheel_colors(seen.values[:, 3:5], scene.spokes)
    normals = _unit(seen.values[:, :3])
    points = _points(seen, scene.camera)
    shaded = drawing.shade(normals, _unit(np.asarray(scene.camera.eye) - points), base, gloss, scene.weather)
    picture[seen.rows, seen.columns] = shaded * 0.85
    tyres = np.zeros(picture.shape[:2], bool)
    tyres[seen.rows, seen.columns] = True
    return tyres


def _paint_body(picture: np.ndarray, scene: _Scene, tyres: np.ndarray) -> None:
    seen = _render_body(scene)
    normals, points = _unit(seen.values[:, :3]), seen.values[:, 3:6]
    found = car.parts(scene.body, points, normals)
    view = _unit(np.asarray(scene.camera.eye) - points)
    shaded = _paint_skin(seen, normals, view, found, scene)
    under = np.clip((points[:, 2] - 0.1) / 0.5, 0.4, 1)[:, None]  # little sky reaches the lower side
    shaded = np.where(found.arch[:, None], np.float32(0.02), shaded * under**0.5)
    shown = ~(found.arch & tyres[seen.rows, seen.columns])
    picture[seen.rows[shown], seen.columns[shown]] = shaded[shown]
    _paint_mirrors(picture, scene, seen)


def _paint_skin(seen: Seen, normals: np.ndarray, view: np.ndarray, found: car.Parts, scene: _Scene) -> np.ndarray:
    """(p, 3) colours of the body with its damages."""
    u, v = seen.values[:, 6], seen.values[:, 7]
    marked, mark_color = np.zeros(len(u), np.float32), np.zeros((len(u), 3), np.float32)
    for placed in scene.damages:
        near, effect = _effect(placed, u, v, seen.depth / scene.camera.focal)
        tilt = effect.slope[:, :1] * seen.values[near, 8:11] + effect.slope[:, 1:] * seen.values[near, 11:14]
        normals[near] = _unit(normals[near] - tilt)
        marked[near], mark_color[near] = effect.marked, effect.color
    base, gloss = drawing.materials(found.weights, normals, view, scene.finish)
    base = base * (1 - marked[:, None]) + mark_color * marked[:, None]
    return drawing.shade(normals, view, base, gloss * (1 - 0.9 * marked), scene.weather)


def _effect(placed: Placed, u: np.ndarray, v: np.ndarray, pixel: np.ndarray) -> tuple[np.ndarray, damages.Effect]:
    """The pixels near a damage (indices) and what it does to them."""
    a, b = placed.to_damage(u, v)
    left, low, right, high = placed.damage.outline.buffer(0.05).bounds
    near = np.nonzero((a > left) & (a < right) & (b > low) & (b < high))[0]
    blur = 1.2 * float(np.median(pixel[near])) if len(near) else 0.01
    return near, damages.effect(placed.damage, a[near], b[near], blur)


def _render_body(scene: _Scene) -> Seen:
    """The body's pixels; values: normal 3, position 3, grid place 2, tangents 3 + 3."""
    skin = scene.surface
    u, v = np.meshgrid(np.arange(ALONG), np.arange(AROUND), indexing="ij")
    values = np.concatenate([skin.normals, skin.points, u[..., None], v[..., None], skin.along, skin.around], -1)
    triangles = grid_triangles(ALONG, AROUND)
    points, normals = skin.points.reshape(-1, 3), skin.normals.reshape(-1, 3)
    toward = np.sum(normals * (np.asarray(scene.camera.eye) - points), axis=1)
    mesh = Mesh(points, values.reshape(-1, 14), triangles)
    return render(mesh, scene.camera, facing=(toward[triangles] > 0).any(axis=1))


def _paint_mirrors(picture: np.ndarray, scene: _Scene, body: Seen) -> None:
    seen = render(mirrors(scene.body), scene.camera)
    depth = np.full(picture.shape[:2], np.inf)
    depth[body.rows, body.columns] = body.depth
    front = seen.depth < depth[seen.rows, seen.columns]
    normals, points = _unit(seen.values[front, :3]), seen.values[front, 3:6]
    view = _unit(np.asarray(scene.camera.eye) - points)
    base, gloss = drawing.materials(np.zeros((len(points), 7), np.float32), normals, view, scene.finish)
    picture[seen.rows[front], seen.columns[front]] = drawing.shade(normals, view, base, gloss, scene.weather)


def _points(seen: Seen, camera: Camera) -> np.ndarray:
    """(p, 3) world points of pixels from their depth."""
    x = (seen.columns + 0.5 - camera.width / 2) / camera.focal
    y = (seen.rows + 0.5 - camera.height / 2) / camera.focal
    right, down, forward = camera.axes()
    rays = forward + x[:, None] * right + y[:, None] * down
    return np.asarray(camera.eye) + rays * seen.depth[:, None]


def _outlines(scene: _Scene) -> tuple[tuple[str, BaseGeometry], ...]:
    areas = [(CAR, _silhouette(scene))]
    for placed in scene.damages:
        area = damages.outline(placed, scene.surface, scene.camera, scale=_SCALE)
        if area.area > 20:
            areas.append((placed.damage.kind, area))
    return tuple(areas)


def _silhouette(scene: _Scene) -> BaseGeometry:
    """The union of everything of the car that is projected into the photo."""
    skin, camera = scene.surface.points[::3, ::3], scene.camera
    skin = np.concatenate([skin, scene.surface.points[-1:, ::3]])
    skin = np.concatenate([skin, np.concatenate([scene.surface.points[::3, -1:], scene.surface.points[-1:, -1:]])], 1)
    screen = camera.project(skin)[..., :2] / _SCALE
    corners = np.stack([screen[:-1, :-1], screen[:-1, 1:], screen[1:, 1:], screen[1:, :-1]], 2).reshape(-1, 4, 2)
    pieces: list[BaseGeometry] = np.asarray(shapely.convex_hull(shapely.multipoints(corners))).tolist()
    for mesh, count in ((wheels(scene.body), 4), (mirrors(scene.body), 2)):
        for part in np.split(camera.project(mesh.vertices)[:, :2] / _SCALE, count):
            pieces.append(MultiPoint(part).convex_hull)
    whole = shapely.union_all([piece.buffer(0.05) for piece in pieces if piece.area > 0])
    return whole.intersection(box(0, 0, WIDTH, HEIGHT)).simplify(0.3)


def _photograph(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """What a camera makes of the scene: exposure, a shoulder in the lights, vignette, blur, noise."""
    small = cv2.resize(picture.astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = small * rng.uniform(1.05, 1.3) * rng.uniform(0.97, 1.03, 3).astype(np.float32)
    small = np.where(small > 0.75, 1 - 0.25 * np.exp(-(small - 0.75) / 0.25), small)
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    small = small * (1 - 0.10 * (x * x + y * y))[..., None]
    small = cv2.GaussianBlur(np.clip(small, 0, 1) ** (1 / 1.45), (0, 0), rng.uniform(0.35, 0.7))
    noisy = small + rng.normal(0, rng.uniform(0.006, 0.016), small.shape)
    return (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)


def _unit(v: np.ndarray) -> np.ndarray:
    return (v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)).astype(np.float32)


_TYRE = 0.21  # metres across
# A wheel's profile: radius (share of the wheel's), metres inwards from the outer face, how far the normal leans away
# from the axle, and the radius at which `wheel_colors` is asked (the inner face is all rubber).
_PROFILE = (
    (0.00, 0.035, 0.0, 0.00),
    (0.50, 0.045, 0.1, 0.50),
    (0.62, 0.050, 0.5, 0.62),
    (0.68, 0.010, -0.5, 0.68),
    (0.74, 0.000, 0.1, 0.74),
    (0.92, 0.015, 0.5, 0.92),
    (1.00, 0.050, 1.0, 1.00),
    (1.00, _TYRE, 1.0, 1.00),
    (0.00, _TYRE, 1.0, 1.00),
)


def wheels(body: Body) -> Mesh:
    """All four wheels; the vertices carry normal (3), place in the wheel (2: over its radius)."""
    return merged([_wheel(body, axle, side) for axle in body.axles for side in (-1, 1)])


def mirrors(body: Body) -> Mesh:
    """Both mirrors; the vertices carry normal (3) and position (3)."""
    return merged([_mirror(body, side) for side in (-1, 1)])


def wheel_colors(places: np.ndarray, turned: float) -> tuple[np.ndarray, np.ndarray]:
    """(p, 3) base colours and (p,) gloss for places (p, 2) on wheels whose spokes are turned by `turned` radians."""
    radius = np.hypot(places[:, 0], places[:, 1])
    angle = np.arctan2(places[:, 1], places[:, 0]) + turned
    spoke = np.clip((np.cos(5 * angle) + 0.25 - 0.5 * radius) * 5, 0, 1)
    rim = np.maximum(np.clip((radius - 0.60) / 0.02, 0, 1), np.clip((0.16 - radius) / 0.02, 0, 1))
    metal = np.maximum(spoke, rim) * np.clip((0.685 - radius) / 0.015, 0, 1)
    base = 0.03 + metal[:, None] * np.array([0.44, 0.45, 0.47], np.float32)
    return base.astype(np.float32), (0.05 + 0.85 * metal).astype(np.float32)


def merged(meshes: list[Mesh]) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0, *(len(m.vertices) for m in meshes[:-1])])
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.values for m in meshes]),
        np.concatenate([m.triangles + start for m, start in zip(meshes, starts, strict=True)]),
    )


def _wheel(body: Body, axle: float, side: int) -> Mesh:
    """The profile turned about the axle: the dished rim, the tyre's shoulder, its tread, its inner face."""
    radius, inward, lean, look = (column[:, None] for column in np.array(_PROFILE).T)
    turns = np.linspace(0, 2 * np.pi, 41)
    cos, sin = np.cos(turns), np.sin(turns)
    across = np.broadcast_to(side * (float(half_width(body, axle)) - 0.035 - inward), (len(_PROFILE), len(turns)))
    points = np.stack([axle + body.wheel * radius * cos, across, body.wheel * (1 + radius * sin)], -1)
    outward = np.broadcast_to(side * (1.05 - np.abs(lean)), across.shape)
    normals = np.stack([lean * cos, outward, lean * sin], -1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    values = np.concatenate([normals, (look * cos)[..., None], (look * sin)[..., None]], -1)
    return Mesh(points.reshape(-1, 3), values.reshape(-1, 5), grid_triangles(*across.shape))


def _mirror(body: Body, side: int) -> Mesh:
    x0, z0 = body.cabin[0] - 0.30, body.belt + 0.075
    center = np.array([x0, side * (float(half_width(body, x0)) + 0.02), z0])
    theta, phi = np.meshgrid(np.linspace(0, np.pi, 9), np.linspace(0, 2 * np.pi, 17), indexing="ij")
    ball = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1)
    points = center + ball * (0.075, 0.125, 0.075)
    normals = ball / (0.075, 0.125, 0.075)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    values = np.concatenate([normals, points], -1)
    return Mesh(points.reshape(-1, 3), values.reshape(-1, 6), grid_triangles(*theta.shape))
