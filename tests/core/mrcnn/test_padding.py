"""Does our resize equal that of scikit-image 0.14.5 on NumPy 1.18.5, to the last bit?"""

import numpy as np
import pytest

from cardamage_core.mrcnn import padding

# Old size, new size, then factor and shift of the rows and of the columns as AffineTransform.estimate found them.
MAPPINGS = [
    ((194, 259), (192, 256), "0x1.02aaaaaaaaaacp+0 0x1.5555555548000p-8 0x1.02fffffffffffp+0 0x1.800000000c000p-8"),
    ((320, 320), (256, 256), "0x1.3ffffffffffffp+0 0x1.0000000000000p-3 0x1.4000000000000p+0 0x1.0000000000600p-3"),
    ((168, 299), (288, 512), "0x1.2aaaaaaaaaaabp-1 -0x1.aaaaaaaaaac00p-3 0x1.2afffffffffffp-1 -0x1.a9ffffffffa00p-3"),
    ((28, 28), (1, 17), "0x0.0p+0 0x1.affffffffffffp+3 0x1.a5a5a5a5a5a58p+0 0x1.4b4b4b4b4b4c0p-2"),
    ((3000, 4000), (768, 1024), "0x1.f400000000001p+1 0x1.73ffffffffc00p+0 0x1.f3ffffffffffcp+1 0x1.73ffffffff800p+0"),
]


@pytest.mark.parametrize(("old", "new", "mapping"), MAPPINGS)
def test_positions_are_scikit_images_to_the_last_bit(old, new, mapping):
    row_factor, row_shift, column_factor, column_shift = map(float.fromhex, mapping.split())
    rows, columns = padding.positions(old, new)
    np.testing.assert_array_equal(rows, row_factor * np.arange(new[0]) + row_shift)
    np.testing.assert_array_equal(columns, column_factor * np.arange(new[1]) + column_shift)


def test_the_null_vector_is_taken_to_0():
    matrix = np.random.default_rng(0).normal(size=(6, 7))
    vector = padding.null_vector(matrix)
    assert np.abs(matrix @ vector).max() < 1e-13
    assert vector @ vector == pytest.approx(1.0, abs=1e-14)


def test_halving_a_picture_samples_between_its_pixels():
    image = np.arange(16, dtype=np.uint8).reshape(4, 4)
    np.testing.assert_allclose(padding.resize_as_skimage(image, (2, 2)), [[2.5, 4.5], [10.5, 12.5]], atol=1e-12)


def test_what_lies_outside_of_the_picture_counts_as_0_within_the_pictures_range():
    np.testing.assert_allclose(
        padding.resize_as_skimage(np.array([[4, 8]], np.uint8), (1, 4))[0], [4, 5, 7, 6], atol=1e-12
    )


@pytest.mark.parametrize(
    ("shape", "size"), [((40, 60, 3), (10, 20)), ((41, 58, 3), (10, 14)), ((90, 30), (2, 30)), ((70, 39, 3), (3, 2))]
)
def test_shrinking_bytes_gives_the_bits_of_shrinking_numbers(shape, size):
    image = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    np.testing.assert_array_equal(padding.resize(image, size), padding.resize(image.astype(np.float32), size))


def test_shrinking_averages_whole_blocks():
    image = np.uint8([[0, 10, 200, 250], [20, 30, 100, 251]])
    np.testing.assert_array_equal(padding.resize(image, (1, 2)), [[15.0, 200.25]])
