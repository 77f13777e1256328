"""Writes drawn sample photos to disk, with annotations as VIA writes them.

FOLDER/train/train_001.jpg …  FOLDER/train/via_region_data.json      and the same for val
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
from shapely.geometry.base import BaseGeometry

from ..files import write_atomic
from . import damages, scene

ANNOTATIONS = "via_region_data.json"
SAMPLE = {"train": 9, "val": 3}
_QUALITY = 92  # of the JPEG files
VERSION = 4  # counts up when the same seed gives other photos
MOST_VERTICES = 40  # of an outline
TOLERANCE = 0.4  # pixels, at first
_UNDAMAGED = 8  # every eighth car is whole

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]
_Job = tuple[Path, int, int]


def draw_splits(
    folder: Path,
    counts: dict[str, int],
    *,
    seed: int = 0,
    processes: int = 1,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> dict[str, Path]:
    """Draw `counts` photos per split into `folder`; the result names each split's annotation file.

    The same seed gives the same photos, drawn by one process or by several. `progress` hears the share done (0…1);
    `cancelled` is asked before each photo and ends the work early, leaving out what was not drawn.
    """
    names = list(counts)
    jobs = {split: _jobs(folder / split, seed + 1000 * names.index(split), counts[split]) for split in names}
    entries: dict[str, dict[str, Any]] = {split: {} for split in names}
    total = max(1, sum(counts.values()))
    for done, (split, entry) in enumerate(_drawn(jobs, processes)):
        entries[split].update(entry)
        if progress is not None:
            progress((done + 1) / total)
        if cancelled is not None and cancelled():
            break
    files = {split: folder / split / ANNOTATIONS for split in names}
    for split, path in files.items():
        write_atomic(path, json.dumps(entries[split]).encode())
    return files


def write(folder: Path, *, progress: Progress | None = None, cancelled: Cancelled | None = None) -> tuple[Path, ...]:
    """Draw the photos of the sample project into `folder`; its annotation files (the folder names the split)."""
    return tuple(draw_splits(folder, SAMPLE, progress=progress, cancelled=cancelled).values())


def _jobs(folder: Path, seed: int, count: int) -> list[_Job]:
    return [(folder / f"{folder.name}_{i + 1:03d}.jpg", 1000 * seed + i, i) for i in range(count)]


def _drawn(jobs: dict[str, list[_Job]], processes: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Draw all photos; yields each one's split and annotation entry, in order."""
    splits = [split for split, of_split in jobs.items() for _ in of_split]
    flat = [job for of_split in jobs.values() for job in of_split]
    if processes <= 1 or len(flat) < 4:
        yield from zip(splits, map(_draw_one, flat), strict=True)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from zip(splits, pool.map(_draw_one, flat), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _draw_one(job: _Job) -> dict[str, Any]:
    """Draw and write one photo; its entry in the annotation file."""
    path, seed, number = job
    photo = scene.draw(seed, kinds=() if number % _UNDAMAGED == _UNDAMAGED - 1 else damages.KINDS)
    _, data = cv2.imencode(".jpg", photo.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    write_atomic(path, data.tobytes())
    regions = [_region(label, _ring(area)) for label, area in photo.outlines]
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


def _ring(area: BaseGeometry) -> list[tuple[float, float]]:
    """The outer ring of an area's largest part (a far mirror may stand apart), without its repeated last point.

    With as many vertices as a person would click: what moves the line least is dropped.
    """
    largest = max(getattr(area, "geoms", [area]), key=lambda part: part.area)
    tolerance, ring = TOLERANCE, largest.exterior
    while len(ring.coords) > MOST_VERTICES + 1:
        ring, tolerance = largest.exterior.simplify(tolerance), 1.3 * tolerance
    return [(float(x), float(y)) for x, y in ring.coords[:-1]]
