"""Resting regions look right, however they are painted fast."""

from itertools import pairwise

import numpy as np
from little_regions import LABELS, square, with_hole
from qtpy.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QMouseEvent, QRegion
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Circle, Polygon, Rectangle, Region
from cardamage_gui.canvas import Canvas
from cardamage_gui.canvas.painting.outlines import Pieces
from cardamage_gui.canvas.scene import item_of


def round_region(region_id="o", *, center=(100.0, 50.0), radius=30.0, number=48, label="dent"):
    angles = np.linspace(0, 2 * np.pi, number, endpoint=False)
    ring = tuple((center[0] + radius * np.cos(a), center[1] + radius * np.sin(a)) for a in angles)
    return Region(region_id, Polygon((ring,)), label)


def canvas_with(qtbot, *regions):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(432, 332)
    canvas.show_image(np.full((100, 200, 3), 200, dtype=np.uint8))
    canvas.show_regions(regions, LABELS)
    canvas.fit()
    return canvas


def pixel(canvas, x, y):
    return QColor(canvas.grab().toImage().pixel(QPoint(*map(round, canvas.viewport.to_screen((x, y))))))


def test_a_dense_outline_has_fill_line_and_halo_like_a_sparse_one(qtbot):
    dense, sparse = (canvas_with(qtbot, round_region(number=number)) for number in (48, 20))
    for x in (100.0, 130.0):  # inside, on the line
        a, b = pixel(dense, x, 50.0), pixel(sparse, x, 50.0)
        assert abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue()) < 30
    assert pixel(dense, 130.0, 50.0).blue() > 200  # the label's colour
    plain = pixel(dense, 160.0, 50.0)
    halo = min(pixel(dense, 130.0 + step / 4, 50.0).red() for step in range(2, 8))
    assert halo < plain.red() - 60


def test_the_inside_of_a_hole_is_the_photo(qtbot):
    canvas = canvas_with(qtbot, with_hole())
    assert pixel(canvas, 30.0, 30.0) == pixel(canvas, 80.0, 90.0)
    assert pixel(canvas, 15.0, 30.0) != pixel(canvas, 80.0, 90.0)


def test_a_tiny_region_is_seen_on_top_of_a_large_one(qtbot):
    tiny = Region("t", Rectangle(100.0, 50.0, 3.0, 3.0), "scratch")
    canvas = canvas_with(qtbot, tiny, square("big", at=(70.0, 20.0)), Region("c", Circle(30.0, 80.0, 1.0), "dent"))
    assert pixel(canvas, 101.5, 50.0).red() > 200 > pixel(canvas, 95.0, 40.0).red()  # orange on blue
    assert pixel(canvas, 30.0, 80.0) != pixel(canvas, 60.0, 95.0)


class Watch(QObject):
    """Notes what is painted."""

    def __init__(self):
        super().__init__()
        self.painted = QRegion()

    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint:
            self.painted += event.region()
        return False


def test_hovering_paints_what_was_left_and_what_was_come_to_and_no_more(qtbot):
    canvas = canvas_with(qtbot, square("a"), square("b", at=(100.0, 0.0)))
    canvas.show()
    qtbot.waitExposed(canvas)
    for x, y in ((30, 30), (130, 30)):
        QApplication.processEvents()
        watch = Watch()
        canvas.installEventFilter(watch)
        at = QPointF(*canvas.viewport.to_screen((x, y)))
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            at,
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)
        qtbot.waitUntil(lambda watch=watch: not watch.painted.isEmpty())
        canvas.removeEventFilter(watch)
    a, b = (QPoint(*map(round, canvas.viewport.to_screen((x, 30.0)))) for x in (11.0, 149.0))
    assert watch.painted.contains(a)
    assert watch.painted.contains(b)
    assert not watch.painted.contains(QPoint(*map(round, canvas.viewport.to_screen((80.0, 90.0)))))


def test_pieces_are_kept_for_the_last_regions_only():
    items = [item_of(round_region(str(i)), {}, {}, QColor("#ffffff")) for i in range(3)]
    pieces = Pieces()
    pieces.MOST = 100
    first = pieces.of(items[0], 0.0)
    assert all(line.p2() == following.p1() for line, following in pairwise(first))
    assert first[-1].p2() == first[0].p1()
    assert pieces.of(items[0], 0.0) is first
    for item in items[1:]:
        pieces.of(item, 0.0)
    assert pieces.of(items[0], 0.0) is not first
