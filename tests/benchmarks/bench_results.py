#!/usr/bin/env python3
"""Times the results page of a large evaluation, from the click to figures, charts and the wall in sight.

python tests/benchmarks/bench_results.py [PHOTOS]

Photos, annotations and predictions are made up (three damages a photo, one found, one missed, one sloppy); all figures
are computed by the program. CPU seconds and wall seconds are those of this process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Origin, Photo, Polygon, Region
from cardamage_core.jobs import evaluation_work, evaluations
from cardamage_core.models import registry
from cardamage_core.project import Project

LABELS = (Label("dent", "#56b4e9", "1"), Label("scratch", "#e69f00", "2"))
CORNERS = ((0, 0), (80, 10), (120, 60), (90, 110), (40, 120), (5, 70))


def outline(name: str, x: float, y: float, label: str, *, score: float | None = None) -> Region:
    """A region of six corners; a predicted one where there is a score."""
    origin = Origin() if score is None else Origin("predicted", model="damage", score=score)
    ring = tuple((x + dx, y + dy) for dx, dy in CORNERS)
    return Region(name, Polygon((ring,)), label, origin=origin)


def photo(number: int) -> AnnotatedPhoto:
    """A photo that is not there, with three damages; every tenth has none."""
    name = f"photo-{number:05}"
    regions = tuple(outline(f"{name} {i}", 150 * i, 200, LABELS[i % 2].name) for i in range(3 * bool(number % 10)))
    return AnnotatedPhoto(Photo(name, f"/nowhere/{name}.jpg", f"{name}.jpg", 800, 600, split="val"), regions)


def seen(number: int) -> tuple[Region, ...]:
    """What a model might have seen there: one right, one beside, one on nothing."""
    score = 0.05 + 0.9 * (number * 7919 % 1000) / 1000
    shift = number % 60
    return (
        outline("", shift / 4, 200, "dent", score=score),
        outline("", 150 + shift, 200, "scratch", score=1 - score),
        outline("", 500, 400, "dent", score=score / 2),
    )


def make(folder: Path, photos: int) -> Path:
    """A project with an evaluation of so many photos."""
    dataset = Dataset(tuple(map(photo, range(photos))), LABELS)
    with Project.create(folder) as project:
        project.add(dataset.photos, LABELS, "Import")
    made = evaluations.create(folder, registry.default(), dataset, split_name="val", threshold=0.5)
    lines = [msgspec.json.encode(evaluations.Seen(one.photo.id, seen(i))) for i, one in enumerate(dataset.photos)]
    (made / "predictions.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    begun = time.process_time()
    evaluation_work.carry_out(made, say=lambda *_: None, stop=lambda: False)
    print(f"measuring {photos} photos: {time.process_time() - begun:.1f} CPU s")
    return made


def until(ready: object) -> None:
    """Let the window work until something holds."""
    while not ready():  # type: ignore[operator]
        QTest.qWait(2)


def main(photos: int = 5000) -> None:
    """Make it, open it three times, print what it took."""
    from cardamage_gui.app import build
    from cardamage_gui.settings import Settings

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "project"
        make(folder, photos)
        built = build(QApplication([]), settings=Settings(Path(home) / "settings.json"))
        built.window.resize(1440, 900)
        built.window.show()
        built.projects.open(folder)
        built.window.show_page("train")
        page = built.train
        until(lambda: page._evaluations.items.rowCount() and page._models.items.rowCount())
        for number in range(3):
            page.show_data() if number else None
            QTest.qWait(1500)
            page._evaluation_view.forget()
            cpu, wall = time.process_time(), time.perf_counter()
            page._evaluations.setCurrentIndex(page._evaluations.items.index(0))
            until(page._evaluation_view._body.isVisible)
            page._evaluation_view.grab()
            took = time.process_time() - cpu, time.perf_counter() - wall
            print(f"opening {number + 1}: {took[0]:.2f} CPU s, {took[1]:.2f} s")
        built.window.close()
        built.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
