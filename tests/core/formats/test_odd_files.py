"""Are files of scripts, spreadsheets and other versions of the tools read, and is only what is broken left out?"""

import json
import zipfile

import pytest

from cardamage_core import formats
from cardamage_core.annotations import edits
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Polygon, Rectangle
from cardamage_core.errors import FormatError

POLYGON = {"name": "polygon", "all_points_x": [1, 50, 50], "all_points_y": [1, 1, 40]}
TRIANGLE = Polygon((((1.0, 1.0), (50.0, 1.0), (50.0, 40.0)),))
HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"


def region(shape=POLYGON, **more):
    return {"shape_attributes": shape, "region_attributes": {"name": "dent"}} | more


def entry(*regions, **more):
    return {"filename": "a.jpg", "size": 5, "regions": list(regions), "file_attributes": {}} | more


def cell(value):
    return '"' + json.dumps(value).replace('"', '""') + '"'


def row(name="a.jpg", count=1, number=0, shape=POLYGON, attributes=None, separator=","):
    attributes = cell(attributes or {"name": "dent"})
    return separator.join([name, "5", '"{}"', str(count), str(number), cell(shape), attributes])


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "in"
        path.write_bytes((content if isinstance(content, str) else json.dumps(content)).encode())
        return path

    return write


def again(dataset, path, kind):
    formats.write(dataset, path.with_name("out"), format=kind)
    return json.loads(path.with_name("out").read_text())


def shapes(dataset):
    return [(region.shape, region.label) for one in dataset.photos for region in one.regions]


VIA = {
    "as VIA writes it": [entry(region())],
    "Windows path": [entry(region(), filename="C:\\photos\\a.jpg")],
    "regions null beside others": [entry(regions=None), entry(region(), filename="b.jpg")],
    "no regions": [entry(region()), {"filename": "b.jpg", "size": 1}],
    "points as texts": [entry(region(POLYGON | {"all_points_x": ["1", "50", "50.0"]}))],
    "size as text": [entry(region(), size="5")],
    "file attributes null": [entry(region(), file_attributes=None)],
    "as an object and as a list": [entry(regions={"0": region()}), entry(filename="b.jpg")],
}


@pytest.mark.parametrize("name", VIA)
@pytest.mark.parametrize("layout", ["list", "object", "project"])
def test_via_is_read_and_comes_back_as_it_was(file, name, layout):
    entries = VIA[name]
    keyed = {f"k{number}": one for number, one in enumerate(entries)}
    project = {"_via_settings": {}, "_via_img_metadata": keyed, "_via_attributes": {"region": {}, "file": {}}}
    data = {"list": entries, "object": keyed, "project": project | {"_via_image_id_list": []}}[layout]
    path = file(data)
    reading = formats.read_with_problems(path)
    assert shapes(reading.dataset) == [(TRIANGLE, "dent")]
    assert reading.problems == ()
    ours = again(reading.dataset, path, formats.sniff(path))
    if layout == "project":
        assert ours.pop("_via_attributes")["region"]["name"]["options"] == {"dent": ""}
        data.pop("_via_attributes")
        assert ours.pop("_via_image_id_list") == [*keyed]
        data.pop("_via_image_id_list")
    assert json.dumps(ours) == json.dumps(data)


@pytest.mark.parametrize("text", ["\ufeff%s", "%s\r\n", "\r\n%s"])
def test_marks_and_line_ends_of_windows_do_not_matter(file, text):
    written = json.dumps({"a": entry(region())}, indent=1).replace("\n", "\r\n")
    assert shapes(formats.read(file(text % written))) == [(TRIANGLE, "dent")]


def test_attributes_that_are_null_come_back(file):
    data = {"a.jpg5": entry(region(region_attributes=None))}
    path = file(data)
    reading = formats.read_with_problems(path)
    assert [(one.code, one.photo) for one in reading.problems] == [("unlabelled", "1")]
    assert reading.problems[0].text == "1 region on 1 photo came without a label; they are called “damage” now."
    assert again(reading.dataset, path, "via2") == data


@pytest.mark.parametrize(
    "definitions",
    [
        {"region": {"name": {"type": "dropdown", "options": {"dent": "", "rust": ""}}}},
        {"region": {"name": {"type": "radio", "options": None}}, "file": None},
        {"region": {"name": {"type": "checkbox", "options": ["a"]}}},
        None,
    ],
)
def test_definitions_with_missing_parts_do_not_keep_a_project_from_being_read(file, definitions):
    data = {"_via_settings": {}, "_via_img_metadata": {"a": entry(region())}, "_via_attributes": definitions}
    path = file(data)
    assert shapes(formats.read(path)) == [(TRIANGLE, "dent")]
    assert again(formats.read(path), path, "via2-project")["_via_img_metadata"] == data["_via_img_metadata"]


BROKEN = [
    {"region_attributes": {"name": "x"}}, region({}), region(None), region({"name": "star"}), "x", None,
    region(region_attributes=[1]), region(POLYGON | {"all_points_x": [1, None, 3]}),
    region(POLYGON | {"all_points_x": [1, 2]}), region(POLYGON | {"all_points_x": ["1e400", "2", "3"]}),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("layout", [list, dict])
def test_a_broken_region_is_told_left_out_and_still_there_in_the_file(file, broken, layout):
    regions = [region(), broken, region(attributes={"note": "last"})]
    data = {"a.jpg5": entry(regions=regions if layout is list else {str(i): one for i, one in enumerate(regions)})}
    path = file(data)
    reading = formats.read_with_problems(path)
    assert shapes(reading.dataset) == [(TRIANGLE, "dent")] * 2
    assert [(one.code, one.severity, one.photo) for one in reading.problems] == [("unreadable-region", "error", "1")]
    assert "Region 1 of “a.jpg5”" in reading.problems[0].text
    assert again(reading.dataset, path, formats.sniff(path)) == data
    (one,) = reading.dataset.photos
    for kept in ((), one.regions[:1], (edits.set_label(one.regions[1], "hail"),)):
        (written,) = again(Dataset((AnnotatedPhoto(one.photo, kept),)), path, formats.sniff(path)).values()
        found = written["regions"] if layout is list else list(written["regions"].values())
        assert (len(found), broken in found) == (len(kept) + 1, True)


def test_a_file_of_broken_regions_only_is_an_error(file):
    with pytest.raises(FormatError, match="Region 0 of “a”"):
        formats.read(file({"a": entry(region({})), "b": entry(filename="b.jpg")}))


CSV = {
    "lines of Windows": f"{HEADER}\r\n{row()}\r\n",
    "mark": f"\ufeff{HEADER}\n{row()}\n",
    "first line in quotation marks": '"' + HEADER.replace(",", '","') + f'"\n{row()}\n',
    "semicolons": f"{HEADER.replace(',', ';')}\n{row(separator=';')}\n",
    "tabs": HEADER.replace(",", "\t") + "\n" + row(separator="\t") + "\n",
    "commas at the end": f"{HEADER},,\n{row()},,\n",
    "one comma at the end of lines": f"{HEADER}\n{row()},\n",
    "a column more": f"{HEADER},checked by\n{row()},me\n",
    "columns moved": "region_attributes,filename,file_size,file_attributes,region_count,region_id,"
    f"region_shape_attributes\n{cell({'name': 'dent'})},{row().rpartition(',')[0]}\n",
    "count that does not fit": f"{HEADER}\n{row(count=7, number=3)}\n",
    "empty lines": f"{HEADER}\n\n{row()}\n,,,,,,\n\n",
    "first line repeated": f"{HEADER}\n{HEADER}\n{row()}\n{HEADER}\n",
    "line break in a text": f"{HEADER}\n" + row().replace('"{}"', '"{""note"":""one\ntwo""}"') + "\n",
    "line break between values": f"{HEADER}\n" + row().replace('{""name"": ""dent""}', '{""name"":\n""dent""}') + "\n",
}


@pytest.mark.parametrize("name", CSV)
def test_csv_from_spreadsheets_and_scripts_is_read(file, tmp_path, name):
    if name.startswith("columns"):
        CSV[name] = CSV[name].replace(row().rpartition(",")[0], row().split(',"{""name"": ""dent""}"')[0])
    path = file(CSV[name])
    assert formats.sniff(path) == "via2-csv"
    dataset = formats.read(path)
    assert shapes(dataset) == [(TRIANGLE, "dent")]
    formats.write(dataset, tmp_path / "out", format="via2-csv")
    assert formats.read(tmp_path / "out") == dataset


def test_a_broken_row_of_csv_is_told_left_out_and_written_again(file, tmp_path):
    path = file("\n".join([HEADER, row(count=2, shape={"name": "star"}), row(count=2, number=1), ""]))
    reading = formats.read_with_problems(path)
    assert shapes(reading.dataset) == [(TRIANGLE, "dent")]
    assert [one.code for one in reading.problems] == ["unreadable-region"]
    formats.write(reading.dataset, tmp_path / "out", format="via2-csv")
    assert formats.read_with_problems(tmp_path / "out").dataset.photos == reading.dataset.photos


RING = [1, 1, 9, 1, 9, 9]
COCO = {"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "categories": [{"id": 1, "name": "dent"}]}
VIA3 = {"project": {}, "config": {}, "attribute": {}, "view": {"1": {"fid_list": ["1"]}},
        "file": {"1": {"fname": "a.jpg", "type": 2}}}  # fmt: skip
LABELME = {"imagePath": "a.jpg", "imageData": None}
CVAT = (
    '<annotations><version>1.1</version><image id="0" name="a.jpg" width="9" height="9">'
    '<box label="dent" xtl="1" ytl="1" xbr="9" ybr="9"/><box label="dent" xtl="1"/></image></annotations>'
)


@pytest.mark.parametrize(
    "content",
    [
        COCO | {"annotations": [{"id": i, "image_id": i, "category_id": 1, "bbox": [1, 1, 8, 8]} for i in (1, 9)]},
        COCO | {"annotations": [{"image_id": 1, "category_id": 1, "bbox": box} for box in ([1, 1, 8, 8], [])]},
        COCO | {"annotations": [{"image_id": 1, "category_id": 1, "segmentation": [one]} for one in (RING, RING[:5])]},
        VIA3 | {"metadata": {str(i): {"vid": "1", "xy": xy} for i, xy in enumerate([[7, 1, 2, 3], [2, 1, 1, 8, 8]])}},
        LABELME | {"shapes": [{"label": "dent", "points": [[1, 1], [9, 9]], "shape_type": kind}
                              for kind in ("rectangle", "oriented_rectangle")]},
        {"a.jpg": {"name": "a.jpg", "regions": [{"all_x": [1, 9, 9], "all_y": y} for y in ([1, 1, 9], [1, 1])]}},
        CVAT,
    ],
)  # fmt: skip
def test_in_other_formats_too_only_the_broken_region_is_left_out(file, content):
    reading = formats.read_with_problems(file(content))
    ((shape, _),) = shapes(reading.dataset)
    assert isinstance(shape, Polygon | Rectangle)
    assert [one.code for one in reading.problems] == ["unreadable-region"]


def test_an_archive_is_named_as_one(tmp_path):
    path = tmp_path / "annotations.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("annotations.xml", "<annotations/>")
    with pytest.raises(FormatError) as raised:
        formats.read(path)
    assert raised.value.title == "annotations.zip is an archive."
    assert "unpack it" in raised.value.detail
