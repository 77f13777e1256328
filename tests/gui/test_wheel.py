"""The mouse wheel scrolls; it never changes a choice, a number or a slider that it happens to pass over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QComboBox, QDialog, QScrollArea, QSlider, QSpinBox, QVBoxLayout, QWidget

import cardamage_gui
from cardamage_gui.widgets import common

RAW = re.compile(r"(?<![\w.])(?:QtWidgets\.)?Q(?:ComboBox|SpinBox|DoubleSpinBox|Slider|Dial)\(")


def turn_wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel over the middle of `widget`. Qt hands on to parents only what the system sent, hence the loop."""
    at = widget.mapToGlobal(widget.rect().center())
    receiver: QWidget | None = widget
    while receiver is not None:
        here, angle = receiver.mapFromGlobal(at), QPoint(0, 120 * notches)
        event = QWheelEvent(
            QPointF(here),
            QPointF(at),
            QPoint(),
            angle,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(receiver, event)
        receiver = None if event.isAccepted() or receiver.isWindow() else receiver.parentWidget()


def value_of(widget: QWidget) -> int:
    return widget.currentIndex() if isinstance(widget, QComboBox) else widget.value()


def combo_box() -> QComboBox:
    made = common.ComboBox()
    made.addItems([str(number) for number in range(9)])
    return made


@pytest.mark.parametrize("make", [combo_box, common.SpinBox, lambda: common.Slider(Qt.Orientation.Horizontal)])
@pytest.mark.parametrize("focus", [False, True])
def test_over_a_field_in_a_scroll_area_the_page_scrolls(qtbot, make, focus):
    sheet, field, area = QWidget(), make(), QScrollArea()
    field.setCurrentIndex(4) if isinstance(field, QComboBox) else field.setValue(4)
    below = QWidget()
    below.setMinimumHeight(2000)
    column = QVBoxLayout(sheet)
    column.addWidget(field)
    column.addWidget(below)
    area.setWidget(sheet)
    area.setWidgetResizable(True)
    area.resize(300, 200)
    qtbot.addWidget(area)
    area.show()
    qtbot.waitExposed(area)
    if focus:
        field.setFocus()
    turn_wheel(field, -1)
    assert value_of(field) == 4
    assert area.verticalScrollBar().value() > 0


def test_no_field_of_the_window_follows_the_wheel(opened):
    opened.annotate.canvas.select(["dent"])
    for page in ("annotate", "inspect", "train"):
        opened.window.show_page(page)
    opened.window.show_settings()
    opened.window.show_keys()
    fields = [w for w in opened.window.findChildren(QWidget) if isinstance(w, QComboBox | QSpinBox | QSlider)]
    assert len(fields) > 10
    names = {}
    for field in fields:
        before = value_of(field)
        for notches in (1, -1):
            turn_wheel(field, notches)
            if value_of(field) != before:
                names[field.accessibleName() or type(field).__name__] = (before, value_of(field))
    for dialog in opened.window.findChildren(QDialog):
        dialog.close()
    assert names == {}
    assert [region.label for region in opened.session.regions("a")] == ["car", "dent", "scratch"]


def test_every_field_is_made_of_the_shared_ones():
    root = Path(cardamage_gui.__file__).parent
    found = [
        f"{path.relative_to(root)}:{number}"
        for path in sorted(root.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if RAW.search(line) and not line.startswith("class ")
    ]
    assert found == []
