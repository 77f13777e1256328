"""Packed photos are the same photos."""

import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dot, Origin, Photo, Polygon, Region
from cardamage_core.annotations.photo_pack import BLOCK, PhotoPack, labelled, packed_like

RING = ((0.1, 1e-7), (123456.789, 2.0), (3.0, -4.0))
PHOTOS = tuple(
    AnnotatedPhoto(
        Photo(f"p{i}", f"/ü/{i}.jpg", f"{i}.jpg", 9, 8, attributes={"a": [1, 1.0, None]}, extra={"via": {"k": i}}),
        (
            Region(f"r{i}", Polygon((RING, RING)), "dent", {"n": 1.0}, Origin("imported", "via1", score=0.25)),
            Region(f"s{i}", Dot(float(i), 0.5), "“é” ☃"),
        )[: i % 3],
    )
    for i in range(2 * BLOCK + 7)
)


def test_what_goes_in_comes_out_in_order():
    pack = PhotoPack(iter(PHOTOS))
    assert len(pack) == len(PHOTOS)
    assert tuple(pack) == PHOTOS
    assert [repr(one) for one in pack] == [repr(one) for one in PHOTOS]  # whole numbers stay whole numbers
    assert pack[0] == PHOTOS[0]
    assert pack[-1] == PHOTOS[-1]
    assert pack[BLOCK - 2 : BLOCK + 2] == PHOTOS[BLOCK - 2 : BLOCK + 2]
    with pytest.raises(IndexError):
        pack[len(PHOTOS)]
    assert tuple(PhotoPack()) == ()


def test_labels_can_be_had_without_regions():
    assert list(labelled(PhotoPack(PHOTOS))) == list(labelled(PHOTOS))


def test_what_is_made_of_packed_photos_is_packed():
    assert isinstance(packed_like(PhotoPack(PHOTOS), PHOTOS[:1]), PhotoPack)
    assert packed_like(PHOTOS, iter(PHOTOS[:1])) == PHOTOS[:1]
