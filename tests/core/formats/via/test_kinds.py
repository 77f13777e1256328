"""Do CSV files, projects and attribute files of VIA come back as they were?"""

import csv
import io
import json

import pytest

from cardamage_core import formats
from cardamage_core.annotations import edits
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Dot, Photo, Polygon, Rectangle, Region

HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
ROW = 'a.jpg,5,"{}",1,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":3,""height"":4}","%s"\n'


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "in").write_text(text, encoding="utf-8")
        return tmp_path / "in"

    return write


def written(dataset, tmp_path, format):  # noqa: A002
    formats.write(dataset, tmp_path / "out", format=format)
    return (tmp_path / "out").read_text(encoding="utf-8")


def with_regions(dataset, *regions):
    return Dataset((AnnotatedPhoto(dataset.photos[0].photo, regions),), dataset.labels, dataset.extra)


@pytest.mark.parametrize(
    ("name", "kind", "regions"),
    [
        ("via_wild/v1_csv_unit_test_specials.csv", "via1-csv", 12),
        ("via_wild/v2_csv_egutierrez.csv", "via2-csv", 18),
        ("via_wild/v2_csv_face_demo.csv", "via2-csv", 9),
        ("via_wild/v2_csv_undefined_value.csv", "via2-csv", 152),
        ("metallo/train/via_region_data.csv", "via2-csv", 152),
    ],
)
def test_real_csv_files_are_written_as_they_were_read(shared, tmp_path, name, kind, regions):
    path = shared / "data" / name
    dataset = formats.read(path)
    assert formats.sniff(path) == kind
    assert sum(len(one.regions) for one in dataset.photos) == regions
    ours = written(dataset, tmp_path, kind)
    assert list(csv.reader(io.StringIO(ours))) == list(csv.reader(io.StringIO(path.read_text("utf-8"))))


@pytest.mark.parametrize(
    "name",
    [
        "via_wild/v2_project_metallo_car_damage.json",
        "via_wild/v2_project_sample.json",
        "via_wild/v2_project_config_only.json",
        "metallo/train/car-damage-train.json",
        "metallo/val/car-damage-val.json",
    ],
)
def test_real_projects_come_back_with_settings_and_definitions(shared, tmp_path, name):
    path = shared / "data" / name
    assert formats.sniff(path) == "via2-project"
    ours = written(formats.read(path), tmp_path, "via2-project")
    assert json.dumps(json.loads(ours)) == json.dumps(json.loads(path.read_text()))


def test_all_four_kinds_of_the_same_photos_say_the_same(shared):
    folder = shared / "data" / "metallo" / "train"
    kinds = ["via_region_data.csv", "via_region_data.json", "car-damage-train.json"]
    first, *others = [formats.read(folder / name) for name in kinds]
    for other in others:
        assert [(r.shape, r.label) for one in other.photos for r in one.regions] == [
            (r.shape, r.label) for one in first.photos for r in one.regions
        ]


def test_an_attributes_file_gives_labels_and_comes_back(shared, tmp_path):
    path = shared / "data" / "via_wild" / "v2_attributes_only.json"
    dataset = formats.read(path)
    assert formats.sniff(path) == "via2-attributes"
    assert (dataset.photos, [label.name for label in dataset.labels]) == ((), ["damage"])
    assert json.loads(written(dataset, tmp_path, "via2-attributes")) == json.loads(path.read_text())


def test_options_become_labels_even_where_no_region_has_them(file, tmp_path):
    definition = {
        "type": "radio",
        "description": "",
        "options": {"dent": "Beule", "scratch": ""},
        "default_options": {},
    }
    data = {"_via_settings": {"x": 1}, "_via_img_metadata": {}, "_via_attributes": {"region": {"type": definition}}}
    dataset = formats.read(file(json.dumps(data)))
    assert [label.name for label in dataset.labels] == ["dent", "scratch"]
    photo = AnnotatedPhoto(Photo("1", "a.jpg", "a.jpg"), (Region("r", Dot(1.0, 2.0), "hail"),))
    ours = json.loads(written(Dataset((photo,), dataset.labels, dataset.extra), tmp_path, "via2-project"))
    assert ours["_via_settings"] == {"x": 1}
    assert list(ours["_via_img_metadata"]) == ["a.jpg0"]


def test_an_option_that_ends_in_a_space_gets_no_second_one(file, tmp_path):
    definition = {"type": "radio", "description": "", "options": {"Right ": "", "Left": ""}, "default_options": {}}
    regions = [
        {"shape_attributes": {"name": "point", "cx": 1, "cy": 2}, "region_attributes": {"side": side}}
        for side in ("Right ", "Left")
    ]
    entry = {"filename": "a.jpg", "size": 1, "regions": regions, "file_attributes": {}}
    attributes = {"region": {"side": definition}, "file": {}}
    data = {"_via_settings": {}, "_via_img_metadata": {"a.jpg1": entry}, "_via_attributes": attributes}
    assert json.loads(written(formats.read(file(json.dumps(data))), tmp_path, "via2-project")) == data


def test_a_project_of_our_own_names_its_labels_as_options(tmp_path):
    photo = AnnotatedPhoto(Photo("1", "a.jpg", "a.jpg", size=5), (Region("r", Dot(1.0, 2.0), "dent"),))
    ours = json.loads(written(Dataset((photo,)), tmp_path, "via2-project"))
    assert ours["_via_attributes"]["region"]["name"]["options"] == {"dent": ""}
    assert formats.read(tmp_path / "out").photos[0].regions[0].label == "dent"


def test_the_order_of_photos_that_via_2_0_8_keeps_follows_new_photos(file, tmp_path):
    entry = {"filename": "a.jpg", "size": 1, "regions": [], "file_attributes": {}}
    data = {
        "_via_img_metadata": {"a.jpg1": entry, "b.jpg1": entry | {"filename": "b.jpg"}},
        "_via_image_id_list": ["b.jpg1", "a.jpg1"],
    }
    dataset = formats.read(file(json.dumps(data)))
    assert json.loads(written(dataset, tmp_path, "via2-project")) == data
    new = AnnotatedPhoto(Photo("9", "c.jpg", "c.jpg", size=1))
    more = Dataset((*dataset.photos, new), dataset.labels, dataset.extra)
    ours = json.loads(written(more, tmp_path, "via2-project"))
    assert ours["_via_image_id_list"] == ["b.jpg1", "a.jpg1", "c.jpg1"]


def test_the_word_undefined_stays_until_the_region_is_changed(file, tmp_path):
    text = HEADER + ROW % '{""name"":""dent"",""type"":undefined,""note"":""undefined""}'
    reading = formats.read_with_problems(file(text))
    (region,) = reading.dataset.photos[0].regions
    assert (region.label, region.attributes) == ("dent", {"type": None, "note": "undefined"})
    assert [problem.code for problem in reading.problems] == ["undefined-value"]
    assert written(reading.dataset, tmp_path, "via2-csv") == text
    changed = with_regions(reading.dataset, edits.set_attribute(region, "type", "deep"))
    assert written(changed, tmp_path, "via2-csv") == HEADER + ROW % (
        '{""name"":""dent"",""type"":""deep"",""note"":""undefined""}'
    )


@pytest.mark.parametrize(
    "note",
    ['he said "undefined" x', "\\", '\\" undefined', "undefined", '"undefined', 'undefined"', 'a\nundefined "b\\"'],
)
def test_the_word_undefined_within_a_text_is_text(file, tmp_path, note):
    cell = json.dumps({"name": "dent", "note": note, "type": "undefined"}).replace('"', '""')
    reading = formats.read_with_problems(file(HEADER + ROW % cell))
    (region,) = reading.dataset.photos[0].regions
    assert region.attributes == {"note": note, "type": "undefined"}
    formats.write(reading.dataset, tmp_path / "out", format="via2-csv")
    (again,) = formats.read(tmp_path / "out").photos[0].regions
    assert again.attributes == region.attributes


def test_the_number_of_regions_that_a_row_names_stays_until_regions_come_or_go(file, tmp_path):
    text = HEADER + (ROW % '{""name"":""dent""}').replace(",1,0,", ",7,3,") + 'b.jpg,5,"{}",2,0,"{}","{}"\n'
    dataset = formats.read(file(text))
    assert written(dataset, tmp_path, "via2-csv") == text
    (region,) = dataset.photos[0].regions
    assert ",2,3," in written(with_regions(dataset, region, region), tmp_path, "via2-csv").splitlines()[1]


@pytest.mark.parametrize("name", ["=1+1.jpg", "+a.jpg", "-a.jpg", "@a.jpg", "'=a.jpg", 'a,"b".jpg', "ü #1.jpg"])
def test_names_that_are_formulas_are_written_inert_and_come_back(tmp_path, name):
    photo = AnnotatedPhoto(Photo("1", name, name, size=5), (Region("r", Rectangle(1.0, 2.0, 3.0, 4.0), "dent"),))
    ours = written(Dataset((photo,)), tmp_path, "via2-csv")
    assert list(csv.reader(io.StringIO(ours)))[1][0][0] not in "=+-@"
    again = formats.read(tmp_path / "out").photos[0]
    assert (again.photo.name, again.regions[0].shape) == (name, photo.regions[0].shape)


def test_a_photo_without_regions_has_a_row(tmp_path):
    ours = written(Dataset((AnnotatedPhoto(Photo("1", "a.jpg", "a.jpg", size=5)),)), tmp_path, "via1-csv")
    assert ours == "#" + HEADER + 'a.jpg,5,"{}",0,0,"{}","{}"\n'
    assert formats.read(tmp_path / "out").photos[0].regions == ()


def test_a_label_in_the_name_of_the_attribute_is_read_and_renamed_there(file, tmp_path):
    shape = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}
    regions = [{"shape_attributes": shape, "region_attributes": {name: "damage"}} for name in ("Front", "Rear")]
    data = {"a.jpg5": {"filename": "a.jpg", "size": 5, "regions": regions, "file_attributes": {}}}
    dataset = formats.read(file(json.dumps(data)))
    first, second = dataset.photos[0].regions
    assert (first.label, second.label, first.attributes) == ("Front", "Rear", {})
    assert json.loads(written(dataset, tmp_path, "via2")) == data
    ours = json.loads(written(with_regions(dataset, edits.set_label(first, "Bonnet"), second), tmp_path, "via2"))
    assert [one["region_attributes"] for one in ours["a.jpg5"]["regions"]] == [{"Bonnet": "damage"}, {"Rear": "damage"}]


def test_the_attribute_that_holds_the_label_can_be_named(file):
    text = HEADER + ROW % '{""name"":""left"",""Kind"":""dent""}'
    reading = formats.read_with_problems(file(text), label_in="kind")
    (region,) = reading.dataset.photos[0].regions
    assert (region.label, region.attributes) == ("dent", {"name": "left"})


@pytest.mark.parametrize(
    "rows", ["a.jpg,5\n", ROW % "{", ROW % "[]", ROW % '{""a"":NaN}', 'a.jpg,5,"{}",1,0,"{""name"":""star""}","{}"\n']
)
def test_rows_that_cannot_be_understood_are_explained(file, rows):
    with pytest.raises(formats.FormatError, match="in"):
        formats.read(file(HEADER + rows))


def test_across_kinds_shapes_and_labels_survive(file, tmp_path):
    ring = ((0.0, 0.5), (10.0, 0.0), (10.0, 10.0))
    regions = (Region("a", Polygon((ring,)), "dent"), Region("b", Rectangle(1.0, 2.0, 3.0, 4.0), "Kratzer ü"))
    dataset = Dataset((AnnotatedPhoto(Photo("1", "a b#.jpg", "a b#.jpg", size=5), regions),))
    for kind in ("via1", "via2", "via1-csv", "via2-csv", "via2-project"):
        formats.write(dataset, tmp_path / "out", format=kind)
        assert formats.sniff(tmp_path / "out") == kind
        (one,) = formats.read(tmp_path / "out").photos
        assert one.photo.name == "a b#.jpg"
        assert [(r.shape, r.label) for r in one.regions] == [(r.shape, r.label) for r in regions]
