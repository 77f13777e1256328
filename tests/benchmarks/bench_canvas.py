"""How fast is the editor? CPU milliseconds as JSON, for 5,000 polygons of 50 vertices on a photo of 4000 × 3000 pixels.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_canvas.py      or under Xvfb without the variable

Each figure is process time (all threads), the median of several runs where there can be several. Goals are those of
the editor's issue; labelme 6.3.1, measured on the same task, stands beside them.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from qtpy.QtCore import QEvent, QEventLoop, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Polygon, Region
from cardamage_core.project import Project
from cardamage_gui import look
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.background import Background
from cardamage_gui.dialogs import Dialogs
from cardamage_gui.session import Session

GOALS = {
    "open to first paint": (900, 9500),
    "zoom repaint, whole photo": (60, 3258),
    "zoom repaint, 100 %": (60, 3258),
    "pan repaint": (60, 3258),
    "vertex drag step": (5, 3267),
    "release, edit on disk": (15, 5406),
    "undo": (20, 8645),
    "redo": (20, 8645),
    "hover": (1, 995),
    "peak memory, MB": (350, 539),
}


def main() -> None:
    """Build the project, drive the page, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=5000)
    parser.add_argument("--vertices", type=int, default=50)
    parser.add_argument("--make", type=Path, help="only make the project in this folder")
    args = parser.parse_args()
    if args.make:
        make_project(args.make, args.polygons, args.vertices)
        return
    app = QApplication([])
    look.apply(app, "dark")
    with tempfile.TemporaryDirectory() as folder:
        # by a process of its own, whose memory does not count
        sizes = ["--polygons", str(args.polygons), "--vertices", str(args.vertices)]
        subprocess.run([sys.executable, __file__, "--make", folder, *sizes], check=True)
        figures = measure(app, Path(folder) / "project")
    rows = {
        name: {"measured": round(value, 2), "goal": GOALS[name][0], "labelme": GOALS[name][1]}
        for name, value in figures.items()
    }
    print(json.dumps({"platform": app.platformName(), "polygons": args.polygons, "figures": rows}, indent=2))


def make_project(folder: Path, polygons: int, vertices: int) -> None:
    """One photo of noise over a gradient, with polygons of 15 to 45 pixels' radius all over it."""
    rng, numbers = random.Random(1), np.random.default_rng(1)
    ramp = np.linspace(40, 200, 4000)[None, :, None] + numbers.integers(0, 20, (3000, 4000, 3))
    Image.fromarray(ramp.astype(np.uint8)).save(folder / "photo.jpg", quality=90)
    regions = tuple(Region(f"r{i}", star(rng, vertices), rng.choice("abc")) for i in range(polygons))
    labels = (Label("a", "#56B4E9", "1"), Label("b", "#E69F00", "2"), Label("c", "#F0605A", "3"))
    with Project.create(folder / "project") as project:
        photo = Photo("p", str(folder / "photo.jpg"), "photo.jpg", 4000, 3000)
        project.add([AnnotatedPhoto(photo, regions)], labels, "Import")


def star(rng: random.Random, vertices: int) -> Polygon:
    """A wavy round polygon somewhere on the photo."""
    cx, cy, r = rng.uniform(50, 3950), rng.uniform(50, 2950), rng.uniform(15, 45)
    angles = [2 * math.pi * i / vertices for i in range(vertices)]
    radii = [r * (0.8 + 0.2 * math.sin(5 * a)) for a in angles]
    return Polygon((tuple((cx + q * math.cos(a), cy + q * math.sin(a)) for a, q in zip(angles, radii, strict=True)),))


def measure(app: QApplication, folder: Path) -> dict[str, float]:
    """All figures, in the order of a person's work."""
    session, background = Session(), Background()
    page = AnnotatePage(session, background, Dialogs())
    page.resize(1378, 830)
    page.show()
    settle(app)
    figures = {"open to first paint": cpu(lambda: open_project(app, session, page, folder))}
    settle(app, seconds=3.0)
    canvas = page.canvas

    def zoom(factor: float) -> None:
        canvas.zoom_by(factor)
        canvas.repaint()

    def pan() -> None:
        canvas._set_viewport(canvas.viewport.panned(24, 10))
        canvas.repaint()

    figures["zoom repaint, whole photo"] = median([lambda: zoom(1.02), lambda: zoom(1 / 1.02)] * 4)
    figures["pan repaint"] = median([pan] * 8)
    canvas.zoom_to(1.0)
    canvas.repaint()
    figures["zoom repaint, 100 %"] = median([lambda: zoom(1.02), lambda: zoom(1 / 1.02)] * 4)
    canvas.fit()
    canvas.repaint()
    region = session.regions("p")[2500]
    canvas.select([region.id])
    canvas.zoom_by(6.0, canvas.viewport.to_screen(region.shape.rings[0][0]))
    canvas.repaint()
    settle(app, seconds=0.5)
    figures |= drag(app, page, session, region)
    settle(app, seconds=2.0)
    figures["undo"] = cpu(lambda: (session.undo(), canvas.repaint()))
    settle(app, seconds=2.0)
    figures["redo"] = cpu(lambda: (session.redo(), canvas.repaint()))
    settle(app, seconds=2.0)
    at = canvas.viewport.to_screen(region.shape.rings[0][10])
    figures["hover"] = median([lambda i=i: hover(canvas, at[0] + i, at[1]) for i in range(60)])
    figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    page.close()
    background.close()
    session.close()
    return figures


def open_project(app: QApplication, session: Session, page: AnnotatePage, folder: Path) -> None:
    """Open, until photo and regions have been painted."""
    loaded: list[str] = []
    page._loader.loaded.connect(lambda photo_id, _pixels: loaded.append(photo_id))
    session.open(folder)
    while not loaded:
        app.processEvents(QEventLoop.WaitForMoreEvents)
    page.canvas.repaint()


def drag(app: QApplication, page: AnnotatePage, session: Session, region: Region) -> dict[str, float]:
    """Drag a vertex of a selected region by 40 steps."""
    canvas = page.canvas
    x, y = canvas.viewport.to_screen(region.shape.rings[0][0])
    mouse(canvas, QEvent.MouseMove, x, y)
    mouse(canvas, QEvent.MouseButtonPress, x, y)
    steps = [lambda i=i: (mouse(canvas, QEvent.MouseMove, x + i, y + i), canvas.repaint()) for i in range(1, 41)]
    step = median(steps)
    settle(app, seconds=0.3)
    release = cpu(lambda: (mouse(canvas, QEvent.MouseButtonRelease, x + 40, y + 40), canvas.repaint()))
    assert session.regions("p")[2500] != region, "the drag must have moved the vertex"
    return {"vertex drag step": step, "release, edit on disk": release}


def mouse(canvas: object, kind: QEvent.Type, x: float, y: float) -> None:
    """One event of the left button."""
    at = QPointF(x, y)
    QApplication.sendEvent(canvas, QMouseEvent(kind, at, at, Qt.LeftButton, Qt.LeftButton, Qt.NoModifier))


def hover(canvas: object, x: float, y: float) -> None:
    """Move without a button, and paint what that changes."""
    at = QPointF(x, y)
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.MouseMove, at, at, Qt.NoButton, Qt.NoButton, Qt.NoModifier))
    canvas.repaint()


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of the whole process."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def median(works: list[Callable[[], object]]) -> float:
    """The median of one run each."""
    return statistics.median(cpu(work) for work in works)


def settle(app: QApplication, *, seconds: float = 0.2) -> None:
    """Let what goes on in the background come to an end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
