"""Do holes and notes come back from our own files as they were, without a question?"""

import json

import numpy as np
import pytest
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Polygon, Region
from cardamage_core.annotations.problems import find_problems
from cardamage_core.formats.common import single_rings, with_holes
from cardamage_core.project import Project, import_apply, import_plan

OUTER = ((2.0, 2.0), (30.0, 2.0), (30.0, 30.0), (2.0, 30.0))
SQUARE = ((10.0, 10.0), (10.0, 20.0), (20.0, 20.0), (20.0, 10.0))
TRIANGLE = ((22.5, 22.0), (28.0, 22.25), (28.0, 28.0))
NOTE = {"note": "deep, near the “door”", "severity": "severe"}
REGIONS = (
    Region("a", Polygon((OUTER, SQUARE)), "dent", NOTE),
    Region("b", Polygon((OUTER, SQUARE, TRIANGLE)), "scratch", {"note": "two holes"}),
)


def same(shape, other):
    """Whether two polygons have the same rings, wherever these begin and whichever way they run."""
    return {frozenset(ring) for ring in shape.rings} == {frozenset(ring) for ring in other.rings}


@pytest.fixture
def again(tmp_path):
    """Exports the regions and imports the file into a new project: the plan, and what the project holds then."""

    def go(kind):
        Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(tmp_path / "a.png")
        photo = Photo("1", str(tmp_path / "a.png"), "a.png", 60, 40, attributes={"note": "left side"})
        labels = (Label("dent", "#123456", "1"), Label("scratch", "#654321", "2"))
        target = tmp_path / "out" / f"out{formats.FORMATS[kind].suffix}"
        whole = Dataset((AnnotatedPhoto(photo, REGIONS),), labels)
        formats.write(whole, target, format=kind, copy_photos=True)
        plan = import_plan.plan(target)
        with Project.create(tmp_path / "project") as project:
            import_apply.apply(project, plan)
            return plan, project.dataset()

    return go


@pytest.mark.parametrize("kind", ["coco", "labelme", "cvat"])
def test_holes_and_notes_come_back_without_a_question(again, kind):
    plan, back = again(kind)
    assert (plan.proposed.attributes, plan.proposed.alike) == ((), ())
    assert [*plan.problems, *find_problems(back)] == [], "nothing crosses itself"
    first, second = back.photos[0].regions
    assert same(first.shape, REGIONS[0].shape)
    assert same(second.shape, REGIONS[1].shape)
    assert (first.label, second.label) == ("dent", "scratch")
    assert (first.attributes, second.attributes) == (NOTE, {"note": "two holes"})


@pytest.mark.parametrize("kind", ["coco", "labelme"])
def test_the_note_of_a_photo_comes_back(again, kind):
    assert again(kind)[1].photos[0].photo.attributes == {"note": "left side"}


def test_outlines_beside_a_mask_count_only_while_the_mask_is_theirs(tmp_path):
    photo = Photo("1", "a.png", "a.png", 60, 40)
    path = tmp_path / "a.json"
    formats.write(Dataset((AnnotatedPhoto(photo, REGIONS[:1]),)), path, format="coco")
    data = json.loads(path.read_text())
    data["annotations"][0]["segmentation"]["counts"] = [0, 120, 60 * 40 - 120]  # another program drew it anew
    path.write_text(json.dumps(data))
    shape = formats.read(path).photos[0].regions[0].shape
    assert len(shape.rings) == 1
    assert max(x for x, _ in shape.rings[0]) == pytest.approx(3, abs=0.6)


@pytest.mark.parametrize("rings", ["no list", [[1, 2]], [[1, 2, "a", 4, 5, 6]], [[1e300, 2, 3, 4, 5, 6]], [None], {}])
def test_outlines_beside_a_mask_that_make_no_sense_are_passed_over(tmp_path, rings):
    photo = Photo("1", "a.png", "a.png", 60, 40)
    path = tmp_path / "a.json"
    formats.write(Dataset((AnnotatedPhoto(photo, REGIONS[:1]),)), path, format="coco")
    data = json.loads(path.read_text())
    data["annotations"][0]["cardamage_rings"] = rings
    path.write_text(json.dumps(data))
    assert len(formats.read(path).photos[0].regions[0].shape.rings) == 2


def test_a_ring_that_was_cut_open_gets_its_holes_back():
    for rings in ((OUTER, SQUARE), (OUTER, SQUARE, TRIANGLE)):
        (ring,) = single_rings(Polygon(rings))
        assert same(with_holes(Polygon((ring,))), Polygon(rings))


def test_a_ring_that_touches_itself_but_has_no_hole_stays():
    spur = Polygon((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (5.0, 9.0), (5.0, 14.0), (5.0, 9.0), (0.0, 9.0)),))
    assert with_holes(spur) == spur
    assert with_holes(Polygon((OUTER,))) == Polygon((OUTER,))
