"""What do a car's wheels and mirrors look like?"""

from __future__ import annotations

import numpy as np

from .bodies import Body, half_width
from .raster import Mesh, grid_triangles

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
    base = 0.03 + metal[:, None] * np.float32([0.44, 0.45, 0.47])
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
