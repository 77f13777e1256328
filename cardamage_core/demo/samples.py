"""How are drawn sample photos put on disk, with annotations as VIA writes them?

FOLDER/train/drawn_001.jpg …  FOLDER/train/via_region_data.json      and the same for val
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ..files import write_atomic
from . import cars

ANNOTATIONS = "via_region_data.json"
_QUALITY = 92  # of the JPEG files
_UNDAMAGED = 8  # every eighth car is whole
_WORKERS = 2

Progress = Callable[[float], None]


def draw_splits(
    folder: Path, counts: dict[str, int], *, seed: int = 0, progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Path]:  # fmt: skip
    """Draw `counts` photos per split into `folder`; the result names each split's annotation file.

    The same seed gives the same photos. `progress` hears the share done (0…1); `cancelled` is asked before each photo
    and ends the work early, leaving out what was not drawn.
    """
    total, done = sum(counts.values()), 0
    files: dict[str, Path] = {}
    for number, (split, count) in enumerate(counts.items()):
        entries: dict[str, Any] = {}
        jobs = [(folder / split / f"drawn_{i + 1:03d}.jpg", _seed(seed, number, i), i) for i in range(count)]
        with ThreadPoolExecutor(_WORKERS) as pool:
            for entry in pool.map(lambda job: _draw_one(*job, cancelled), jobs):
                entries.update(entry)
                done += 1
                if progress is not None:
                    progress(done / total)
        files[split] = folder / split / ANNOTATIONS
        write_atomic(files[split], json.dumps(entries).encode())
    return files


def _seed(seed: int, split: int, number: int) -> int:
    return 1_000_000 * seed + 10_000 * split + number


def _draw_one(path: Path, seed: int, number: int, cancelled: Callable[[], bool] | None) -> dict[str, Any]:
    """Draw and write one photo; its entry in the annotation file."""
    if cancelled is not None and cancelled():
        return {}
    photo = cars.draw(seed, kinds=() if number % _UNDAMAGED == _UNDAMAGED - 1 else cars.damages.KINDS)
    _, data = cv2.imencode(".jpg", photo.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    write_atomic(path, data.tobytes())
    regions = [_region(label, ring) for label, area in photo.outlines for ring in _rings(area)]
    entry = {
        "fileref": "",
        "size": len(data),
        "filename": path.name,
        "base64_img_data": "",
        "file_attributes": {},
        "regions": {str(i): region for i, region in enumerate(regions)},
    }
    return {f"{path.name}{len(data)}": entry}


def _region(label: str, ring: list[tuple[float, float]]) -> dict[str, Any]:
    xs, ys = ([round(p[axis], 2) for p in ring] for axis in (0, 1))
    shape = {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
    return {"shape_attributes": shape, "region_attributes": {"label": label}}


def _rings(area: BaseGeometry) -> list[list[tuple[float, float]]]:
    """The outer rings of an area's parts, without their repeated last point."""
    parts = [part for part in getattr(area, "geoms", [area]) if isinstance(part, Polygon) and part.area > 20]
    return [[(float(x), float(y)) for x, y in part.exterior.coords[:-1]] for part in parts]
