"""One bad item in a file is a problem that is told, and the rest comes in."""

import base64
import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cardamage_core import formats
from cardamage_core.errors import FormatError

RECTANGLE = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}
GOOD = {"filename": "a.jpg", "size": 1, "regions": [{"shape_attributes": RECTANGLE, "region_attributes": {}}]}


def png(width, height, mode=0):
    """A PNG that claims a size and holds next to nothing."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, mode, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def noise(value=255, side=900):
    """A mask that is noise: more edges than anybody would follow."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 2, (side, side), np.uint8) * np.uint8(value)).save(file, "PNG")
    return file.getvalue()


def labelme(mask=None, **more):
    shape = {"label": "dent", "points": [[0, 0], [9, 0], [9, 9]], "shape_type": "polygon"}
    shapes = [shape]
    if mask is not None:
        data = base64.b64encode(mask).decode() if isinstance(mask, bytes) else mask
        shapes.append({"label": "dent", "points": [[0, 0], [9, 9]], "shape_type": "mask", "mask": data})
    return json.dumps({"imagePath": "a.jpg", "shapes": shapes} | more)


MASKS = {
    "60000 × 60000": png(60_000, 60_000),
    "20000 × 20000": png(20_000, 20_000),
    "cut off": png(50, 50)[:-30],
    "a palette without one": png(50, 50, 3),
    "noise": noise(),
    "no PNG": b"GIF89a",
    "no base64": "???",
    "a number": 7,
}


@pytest.mark.parametrize("name", MASKS)
def test_a_hostile_mask_of_labelme_is_left_out(tmp_path, name):
    (tmp_path / "a.json").write_text(labelme(MASKS[name]))
    reading = formats.read_with_problems(tmp_path / "a.json")
    assert [len(one.regions) for one in reading.dataset.photos] == [1]
    assert [problem.code for problem in reading.problems] == ["unreadable-region"]


def folder_of_labelme(folder, bad):
    (folder / "a.json").write_text(labelme())
    (folder / "b.json").write_text(bad)
    return folder


def voc(folder, bad):
    for name in ("SegmentationClass", "SegmentationObject"):
        (folder / name).mkdir()
        values = np.zeros((20, 20), np.uint8)
        values[5:9, 5:9] = 1
        Image.fromarray(values).save(folder / name / "a.png")
        (folder / name / "b.png").write_bytes(bad)
    return folder


def written(folder, name, data):
    (folder / name).write_text(data if isinstance(data, str) else json.dumps(data))
    return folder / name


COCO = {
    "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
    "categories": [{"id": 1, "name": "dent"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
}
HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
ROW = '%s,5,"{}",1,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":3,""height"":4}","{}"\n'
BOX = '<box label="dent" xtl="1" ytl="2" xbr="3" ybr="4"/>'
XML = f'<annotations><image id="0" name="a.jpg">{BOX}</image>%s</annotations>'
SHAPE = {"all_x": [1, 2, 3], "all_y": [1, 2, 1], "class": "dent"}
VIA3 = {
    "project": {}, "attribute": {}, "view": {"1": {"fid_list": [1]}, "2": {"fid_list": [2]}},
    "file": {"1": {"fname": "a.jpg"}, "2": {"fname": 7}},
    "metadata": {"x": {"vid": "1", "xy": [2, 1, 2, 3, 4]}},
}  # fmt: skip
BAD = {
    "labelme: a broken file": lambda folder: folder_of_labelme(folder, '{"imagePath": "b.jpg", "shapes": ['),
    "labelme: no name": lambda folder: folder_of_labelme(folder, labelme(imagePath=7)),
    "labelme: nested": lambda folder: folder_of_labelme(folder, '{"imagePath": ' + "[" * 9999),
    "voc: too large": lambda folder: voc(folder, png(60_000, 60_000)),
    "voc: no image": lambda folder: voc(folder, b"no"),
    "voc: cut off": lambda folder: voc(folder, png(20, 20)[:40]),
    "voc: noise": lambda folder: voc(folder, noise(1)),
    "coco: an image without a name": lambda folder: written(
        folder, "a.json", COCO | {"images": [*COCO["images"], {"id": 3}]}
    ),
    "coco: no annotation": lambda folder: written(folder, "a.json", COCO | {"annotations": [*COCO["annotations"], 7]}),
    "via: no entry": lambda folder: written(folder, "a.json", {"a": GOOD, "b": 7}),
    "via: no name": lambda folder: written(folder, "a.json", {"a": GOOD, "b": GOOD | {"filename": 7}}),
    "via: regions": lambda folder: written(folder, "a.json", {"a": GOOD, "b": GOOD | {"regions": "many"}}),
    "via: attributes": lambda folder: written(folder, "a.json", {"a": GOOD, "b": GOOD | {"file_attributes": 3}}),
    "via project": lambda folder: written(
        folder, "a.json", {"_via_settings": {}, "_via_attributes": {}, "_via_img_metadata": {"a": GOOD, "b": []}}
    ),
    "via csv: too few cells": lambda folder: written(folder, "a.csv", HEADER + ROW % "a.jpg" + "b.jpg,5\n"),
    "via csv: no JSON": lambda folder: written(
        folder, "a.csv", HEADER + ROW % "a.jpg" + (ROW % "b.jpg").replace("rect", "rect{")[:-20] + '"{"\n'
    ),
    "via csv: no name": lambda folder: written(folder, "a.csv", HEADER + ROW % "a.jpg" + ROW % ""),
    "cvat: no name": lambda folder: written(folder, "a.xml", XML % "<image/>"),
    "vehide: no entry": lambda folder: written(folder, "a.json", {"a.jpg": {"regions": [SHAPE]}, "b.jpg": 7}),
    "via3: no name": lambda folder: written(folder, "a.json", VIA3),
}


@pytest.mark.parametrize("name", BAD)
def test_the_rest_comes_in(tmp_path, name):
    reading = formats.read_with_problems(BAD[name](tmp_path))
    assert [one.photo.name for one in reading.dataset.photos if one.regions] == ["a.jpg"]
    assert "unreadable-region" in {problem.code for problem in reading.problems}


def test_where_nothing_else_is_there_it_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="cannot be understood"):
        formats.read(written(tmp_path, "a.json", {"a": GOOD | {"regions": [7]}}))
    with pytest.raises(FormatError, match="is not JSON"):
        formats.read(written(tmp_path, "b.json", labelme()[:-9]).parent, format="labelme")


def test_photos_without_regions_come_in_beside_a_bad_item(tmp_path):
    entries = {"a": GOOD | {"regions": []}, "b": 7, "c": GOOD | {"filename": "c.jpg", "regions": []}}
    reading = formats.read_with_problems(written(tmp_path, "a.json", entries))
    assert [one.photo.name for one in reading.dataset.photos] == ["a.jpg", "c.jpg"]
