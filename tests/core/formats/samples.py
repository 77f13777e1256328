"""One small file of each format, for tests that break them."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Ellipse, Photo, Polygon, Rectangle, Region

RING = ((2.5, 2.0), (30.0, 4.25), (12.0, 30.0))
HOLED = Polygon((
    ((2.0, 2.0), (30.0, 2.0), (30.0, 30.0), (2.0, 30.0)),
    ((10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)),
))  # fmt: skip
REGIONS = (
    Region("1", Polygon((RING,)), "dent", {"depth": "tief", "seen": True}),
    Region("2", Rectangle(3.0, 4.0, 20.0, 10.0), "scratch"),
    Region("3", HOLED, "dent"),
    Region("4", Ellipse(20.0, 20.0, 9.0, 5.0, 0.5), "dent"),
)
DATASET = Dataset((
    AnnotatedPhoto(Photo("1", "a.png", "a.png", 60, 40, size=5, split="train"), REGIONS),
    AnnotatedPhoto(Photo("2", "b.png", "b.png", 60, 40, size=5, split="val")),
))  # fmt: skip
_ONLY_READ = {
    "via3": {
        "project": {"pid": "x"}, "config": {}, "view": {"1": {"fid_list": [4]}},
        "attribute": {"1": {"aname": "Class", "type": 4, "options": {"d": "Dent", "s": "Scratch"}}},
        "file": {"4": {"fid": 4, "fname": "a.png", "type": 2}},
        "metadata": {
            "a": {"vid": "1", "z": [], "xy": [7, 1, 2, 3, 4, 9, 8], "av": {"1": "d"}},
            "b": {"vid": "1", "z": [], "xy": [9, 0, 0, 4, 0, 4, 4], "av": {"1": "s"}},
        },
    },
    "vehide": {"a.png": {"name": "a.png", "regions": [{"all_x": [1, 3, 3], "all_y": [1, 1, 3], "class": "rach"}]}},
    "coco-runs": {
        "images": [{"id": 7, "file_name": "a.png", "width": 5, "height": 4}], "categories": [{"id": 3, "name": "dent"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 3, "segmentation": {"size": [4, 5], "counts": [5, 2, 2, 2, 9]}},
            {"id": 2, "image_id": 7, "category_id": 3, "segmentation": {"size": [4, 5], "counts": "52207"}},
        ],
    },
    "cvat-mask": (
        '<annotations><version>1.1</version><image id="0" name="a.png" width="60" height="40">'
        '<mask label="dent" rle="0,2,1,2,1" left="1" top="1" width="3" height="2"/>'
        '<points label="dent" points="1,2;3,4"/></image></annotations>'
    ),
}  # fmt: skip
KINDS = (*formats.WRITABLE, *_ONLY_READ)


def make(kind: str, folder: Path) -> Path:
    """A sample of one kind with its photos; the path to read."""
    folder.mkdir(parents=True)
    for name in ("a.png", "b.png"):
        Image.new("RGB", (60, 40)).save(folder / name)
    target = folder / "sample"
    content = _ONLY_READ.get(kind)
    if content is None:
        formats.write(DATASET, target, format=kind)
    else:
        target.write_text(content if isinstance(content, str) else json.dumps(content))
    return target


def files(path: Path) -> list[Path]:
    """The files of a sample."""
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
