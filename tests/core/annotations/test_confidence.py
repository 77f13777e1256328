"""Does a band belong to its shape and to no other?"""

from __future__ import annotations

import msgspec

from cardamage_core.annotations.confidence import band, band_of
from cardamage_core.annotations.model import Polygon, Rectangle, Region

OUTER, INNER = (((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)),), (((1.0, 1.0), (5.0, 1.0), (5.0, 5.0)),)
SHAPE = Rectangle(0, 0, 8, 8)
REGION = Region("a", SHAPE, extra={"band": band(SHAPE, OUTER, INNER)})


def test_a_band_gives_its_outlines_back():
    assert band_of(REGION) == (Polygon(OUTER), Polygon(INNER))


def test_a_band_survives_json_and_whole_numbers():
    assert band_of(msgspec.json.decode(msgspec.json.encode(REGION), type=Region)) == (Polygon(OUTER), Polygon(INNER))
    assert band_of(msgspec.structs.replace(REGION, shape=Rectangle(0.0, 0.0, 8.0, 8.0))) is not None


def test_a_corrected_shape_has_no_band():
    assert band_of(msgspec.structs.replace(REGION, shape=Rectangle(0, 0, 8, 8.5))) is None


def test_a_region_without_band_or_with_nonsense_has_none():
    assert band_of(Region("a", SHAPE)) is None
    for nonsense in (7, {}, {"of": REGION.extra["band"]["of"]}, REGION.extra["band"] | {"outer": [["x"]]}):
        assert band_of(Region("a", SHAPE, extra={"band": nonsense})) is None
