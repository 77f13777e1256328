"""Do shapes, labels and photos survive in every format, as far as it can hold them?"""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dataset,
    Dot,
    Ellipse,
    Label,
    Photo,
    Polygon,
    Polyline,
    Rectangle,
    Region,
)
from cardamage_core.annotations.shapes import area

WIDTH, HEIGHT = 60, 40
HOLED = Polygon((
    ((2.0, 2.0), (30.0, 2.0), (30.0, 30.0), (2.0, 30.0)),
    ((10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)),
))  # fmt: skip
PARTS = Polygon((((2.0, 2.0), (9.0, 2.0), (9.0, 9.0)), ((20.0, 20.0), (29.0, 20.0), (29.0, 29.0))))
TRIANGLE = Polygon((((2.5, 2.0), (30.0, 4.25), (12.0, 30.0)),))
VIA = ("via1", "via2", "via1-csv", "via2-csv", "via2-project")
VECTOR = (*VIA, "coco", "yolo", "labelme", "cvat")
ALL = (*VECTOR, "voc")
EXACT = 0.01  # pixels: coordinates are written to 1/1000


def dataset(*regions, name="a.png"):
    photo = Photo("1", name, name, WIDTH, HEIGHT, size=5, split="train")
    return Dataset((AnnotatedPhoto(photo, regions),), (Label("dent", "#123456", role="damage"),))


@pytest.fixture
def through(tmp_path):
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "a.png")

    def go(found, kind):
        target = tmp_path / "out" / kind / "out"
        problems = formats.write(found, target, format=kind)
        assert formats.sniff(target) == kind
        return formats.read_with_problems(target, photos=tmp_path).dataset, [
            problem.code for problem in problems if problem.code != "no-split"
        ]  # one photo cannot be in two

    return go


def covered(regions, label="dent"):
    """The pixels of a label, so that outlines that are written differently can be compared."""
    return sum(area(region.shape).area for region in regions if region.label == label)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("shape", [TRIANGLE, HOLED, PARTS, Rectangle(3.0, 4.0, 20.0, 10.0)], ids=str)
def test_what_a_region_covers_survives_in_every_format(through, kind, shape):
    again, _ = through(dataset(Region("r", shape, "dent")), kind)
    (one,) = again.photos
    assert one.photo.name == "a.png"
    assert {region.label for region in one.regions} == {"dent"}
    tolerance = 8.0 if kind == "voc" else EXACT * 40
    assert covered(one.regions) == pytest.approx(area(shape).area, abs=tolerance)


@pytest.mark.parametrize("kind", VECTOR)
def test_points_of_polygons_survive(through, kind):
    again, codes = through(dataset(Region("r", TRIANGLE, "dent")), kind)
    ring = again.photos[0].regions[0].shape.rings[0]
    assert np.abs(np.array(ring) - np.array(TRIANGLE.rings[0])).max() < EXACT
    assert codes == []


@pytest.mark.parametrize("kind", [*VIA, "labelme", "cvat"])
@pytest.mark.parametrize(
    "shape", [Rectangle(3.0, 4.0, 20.0, 10.0), Polyline(((1.0, 2.0), (3.5, 4.0), (9.0, 9.0))), Dot(3.0, 4.5)], ids=str
)
def test_kinds_of_shapes_survive_where_there_is_a_place_for_them(through, kind, shape):
    again, codes = through(dataset(Region("r", shape, "dent")), kind)
    assert [region.shape for region in again.photos[0].regions] == [shape]
    assert codes == []


@pytest.mark.parametrize("kind", ["labelme", *VIA])
def test_circles_survive_in_via_and_labelme(through, kind):
    again, _ = through(dataset(Region("r", Circle(20.0, 20.0, 5.0), "dent")), kind)
    assert again.photos[0].regions[0].shape == Circle(20.0, 20.0, 5.0)


def test_a_turned_ellipse_survives_in_cvat(through):
    again, _ = through(dataset(Region("r", Ellipse(20.0, 20.0, 9.0, 5.0, 0.5), "dent")), "cvat")
    shape = again.photos[0].regions[0].shape
    assert (shape.cx, shape.rx, shape.theta) == (20.0, 9.0, pytest.approx(0.5, abs=1e-6))


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("via1", ["lost-holes"]),
        ("coco", ["lost-holes", "lost-lines"]),
        ("yolo", ["lost-holes", "lost-lines", "lost-attributes"]),
        ("labelme", ["lost-holes"]),
        ("cvat", ["lost-holes"]),
        ("voc", ["lost-lines", "lost-attributes", "lost-overlaps"]),
    ],
)
def test_what_a_format_cannot_hold_is_said(through, kind, codes):
    line = Region("b", Polyline(((1.0, 2.0), (3.0, 4.0))), "dent")
    found = dataset(Region("a", HOLED, "dent", {"depth": "3"}), line)
    _, said = through(found, kind)
    assert said == codes
    assert [f.code for f in formats.losses(found, format=kind)] == [code for code in codes if code != "lost-overlaps"]


def test_coco_keeps_a_hole_as_a_mask_of_whole_pixels(through):
    again, _ = through(dataset(Region("r", HOLED, "dent")), "coco")
    (region,) = again.photos[0].regions
    assert len(region.shape.rings) == 2
    assert area(region.shape).equals(area(HOLED))  # its corners are whole numbers


def test_a_hole_that_coco_cuts_open_where_the_photo_s_size_is_unknown_is_a_hole_again(through):
    found = dataset(Region("r", HOLED, "dent"))
    photo = msgspec.structs.replace(found.photos[0].photo, width=0, height=0)
    again, _ = through(Dataset((AnnotatedPhoto(photo, found.photos[0].regions),), found.labels), "coco")
    (region,) = again.photos[0].regions
    assert len(region.shape.rings) == 2
    assert area(region.shape).area == area(HOLED).area


@pytest.mark.parametrize("kind", ["coco", "labelme", "cvat", *VIA])
def test_attributes_survive_where_there_is_a_place_for_them(through, kind):
    again, _ = through(dataset(Region("r", TRIANGLE, "dent", {"depth": "tief", "n": "3"})), kind)
    assert again.photos[0].regions[0].attributes == {"depth": "tief", "n": "3"}


@pytest.mark.parametrize("kind", ["yolo", "voc"])
def test_splits_survive_in_the_formats_of_folders(through, kind):
    again, _ = through(dataset(Region("r", TRIANGLE, "dent")), kind)
    assert again.photos[0].photo.split == "train"


def test_the_colour_and_role_of_labels_survive_in_coco(through):
    again, _ = through(dataset(Region("r", TRIANGLE, "dent")), "coco")
    assert [(label.name, label.color, label.role) for label in again.labels] == [("dent", "#123456", "damage")]


@pytest.mark.parametrize("kind", ALL)
def test_photos_without_regions_and_odd_names_survive(through, kind):
    found = dataset(name="../=Beule 1 #ü.png")
    again, _ = through(found, kind)
    assert len(again.photos) == 1
    assert "Beule 1 #ü" in again.photos[0].photo.name


def test_a_folder_that_is_there_keeps_what_the_export_does_not_replace(tmp_path):
    out = tmp_path / "here" / "out"
    (out / "labels").mkdir(parents=True)
    (out / "mine.txt").write_text("keep")
    formats.write(dataset(Region("r", TRIANGLE, "dent")), out, format="yolo")
    formats.write(dataset(), out, format="yolo")
    assert (out / "mine.txt").read_text() == "keep"
    assert (out / "labels" / "train" / "a.txt").read_text() == ""
    assert [path.name for path in out.parent.iterdir()] == ["out"]


NUMBERS = st.integers(0, 40 * 8).map(lambda number: number / 8)
RINGS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=8, unique=True).map(tuple)
SHAPES = st.one_of(
    st.builds(lambda ring: Polygon((ring,)), RINGS),
    st.builds(Rectangle, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.builds(Circle, NUMBERS, NUMBERS, NUMBERS),
    st.builds(Ellipse, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.builds(Polyline, st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=5).map(tuple)),
    st.builds(Dot, NUMBERS, NUMBERS),
)
LABELS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12).filter(str.strip)
REGIONS = st.lists(
    st.builds(
        Region,
        id=st.uuids().map(str),
        shape=SHAPES,
        label=LABELS,
        attributes=st.dictionaries(
            LABELS.filter(lambda k: k != "name"), st.text(max_size=8) | st.booleans(), max_size=2
        ),
    ),
    max_size=4,
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(regions=REGIONS, kind=st.sampled_from(VIA))
def test_any_region_goes_through_every_kind_of_via_unchanged(tmp_path_factory, regions, kind):
    path = tmp_path_factory.getbasetemp() / "any"
    formats.write(dataset(*regions), path, format=kind)
    again = formats.read_with_problems(path, label_in="name").dataset.photos[0].regions
    assert [(r.shape, r.label, r.attributes) for r in again] == [(r.shape, r.label, r.attributes) for r in regions]
    formats.write(formats.read(path), path.with_suffix(".2"), format=kind)
    assert path.with_suffix(".2").read_bytes() == path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(regions=REGIONS, kind=st.sampled_from(["coco", "labelme", "cvat", "via1"]))
def test_any_region_covers_the_same_after_going_through_a_neighbour(tmp_path_factory, regions, kind):
    path = tmp_path_factory.mktemp("any") / "out"
    formats.write(dataset(*regions), path, format=kind)
    again = formats.read_with_problems(path, label_in="name").dataset.photos[0].regions
    for label in {region.label.strip() for region in regions}:
        expected = sum(area(r.shape).area for r in regions if r.label.strip() == label)
        assert covered(again, label) == pytest.approx(expected, abs=1.0, rel=2e-3)
