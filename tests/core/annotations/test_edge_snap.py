import cv2
import numpy as np
import pytest

from cardamage_core import geometry
from cardamage_core.annotations.edge_snap import snap
from cardamage_core.annotations.outline_assist import OutlineError


@pytest.fixture(scope="module")
def disc():
    """A bright disc of radius 90 around (160, 130) on a dark photo with noise, and its area."""
    image = np.full((260, 320, 3), 60, np.uint8)
    cv2.circle(image, (160, 130), 90, (200, 60, 90), -1, cv2.LINE_AA)
    noise = np.random.default_rng(0).normal(0, 6, image.shape)
    ring = geometry.ellipse_ring(160.5, 130.5, 90, 90)
    return np.clip(image + noise, 0, 255).astype(np.uint8), geometry.area_of_rings([ring])


def sloppy(seed):
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radii = 90 + np.random.default_rng(seed).uniform(-6, 6, len(angles))
    return tuple(zip((160 + radii * np.cos(angles)).tolist(), (130 + radii * np.sin(angles)).tolist(), strict=True))


def iou(ring, truth):
    area = geometry.area_of_rings([ring])
    return area.intersection(truth).area / area.union(truth).area


@pytest.mark.parametrize("seed", range(5))
def test_a_sloppy_outline_comes_to_the_edge(disc, seed):
    image, truth = disc
    ring = sloppy(seed)
    assert iou(ring, truth) < 0.96
    assert iou(snap(image, ring), truth) > 0.97


def test_without_edges_the_outline_stays(disc):
    ring = sloppy(1)
    flat = np.full((260, 320, 3), 90, np.uint8)
    assert iou(snap(flat, ring), geometry.area_of_rings([ring])) > 0.97


def test_an_outline_at_the_border_of_the_photo_is_no_trouble(disc):
    image, _ = disc
    assert len(snap(image, ((-10.0, -10.0), (330.0, -5.0), (325.0, 270.0), (0.0, 260.0)))) >= 3


def test_a_speck_is_refused(disc):
    with pytest.raises(OutlineError, match="too small"):
        snap(disc[0], ((5.0, 5.0), (9.0, 5.0), (9.0, 9.0)))
