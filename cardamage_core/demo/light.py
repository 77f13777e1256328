"""How does light fall on a car: sun, sky, and what its paint and glass mirror?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import panels

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
    sun = np.float32(weather.sun)
    lambert = np.clip(normals @ sun, 0, None)[:, None]
    up = (normals[:, 2:3] + 1) / 2
    ambient = np.float32(weather.ground) * 0.55 * (1 - up) + (np.float32(weather.zenith) * 0.4 + 0.42) * up
    lit = base * (ambient + weather.sunlight * lambert * np.float32([1.0, 0.96, 0.88]))
    facing = np.clip(np.sum(normals * view, axis=1), 0, 1)
    mirrored = 2 * facing[:, None] * normals - view
    fresnel = (0.07 + 0.85 * (1 - facing) ** 4) * gloss
    glare = np.clip(mirrored @ sun, 0, 1) ** (20 + 380 * gloss) * gloss * weather.sunlight * 1.6
    return lit + fresnel[:, None] * surroundings(mirrored, weather) + glare[:, None]


def surroundings(directions: np.ndarray, weather: Weather) -> np.ndarray:
    """(p, 3) what is seen in directions (p, 3): sky, a dark skyline, the ground."""
    up = directions[:, 2:3]
    sky = _mix(np.float32(weather.horizon), np.float32(weather.zenith), np.clip(up, 0, 1) ** 0.55)
    ground = np.float32(weather.ground) * (0.75 + 0.35 * np.clip(-up, 0, 1))
    azimuth = np.arctan2(directions[:, 1], directions[:, 0]) / (2 * np.pi) % 1.0
    height = weather.skyline[(azimuth * len(weather.skyline)).astype(int) % len(weather.skyline)]
    town = np.clip((height[:, None] - up) / 0.05, 0, 1)
    above = _mix(sky, np.float32(weather.ground) * 0.62, town)
    return _mix(ground, above, np.clip(up / 0.04 + 0.5, 0, 1))


def materials(
    weights: np.ndarray, normals: np.ndarray, view: np.ndarray, finish: Finish
) -> tuple[np.ndarray, np.ndarray]:
    """(p, 3) base colours and (p,) gloss for material weights (p, 7), see `panels`."""
    facing = np.clip(np.sum(normals * view, axis=1), 0, 1)[:, None]
    flop = 1 + finish.metallic * (0.55 * facing**2 - 0.35)
    color = np.broadcast_to(np.float32(finish.paint), normals.shape) * flop
    gloss = np.ones(len(normals), np.float32)
    looks = {
        panels.GLASS: (finish.glass, 1.9),
        panels.BLACK: ((0.035, 0.036, 0.04), 0.35),
        panels.LAMP: ((0.72, 0.75, 0.78), 1.3),
        panels.TAIL: ((0.52, 0.03, 0.035), 1.2),
        panels.CHROME: ((0.62, 0.63, 0.65), 1.5),
        panels.PLATE: ((0.86, 0.86, 0.82), 0.3),
        panels.GAP: ((0.02, 0.02, 0.025), 0.1),
    }
    for material, (look, shine) in looks.items():
        weight = weights[:, material]
        color = _mix(color, np.float32(look), weight[:, None])
        gloss = gloss * (1 - weight) + shine * weight
    return color, gloss


def _mix(first: np.ndarray, second: np.ndarray, t: np.ndarray) -> np.ndarray:
    return first * (1 - t) + second * t
