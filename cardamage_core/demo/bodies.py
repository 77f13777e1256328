"""Which cars do we draw, and what surface does a body have?

World coordinates are metres: x forward, y to the car's left, z up; the car stands on z = 0 with its middle at x = 0.
A body is a loft: a profile seen from the side gives the height at each x, and a rounded section stands on each x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    outward = np.sign(np.sum(normals * (points - np.float32([0, 0, 0.5])), axis=-1, keepdims=True))
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
