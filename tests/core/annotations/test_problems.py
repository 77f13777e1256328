"""Is everything found that looks wrong, and nothing else?"""

import pytest

from cardamage_core.annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dataset,
    Dot,
    Photo,
    Polygon,
    Polyline,
    Rectangle,
    Region,
)
from cardamage_core.annotations.problems import find_problems

SQUARE = Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),))


def codes(*regions, width=100):
    photo = Photo("p", "/a.jpg", "a.jpg", width, width and 50)
    return [problem.code for problem in find_problems(Dataset((AnnotatedPhoto(photo, regions),)))]


@pytest.mark.parametrize(
    "shape",
    [
        SQUARE,
        Rectangle(0.0, 0.0, 100.5, 50.5),  # on the rim
        Circle(20.0, 20.0, 5.0),
        Polyline(((0.0, 0.0), (9.0, 9.0))),
        Dot(3.0, 3.0),
        Polygon((SQUARE.rings[0], ((2.0, 2.0), (4.0, 2.0), (4.0, 4.0)))),
        Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 0.0), (10.0, 10.0)),)),  # a double click
    ],
)
def test_sound_regions_have_no_problems(shape):
    assert codes(Region("r", shape, "dent")) == []


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (Rectangle(95.0, 0.0, 7.0, 5.0), "outside"),
        (Rectangle(-2.0, 0.0, 7.0, 5.0), "outside"),
        (Rectangle(0.0, 0.0, 0.0, 5.0), "no-area"),
        (Polygon((((0.0, 0.0), (10.0, 10.0)),)), "no-area"),
        (Polygon((((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)),)), "self-crossing"),
    ],
)
def test_each_fault_of_a_shape_is_found(shape, code):
    assert codes(Region("r", shape, "dent")) == [code]


def test_a_region_that_is_there_twice_is_found_once():
    assert codes(Region("a", SQUARE, "dent"), Region("b", SQUARE, "scratch"), Region("c", SQUARE, "dent")) == [
        "region-twice"
    ]


def test_a_region_without_label_is_found():
    assert codes(Region("a", SQUARE)) == ["unlabelled"]


def test_on_a_missing_photo_nothing_can_be_outside():
    assert codes(Region("r", Rectangle(95.0, 0.0, 70.0, 5.0), "dent"), width=0) == ["missing-photo"]


def test_the_same_file_twice_is_found():
    photos = tuple(AnnotatedPhoto(Photo(name, "/a.jpg", "a.jpg", 5, 5)) for name in "ab")
    assert [(f.code, f.photo) for f in find_problems(Dataset(photos))] == [("photo-twice", "b")]
