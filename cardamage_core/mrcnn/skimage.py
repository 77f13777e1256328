"""How did scikit-image 0.14 resize a picture, to the last bit?

Matterport's engine resizes with it and cuts the result down to bytes, so the last bit of a position decides about a
grey level wherever the exact result is a whole number. Used for the matterport grid only; `canvas.resize` is better.
"""

import math

import numpy as np


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bilinear resize of (h, w) or (h, w, c) to size (height, width), float64; what lies outside is 0.

    Follows skimage.transform.resize(order=1, mode="constant", preserve_range=True): no smoothing, values are kept
    within the range of the input.
    """
    if image.shape[:2] == tuple(size):
        return image.astype(np.float64)
    rows, columns = _positions(image.shape[:2], size)
    y0, y1 = np.floor(rows).astype(int), np.ceil(rows).astype(int)
    top, bottom = (_across(_take(image, y, axis=0), columns) for y in (y0, y1))
    share = (rows - y0).reshape(-1, *[1] * (image.ndim - 1))
    return np.clip((1 - share) * top + share * bottom, float(image.min()), float(image.max()))


def _across(image: np.ndarray, columns: np.ndarray) -> np.ndarray:
    x0, x1 = np.floor(columns).astype(int), np.ceil(columns).astype(int)
    share = (columns - x0).reshape(1, -1, *[1] * (image.ndim - 2))
    return (1 - share) * _take(image, x0, axis=1) + share * _take(image, x1, axis=1)


def _take(image: np.ndarray, index: np.ndarray, *, axis: int) -> np.ndarray:
    taken = np.take(image, index, axis=axis, mode="clip").astype(np.float64)
    taken[(slice(None),) * axis + ((index < 0) | (index >= image.shape[axis]),)] = 0.0
    return taken


def _positions(old: tuple[int, int], new: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Where in the old picture each new row and each new column lies, by way of AffineTransform.estimate."""
    if new == (1, 1):
        return np.array([old[0] / 2.0 - 0.5]), np.array([old[1] / 2.0 - 0.5])
    corners = np.array([[1, 1], [1, new[0]], [new[1], new[0]]]) - 1  # x, y
    scale = np.array([float(old[1]) / new[1], float(old[0]) / new[0]])
    matrix = _estimate(corners, scale * (corners + 0.5) - 0.5)
    return matrix[1, 1] * np.arange(new[0]) + matrix[1, 2], matrix[0, 0] * np.arange(new[1]) + matrix[0, 2]


def _estimate(start: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """The affine matrix (3, 3) that takes three points (3, 2) to three others, by singular value decomposition."""
    (start_matrix, start), (goal_matrix, goal) = _centred(start), _centred(goal)
    system = np.zeros((6, 7))
    system[:3, 0:2], system[:3, 2], system[:3, 6] = start, 1, goal[:, 0]
    system[3:, 3:5], system[3:, 5], system[3:, 6] = start, 1, goal[:, 1]
    solution = np.linalg.svd(system)[2][-1]
    matrix = np.eye(3)
    matrix[:2] = (-solution[:-1] / solution[-1]).reshape(2, 3)
    return np.linalg.inv(goal_matrix) @ (matrix @ start_matrix)


def _centred(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The matrix that moves points (n, 2) around the origin at a mean distance of √2, and the points moved."""
    centre = points.mean(axis=0)
    spread = math.sqrt(((points - centre) ** 2).sum() / len(points))
    factor = math.sqrt(2) / spread if spread else 1.0
    matrix = np.array([[factor, 0, -factor * centre[0]], [0, factor, -factor * centre[1]], [0, 0, 1]])
    return matrix, (matrix @ np.vstack([points.T, np.ones(len(points))])).T[:, :2]
