"""The schematic of the car: what was seen damaged so far, with the best view of each panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

from .. import look
from ..language import label_name, percent, tr, translated
from ..widgets import common

if TYPE_CHECKING:
    from cardamage_core.assessment.schematic import Caption, Painted

HEIGHT = 200  # pixels
SEEN = 0.18  # how strong a panel that was seen whole is coloured


class Car(NamedTuple):
    """The schematic, without shapes where nothing was seen of any panel, and the verdict in words."""

    shapes: tuple[Painted, ...] = ()
    captions: tuple[Caption, ...] = ()
    verdict: str = ""


class CarSoFar(QWidget):
    """Hidden until there is something to show."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing = Schematic()
        self._said = common.label("", "small", wrap=True)
        column = common.rows(self, margins=(0, 6, 0, 0), spacing=6)
        column.addWidget(common.section(tr("The car so far, best view per panel")))
        column.addWidget(self.drawing)
        column.addWidget(self._said)
        self.hide()

    def show_car(self, car: Car) -> None:
        """Show a drawing and the verdict; without shapes nothing is shown."""
        self.setVisible(bool(car.shapes))
        self.drawing.show_shapes(car.shapes, car.captions)
        self._said.setText(car.verdict)

    def text(self) -> str:
        """The sentence below the drawing."""
        return self._said.text()


class Schematic(QWidget):
    """Paints the drawing in the colours of the window; a panel under the pointer says its share."""

    def __init__(self) -> None:
        super().__init__()
        self._shapes: Sequence[Painted] = ()
        self._captions: Sequence[Caption] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Schematic of the car"))
        self.setMouseTracking(True)

    def show_shapes(self, shapes: Sequence[Painted], captions: Sequence[Caption]) -> None:
        """Show another drawing."""
        self._shapes, self._captions = shapes, captions
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the panel."""
        return QSize(280, HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the share of the panel below."""
        super().mouseMoveEvent(event)
        scale, left, top = self._place()
        at = QPointF((event.pos().x() - left) / scale, (event.pos().y() - top) / scale)
        rule = Qt.FillRule.OddEvenFill
        over = [one.figure for one in self._shapes if one.figure and _polygon(one).containsPoint(at, rule)]
        self.setToolTip(
            f"{label_name(over[-1].panel)} {translated(over[-1].side)}: {percent(over[-1].percent)}" if over else ""
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Polygons, hatched where the side was not told, and the names of the views."""
        colors = look.of(self)
        scale, left, top = self._place()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(left, top)
        painter.scale(scale, scale)
        pen = QPen(QColor(colors.muted), 1.0)
        pen.setCosmetic(True)
        for one in self._shapes:
            painter.setPen(pen)
            painter.setBrush(_fill(one, colors))
            painter.drawPolygon(_polygon(one))
            if one.hatched:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QBrush(QColor(colors.panel), Qt.BrushStyle.BDiagPattern))
                painter.drawPolygon(_polygon(one))
        painter.resetTransform()
        font = painter.font()
        font.setPixelSize(look.SMALL - 1)
        painter.setFont(font)
        painter.setPen(QColor(colors.muted))
        for caption in self._captions:
            box = QRectF(left + caption.x * scale - 40, max(0.0, top + caption.y * scale - 11), 80, 13)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, translated(caption.view))
        painter.end()

    def _place(self) -> tuple[float, float, float]:
        """The scale of the drawing, and its left upper corner."""
        from cardamage_core.assessment.schematic import HEIGHT as DOWN
        from cardamage_core.assessment.schematic import WIDTH as ACROSS

        scale = min(self.width() / ACROSS, self.height() / DOWN)
        return scale, (self.width() - ACROSS * scale) / 2, (self.height() - DOWN * scale) / 2


def _polygon(one: Painted) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in one.ring])


def _fill(one: Painted, colors: look.Palette) -> QColor:
    """The colour of a damaged panel as in the report; all else in those of the window."""
    from cardamage_core.assessment import schematic

    plain = {schematic.UNSEEN: colors.panel, schematic.GLASS: colors.raised, schematic.DARK: colors.line}
    if one.fill == schematic.SEEN:
        seen = QColor(colors.good)
        seen.setAlphaF(SEEN)
        return seen
    return QColor(plain.get(one.fill, one.fill))
