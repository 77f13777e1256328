"""Correcting on the Inspect page, wiping, blurring: real events on the canvas."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.shapes import bounds


def screen(canvas, x, y):
    sx, sy = canvas.viewport.to_screen((x, y))
    return QPoint(round(sx), round(sy))


def send(canvas, kind, at, button, buttons):
    here = QPointF(screen(canvas, *at))
    QApplication.sendEvent(canvas, QMouseEvent(kind, here, here, button, buttons, Qt.KeyboardModifier.NoModifier))


def drag(canvas, start, end):
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    send(canvas, QEvent.Type.MouseMove, start, none, none)
    send(canvas, QEvent.Type.MouseButtonPress, start, left, left)
    send(canvas, QEvent.Type.MouseMove, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), none, left)
    send(canvas, QEvent.Type.MouseMove, end, none, left)
    send(canvas, QEvent.Type.MouseButtonRelease, end, left, none)


def region(page, region_id):
    return next(one for one in page.session.regions(page.session.current) if one.id == region_id)


def test_without_correcting_nothing_is_moved(claim):
    canvas, before = claim.viewer.canvas, region(claim, "dent")
    canvas.select(("dent",))
    drag(canvas, (220, 200), (260, 240))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert region(claim, "dent") == before


def test_x_switches_correcting_on_with_the_tools_and_the_undo_of_annotate(claim, wait):
    canvas = claim.viewer.canvas
    canvas.select(("dent",))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_X)
    assert claim.viewer.drawing.tools.isVisible()
    before = bounds(region(claim, "dent").shape)
    drag(canvas, (220, 200), (240, 240))
    x0, y0, x1, y1 = bounds(region(claim, "dent").shape)
    assert (x0, y0) == before[:2]
    assert x1 > 235
    assert y1 > 235
    wait(lambda: claim.findings.card.figure() != "12.0 %")
    claim.session.undo()
    assert bounds(region(claim, "dent").shape) == before
    QTest.keyClick(canvas, Qt.Key.Key_X)
    assert not claim.viewer.drawing.tools.isVisible()


def test_a_tool_key_begins_correcting_and_a_new_damage_is_a_finding(claim):
    canvas = claim.viewer.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    assert claim.viewer.correcting
    drag(canvas, (400, 120), (440, 160))
    found = claim.desk.findings(claim.session.current)
    assert [one.region.origin.kind for one in found] == ["predicted", "predicted", "drawn"]
    assert claim.findings.table.rowAt(0) == 0
    assert found[-1].of_car == pytest.approx(2.0, abs=0.1)


def test_a_box_over_a_face_is_private_and_no_finding(claim):
    canvas = claim.viewer.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.tool == "rectangle"
    drag(canvas, (20, 20), (60, 70))
    drawn = claim.session.regions(claim.session.current)[-1]
    roles = {label.name: label.role for label in claim.session.labels()}
    assert roles[drawn.label] == "private"
    assert len(claim.desk.findings(claim.session.current)) == 2
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert roles[claim.viewer.drawing.label()] == "damage"


def test_the_wipe_is_dragged_and_ends_with_the_findings(claim):
    canvas, wipe = claim.viewer.canvas, claim.viewer.wipe
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert wipe.isVisible()
    assert abs(canvas._state.wipe - canvas.width() / 2) <= 1
    QTest.mousePress(wipe, Qt.MouseButton.LeftButton)
    move = QPointF(wipe.width() / 2 - 100, 50)
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    QApplication.sendEvent(
        wipe, QMouseEvent(QEvent.Type.MouseMove, move, move, none, left, Qt.KeyboardModifier.NoModifier)
    )
    assert abs(canvas._state.wipe - (canvas.width() / 2 - 100)) <= 2
    QTest.keyClick(canvas, Qt.Key.Key_M)
    assert canvas._state.wipe is None
    assert not wipe.isVisible()


def test_the_original_is_one_key_away(claim):
    canvas, modes = claim.viewer.canvas, claim.viewer.toolbar.modes
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_O)
    assert modes["original"].isChecked()
    assert not canvas._state.overlay
    QTest.keyClick(canvas, Qt.Key.Key_M)
    assert modes["findings"].isChecked()


def test_numbers_on_the_photo_are_those_of_the_table(claim):
    assert claim.viewer.canvas._state.numbers == {"dent": "1", "scratch": "2"}
