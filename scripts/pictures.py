#!/usr/bin/env python3
"""Draws the pictures in docs/: drawn cars in an offscreen window, by real mouse and key events.

.venv/bin/python scripts/pictures.py                   the editor
.venv/bin/python scripts/pictures.py --demo .demo      Train and Inspect too, on what scripts/demo.sh left there
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from cardamage_core.annotations.shapes import bounds

if TYPE_CHECKING:
    from cardamage_gui.app import Built

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIZE = (1440, 900)
AROUND = (
    (-0.05, 0.15),
    (0.1, -0.12),
    (0.55, 0.1),
    (1.02, 0.55),
    (1.05, 0.95),
    (0.8, 1.1),
    (0.4, 0.75),
)  # of its bounds
HOLE = ((0.42, 0.3), (0.58, 0.38), (0.58, 0.58), (0.42, 0.5))


def main() -> None:
    """Draw all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, help="a folder that `cardamage demo` has filled")
    demo = parser.parse_args().demo
    app = QApplication([])
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = home  # the claim is none of the person's own
        with window(app, Path(home)) as built:
            the_editor(built, Path(home))
            the_claim(built, Path(home))
        if demo is not None:
            with window(app, Path(home)) as built:
                the_pages(built, demo / "project")


@contextmanager
def window(app: QApplication, home: Path) -> Iterator[Built]:
    """The real window, with settings of its own."""
    from cardamage_gui.app import build
    from cardamage_gui.settings import Settings

    settings = Settings(home / "settings.json")
    settings.set("theme", "dark")
    built = build(app, settings=settings)
    built.window.resize(*SIZE)
    built.window.show()
    yield built
    built.window.close()
    built.close()


def the_editor(built: Built, home: Path) -> None:
    """Annotate, and what a hand does there."""
    from cardamage_gui.projects import make_sample

    folder = home / "Sample cars"
    make_sample(folder, SimpleNamespace(cancelled=lambda: False, report=lambda *_: None))
    built.projects.open(folder)
    page, canvas = built.annotate, built.annotate.canvas
    settle(lambda: canvas.pixels is not None)
    QTest.keyClick(canvas, Qt.Key.Key_D)
    QTest.keyClick(canvas, Qt.Key.Key_D)
    settle(lambda: canvas.pixels is not None)
    dent = next(region for region in canvas.shown if region.label == "dent")
    canvas.select((dent.id,))
    hover(canvas, on(bounds(dent.shape), 0.5, 0.5))
    save(built.window, "annotate")
    the_tools(page, canvas, built.window)
    for show, name, typed in (
        (built.window.show_commands, "editor-palette", "reg"),
        (built.window.show_keys, "editor-keys", "photo"),
    ):
        show()
        dialog = next(one for one in built.window.findChildren(QDialog) if one.isVisible())
        QTest.keyClicks(dialog.findChild(QLineEdit), typed)
        save(dialog, name)
        dialog.close()


def the_tools(page: QWidget, canvas: QWidget, window: QWidget) -> None:
    """A scratch is outlined anew, gets a hole and is smoothed."""
    QTest.keyClick(canvas, Qt.Key.Key_A)
    QTest.keyClick(canvas, Qt.Key.Key_A)
    settle(lambda: canvas.pixels is not None)
    scratch = next(region for region in canvas.shown if region.label == "scratch")
    box = bounds(scratch.shape)
    canvas.select((scratch.id,))
    QTest.keyClick(canvas, Qt.Key.Key_Z)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    QTest.keyClick(canvas, Qt.Key.Key_3)  # the label "scratch"
    draw(page, Qt.Key.Key_P, [on(box, *at) for at in AROUND], close=False)
    hover(canvas, on(box, *AROUND[0]))
    save(canvas, "editor-polygon")
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QTest.keyClick(canvas, Qt.Key.Key_V)
    hover(canvas, on(box, *AROUND[2]))
    save(window, "editor-vertices")
    draw(page, Qt.Key.Key_C, [on(box, *at) for at in HOLE])
    QTest.keyClick(canvas, Qt.Key.Key_V)
    QTest.keyClick(canvas, Qt.Key.Key_S)
    page.drawing.editing.smooth_bar.round.setValue(1)
    save(canvas, "editor-smooth")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)


def the_pages(built: Built, project: Path) -> None:
    """Train, where something was trained."""
    built.projects.open(project)
    built.window.show_page("train")
    settle(lambda: built.train._models.items.rowCount() > 0)
    wait(3000)
    save(built.window, "train")


def the_claim(built: Built, home: Path) -> None:
    """Inspect, with a claim of drawn photos; what is damaged on them is outlined as the drawing knows it."""
    import msgspec

    from cardamage_core.annotations.labels import new_labels
    from cardamage_core.annotations.model import Origin
    from cardamage_core.demo import samples
    from cardamage_core.formats import read

    (file,) = samples.draw_splits(home, {"claim": 5}, seed=7).values()
    page, photos = built.inspect, sorted(file.parent.glob("*.jpg"))
    built.window.show_page("inspect")
    built.window.activateWindow()  # no window manager does so once dialogs are closed
    page.take(photos)
    settle(lambda: page.desk.claim is not None and len(page.session.looks()) == len(photos))
    truth = {one.photo.name: one.regions for one in read(file).photos}
    for photo in page.session.photos():
        regions = tuple(msgspec.structs.replace(one, origin=Origin()) for one in truth[photo.name])
        fresh = new_labels((one.label for one in regions), page.session.labels())
        before = page.session.regions(photo.id)
        parts = {label.name for label in page.session.labels() if label.role == "part"}
        after = (*(one for one in before if one.label in parts), *regions)
        page.session.edit(photo.id, before, after, "Draw", labels=fresh)
    page.form.fields["number"].setText("2026-1187")
    page.form.fields["number"].setModified(True)
    page.form.commit()
    page.desk.tick_view("front left", page.session.current)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Y, Qt.Key.Key_Y):
        QTest.keyClick(page.viewer.canvas, key)
    wait(2000)
    save(built.window, "inspect")


def draw(page: QWidget, tool: int, points: list[tuple[float, float]], *, close: bool = True) -> None:
    """Take a tool and click at points of the photo."""
    QTest.keyClick(page.canvas, tool)
    for point in points:
        hover(page.canvas, point)
        QTest.mouseClick(
            page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(page.canvas, point)
        )
    if close:
        QTest.keyClick(page.canvas, Qt.Key.Key_Return)


def hover(canvas: QWidget, point: tuple[float, float]) -> None:
    """Move the pointer to a point of the photo."""
    at = QPointF(place(canvas, point))
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


def place(canvas: QWidget, point: tuple[float, float]) -> QPoint:
    """Where a point of the photo lies on the canvas."""
    return QPoint(*(round(value) for value in canvas.viewport.to_screen(point)))


def on(box: tuple[float, float, float, float], x: float, y: float) -> tuple[float, float]:
    """A point of a box, given by shares of its sides."""
    return (box[0] + x * (box[2] - box[0]), box[1] + y * (box[3] - box[1]))


def save(widget: QWidget, name: str) -> None:
    """Wait until everything is said, then write the picture."""
    wait(600)
    widget.grab().save(str(PICTURES / f"{name}.png"))


def settle(ready: Callable[[], object]) -> None:
    """Let the window work until something is there."""
    while not ready():
        wait(20)
    wait(800)


def wait(milliseconds: int) -> None:
    """Let the window work."""
    QTest.qWait(milliseconds)


if __name__ == "__main__":
    main()
