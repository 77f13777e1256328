"""Do masks, outlines and run-length encodings say the same?"""

import numpy as np
import pytest
from faster_coco_eval.core import mask as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardamage_core.annotations.model import Polygon
from cardamage_core.annotations.shapes import area
from cardamage_core.formats.masks import mask_of, mask_of_runs, polygon_of, runs_of, runs_of_mask

MASKS = arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def test_a_block_of_pixels_is_a_square_along_their_edges():
    mask = np.zeros((5, 6), bool)
    mask[1:3, 2:5] = True
    assert polygon_of(mask, x=10) == Polygon((((12.0, 1.0), (15.0, 1.0), (15.0, 3.0), (12.0, 3.0)),))


def test_a_hole_is_a_ring_of_its_own_and_nothing_is_none():
    mask = np.ones((3, 3), bool)
    mask[1, 1] = False
    shape = polygon_of(mask)
    assert (len(shape.rings), area(shape).area) == (2, 8.0)
    assert polygon_of(np.zeros((3, 3), bool)) is None


def test_pixels_whose_centres_lie_inside_are_filled():
    triangle = ((0.0, 0.0), (4.0, 0.0), (0.0, 4.0))
    assert mask_of([triangle], width=5, height=4).astype(int).tolist() == [
        [1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0],
    ]  # fmt: skip


def test_outlines_that_leave_the_picture_are_cut_off():
    assert (
        mask_of([((-5.0, -5.0), (2.0, -5.0), (2.0, 99.0), (-5.0, 99.0))], width=4, height=2).tolist()
        == [[True, True, False, False]] * 2
    )


@settings(max_examples=200, deadline=None)
@given(mask=MASKS)
def test_any_mask_comes_back_from_its_outline(mask):
    shape = polygon_of(mask, x=3, y=2)
    rings = shape.rings if shape else ()
    wide = mask_of(rings, width=mask.shape[1] + 3, height=mask.shape[0] + 2)
    assert (wide[2:, 3:] == mask).all()
    assert wide.sum() == mask.sum() == (area(shape).area if shape else 0)


@settings(max_examples=200, deadline=None)
@given(mask=MASKS)
def test_compressed_runs_are_read_as_pycocotools_writes_them(mask):
    encoded = oracle.encode(np.asfortranarray(mask, dtype=np.uint8))
    text = encoded["counts"]
    runs = runs_of(text.decode() if isinstance(text, bytes) else text)
    assert (mask_of_runs(runs, width=mask.shape[1], height=mask.shape[0]) == mask).all()


@pytest.mark.parametrize("runs", [[4], [7], [-1, 7], [], [2**62, 2**62, 2**62, 2**62], [6, -3, 3]])
def test_runs_that_do_not_fill_the_photo_are_refused(runs):
    with pytest.raises(ValueError, match="fill"):
        mask_of_runs(runs, width=2, height=3)


@pytest.mark.parametrize("text", ["\x00", "ooooooooooooooo", "ü"])
def test_text_that_is_no_encoding_is_refused(text):
    with pytest.raises(ValueError, match="run-length"):
        runs_of(text)


def test_noise_is_refused_before_it_takes_the_memory():
    noise = np.indices((1200, 1200)).sum(0) % 2 == 0
    with pytest.raises(ValueError, match="ragged"):
        polygon_of(noise)


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        (["01", "11"], [1, 3]),  # down the columns: 0 1, 1 1
        (["10", "00"], [0, 1, 3]),
        (["11", "11"], [0, 4]),
        (["00", "00"], [4]),
    ],
)
def test_the_runs_of_a_mask_go_down_its_columns_and_begin_with_nothing(rows, runs):
    mask = np.array([[letter == "1" for letter in row] for row in rows])
    assert runs_of_mask(mask) == runs
    assert (mask_of_runs(runs, width=2, height=2) == mask).all()
