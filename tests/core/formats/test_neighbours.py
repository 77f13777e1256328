"""Are files of other tools read as their makers meant them?"""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.model import Circle, Dot, Polygon, Polyline, Rectangle
from cardamage_core.annotations.shapes import area
from cardamage_core.errors import FormatError

SQUARE = ((1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0))


@pytest.fixture
def read(tmp_path):
    def go(content, name="in"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return formats.read_with_problems(path)

    return go


def coco(*annotations, **image):
    return {
        "images": [{"id": 7, "file_name": "a.jpg", "width": 5, "height": 4} | image],
        "categories": [{"id": 3, "name": "dent"}],
        "annotations": [{"id": i, "image_id": 7, "category_id": 3} | one for i, one in enumerate(annotations)],
    }


def shapes(reading):
    return [region.shape for region in reading.dataset.photos[0].regions]


def covered(reading):
    return [area(shape).area for shape in shapes(reading)]


def test_coco_polygons_with_parts_that_overlap_cover_their_union(read):
    flat = [value for point in SQUARE for value in point]
    apart = [10.0, 0.0, 12.0, 0.0, 12.0, 2.0]
    reading = read(coco({"segmentation": [flat]}, {"segmentation": [flat, flat]}, {"segmentation": [flat, apart]}))
    assert covered(reading) == [4.0, 4.0, 6.0]
    assert {region.label for region in reading.dataset.photos[0].regions} == {"dent"}


def test_coco_runs_of_both_kinds_are_the_same_outline(read):
    # 4 rows, 5 columns, down the columns: the block of columns 1 and 2, rows 1 and 2
    plain = {"size": [4, 5], "counts": [5, 2, 2, 2, 9]}
    packed = {"size": [4, 5], "counts": "52207"}  # pycocotools: each length less the one two before
    reading = read(coco({"segmentation": plain, "iscrowd": 1}, {"segmentation": packed}))
    assert shapes(reading) == [Polygon((SQUARE,)), Polygon((SQUARE,))]
    assert [region.attributes for region in reading.dataset.photos[0].regions] == [{"iscrowd": 1}, {}]


def test_coco_boxes_without_outline_are_rectangles_and_scores_stay(read):
    reading = read(coco({"bbox": [1, 2, 3, 4], "segmentation": [], "score": 0.5}))
    assert shapes(reading) == [Rectangle(1.0, 2.0, 3.0, 4.0)]
    assert reading.dataset.photos[0].regions[0].origin.score == 0.5


def test_coco_as_via_writes_it_is_read(shared):
    dataset = formats.read(shared / "data" / "via_wild" / "v2_coco_export_egutierrez.json")
    assert (len(dataset.photos), sum(len(one.regions) for one in dataset.photos)) == (6, 18)
    assert dataset.photos[0].regions[0].shape.rings[0][0] == (47.0, 370.0)


@pytest.mark.parametrize(
    ("name", "photos", "regions", "labels"),
    [("bilgi/train/_annotations.coco.json", 1477, 3751, 8), ("carparts/annotations.json", 400, 3073, 18)],
)
def test_real_coco_files_are_read_without_their_stand_in_labels(shared, name, photos, regions, labels):
    dataset = formats.read(shared / "data" / name)
    found = (len(dataset.photos), sum(len(one.regions) for one in dataset.photos), len(dataset.labels))
    assert found == (photos, regions, labels)


@pytest.mark.parametrize(
    "one",
    [
        {"segmentation": {"size": [4, 5], "counts": [5, 2]}},
        {"segmentation": {"size": [99999, 99999], "counts": [9999800001]}},
        {"segmentation": {"size": [4, 5], "counts": "\u0000"}},
        {"segmentation": {"size": [4, 5], "counts": [5.0, 15.0]}},
        {"segmentation": [[1, 2, 3]]},
        {"segmentation": [[1, 2, "x", 4]]},
        {"segmentation": [[1e300, 2, 3, 4]]},
        {"bbox": [1, 2]},
        {"image_id": 8, "bbox": [1, 2, 3, 4]},
    ],
)
def test_broken_coco_annotations_are_explained(read, one):
    with pytest.raises(FormatError, match="Annotation 0"):
        read(coco(one))


def via3(*regions, **attribute):
    return {
        "project": {"pid": "x"}, "config": {}, "view": {"1": {"fid_list": [4]}},
        "attribute": {"1": {"aname": "Class", "type": 4, "options": {"d": "Dent", "s": "Scratch"}} | attribute},
        "file": {"4": {"fid": 4, "fname": "a.jpg", "type": 2}, "5": {"fid": 5, "fname": "b.mp4", "type": 4}},
        "metadata": {f"1_{i}": {"vid": "1", "z": [], "xy": xy, "av": {"1": "d"}} for i, xy in enumerate(regions)},
    }  # fmt: skip


def test_every_shape_of_via_3_is_read_and_choices_are_told_by_their_texts(read):
    reading = read(via3(
        [1, 5, 6], [2, 1, 2, 3, 4], [3, 5, 6, 7], [5, 0, 0, 9, 9], [6, 0, 0, 9, 9, 9, 0], [7, 0, 0, 9, 0, 9, 9, 0, 0],
        [8, 5, 0, 9, 3, 4, 7, 0, 2], [9, 0, 0, 4, 0, 4, 4],
    ))  # fmt: skip
    found = shapes(reading)
    assert found[:-1] == [
        Dot(5.0, 6.0), Rectangle(1.0, 2.0, 3.0, 4.0), Circle(5.0, 6.0, 7.0), Polyline(((0.0, 0.0), (9.0, 9.0))),
        Polyline(((0.0, 0.0), (9.0, 9.0), (9.0, 0.0))), Polygon((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)),)),
        Rectangle(0.0, 0.0, 9.0, 7.0),
    ]  # fmt: skip
    assert (found[-1].cx, found[-1].cy, found[-1].r) == (2.0, 2.0, pytest.approx(8**0.5))
    assert {region.label for region in reading.dataset.photos[0].regions} == {"Dent"}
    assert [label.name for label in reading.dataset.labels] == ["Dent", "Scratch"]
    assert [problem.code for problem in reading.problems] == ["not-a-photo"]


@pytest.mark.parametrize("xy", [[[7], 1, 2], [{}, 1], [0, 1, 2], [10, 1, 2], [2, 1, 2, 3], [7, 1], [6], ["7", 1, 2]])
def test_what_is_no_shape_of_via_3_is_explained(read, xy):
    with pytest.raises(FormatError, match="xy"):
        read(via3(xy))


def test_a_real_via_3_project_is_read(shared):
    dataset = formats.read(shared / "data" / "via_wild" / "v3_project_pixelpick.json")
    assert [len(one.regions) for one in dataset.photos] == [5, 5, 5, 5]
    assert dataset.photos[0].photo.name == "datasets/camvid/train/0001TP_006690.png"
    assert dataset.labels[0].name == "damage" or "sKy" in [label.name for label in dataset.labels]


def test_vehide_is_read(read):
    region = {"all_x": [1, 3, 3, 1], "all_y": [1, 1, 3, 3], "class": "rach"}
    reading = read({"a.jpg": {"name": "a.jpg", "regions": [region]}, "b.jpg": {"name": "b.jpg", "regions": []}})
    assert shapes(reading) == [Polygon((SQUARE,))]
    assert [label.name for label in reading.dataset.labels] == ["rach"]
    assert len(reading.dataset.photos) == 2


def labelme(*found):
    return {"version": "5", "imagePath": "..\\a.jpg", "imageData": None, "shapes": list(found)}


def test_labelme_shapes_groups_and_masks_are_read(read):
    png = io.BytesIO()
    Image.fromarray(np.array([[0, 255, 255], [0, 255, 255]], np.uint8)).save(png, "PNG")
    mask = base64.b64encode(png.getvalue()).decode()
    square = [list(point) for point in SQUARE]
    part = {"label": "dent", "points": square, "group_id": 4, "shape_type": "polygon", "flags": {"deep": True}}
    other = part | {"points": [[x + 10, y] for x, y in square]}
    reading = read(labelme(
        part, other,
        {"label": "hail", "points": [[5, 5], [8, 9]], "shape_type": "circle", "group_id": None, "flags": {}},
        {"label": "m", "points": [[0, 1], [2, 2]], "shape_type": "mask", "mask": mask},
    ))  # fmt: skip
    first, circle, masked = reading.dataset.photos[0].regions
    assert (len(first.shape.rings), first.attributes) == (2, {"deep": True})
    assert circle.shape == Circle(5.0, 5.0, 5.0)
    assert masked.shape == Polygon((SQUARE,))


CVAT = """<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>
<meta><task><labels><label><name>dent</name><color>#ff0000</color></label></labels></task></meta>
<image id="0" name="a/b.jpg" width="5" height="4">%s</image></annotations>"""


def test_cvat_shapes_are_read(read):
    reading = read(
        CVAT
        % """
      <polygon label="dent" points="1.0,1.0;3.0,1.0;3.0,3.0;1.0,3.0"><attribute name="depth">deep</attribute></polygon>
      <box label="dent" xtl="1" ytl="2" xbr="4" ybr="6" occluded="1"/>
      <box label="dent" xtl="0" ytl="0" xbr="2" ybr="4" rotation="90"/>
      <points label="dent" points="1,2;3,4"/>
      <mask label="dent" rle="0,2,1,2,1" left="1" top="1" width="3" height="2"/>
      <tag label="seen"/><cuboid label="dent"/>"""
    )
    regions = reading.dataset.photos[0].regions
    assert regions[0].shape == Polygon((SQUARE,))
    assert [regions[0].attributes, regions[1].attributes] == [{"depth": "deep"}, {"occluded": "1"}]
    assert regions[1].shape == Rectangle(1.0, 2.0, 3.0, 4.0)
    assert np.allclose(regions[2].shape.rings[0], [(3, 1), (3, 3), (-1, 3), (-1, 1)])
    assert [regions[3].shape, regions[4].shape] == [Dot(1.0, 2.0), Dot(3.0, 4.0)]
    assert regions[5].shape == Polygon((SQUARE,))
    assert reading.dataset.labels[0].color == "#ff0000"
    assert [problem.code for problem in reading.problems] == ["unknown-shape"]


def test_entities_in_xml_are_refused(read):
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(FormatError, match="entities"):
        read(CVAT.replace("<annotations>", bomb + "<annotations>") % "&b;")


@pytest.mark.parametrize(
    "element",
    [
        '<polygon label="a" points="1,2;3"/>', '<box label="a" xtl="1"/>', '<box xtl="x" ytl="1" xbr="1" ybr="1"/>',
        '<mask rle="1,2" left="0" top="0" width="9" height="9"/>',
        '<mask rle="a" left="0" top="0" width="1" height="1"/>',
        '<ellipse cx="nan" cy="1" rx="1" ry="1"/>', "<polygon",
    ],
)  # fmt: skip
def test_broken_cvat_shapes_are_explained(read, element):
    with pytest.raises(FormatError, match="in"):
        read(CVAT % element)


@pytest.fixture
def yolo(tmp_path):
    for name, text in {
        "data.yaml": "train: ../train/images\nnc: 2\nnames: ['dent', scratch]\n",
        "train/labels/a.txt": "1 0.1 0.25 0.3 0.25 0.3 0.75 0.1 0.75\n0 0.5 0.5 0.2 0.5\n",
        "valid/labels/b.txt": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("train/images/a.png", "train/images/c.png", "valid/images/b.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (10, 4)).save(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["", "data.yaml"])
def test_yolo_outlines_boxes_splits_and_photos_without_labels_are_read(yolo, name):
    dataset = formats.read(yolo / name)
    photos = {one.photo.name: one for one in dataset.photos}
    first, second = (region.shape for region in photos["a.png"].regions)
    assert first.rings == (((1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)),)
    assert second == Rectangle(4.0, 1.0, 2.0, 2.0)
    assert [region.label for region in photos["a.png"].regions] == ["scratch", "dent"]
    assert {name: one.photo.split for name, one in photos.items()} == {
        "a.png": "train",
        "b.png": "val",
        "c.png": "train",
    }


def test_yolo_names_with_half_a_character_are_explained(yolo):
    (yolo / "data.yaml").write_text('names: ["\\ud800"]\n')
    with pytest.raises(FormatError, match="names of classes"):
        formats.read(yolo / "data.yaml", format="yolo")


def test_yolo_without_its_photos_is_explained(yolo):
    (yolo / "train/images/a.png").unlink()
    reading = formats.read_with_problems(yolo)
    assert [problem.code for problem in reading.problems] == ["photo-needed"]
    for path in yolo.rglob("*.png"):
        path.unlink()
    (yolo / "valid/labels/b.txt").unlink()
    with pytest.raises(FormatError, match="None of the photos"):
        formats.read(yolo)


def test_voc_with_the_twenty_classes_and_plain_numbers_is_read(tmp_path):
    for folder, values in (("SegmentationClass", [0, 7, 7, 255]), ("SegmentationObject", [0, 1, 2, 255])):
        (tmp_path / folder).mkdir()
        Image.fromarray(np.array([values], np.uint8)).save(tmp_path / folder / "a.png")
    (one,) = formats.read(tmp_path).photos
    assert [(region.label, region.shape.rings[0][0]) for region in one.regions] == [
        ("car", (1.0, 0.0)),
        ("car", (2.0, 0.0)),
    ]
