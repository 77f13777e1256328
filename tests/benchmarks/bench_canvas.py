"""How fast is the editor? CPU milliseconds as JSON, for 5,000 polygons of 50 vertices on a photo of 4000 × 3000 pixels.

    python tests/benchmarks/bench_canvas.py                       offscreen and, where Xvfb is installed, under it
    python tests/benchmarks/bench_canvas.py --platform here       on the display there is

Each figure is process time (all threads): the median and the worst of many runs where there can be several. Goals are
those of the editor's issue; labelme 6.3.1, measured on the same task, stands beside them. Process time is steadier than
the clock but not free of what else runs: on a machine with more to do than cores it grows, by half and more.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import shutil
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
from cardamage_gui import look, platform
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.background import Background
from cardamage_gui.session import Session
from cardamage_gui.widgets.dialogs import Dialogs

Figure = dict[str, float]
ZOOMS, STEPS, WALKS, HOVERS = 40, 40, 12, 240  # how often each is measured
GOALS = {
    "open to first paint": (900, 9500),
    "zoom repaint, whole photo": (60, 3258),
    "zoom repaint, 100 %": (60, 3258),
    "zoom repaint, turned, whole photo": (60, 3258),
    "zoom repaint, turned, 100 %": (60, 3258),
    "pan repaint": (60, 3258),
    "vertex drag step": (5, 3267),
    "release, edit on disk": (15, 5406),
    "undo": (20, 8645),
    "redo": (20, 8645),
    "hover": (1, 995),
    "peak memory, MB": (350, 539),
}


def main() -> None:
    """Measure in a process of its own for each platform, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=5000)
    parser.add_argument("--vertices", type=int, default=50)
    parser.add_argument("--platform", choices=["all", "here"], default="all")
    parser.add_argument("--make", type=Path, help="only make the project in this folder")
    args = parser.parse_args()
    if args.make:
        make_project(args.make, args.polygons, args.vertices)
    elif args.platform == "here":
        report(args.polygons, args.vertices)
    else:
        sizes = ["--polygons", str(args.polygons), "--vertices", str(args.vertices)]
        print(json.dumps([on_platform(name, sizes) for name in ("offscreen", "xcb")], indent=2))


def on_platform(name: str, sizes: list[str]) -> dict[str, object]:
    """What a process of its own measured, or why there is nothing."""
    command = [sys.executable, __file__, "--platform", "here", *sizes]
    if name == "xcb":
        if shutil.which("xvfb-run") is None:
            return {"platform": name, "not measured": "xvfb-run is not installed"}
        command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *command]
    made = subprocess.run(command, env=os.environ | {"QT_QPA_PLATFORM": name}, stdout=subprocess.PIPE, check=True)
    return json.loads(made.stdout)


def report(polygons: int, vertices: int) -> None:
    """Build the project, drive the page, print the figures."""
    platform.leave_out_gl(os.environ)
    app = QApplication([])
    look.apply(app, "dark")
    with tempfile.TemporaryDirectory() as folder:
        # by a process of its own, whose memory does not count
        sizes = ["--polygons", str(polygons), "--vertices", str(vertices)]
        subprocess.run([sys.executable, __file__, "--make", folder, *sizes], check=True)
        figures = measure(app, Path(folder) / "project")
    rows = {name: figure | {"goal": GOALS[name][0], "labelme": GOALS[name][1]} for name, figure in figures.items()}
    print(json.dumps({"platform": app.platformName(), "polygons": polygons, "figures": rows}, indent=2))


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


def measure(app: QApplication, folder: Path) -> dict[str, Figure]:
    """All figures, in the order of a person's work."""
    session, background = Session(), Background()
    page = AnnotatePage(session, background, Dialogs())
    page.resize(1378, 830)
    page.show()
    settle(app, background)
    figures = {"open to first paint": figure([cpu(lambda: open_project(app, session, page, folder))])}
    settle(app, background, seconds=3.0)
    figures |= looking(page)
    canvas = page.canvas
    region = session.regions("p")[2500]
    canvas.select([region.id])
    canvas.zoom_by(6.0, canvas.viewport.to_screen(region.shape.rings[0][0]))
    canvas.repaint()
    settle(app, background, seconds=0.5)
    figures |= editing(app, background, page, session, region)
    at = canvas.viewport.to_screen(region.shape.rings[0][10])
    figures["hover"] = figure([cpu(lambda i=i: hover(canvas, at[0] + i % 60, at[1])) for i in range(HOVERS)])
    figures["peak memory, MB"] = figure([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024])
    page.close()
    background.close()
    session.close()
    return figures


def looking(page: AnnotatePage) -> dict[str, Figure]:
    """Zoom and pan, upright and turned."""
    canvas, figures = page.canvas, {}

    def zoom(factor: float) -> None:
        canvas.zoom_by(factor)
        canvas.repaint()

    def pan() -> None:
        canvas.pan_by(24, 10)
        canvas.repaint()

    def zooms() -> Figure:
        canvas.repaint()
        return figure([cpu(lambda i=i: zoom(1.02 if i % 2 else 1 / 1.02)) for i in range(ZOOMS)])

    for turn, turned in ((1, "turned, "), (0, "")):
        canvas.rotate_to(turn)
        canvas.fit()
        figures[f"zoom repaint, {turned}whole photo"] = zooms()
        canvas.zoom_to(1.0)
        figures[f"zoom repaint, {turned}100 %"] = zooms()
    canvas.fit()
    canvas.repaint()
    figures["pan repaint"] = figure([cpu(pan) for _ in range(8)])
    canvas.fit()
    canvas.repaint()
    return figures


def open_project(app: QApplication, session: Session, page: AnnotatePage, folder: Path) -> None:
    """Open, until photo and regions have been painted."""
    loaded: list[str] = []
    page.loader.loaded.connect(lambda photo_id, _pixels: loaded.append(photo_id))
    session.open(folder)
    while not loaded:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    page.canvas.repaint()


def editing(
    app: QApplication, background: Background, page: AnnotatePage, session: Session, region: Region
) -> dict[str, Figure]:
    """Drag a vertex of a selected region by 40 steps, let go; then undo and redo again and again."""
    steps, releases, undos, redos = [], [], [], []
    for _ in range(WALKS):
        one_drag, release = drag(app, background, page, session, region)
        steps += one_drag
        releases.append(release)
        settle(app, background, seconds=0.3)
        for times, walk in ((undos, session.undo), (redos, session.redo), (undos, session.undo)):
            times.append(cpu(lambda walk=walk: (walk(), page.canvas.repaint())))
            settle(app, background, seconds=0.3)
    return {
        "vertex drag step": figure(steps),
        "release, edit on disk": figure(releases),
        "undo": figure(undos),
        "redo": figure(redos),
    }


def drag(
    app: QApplication, background: Background, page: AnnotatePage, session: Session, region: Region
) -> tuple[list[float], float]:
    """The times of the steps, and of letting go."""
    canvas = page.canvas
    x, y = canvas.viewport.to_screen(region.shape.rings[0][0])
    settle(app, background)
    mouse(canvas, QEvent.Type.MouseMove, x, y)
    mouse(canvas, QEvent.Type.MouseButtonPress, x, y)
    steps = [
        cpu(lambda i=i: (mouse(canvas, QEvent.Type.MouseMove, x + i, y + i), canvas.repaint()))
        for i in range(1, STEPS + 1)
    ]
    settle(app, background, seconds=0.3)
    release = cpu(lambda: (mouse(canvas, QEvent.Type.MouseButtonRelease, x + STEPS, y + STEPS), canvas.repaint()))
    assert session.regions("p")[2500] != region, "the drag must have moved the vertex"
    return steps, release


def mouse(canvas: object, kind: QEvent.Type, x: float, y: float) -> None:
    """One event of the left button."""
    at = QPointF(x, y)
    QApplication.sendEvent(
        canvas,
        QMouseEvent(kind, at, at, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
    )


def hover(canvas: object, x: float, y: float) -> None:
    """Move without a button, and paint what that changes."""
    at = QPointF(x, y)
    QApplication.sendEvent(
        canvas,
        QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            at,
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    QApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of the whole process."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def figure(times: list[float]) -> Figure:
    """The median, and where there are several the worst."""
    found = {"measured": round(statistics.median(times), 2)}
    return found | {"worst": round(max(times), 2), "runs": len(times)} if len(times) > 1 else found


def settle(app: QApplication, background: Background, *, seconds: float = 0.2) -> None:
    """Let what goes on in the background come to an end: process time counts it too."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.005)
        if background._open:
            until = max(until, time.monotonic() + 0.1)


if __name__ == "__main__":
    main()
