"""Is VIA JSON read and written without loss?"""

import json

import msgspec
import pytest

from cardamage_core import formats
from cardamage_core.annotations import edits
from cardamage_core.annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dataset,
    Dot,
    Ellipse,
    Photo,
    Polygon,
    Polyline,
    Rectangle,
    Region,
)
from cardamage_core.annotations.shapes import area

UNTOUCHED = [
    "seed/train/via_region_data.json",
    "seed/val/via_region_data.json",
    "seed/train/via_region_data_types.json",
    "seed/val/via_region_data_types.json",
    "igor/via_region_data.json",
    "via_wild/v1_json_caramel_train_classes.json",
    "via_wild/v1_json_customimages_demo_entries.json",
    "via_wild/v1_json_customimages_val_attrname.json",
    "via_wild/v1_json_igor_extended_21_classes.json",
    "via_wild/v1_json_sexton_train_noattrs.json",
    "via_wild/v1_json_unit_test_specials.json",
    "via_wild/v2_json_basic_demo_all_attr_types.json",
    "via_wild/v2_json_egutierrez.json",
    "via_wild/v2_json_metallo_parts.json",
    "via_wild/v2_json_urvashi_val_mixed_attrnames.json",
]


def region(shape, **attributes):
    return {"shape_attributes": shape, "region_attributes": attributes}


def entry(*regions, **more):
    return {
        "fileref": "", "size": 5, "filename": "a.jpg", "base64_img_data": "", "file_attributes": {},
        "regions": {str(i): one for i, one in enumerate(regions)},
    } | more  # fmt: skip


RECT = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}
TRIANGLE = {"name": "polygon", "all_points_x": [0, 10, 10, 0], "all_points_y": [0, 0, 10, 0]}


@pytest.fixture
def file(tmp_path):
    def write(data):
        path = tmp_path / "via.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return write


def exported(dataset, tmp_path, format="via1"):  # noqa: A002
    problems = formats.write(dataset, tmp_path / "out.json", format=format)
    return json.loads((tmp_path / "out.json").read_text(encoding="utf-8")), problems


def with_regions(dataset, *regions):
    return Dataset((AnnotatedPhoto(dataset.photos[0].photo, regions),), dataset.labels)


@pytest.mark.parametrize("name", UNTOUCHED)
def test_real_files_are_written_as_they_were_read(shared, tmp_path, name):
    path = shared / "data" / name
    dataset = formats.read(path)
    formats.write(dataset, tmp_path / "out.json", format=formats.sniff(path))
    # as text: equal to the order of keys and the kinds of numbers
    assert json.dumps(json.loads((tmp_path / "out.json").read_text())) == json.dumps(json.loads(path.read_text()))
    assert formats.read(tmp_path / "out.json") == dataset


@pytest.mark.parametrize(
    "name", ["v2_json_jiyuan_french.json", "v2_project_metallo_car_damage.json", "v2_project_sample.json"]
)
def test_lists_and_projects_are_read_and_come_back_equal(shared, tmp_path, name):
    dataset = formats.read(shared / "data" / "via_wild" / name)
    formats.write(dataset, tmp_path / "out.json", format=formats.sniff(shared / "data" / "via_wild" / name))
    assert sum(len(one.regions) for one in dataset.photos) > 100
    assert formats.read(tmp_path / "out.json") == dataset


def test_every_shape_of_via_is_read_and_written(file, tmp_path):
    shapes = [
        TRIANGLE,
        {"name": "polyline", "all_points_x": [0, 10.5], "all_points_y": [0, 3]},
        RECT,
        {"name": "circle", "cx": 5, "cy": 6, "r": 7.5},
        {"name": "ellipse", "cx": 5, "cy": 6, "rx": 7, "ry": 8},
        {"name": "ellipse", "cx": 5, "cy": 6, "rx": 7, "ry": 8, "theta": 0.5},
        {"name": "point", "cx": 5, "cy": 6},
    ]
    data = {"a.jpg5": entry(*(region(shape) for shape in shapes))}
    dataset = formats.read(file(data))
    assert [one.shape for one in dataset.photos[0].regions] == [
        Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 10.0)),)),
        Polyline(((0.0, 0.0), (10.5, 3.0))),
        Rectangle(1.0, 2.0, 3.0, 4.0),
        Circle(5.0, 6.0, 7.5),
        Ellipse(5.0, 6.0, 7.0, 8.0),
        Ellipse(5.0, 6.0, 7.0, 8.0, 0.5),
        Dot(5.0, 6.0),
    ]
    assert exported(dataset, tmp_path)[0] == data


def test_unknown_keys_odd_orders_and_odd_values_survive(file, tmp_path):
    data = {
        "any key": {
            "regions": {
                "7": {
                    "region_attributes": {"z": 1, "name": "dent", "a": None},
                    "extra": [1.50, 2],
                    "shape_attributes": {"height": 4, "name": "rect", "width": -3, "y": 2.0, "x": 1, "more": {}},
                }
            },
            "filename": "Beule #1 (ü).jpg",
            "size": "5",
            "_note": {"deep": [True, None]},
            "file_attributes": {"caption": "x"},
        },
        "empty": {"filename": "b.jpg"},
        "null": {"filename": "c.jpg", "regions": None},
    }
    dataset = formats.read(file(data))
    one = dataset.photos[0].regions[0]
    assert (one.label, one.attributes, one.shape) == ("dent", {"z": 1, "a": None}, Rectangle(-2.0, 2.0, 3.0, 4.0))
    assert json.dumps(exported(dataset, tmp_path)[0]) == json.dumps(data)


def test_values_that_went_through_the_project_are_written_the_same(file, tmp_path):
    data = {"a.jpg5": entry(region(RECT, name=3, x={"a": True}), region(TRIANGLE), size=-1, more=1.0)}
    dataset = formats.read(file(data))
    stored = msgspec.json.decode(msgspec.json.encode(dataset), type=Dataset)
    assert json.dumps(exported(stored, tmp_path)[0]) == json.dumps(data)


def test_regions_without_label_are_damage_and_are_written_without_label(file, tmp_path):
    data = {"a.jpg5": entry(region(RECT), region(RECT, name=""))}
    dataset = formats.read(file(data))
    assert [one.label for one in dataset.photos[0].regions] == ["damage", "damage"]
    assert exported(dataset, tmp_path)[0] == data


def test_a_changed_label_and_attribute_are_written_in_their_places(file, tmp_path):
    dataset = formats.read(file({"a.jpg5": entry(region(RECT, side="left", cls="dent", note="n"), region(RECT))}))
    first, second = dataset.photos[0].regions
    changed = with_regions(
        dataset, edits.set_attribute(edits.set_label(first, "scratch"), "note", None), edits.set_label(second, "dent")
    )
    regions = exported(changed, tmp_path)[0]["a.jpg5"]["regions"]
    assert json.dumps(regions["0"]["region_attributes"]) == '{"side": "left", "cls": "scratch"}'
    assert regions["1"]["region_attributes"] == {"cls": "dent"}


def test_new_regions_hold_their_label_where_the_others_do_and_close_as_via_1_does(file, tmp_path):
    dataset = formats.read(file({"a.jpg5": entry(region(RECT, cls="dent"))}))
    new = edits.draw(Polygon((((0.0, 0.5), (10.0, 0.0), (10.0, 10.0)),)), "damage")
    changed = with_regions(dataset, *dataset.photos[0].regions, new)
    regions = exported(changed, tmp_path)[0]["a.jpg5"]["regions"]
    assert regions["1"] == {
        "shape_attributes": {"name": "polygon", "all_points_x": [0, 10, 10, 0], "all_points_y": [0.5, 0, 10, 0.5]},
        "region_attributes": {"cls": "damage"},
    }
    regions = exported(changed, tmp_path, "via2")[0]["a.jpg5"]["regions"]
    assert regions[1]["shape_attributes"]["all_points_x"] == [0, 10, 10]


def test_a_moved_shape_is_written_new_and_its_neighbour_as_it_was(file, tmp_path):
    odd = {"y": 2, "x": 1, "name": "rect", "width": 3, "height": 4}
    dataset = formats.read(file({"a.jpg5": entry(region(odd), region(odd))}))
    first, second = dataset.photos[0].regions
    regions = exported(with_regions(dataset, edits.move(first, 1, 0), second), tmp_path)[0]["a.jpg5"]["regions"]
    assert regions["0"]["shape_attributes"] == odd | {"x": 2}
    assert json.dumps(regions["1"]["shape_attributes"]) == json.dumps(odd)


def test_after_deleting_a_region_the_keys_are_counted_anew(file, tmp_path):
    dataset = formats.read(file({"a.jpg5": entry(region(RECT), region(TRIANGLE))}))
    changed = with_regions(dataset, dataset.photos[0].regions[1])
    assert exported(changed, tmp_path)[0]["a.jpg5"]["regions"] == {"0": region(TRIANGLE)}


def test_a_photo_of_our_own_is_written_as_via_would(tmp_path):
    photo = AnnotatedPhoto(Photo("x", "/p/a.jpg", "a.jpg", 20, 20, size=5), (Region("r", Dot(1.0, 2.0), "dent"),))
    data, problems = exported(Dataset((photo,)), tmp_path)
    assert data == {"a.jpg5": entry(region({"name": "point", "cx": 1, "cy": 2}, name="dent"))}
    assert problems == ()


def test_a_hole_is_cut_open_with_the_same_area_and_said(file, tmp_path):
    outer = ((0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0))
    hole = ((5.0, 5.0), (8.0, 5.0), (8.0, 9.0), (5.0, 9.0))
    part = ((30.0, 0.0), (40.0, 0.0), (40.0, 10.0))
    photo = AnnotatedPhoto(Photo("x", "a", "a.jpg", 50, 50), (Region("r", Polygon((outer, hole, part)), "dent"),))
    _, problems = exported(Dataset((photo,)), tmp_path)
    assert [(f.code, f.photo, f.region) for f in problems] == [("lost-holes", "x", "r"), ("lost-parts", "x", "r")]
    again = formats.read(tmp_path / "out.json").photos[0].regions
    assert sorted(area(one.shape).area for one in again) == pytest.approx([50.0, 400.0 - 12.0])
    assert {one.label for one in again} == {"dent"}


def test_two_photos_of_one_name_and_size_both_get_written(tmp_path):
    photos = tuple(AnnotatedPhoto(Photo(key, f"/{key}/a.jpg", "a.jpg", size=5)) for key in "xy")
    data, problems = exported(Dataset(photos), tmp_path)
    assert len(data) == 2
    assert [(f.code, f.photo) for f in problems] == [("key-twice", "y")]


def test_a_key_that_stands_twice_is_said(file):
    one = json.dumps(entry())
    reading = formats.read_with_problems(file(f'{{"a.jpg5": {one}, "a.jpg5": {one}}}'))
    assert [problem.code for problem in reading.problems] == ["repeated-key"]
    assert len(reading.dataset.photos) == 1
