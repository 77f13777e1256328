"""Small projects, annotation files and photos to attack."""

from __future__ import annotations

import hashlib
import json
import math
import random
from pathlib import Path

from PIL import Image

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Polygon, Region
from cardamage_core.project import Project

SIDE = 200


def photo(path: Path) -> Path:
    """A grey photo of 200 × 200."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (SIDE, SIDE), (90, 90, 90)).save(path)
    return path


def ring(numbers: random.Random, points: int = 6) -> tuple[tuple[float, float], ...]:
    """Random points around a random place in a photo, in whole numbers."""
    x, y = numbers.uniform(50, SIDE - 50), numbers.uniform(50, SIDE - 50)
    angles = sorted(numbers.uniform(0, 2 * math.pi) for _ in range(points))
    radii = [numbers.uniform(15, 50) for _ in range(points)]
    return tuple(
        (float(round(x + r * math.cos(a))), float(round(y + r * math.sin(a))))
        for a, r in zip(angles, radii, strict=True)
    )


def annotations(path: Path, numbers: random.Random, *, names: list[str], regions: int) -> Path:
    """A VIA 1 file with random polygons."""
    entries = {}
    for name in names:
        found = {}
        for index in range(regions):
            xs, ys = zip(*ring(numbers), strict=True)
            shape = {"name": "polygon", "all_points_x": [*xs, xs[0]], "all_points_y": [*ys, ys[0]]}
            found[str(index)] = {"shape_attributes": shape, "region_attributes": {"name": "dent"}}
        entries[f"{name}1"] = {"filename": name, "size": 1, "regions": found, "file_attributes": {}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries))
    return path


def project(folder: Path, numbers: random.Random, *, photos: int = 3, regions: int = 5) -> Path:
    """A project with random polygons on photos that are all one file."""
    path = photo(folder.parent / "photos" / "a.png")
    found = []
    for number in range(photos):
        shapes = tuple(Region(f"r{number}.{i}", Polygon((ring(numbers),)), "dent") for i in range(regions))
        name = f"p{number}"
        found.append(AnnotatedPhoto(Photo(name, str(path), f"{name}.png", SIDE, SIDE, split="train"), shapes))
    with Project.create(folder) as made:
        made.add(found, [Label("dent", "#ff0000", "1")], "Import")
    return folder


def content(opened: Project) -> str:
    """Photos, regions and labels of a project, as one word."""
    data = [(one.photo, one.regions) for one in opened.dataset().photos]
    return hashlib.sha256(repr((data, opened.labels())).encode()).hexdigest()[:16]
