"""An adjuster's claim: photos dropped on the window, decided with keys, corrected, reported, and the same tomorrow."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.claims.claim import Claim
from cardamage_core.demo import samples
from cardamage_gui.app import build
from cardamage_gui.editing import outlining
from cardamage_gui.settings import Settings

LEFT, NONE, PLAIN = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


class Worker:
    """Sees a car, its hood and its door, and a dent and two scratches on every photo."""

    ready = True

    def __init__(self, *folders):
        pass

    def start(self):
        pass

    def close(self):
        pass

    def predict(self, photo_path, *, min_score):
        def seen(name, label, score, *box):
            model = "damage" if label in ("dent", "scratch") else "car-and-panels"
            origin = Origin("predicted", model=model, score=score)
            return Region(f"{name} {photo_path.name}", Rectangle(*map(float, box)), label, origin=origin)

        return (
            seen("car", "car", 0.99, 100, 100, 400, 200),
            seen("hood", "hood", 0.98, 100, 100, 200, 200),
            seen("door", "front door", 0.98, 300, 100, 200, 200),
            seen("wheel", "wheel", 0.98, 440, 160, 50, 40),
            seen("dent", "dent", 0.9, 120, 120, 100, 80),
            seen("scratch", "scratch", 0.8, 320, 220, 80, 20),
        )


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    """The window as at a first start: no project, none asked for."""
    made = []

    def start():
        built = build(qapp, settings=Settings(tmp_path / "settings.json"))
        qtbot.addWidget(built.window)
        built.window.resize(1280, 800)
        built.window.show()
        qtbot.waitActive(built.window)
        made.append(built)
        return built

    yield start
    for built in made:
        built.window.close()
        built.close()


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "phone"
    folder.mkdir()
    noise = np.random.default_rng(2)
    for name in ("front.jpg", "left.jpg"):
        Image.fromarray(noise.integers(0, 256, (400, 600, 3), dtype=np.uint8)).save(folder / name)
    return folder


def drop(widget, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(40, 40), copy, data, LEFT, PLAIN))
    QApplication.sendEvent(widget, QDropEvent(QPointF(40, 40), copy, data, LEFT, PLAIN))


def drag(canvas, start, end):
    for kind, at, button, buttons in (
        (QEvent.Type.MouseMove, start, NONE, NONE),
        (QEvent.Type.MouseButtonPress, start, LEFT, LEFT),
        (QEvent.Type.MouseMove, end, NONE, LEFT),
        (QEvent.Type.MouseButtonRelease, end, LEFT, NONE),
    ):
        here = QPointF(*canvas.viewport.to_screen(at))
        QApplication.sendEvent(canvas, QMouseEvent(kind, here, here, button, buttons, PLAIN))


def test_photos_in_and_a_report_out(window, photos, tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr(outlining, "predictor", Worker)
    built = window()
    built.window.show_page("inspect")
    page = built.inspect
    drop(page, photos)
    qtbot.waitUntil(lambda: page.desk.claim is not None and page.desk.decided() == (0, 4), timeout=15_000)
    qtbot.waitUntil(lambda: not page.queue.outlining.busy)
    canvas = page.viewer.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    for key in (Qt.Key.Key_Y, Qt.Key.Key_N, Qt.Key.Key_Y, Qt.Key.Key_Y):
        QTest.keyClick(canvas, key)
    assert page.desk.decided() == (4, 4)

    QTest.keyClick(canvas, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: page.findings.card.figure() == "10.0 %")  # the dent, 8,000 of 80,000 pixels
    canvas.select((page.desk.findings(page.session.current)[0].region.id,))
    QTest.keyClick(canvas, Qt.Key.Key_X)
    drag(canvas, (220, 200), (260, 200))
    qtbot.waitUntil(lambda: page.findings.card.figure() != "10.0 %")
    QTest.keyClick(canvas, Qt.Key.Key_X)
    corrected = page.findings.card.figure()

    QTest.keyClick(canvas, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = page.out.dialog
    dialog.folder.setText(str(tmp_path))
    for box in dialog.formats.values():
        box.setChecked(True)
    dialog.name.put("report")
    QTest.mouseClick(dialog.write, LEFT)
    qtbot.waitUntil(lambda: (tmp_path / "report.csv").exists() and page.out.strip.isHidden(), timeout=30_000)
    said = json.loads((tmp_path / "report.json").read_bytes())
    assert f"{said['photos'][0]['share']['percent']:.1f} %" == corrected
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.form.state_chosen.emit("done")
    folder = page.desk.claim.folder
    page.close_claim()
    built.window.close()
    built.close()

    again = window()
    again.window.show_page("inspect")
    qtbot.waitUntil(lambda: again.inspect.claims.model.rowCount() == 1)
    again.inspect.claims.opened.emit(folder.name)
    qtbot.waitUntil(lambda: again.inspect.findings.card.figure() == corrected)
    assert again.inspect.desk.state == "done"
    assert again.inspect.desk.decided() == (4, 4)
    assert [one.what for one in again.inspect.desk.claim.log].count("report") == 1


def test_the_model_in_the_box_outlines_a_drawn_car(window, tmp_path, qtbot):
    """The real process, on one of our own pictures."""
    samples.draw_splits(tmp_path, {"drawn": 1})
    photo = tmp_path / "drawn" / "drawn_001.jpg"
    built = window()
    built.window.show_page("inspect")
    page = built.inspect
    page.take([photo])
    qtbot.waitUntil(lambda: page.desk.claim is not None and bool(page.session.looks()), timeout=120_000)
    looks = page.session.looks()
    assert [look.problem for look in looks.values()] == [""]
    folder = page.desk.claim.folder
    page.close_claim()
    with Claim.open(folder, read_only=True) as claim:
        assert "outlined" in [one.what for one in claim.log] or not claim.regions(claim.photos()[0].id)
