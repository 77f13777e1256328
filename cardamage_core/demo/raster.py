"""Which point of which surface does each pixel show?

A small software rasteriser: triangles are painted from far to near as numbers (cv2), then every pixel's barycentric
coordinates are worked out at once (numpy), corrected for perspective.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_SHIFT = 4  # sub-pixel bits of cv2.fillConvexPoly


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
