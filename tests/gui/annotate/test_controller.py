"""Does every way of editing reach the disk as one undoable edit? Real mouse and key events on the page."""

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import Ellipse, Polygon, Region


def screen(page, x, y):
    sx, sy = page.canvas.viewport.to_screen((x, y))
    return QPoint(round(sx), round(sy))


def move(page, x, y, *, buttons=Qt.MouseButton.NoButton, keys=Qt.KeyboardModifier.NoModifier):
    here = QPointF(screen(page, x, y))
    QApplication.sendEvent(
        page.canvas, QMouseEvent(QEvent.Type.MouseMove, here, here, Qt.MouseButton.NoButton, buttons, keys)
    )


def click(page, x, y, *, keys=Qt.KeyboardModifier.NoModifier):
    move(page, x, y, keys=keys)
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, keys, screen(page, x, y))


def drag(page, *ways, button=Qt.MouseButton.LeftButton, keys=Qt.KeyboardModifier.NoModifier):
    move(page, *ways[0], keys=keys)
    QTest.mousePress(page.canvas, button, keys, screen(page, *ways[0]))
    for way in ways[1:]:
        move(page, *way, buttons=button, keys=keys)
    QTest.mouseRelease(page.canvas, button, keys, screen(page, *ways[-1]))


def key(page, *keys, with_=Qt.KeyboardModifier.NoModifier):
    for one in keys:
        QTest.keyClick(page.canvas, one, with_)


def region(session, region_id, photo="p1"):
    return next(r for r in session.regions(photo) if r.id == region_id)


def size(found):
    return shapes.area(found.shape).area


def ids(session):
    return [r.id for r in session.regions("p1")]


@pytest.fixture
def overlapping(page, session):
    """Region b is moved over region a: they share a strip of about 20 × 40 pixels."""
    click(page, 120, 30)
    drag(page, (120, 30), (50, 30))
    page.canvas.select(())
    assert size(region(session, "b")) == 1600.0
    return page


def test_union_and_undo_are_one_step_each(overlapping, session):
    page, before = overlapping, session.regions("p1")
    click(page, 20, 30)
    click(page, 60, 30, keys=Qt.KeyboardModifier.ShiftModifier)
    key(page, Qt.Key.Key_U)
    (made,) = session.regions("p1")
    assert made.id == "a"
    assert 1600 < size(made) < 3200
    assert page.canvas.selection == ("a",)
    assert session.project.undo_text == "Union"
    session.undo()
    assert session.regions("p1") == before


def test_subtract_and_intersect_by_their_buttons(overlapping, session):
    page = overlapping
    click(page, 20, 30)
    click(page, 60, 30, keys=Qt.KeyboardModifier.ShiftModifier)
    page.bar.buttons["subtract"].click()
    left = size(region(session, "a"))
    assert ids(session) == ["a", "b"]
    session.undo()
    page.bar.buttons["intersect"].click()
    assert size(region(session, "a")) == pytest.approx(1600 - left, abs=0.1)
    assert ids(session) == ["a"]


def test_a_cut_that_makes_no_sense_is_said_and_nothing_changes(page, session):
    told = []
    session.said.connect(told.append)
    click(page, 30, 30)
    key(page, Qt.Key.Key_U)
    assert "two or more" in told[-1]
    assert session.project.undo_text == "Import"


def test_a_hole_is_drawn_into_the_selected_region(page, session):
    click(page, 30, 30)
    page.bar.buttons["tool_hole"].click()
    assert page.bar.buttons["tool_hole"].isChecked()
    for point in ((20, 20), (40, 20), (40, 40), (20, 40)):
        click(page, *point)
    key(page, Qt.Key.Key_Return)
    assert len(region(session, "a").shape.rings) == 2
    assert size(region(session, "a")) == pytest.approx(1200, abs=30)
    key(page, Qt.Key.Key_V)
    assert not page.bar.buttons["tool_hole"].isChecked()


def test_a_line_dragged_across_splits(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_K)
    drag(page, (30, 2), (30, 70))
    assert len(session.regions("p1")) == 3
    assert len(page.canvas.selection) == 2
    assert session.project.undo_text == "Split"


def test_brush_and_eraser_change_the_selected_region_one_edit_a_stroke(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_B, Qt.Key.Key_BracketRight)
    drag(page, (45, 30), (60, 30), (70, 30))
    grown = size(region(session, "a"))
    assert grown > 1650
    assert session.project.undo_text == "Brush"
    key(page, Qt.Key.Key_E)
    drag(page, (30, 12), (30, 30), (30, 48))
    assert size(region(session, "a")) < grown - 100
    assert session.project.undo_text == "Erase"


def test_escape_during_a_stroke_leaves_nothing(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_B)
    move(page, 45, 30)
    QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, 45, 30))
    move(page, 70, 30, buttons=Qt.MouseButton.LeftButton)
    key(page, Qt.Key.Key_Escape)
    QTest.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, screen(page, 70, 30))
    assert session.project.undo_text == "Import"


def test_regions_are_copied_to_another_photo(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_C, with_=Qt.KeyboardModifier.ControlModifier)
    key(page, Qt.Key.Key_D, Qt.Key.Key_D)
    key(page, Qt.Key.Key_V, with_=Qt.KeyboardModifier.ControlModifier)
    (pasted,) = session.regions("p3")
    assert pasted.shape == region(session, "a").shape
    assert pasted.id != "a"
    assert page.canvas.selection == (pasted.id,)


def test_regions_are_copied_from_the_previous_photo(page, session):
    key(page, Qt.Key.Key_D, Qt.Key.Key_D)
    key(page, Qt.Key.Key_B, with_=Qt.KeyboardModifier.ControlModifier)
    assert [r.label for r in session.regions("p3")] == ["scratch"]
    session.undo()
    assert session.regions("p3") == ()


def test_duplicates_and_the_drawing_order(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_J, with_=Qt.KeyboardModifier.ControlModifier)
    assert ids(session)[:2] == ["a", "b"]
    page.canvas.select(("a",))
    key(page, Qt.Key.Key_Up, with_=Qt.KeyboardModifier.ControlModifier)
    assert ids(session)[:2] == ["b", "a"]
    key(page, Qt.Key.Key_Up, with_=Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert ids(session)[-1] == "a"
    key(page, Qt.Key.Key_Down, with_=Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert ids(session)[0] == "a"


def test_a_hidden_region_is_listed_but_neither_seen_nor_hit(page, session):
    click(page, 30, 30)
    key(page, Qt.Key.Key_H)
    assert [r.id for r in page.canvas.shown] == ["b"]
    assert page.panel.regions.rows.rowCount() == 2
    assert page.panel.regions.rows.row(0).note == "hidden"
    key(page, Qt.Key.Key_Delete)
    assert ids(session) == ["a", "b"]
    key(page, Qt.Key.Key_H)
    assert [r.id for r in page.canvas.shown] == ["a", "b"]
    key(page, Qt.Key.Key_H)
    key(page, Qt.Key.Key_H, with_=Qt.KeyboardModifier.ShiftModifier)
    assert [r.id for r in page.canvas.shown] == ["a", "b"]
    assert session.project.undo_text == "Import"


def test_a_locked_region_is_neither_moved_nor_deleted(page, session):
    told = []
    session.said.connect(told.append)
    click(page, 30, 30)
    key(page, Qt.Key.Key_L, with_=Qt.KeyboardModifier.ControlModifier)
    drag(page, (30, 30), (60, 60))
    drag(page, (10, 10), (20, 20))
    click(page, 30, 30)
    key(page, Qt.Key.Key_Delete)
    assert "locked" in told[-1]
    assert session.project.undo_text == "Import"
    key(page, Qt.Key.Key_L, with_=Qt.KeyboardModifier.ControlModifier)
    key(page, Qt.Key.Key_Delete)
    assert ids(session) == ["b"]


def test_an_ellipse_is_drawn_and_turned_by_its_handles(page, session):
    key(page, Qt.Key.Key_J)
    drag(page, (60, 50), (100, 70))
    made = session.regions("p1")[-1]
    assert isinstance(made.shape, Ellipse)
    key(page, Qt.Key.Key_V)
    drag(page, (100, 60), (80, 90))
    turned = session.regions("p1")[-1].shape
    assert isinstance(turned, Ellipse)
    assert turned.rx == pytest.approx(30, abs=1.5)
    assert turned.theta == pytest.approx(1.571, abs=0.05)


def test_lines_and_points_are_drawn(page, session):
    key(page, Qt.Key.Key_T)
    click(page, 60, 60)
    click(page, 80, 60)
    key(page, Qt.Key.Key_Return, Qt.Key.Key_I)
    click(page, 90, 90)
    kinds = [type(r.shape).__name__ for r in session.regions("p1")]
    assert kinds[2:] == ["Polyline", "Dot"]


def test_ctrl_snaps_a_dragged_vertex_to_another_region(page, session):
    click(page, 30, 30)
    drag(page, (50, 10), (98, 11), keys=Qt.KeyboardModifier.ControlModifier)
    assert region(session, "a").shape.rings[0][1] == pytest.approx((100.0, 10.0))
    drag(page, (100, 10), (98, 20))
    assert region(session, "b").shape.rings[0][0] == region(session, "a").shape.rings[0][1]


def test_the_right_button_sweeps_vertices_away(page, session):
    click(page, 30, 30)
    for x in (20, 30, 40):
        click(page, x, 10)
    assert len(region(session, "a").shape.rings[0]) == 7
    drag(page, (17, 10), (30, 10), (43, 10), button=Qt.MouseButton.RightButton)
    assert len(region(session, "a").shape.rings[0]) == 4
    assert session.project.undo_text == "Delete 3 vertices"


def test_what_is_drawn_beyond_the_photo_ends_at_its_edge(page, session):
    key(page, Qt.Key.Key_R)
    drag(page, (150, 60), (250, 160))
    made = session.regions("p1")[-1].shape
    assert (made.x + made.width, made.y + made.height) == pytest.approx((200.0, 100.0))


def test_smoothing_shows_the_vertices_saved_and_enter_applies(page, session):
    click(page, 30, 30)
    for x in (20, 30, 40):
        click(page, x, 10)
    key(page, Qt.Key.Key_S)
    bar = page.drawing.editing.smooth_bar
    assert bar.isVisible()
    assert bar.text.text() == "7 → 4 vertices"
    assert len(region(session, "a").shape.rings[0]) == 7
    key(page, Qt.Key.Key_Return)
    assert not bar.isVisible()
    assert len(region(session, "a").shape.rings[0]) == 4
    assert session.project.undo_text == "Simplify"


def test_smoothing_begins_so_that_one_sees_it_and_needs_no_mouse(page, session):
    click(page, 30, 30)
    click(page, 30, 10)
    move(page, 30, 10)
    drag(page, (30, 10), (30, 10 + 2 / page.canvas.viewport.scale))  # two screen pixels off the line
    key(page, Qt.Key.Key_S)
    bar = page.drawing.editing.smooth_bar
    assert bar.text.text() == "5 → 4 vertices"
    assert bar.simplify.hasFocus()
    for _ in range(20):
        QTest.keyClick(bar.simplify, Qt.Key.Key_Left)
    assert bar.text.text() == "5 → 5 vertices"
    QTest.keyClick(bar.simplify, Qt.Key.Key_End)
    QTest.keyClick(bar.simplify, Qt.Key.Key_Return)
    assert not bar.isVisible()
    assert page.canvas.hasFocus()
    assert len(region(session, "a").shape.rings[0]) == 4


def test_smoothing_is_cancelled_by_escape(page, session):
    click(page, 30, 30)
    page.bar.buttons["smooth"].click()
    page.drawing.editing.smooth_bar.round.setValue(2)
    assert page.drawing.editing.smooth_bar.text.text().startswith("4 → ")
    key(page, Qt.Key.Key_Escape)
    assert not page.drawing.editing.smooth_bar.isVisible()
    assert session.project.undo_text == "Import"


def test_arrow_keys_move_what_is_selected_as_one_edit_however_often_they_repeat(page, session):
    click(page, 30, 30)
    before, edits = region(session, "a"), session.project.edits()
    for _ in range(3):
        QTest.keyPress(page.canvas, Qt.Key.Key_Right)
    assert region(session, "a") == before
    QTest.keyRelease(page.canvas, Qt.Key.Key_Right)
    key(page, Qt.Key.Key_Up, with_=Qt.KeyboardModifier.ShiftModifier)
    x, y = before.shape.rings[0][0]
    assert region(session, "a").shape.rings[0][0] == (x + 3, y - 10)
    assert session.project.edits() == edits + 2
    session.undo()
    session.undo()
    assert region(session, "a") == before


def test_an_arrow_let_go_elsewhere_or_given_up_leaves_nothing_under_way(page, session):
    click(page, 30, 30)
    before = region(session, "a")
    QTest.keyPress(page.canvas, Qt.Key.Key_Down)
    key(page, Qt.Key.Key_Escape)
    QTest.keyRelease(page.canvas, Qt.Key.Key_Down)
    assert (region(session, "a"), page.canvas.busy) == (before, False)
    QTest.keyPress(page.canvas, Qt.Key.Key_Down)
    page.photos.search.setFocus()
    assert not page.canvas.busy
    assert region(session, "a") != before


def test_arrow_keys_leave_locked_regions_where_they_are(page, session):
    click(page, 30, 30)
    before = region(session, "a")
    page.canvas.set_locked(frozenset({"a"}))
    key(page, Qt.Key.Key_Left)
    assert (region(session, "a"), page.canvas.busy) == (before, False)


def test_hiding_and_locking_are_said_with_the_way_back(page, session):
    told = []
    session.said.connect(told.append)
    key(page, Qt.Key.Key_L, with_=Qt.KeyboardModifier.ControlModifier)
    click(page, 30, 30)
    for _ in range(2):
        key(page, Qt.Key.Key_L, with_=Qt.KeyboardModifier.ControlModifier)
    for _ in range(2):
        key(page, Qt.Key.Key_H)
    assert told == [
        "Select a region first.",
        "Locked 1 region; Ctrl+L unlocks.",
        "1 region unlocked.",
        "Hid 1 region; Shift+H shows all again.",
        "1 region shown again.",
    ]


def test_a_double_click_on_a_listed_region_frames_it(page):
    whole = page.canvas.viewport.scale
    rows = page.panel.regions
    at = rows.visualRect(rows.model().index(0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert page.canvas.viewport.scale > whole


def test_the_vertex_under_the_pointer_may_vanish_in_the_preview(page, session):
    click(page, 30, 30)
    for x in (20, 30, 40):
        click(page, x, 10)
    move(page, 10, 50)  # the last of seven vertices
    key(page, Qt.Key.Key_S)
    page.drawing.editing.smooth_bar.simplify.setValue(60)
    page.canvas.repaint()
    key(page, Qt.Key.Key_Return)
    assert len(region(session, "a").shape.rings[0]) == 4


@pytest.fixture
def disc(page, session, qtbot):
    """The second photo shows a bright disc of radius 30 around (100, 50)."""
    y, x = np.mgrid[0:100, 0:200] + 0.5
    seen = np.where((x - 100) ** 2 + (y - 50) ** 2 <= 30**2, 220, 60).astype(np.uint8)
    path = session.path_of(session.photo("p2"))
    Image.fromarray(np.stack([seen] * 3, axis=-1)).save(path)
    page.loader.forget()
    with qtbot.waitSignal(page.loader.loaded, check_params_cb=lambda photo_id, _pixels: photo_id == "p2"):
        session.select("p2")
    page.canvas.setFocus()
    return page


def test_a_sloppy_outline_snaps_to_the_edges_of_the_photo_as_one_edit(disc, session):
    angles = np.arange(24) * np.pi / 12
    corners = np.stack([100 + 32.5 * np.cos(angles), 50 + 32.5 * np.sin(angles)], axis=1)
    sloppy = Region("s", Polygon((tuple(map(tuple, corners.tolist())),)), "dent")
    before = session.regions("p2")
    session.edit("p2", before, (*before, sloppy), "Draw")
    disc.canvas.select(["s"])
    key(disc, Qt.Key.Key_E, with_=Qt.KeyboardModifier.ShiftModifier)
    assert disc.drawing.editing.smooth_bar.isVisible()
    key(disc, Qt.Key.Key_Return)
    found = next(one for one in session.regions("p2") if one.id == "s")
    radii = [np.hypot(x - 100, y - 50) for x, y in found.shape.rings[0]]
    assert 28.5 < min(radii) < max(radii) < 31.5
    assert session.project.undo_text == "Snap to edges"


def test_a_box_becomes_an_outline_in_one_undoable_step(disc, session, qtbot):
    key(disc, Qt.Key.Key_G)
    drag(disc, (60, 10), (140, 90))
    qtbot.waitUntil(lambda: len(session.regions("p2")) == 2, timeout=20_000)
    made = session.regions("p2")[-1]
    assert size(made) == pytest.approx(np.pi * 900, rel=0.06)
    assert disc.canvas.selection == (made.id,)
    session.undo()
    assert len(session.regions("p2")) == 1


def test_the_lasso_follows_the_edge(disc, session, qtbot):
    key(disc, Qt.Key.Key_L)
    for point in ((100, 20), (130, 50), (100, 80), (70, 50)):
        click(disc, *point)
        qtbot.waitUntil(lambda: "Looking for edges" not in disc.canvas.hint, timeout=20_000)
    key(disc, Qt.Key.Key_Return)
    made = session.regions("p2")[-1]
    assert size(made) == pytest.approx(np.pi * 900, rel=0.06)  # straight lines would cover 1800
    assert session.project.undo_text == "Draw with the lasso"


def test_the_sliders_of_smoothing_fit_into_a_narrow_canvas(page):
    click(page, 30, 30)
    bar = page.drawing.editing.smooth_bar
    for width in (420, 1100):
        page.canvas.resize(width, 500)
        bar.open()
        assert page.canvas.rect().contains(bar.geometry())
        assert all(bar.rect().contains(one.geometry()) for one in (bar.snap, bar.apply, bar.cancel))
        page.canvas.cancel()
