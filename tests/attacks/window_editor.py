"""A window in which somebody edits at random until it is killed: `python -m tests.attacks.window_editor FOLDER SEED`.

The events are those of a real mouse and keyboard, sent to the canvas. After each edit that the history tells, one line
is written: the state of all regions. The first line is the state that was found.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
from pathlib import Path

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.project import Project
from cardamage_gui.app import Built, build
from cardamage_gui.settings import Settings

from .samples import SIDE


def main(folder: Path, seed: int) -> None:
    """Edit for ever."""
    app = QApplication([])
    built = build(app, settings=Settings(folder.parent / "settings.json"))
    built.window.resize(1200, 800)
    built.window.show()
    built.window.show_page("annotate")
    built.projects.open(folder)
    app.processEvents()
    built.session.history_changed.connect(lambda: tell(built.session.project))
    tell(built.session.project)
    numbers = random.Random(seed)
    while True:
        edit(built, numbers)
        app.processEvents()


def tell(project: Project | None) -> None:
    """Acknowledge the state that an edit led to."""
    if project is not None:
        os.write(1, f"{state(project)}\n".encode())


def state(project: Project, *, without_last: bool = False) -> str:
    """All regions as one word; those before the last edit, which is taken back and carried out again."""
    if without_last and project.undo() is None:
        return ""
    found = [(photo.id, project.regions(photo.id)) for photo in project.photos()]
    if without_last:
        project.redo()
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def edit(built: Built, numbers: random.Random) -> None:
    """One gesture: draw, move, delete, undo, redo, or the next photo."""
    canvas = built.annotate.canvas
    kind = numbers.choice(("rectangle", "rectangle", "polygon", "point", "move", "delete", "undo", "redo", "next"))
    points = [(numbers.uniform(5, SIDE - 5), numbers.uniform(5, SIDE - 5)) for _ in range(4)]
    match kind:
        case "rectangle":
            QTest.keyClick(canvas, Qt.Key.Key_R)
            drag(canvas, points[:2])
        case "polygon":
            QTest.keyClick(canvas, Qt.Key.Key_P)
            for point in points:
                click(canvas, point)
            QTest.keyClick(canvas, Qt.Key.Key_Return)
        case "point":
            QTest.keyClick(canvas, Qt.Key.Key_I)
            click(canvas, points[0])
        case "move":
            QTest.keyClick(canvas, Qt.Key.Key_V)
            drag(canvas, points[:2])
        case "delete":
            QTest.keyClick(canvas, Qt.Key.Key_V)
            click(canvas, points[0])
            QTest.keyClick(canvas, Qt.Key.Key_Delete)
        case "next":
            QTest.keyClick(canvas, Qt.Key.Key_D if numbers.random() < 0.5 else Qt.Key.Key_A)
        case _:
            walk(built, kind)


def walk(built: Built, kind: str) -> None:
    """Undo or redo, but never the import."""
    if kind == "redo":
        QTest.keyClick(
            built.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
    elif built.session.project.undo_text != "Import":
        QTest.keyClick(built.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def click(canvas: object, point: tuple[float, float]) -> None:
    """Move there and click."""
    move(canvas, point)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(canvas, point))


def drag(canvas: object, points: list[tuple[float, float]]) -> None:
    """Press, move and let go."""
    move(canvas, points[0])
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(canvas, points[0]))
    for point in points[1:]:
        move(canvas, point, buttons=Qt.MouseButton.LeftButton)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(canvas, points[-1]))


def move(canvas: object, point: tuple[float, float], *, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """The mouse without a click."""
    here = QPointF(screen(canvas, point))
    QApplication.sendEvent(
        canvas,
        QMouseEvent(
            QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
        ),
    )


def screen(canvas: object, point: tuple[float, float]) -> QPoint:
    """Where a point of the photo lies on the canvas."""
    x, y = canvas.viewport.to_screen(point)
    return QPoint(round(x), round(y))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
