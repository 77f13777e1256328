"""How fast is a large project? Milliseconds as JSON, for 100,000 photos with two regions each.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_project.py      or under Xvfb without the variable

Goals are those of the editor's issue: open within 3 s, the next photo within 150 ms, search as you type within 100 ms.
Each figure is CPU time of the process and, beside it, the time on the clock. All photos are one file of 4000 × 3000.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from qtpy.QtCore import QEventLoop
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Rectangle, Region
from cardamage_core.project import Project
from cardamage_gui import look
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.background import Background
from cardamage_gui.session import Session
from cardamage_gui.widgets.dialogs import Dialogs

GOALS = {"open": 3000, "next photo": 150, "search, per key": 100, "accept, then next unreviewed": 150}
Figure = tuple[float, float]  # CPU and clock, ms


def main() -> None:
    """Build the project in a process of its own, drive the page, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--make", type=Path, help="only make the project in this folder")
    args = parser.parse_args()
    if args.make:
        make_project(args.make, args.photos)
        return
    app = QApplication([])
    look.apply(app, "dark")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "--make", folder, "--photos", str(args.photos)], check=True)
        figures = measure(app, Path(folder) / "project")
    rows = {
        name: {"cpu ms": round(cpu, 1), "clock ms": round(clock, 1), "goal": GOALS[name]}
        for name, (cpu, clock) in figures.items()
    }
    print(json.dumps({"platform": app.platformName(), "photos": args.photos, "figures": rows}, indent=2))


def make_project(folder: Path, photos: int) -> None:
    """One file, many photos that are this file under names of their own."""
    Image.fromarray(np.full((3000, 4000, 3), 120, np.uint8)).save(folder / "photo.jpg", quality=80)
    path, labels = str(folder / "photo.jpg"), (Label("dent", "#56B4E9", "1"), Label("scratch", "#E69F00", "2"))
    annotated = [
        AnnotatedPhoto(
            Photo(f"p{i:06}", path, f"car_{i:06}.jpg", 4000, 3000, split="val" if i % 10 == 0 else "train"),
            tuple(Region(f"r{i}{label.name}", Rectangle(10.0, 10.0, 400.0, 300.0), label.name) for label in labels),
        )
        for i in range(photos)
    ]
    with Project.create(folder / "project") as project:
        project.add(annotated, labels, "Import")


def measure(app: QApplication, folder: Path) -> dict[str, Figure]:
    """All figures, in the order of a person's work."""
    session, background = Session(), Background()
    page = AnnotatePage(session, background, Dialogs())
    page.resize(1378, 830)
    page.show()
    settle(app, 0.3)
    shown: list[str] = []
    page.loader.loaded.connect(lambda photo_id, _pixels: shown.append(photo_id))

    def until_shown(do: Callable[[], object]) -> None:
        shown.clear()
        do()
        while session.current not in shown:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        page.repaint()

    figures = {"open": timed(lambda: until_shown(lambda: session.open(folder)))}
    checked: list[bool] = []
    page._checking.changed.connect(lambda: checked.append(True))
    begun = time.monotonic()
    while not checked and time.monotonic() - begun < 180:  # the problems of all photos, in the background
        settle(app, 0.1)
    settle(app, 1.0)
    figures["next photo"] = middle([lambda: until_shown(page.next_photo) for _ in range(5)], app)
    figures["search, per key"] = worst(
        [lambda key=key: (QTest.keyClicks(page.photos.search, key), page.repaint()) for key in "car_0543"], app
    )
    page.photos.search.clear()
    settle(app, 1.0)
    figures["accept, then next unreviewed"] = middle([lambda: until_shown(page.accept_photo) for _ in range(5)], app)
    page.close()
    background.close()
    session.close()
    return figures


def timed(work: Callable[[], object]) -> Figure:
    """CPU and clock milliseconds."""
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - clock)


def middle(works: list[Callable[[], object]], app: QApplication) -> Figure:
    """The middle one of several."""
    return _each(works, app)[len(works) // 2]


def worst(works: list[Callable[[], object]], app: QApplication) -> Figure:
    """The slowest of several."""
    return _each(works, app)[-1]


def _each(works: list[Callable[[], object]], app: QApplication) -> list[Figure]:
    figures = []
    for work in works:
        figures.append(timed(work))
        settle(app, 0.7)
    return sorted(figures)


def settle(app: QApplication, seconds: float) -> None:
    """Let what goes on in the background come to an end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
