"""The schematic of the car: what was seen damaged so far, with the best view of each panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QByteArray, QRectF, QSize
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from ..widgets import common

if TYPE_CHECKING:
    from qtpy.QtSvg import QSvgRenderer

HEIGHT = 190  # pixels


class CarSoFar(QWidget):
    """Hidden until there is something to show."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing = _Drawing()
        self._said = common.label("", "small", wrap=True)
        column = common.rows(self, margins=(0, 6, 0, 0), spacing=6)
        column.addWidget(common.section("The car so far, best view per panel"))
        column.addWidget(self.drawing)
        column.addWidget(self._said)
        self.hide()

    def show_car(self, svg: str, text: str) -> None:
        """Show a drawing and a sentence; "" hides it."""
        self.setVisible(bool(svg))
        if svg:
            self.drawing.show_svg(svg)
            self._said.setText(text)
            self._said.setVisible(bool(text))

    def text(self) -> str:
        """The sentence below the drawing."""
        return self._said.text()


class _Drawing(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._renderer: QSvgRenderer | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Schematic of the car")

    def show_svg(self, svg: str) -> None:
        if self._renderer is None:
            from qtpy.QtSvg import QSvgRenderer  # only now: a start need not wait for it

            self._renderer = QSvgRenderer(self)
        self._renderer.load(QByteArray(svg.encode()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._renderer is None or (size := self._renderer.defaultSize()).isEmpty():
            return
        scale = min(self.width() / size.width(), self.height() / size.height())
        width, height = size.width() * scale, size.height() * scale
        painter = QPainter(self)
        box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        self._renderer.render(painter, box)
        painter.end()
