"""What other programs read in our exports: pycocotools and labelme, where a Python has them.

`CARDAMAGE_CONSUMERS` names an interpreter that has these packages; without one that of the tests is asked.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from cardamage_core import formats
from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import (
    AnnotatedPhoto,
    Circle,
    Dataset,
    Ellipse,
    Label,
    Photo,
    Polygon,
    Rectangle,
    Region,
    Shape,
)

from . import samples
from .harness import Run, fail

VARIABLE = "CARDAMAGE_CONSUMERS"
AT_ONCE = 25  # files given to a process, for starting one takes seconds
COCO = """
import contextlib, json, os, sys
from pycocotools.coco import COCO
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(open(os.devnull, "w")):
        coco = COCO(path)
    areas = [[int(coco.annToMask(a).sum()), a["area"], a["bbox"]] for a in coco.loadAnns(coco.getAnnIds())]
    names = [c["name"] for c in coco.loadCats([a["category_id"] for a in coco.loadAnns(coco.getAnnIds())])]
    print(json.dumps([areas, names]))
"""
LABELME = """
import json, sys
try:
    from labelme.label_file import LabelFile
except ImportError:
    from labelme._label_file import LabelFile
for path in sys.argv[1:]:
    found = LabelFile(path)
    print(json.dumps([[s["label"], s["shape_type"], [list(map(float, p)) for p in s["points"]]] for s in found.shapes]))
"""


def coco(run: Run) -> None:
    """pycocotools draws each region: as many pixels as it covers, within the width of its outline."""

    def check(dataset: Dataset, found: list) -> None:
        areas, names = found
        regions = dataset.photos[0].regions
        if names != [region.label for region in regions]:
            fail(f"labels {names}")
        for (pixels, told, box), region in zip(areas, regions, strict=True):
            area = shapes.area(region.shape)
            if abs(told - area.area) > 0.01 or abs(pixels - area.area) > area.length + 4:
                fail(f"{pixels} pixels, area {told}, expected {area.area}")
            if any(abs(a - b) > 0.01 for a, b in zip(box, _box(region.shape), strict=True)):
                fail(f"bbox {box}")

    _ask(run, "coco", "pycocotools", COCO, lambda out: out, check)


def labelme(run: Run) -> None:
    """labelme's own reader finds the labels and points."""

    def check(dataset: Dataset, found: list) -> None:
        ours = formats.read(_last[0]).photos[0].regions
        if [label for label, _, _ in found] != [region.label for region in dataset.photos[0].regions]:
            fail(f"labels {[label for label, _, _ in found]}")
        if len(ours) != len(found):
            fail("labelme sees another number of shapes than we do")

    _ask(run, "labelme", "labelme", LABELME, lambda out: out / "a.json", check)


_last: list[Path] = []


def _box(shape: Shape) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = shapes.bounds(shape)
    return x0, y0, x1 - x0, y1 - y0


def _ask(run: Run, kind: str, package: str, program: str, file_in, check) -> None:
    python = os.environ.get(VARIABLE, sys.executable)
    if subprocess.run([python, "-c", f"import {package}"], capture_output=True).returncode:
        run.note(f"{package} is not installed")
        return
    waiting: list[tuple[int, Dataset, Path]] = []
    for seed, numbers in run.each():
        dataset = _dataset(numbers, simple=kind == "labelme")
        out = run.fresh(f"{kind}{seed % AT_ONCE}") / "out"
        formats.write(dataset, out, format=kind)
        if kind == "labelme":
            samples.photo(out / "a.png")
        waiting.append((seed, dataset, file_in(out)))
        if len(waiting) == AT_ONCE or seed == run.first + run.tries - 1:
            _compare(run, python, program, waiting, check)
            waiting = []


def _compare(run: Run, python: str, program: str, waiting: list[tuple[int, Dataset, Path]], check) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [python, "-c", program, *(str(path) for _, _, path in waiting)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = done.stdout.splitlines()
    for number, (seed, dataset, path) in enumerate(waiting):
        with run.one(seed):
            if number >= len(lines):
                fail(f"not read: {done.stderr[-400:]}")
            _last[:] = [path]
            check(dataset, json.loads(lines[number]))
            run.note("read alike")


def _dataset(numbers: random.Random, *, simple: bool) -> Dataset:
    """One photo with simple polygons, boxes, circles, ellipses, polygons with a hole; one part each."""
    regions = []
    for number in range(numbers.randint(1, 6)):
        x, y, w, h = (numbers.uniform(a, b) for a, b in ((5, 90), (5, 90), (20, 100), (20, 100)))
        square = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        hole = tuple((x + w / 4 + px * w / 2, y + h / 4 + py * h / 2) for px, py in ((0, 0), (1, 0), (1, 1), (0, 1)))
        choices: list[Shape] = [
            Polygon((square,)),
            Polygon((((x, y), (x + w, y + h / 3), (x + w / 2, y + h)),)),
            Rectangle(x, y, w, h),
            Circle(x + 30, y + 30, 30),
            Ellipse(x + 40, y + 40, 40, 20, numbers.uniform(0, 3)),
        ]
        shape = numbers.choice(choices if simple else [*choices, Polygon((square, hole))])
        regions.append(Region(f"r{number}", shape, numbers.choice(("dent", "scratch", "Delle ü"))))
    photo = Photo("1", "a.png", "a.png", samples.SIDE, samples.SIDE, size=1)
    labels = tuple(Label(name, "#ff0000") for name in ("dent", "scratch", "Delle ü"))
    return Dataset((AnnotatedPhoto(photo, tuple(regions)),), labels)
