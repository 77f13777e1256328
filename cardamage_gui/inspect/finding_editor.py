"""The current finding: its crop, the decision, and what a person says about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from cardamage_core.annotations.shapes import bounds
from cardamage_core.claims.model import Cause, Finding, Operation, Severity

from .. import look
from ..commands.editor import keyed
from ..language import label_name, mark, tr, translated
from ..widgets import common
from .claim_form import Sheet

CROP = QSize(92, 66)
AROUND = 0.25  # of the longer side: what is shown around a finding
CHOICES: dict[str, tuple[str, ...]] = {
    "severity": get_args(Severity),
    "cause": get_args(Cause),
    "operation": get_args(Operation),
}
NO_PANEL, NO_OPERATION, NO_SEVERITY = mark("no panel"), mark("no operation"), mark("severity open")
NOTHING_SAID = {"undetermined": NO_SEVERITY, "": NO_OPERATION}  # what boxes show of it: no heads stand beside them
TIPS = {
    "severity": mark("How severe it is (Shift+S: the next)"),
    "cause": mark("Whether it is of this event; what is not does not count (Shift+C: the next)"),
    "operation": mark("What is to be done: your choice (Shift+X: the next)"),
    "panel": mark("The panel that it lies on"),
    "label": mark("What kind of damage it is (digits)"),
}


class FindingEditor(Sheet):
    """Shows a finding; what is chosen or typed is told, to be stored as an edit."""

    decided = Signal(str)  # accepted, rejected
    field_set = Signal(str, str)  # severity, cause, operation, panel, note or label; value
    done = Signal()  # the keyboard is free again

    def __init__(self) -> None:
        super().__init__()
        self._finding: Finding | None = None
        self.crop = Crop()
        self.accept = _decision(tr("Accept"), "inspect_accept", "Y", self._accept)
        self.reject = _decision(tr("Reject"), "inspect_reject", "N", self._reject)
        self._about = common.ElidedLabel("small")
        self.boxes = {name: _box(name) for name in ("label", "panel", "severity", "operation", "cause")}
        self.note = common.Field(tr("Note"), tr("note"))
        self._arrange()
        for name, box in self.boxes.items():
            box.activated.connect(lambda _index, field=name: self._chosen(field))
        self.note.editingFinished.connect(self._typed)
        self.note.done.connect(self.done)

    def show_finding(
        self, finding: Finding | None, pixels: np.ndarray | None, labels: Sequence[str], panels: Sequence[str]
    ) -> None:
        """Show another finding, or what changed of it; labels and panels are those that can be chosen."""
        self.setVisible(finding is not None)
        if finding is None:
            self._finding = None
            return
        new = self._finding is None or self._finding.region.id != finding.region.id
        self._finding = finding
        self.crop.show_crop(pixels, bounds(finding.region.shape))
        self.accept.setChecked(finding.decision == "accepted")
        self.reject.setChecked(finding.decision == "rejected")
        origin = finding.region.origin
        by = tr("model {model}", model=origin.model) if origin.model else translated(origin.kind)
        self._about.setText(f"{finding.number} · {by}")
        _offer(self.boxes["label"], labels, finding.region.label)
        _offer(self.boxes["panel"], [NO_PANEL, *panels], finding.panel or NO_PANEL)
        for name in CHOICES:
            names = [NOTHING_SAID.get(value, value) for value in CHOICES[name]]
            now = getattr(finding, name)
            _offer(self.boxes[name], names, NOTHING_SAID.get(now, now))
        if new or not (self.note.hasFocus() and self.note.isModified()):
            self.note.put(finding.note)

    def set_editable(self, editable: bool) -> None:
        """Whether anything may be changed."""
        for widget in (self.accept, self.reject, *self.boxes.values()):
            widget.setEnabled(editable)
        self.note.setReadOnly(not editable)

    def commit(self) -> None:
        """Take what was typed and not yet entered: another finding is about to be shown."""
        self._typed()

    def _accept(self) -> None:
        self.decided.emit("accepted")

    def _reject(self) -> None:
        self.decided.emit("rejected")

    def _chosen(self, name: str) -> None:
        said = self.boxes[name].currentData()
        meant = {shown: value for value, shown in NOTHING_SAID.items()} | {NO_PANEL: ""}
        self.field_set.emit(name, meant.get(said, said))
        self.done.emit()

    def _typed(self) -> None:
        if self._finding is not None and self.note.isModified():
            self.note.put(self.note.text())
            self.field_set.emit("note", self.note.text().strip())

    def _arrange(self) -> None:
        column = common.rows(self, spacing=6)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.crop)
        side = QGridLayout()
        side.setSpacing(6)
        side.addWidget(self.accept, 0, 0)
        side.addWidget(self.reject, 0, 1)
        side.addWidget(self._about, 1, 0, 1, 2)
        top.addLayout(side, 1)
        column.addLayout(top)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, name in enumerate(("label", "panel", "severity", "operation", "cause")):
            grid.addWidget(self.boxes[name], place // 2, place % 2)
        grid.addWidget(self.note, 2, 1)
        for number in range(2):
            grid.setColumnStretch(number, 1)
        column.addLayout(grid)


class Crop(QWidget):
    """The part of the photo around a finding."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(CROP)
        self._pixmap = QPixmap()
        self._shown: tuple[int, tuple[float, float, float, float]] | None = None

    def show_crop(self, pixels: np.ndarray | None, box: tuple[float, float, float, float]) -> None:
        """Show what lies around a box of the photo, (H, W, 3) uint8 RGB."""
        key = (id(pixels), box) if pixels is not None else None
        if key == self._shown:
            return
        self._shown = key
        self._pixmap = QPixmap() if pixels is None else _cut(pixels, box, self.size() * self.devicePixelRatioF())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The crop with round corners."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(0, 0, self.width(), self.height(), 6, 6)
        painter.fillPath(shape, look.label_color(look.of(self).line))
        painter.setClipPath(shape)
        if not self._pixmap.isNull():
            painter.drawPixmap(self.rect(), self._pixmap)
        painter.end()


def _cut(pixels: np.ndarray, box: tuple[float, float, float, float], size: QSize) -> QPixmap:
    """What lies around the box, in the shape of `size`, at most so large."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = box
    pad = AROUND * max(x1 - x0, y1 - y0, 16)
    aspect = size.width() / size.height()
    across = min(max(x1 - x0 + 2 * pad, (y1 - y0 + 2 * pad) * aspect), width, height * aspect)
    down = across / aspect
    left = round(min(max(0.0, (x0 + x1 - across) / 2), max(0.0, width - across)))
    top = round(min(max(0.0, (y0 + y1 - down) / 2), max(0.0, height - down)))
    part = np.ascontiguousarray(pixels[top : top + max(1, round(down)), left : left + max(1, round(across))])
    rows, columns = part.shape[:2]
    image = QImage(part.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    fit, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(image.scaled(size, fit, smooth))


def _decision(text: str, action: str, key: str, slot: object) -> QPushButton:
    assert callable(slot)
    made = common.button(text, slot, "decision")
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    keyed(made, action, tr("{text} the finding", text=text), key=key)
    return made


def _box(name: str) -> common.ComboBox:
    made = common.ComboBox()
    made.setAccessibleName(translated(name.capitalize()))
    made.setToolTip(tr(TIPS[name]))
    made.setMinimumWidth(60)
    made.setSizeAdjustPolicy(common.ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(4)
    return made


def _offer(box: common.ComboBox, names: Sequence[str], current: str) -> None:
    names = list(dict.fromkeys([*names, *([current] if current not in names else [])]))
    if [box.itemData(i) for i in range(box.count())] != names:
        box.clear()
        for name in names:
            box.addItem(label_name(translated(name)), name)
    box.setCurrentIndex(names.index(current))
