"""The editor beside labelme 7 on one task in one run: CPU milliseconds as JSON, and how much longer labelme takes.

    python tests/benchmarks/bench_labelme.py LABELME_PYTHON [--polygons 5000] [--vertices 50]

LABELME_PYTHON is the Python (3.12 or later) of an environment of its own with `pip install labelme==7.9.1`. Both open
the photo and polygons of `bench_canvas` (at least 2,501), on Qt's offscreen platform, and are driven by the same
events, zoomed in for hovering and dragging; figures are process time of all threads. labelme's are medians of few
runs, since each takes long. labelme writes its file when it is told to: its release does not reach the disk.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS, STEPS, HOVERS = 5, 6, 20


def main() -> None:
    """Measure both in processes of their own, print the figures side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="LABELME_PYTHON; `inside` with FILE measures labelme in this process")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--polygons", type=int, default=5000)
    parser.add_argument("--vertices", type=int, default=50)
    given = parser.parse_args()
    if given.python == "inside":
        print("RESULT" + json.dumps(labelme(given.file)))
        return
    ours = ours_beside(given)  # first: the making of the photo would count as its memory
    theirs = labelme_beside(given)
    rows = {
        name: {"ours": ours[name]["measured"], "labelme": value, "times": round(value / ours[name]["measured"], 1)}
        for name, value in theirs.items()
    }
    print(json.dumps({"polygons": given.polygons, "vertices": given.vertices, "figures": rows}, indent=2))


def ours_beside(given: argparse.Namespace) -> dict[str, dict[str, float]]:
    """What `bench_canvas` measures."""
    command = [sys.executable, str(Path(__file__).with_name("bench_canvas.py")), "--platform", "here"]
    command += ["--polygons", str(given.polygons), "--vertices", str(given.vertices)]
    made = subprocess.run(
        command, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.PIPE, check=True
    )
    return json.loads(made.stdout)["figures"]


def labelme_beside(given: argparse.Namespace) -> dict[str, float]:
    """Write the task as labelme's JSON and measure labelme on it."""
    import numpy as np
    from bench_canvas import star
    from PIL import Image

    with tempfile.TemporaryDirectory() as name:
        folder, rng, numbers = Path(name), random.Random(1), np.random.default_rng(1)
        ramp = np.linspace(40, 200, 4000)[None, :, None] + numbers.integers(0, 20, (3000, 4000, 3))
        Image.fromarray(ramp.astype(np.uint8)).save(folder / "photo.jpg", quality=90)
        shapes = [
            {"label": rng.choice("abc"), "points": star(rng, given.vertices).rings[0], "group_id": None,
             "shape_type": "polygon", "flags": {}} for _ in range(given.polygons)
        ]  # fmt: skip
        task = {"version": "7.9.1", "flags": {}, "shapes": shapes, "imagePath": "photo.jpg", "imageData": None,
                "imageHeight": 3000, "imageWidth": 4000}  # fmt: skip
        (folder / "photo.json").write_text(json.dumps(task))
        command = [given.python, __file__, "inside", str(folder / "photo.json")]
        env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": name, "XDG_CONFIG_HOME": name}
        made = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(made.stdout.split("RESULT")[1])


def labelme(path: str) -> dict[str, float]:
    """labelme's figures; everything is driven through its own window."""
    from labelme._app import MainWindow
    from PySide6.QtWidgets import QApplication

    app = QApplication([])
    window = MainWindow(config_file=None, config_overrides={"auto_save": False}, file_or_dir=None, output_dir=None)
    window.resize(1378, 830)
    window.show()
    settle(app)
    canvas = window._canvas_widgets.canvas
    figures = {"open to first paint": cpu(lambda: (window._load_file(image_or_label_path=path), canvas.repaint()))}
    settle(app)
    assert len(canvas.shapes) > 0, "labelme must have read the polygons"

    def zoom(factor: float) -> None:
        window._add_zoom(increment=factor, pos=None)
        canvas.repaint()

    times = [cpu(lambda i=i: zoom(1.02 if i % 2 else 1 / 1.02)) for i in range(RUNS)]
    figures["zoom repaint, whole photo"] = statistics.median(times)
    figures |= dragging(app, window, canvas)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    figures["peak memory, MB"] = int(status["VmHWM"].split()[0]) / 1024  # of this program alone, not of its starter
    return {name: round(value, 2) for name, value in figures.items()}


def dragging(app, window, canvas) -> dict[str, float]:
    """Hover, drag a vertex of a selected polygon, let go, undo."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent

    for _ in range(4):
        window._add_zoom(increment=1.5, pos=None)
    settle(app)
    first = in_view(canvas)
    at = canvas.transform_image_point_to_widget(first)

    def mouse(kind, dx, dy, button) -> None:
        where = QPointF(at.x() + dx, at.y() + dy)
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        event = QMouseEvent(kind, where, canvas.mapToGlobal(where), button, held, Qt.KeyboardModifier.NoModifier)
        send(canvas, event)

    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    hovers = [cpu(lambda i=i: (mouse(QEvent.Type.MouseMove, i % 5, 0, none), canvas.repaint())) for i in range(HOVERS)]
    mouse(QEvent.Type.MouseMove, 0, 0, none)
    before = outlines(canvas)
    mouse(QEvent.Type.MouseButtonPress, 0, 0, left)
    steps = [cpu(lambda i=i: (mouse(QEvent.Type.MouseMove, i, i, left), canvas.repaint())) for i in range(1, STEPS)]
    release = cpu(lambda: (mouse(QEvent.Type.MouseButtonRelease, STEPS, STEPS, left), canvas.repaint()))
    changed = sum(one != other for one, other in zip(before, outlines(canvas), strict=True))
    assert changed == 1, f"the drag must have changed one polygon, not {changed}"
    settle(app)
    undo = cpu(lambda: (window.undo_shape_edit(), canvas.repaint()))
    assert outlines(canvas) == before, "undo must have moved it back"
    return {"hover": statistics.median(hovers), "vertex drag step": statistics.median(steps),
            "release, edit on disk": release, "undo": undo}  # fmt: skip


def in_view(canvas):
    """The first point of a polygon in the middle of what is seen of the photo."""
    rectangle = canvas.visibleRegion().boundingRect().adjusted(100, 100, -100, -100)
    points = (point_of(shape.points[0]) for shape in canvas.shapes)
    return next(p for p in points if rectangle.contains(canvas.transform_image_point_to_widget(p).toPoint()))


def outlines(canvas) -> list[list[tuple[float, float]]]:
    """The points of every polygon."""
    return [[(point_of(p).x(), point_of(p).y()) for p in shape.points] for shape in canvas.shapes]


def point_of(point):
    """A point of a shape as Qt's."""
    from PySide6.QtCore import QPointF

    return point if hasattr(point, "x") else QPointF(*point)


def send(target, event) -> None:
    from PySide6.QtWidgets import QApplication

    QApplication.sendEvent(target, event)


def cpu(work) -> float:
    """CPU milliseconds of the whole process."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def settle(app, seconds: float = 0.5) -> None:
    """Let what goes on come to an end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
