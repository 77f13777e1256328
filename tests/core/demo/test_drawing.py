"""Does the rasteriser put points where a pinhole camera sees them?"""

from __future__ import annotations

import numpy as np
import pytest

from cardamage_core.demo.drawing import Camera, Mesh, grid_triangles, render

CAMERA = Camera(eye=(0, -10, 0), target=(0, 0, 0), focal=100, width=40, height=20)


def test_the_target_is_projected_to_the_middle():
    assert CAMERA.project(np.zeros((1, 3))).tolist() == [pytest.approx([20, 10, 10])]


def test_a_metre_at_ten_metres_is_a_tenth_of_the_focal_length():
    # One metre to the right and half a metre up: 100 / 10 = 10 pixels right, 5 up.
    assert CAMERA.project(np.array([[1.0, 0.0, 0.5]])).tolist() == [pytest.approx([30, 5, 10])]


def test_a_grid_of_two_by_three_vertices_has_four_triangles():
    assert grid_triangles(2, 3).tolist() == [[0, 1, 4], [1, 2, 5], [0, 4, 3], [1, 5, 4]]


def test_values_are_interpolated_with_perspective():
    """A wall that runs away from the camera: the pixel shows the point on its ray, not the middle of the edge."""
    vertices = np.array([[-1.0, 0, -1], [-1, 0, 1], [1, 10, 1], [1, 10, -1]])
    wall = Mesh(vertices, vertices[:, :2], np.array([[0, 1, 2], [0, 2, 3]]))
    seen = render(wall, CAMERA)
    x, depth = seen.values[:, 0], seen.values[:, 1] + 10
    error = np.abs(20 + 100 * x / depth - (seen.columns + 0.5))
    assert len(error) > 150
    assert np.median(error) < 0.01  # pixels at the triangles' edges may be half a pixel off
    assert error.max() < 1


def test_the_nearer_of_two_walls_is_seen():
    square = np.array([[-1.0, 0, -1], [-1, 0, 1], [1, 0, 1], [1, 0, -1]])
    vertices = np.concatenate([square, square + np.array([0, 5, 0])])
    values = np.repeat([[1.0], [2.0]], 4, axis=0)
    mesh = Mesh(vertices, values, np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]))
    seen = render(mesh, CAMERA)
    middle = (seen.columns > 12) & (seen.columns < 28)
    assert set(np.round(seen.values[middle, 0], 3).tolist()) == {1.0}
