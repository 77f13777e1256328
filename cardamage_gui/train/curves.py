"""How do the numbers of a training look while they come?

Imports pyqtgraph, which takes its time: imported when the first training is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyqtgraph
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from .. import look, parts
from .history import PARTS, History, Series

HEIGHT = 180


class Curves(QWidget):
    """Loss, its parts, and what was measured on the validation photos."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._total = Chart("Loss")
        self._parts = Chart("Losses by part")
        self._measured = Chart("Measured on validation photos")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(14)
        grid.addWidget(self._total, 0, 0)
        grid.addWidget(self._parts, 0, 1)
        grid.addWidget(self._measured, 1, 0, 1, 2)
        self._measured.hide()

    def show_history(self, history: History) -> None:
        """Draw what is known."""
        colors = look.of(self)
        self._total.show_curves(
            {
                "train": (Series(history.loss.x, history.loss.smoothed()), colors.accent),
                "validation": (history.validation, colors.muted),
            }
        )
        named = zip(PARTS.items(), look.LABEL_COLORS, strict=False)
        self._parts.show_curves(
            {
                text: (Series(history.parts[name].x, history.parts[name].smoothed()), color)
                for (name, text), color in named
            }
        )
        measured = zip(history.metrics.items(), (colors.good, *look.LABEL_COLORS), strict=False)
        self._measured.show_curves({name: (series, color) for (name, series), color in measured})
        self._measured.setVisible(bool(history.metrics))


class Chart(QFrame):
    """A card with a title, a legend with the newest values, and curves over the steps."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMinimumHeight(HEIGHT)
        head = QHBoxLayout()
        head.addWidget(parts.label(title))
        head.addStretch(1)
        self._legend = parts.label("", "small", right=True)
        self._legend.setTextFormat(Qt.RichText)
        head.addWidget(self._legend)
        self._plot = _plot()
        self._lines: dict[str, pyqtgraph.PlotDataItem] = {}
        layout = parts.rows(self, margins=(14, 12, 14, 10), spacing=6)
        layout.addLayout(head)
        layout.addWidget(self._plot, 1)
        self._dress()

    def show_curves(self, curves: Mapping[str, tuple[Series, str]]) -> None:
        """Draw these curves: name, points, colour."""
        for name in [name for name in self._lines if name not in curves]:
            self._plot.removeItem(self._lines.pop(name))
        for name, (series, color) in curves.items():
            if name not in self._lines:
                self._lines[name] = self._plot.plot()
            self._lines[name].setPen(pyqtgraph.mkPen(color, width=2))
            lonely = len(series.x) == 1
            self._lines[name].setSymbol("o" if lonely else None)
            self._lines[name].setSymbolBrush(color)
            self._lines[name].setSymbolSize(6)
            self._lines[name].setData(series.x, series.y)
        self._legend.setText(" · ".join(_entry(name, *each) for name, each in curves.items() if each[0].y))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.PaletteChange and hasattr(self, "_plot"):
            self._dress()

    def _dress(self) -> None:
        colors = look.of(self)
        self._plot.setBackground(QColor(colors.raised))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(colors.line))
            axis.setTextPen(QColor(colors.muted))


def _plot() -> pyqtgraph.PlotWidget:
    plot = pyqtgraph.PlotWidget()
    plot.setFrameShape(QFrame.NoFrame)
    plot.setMenuEnabled(False)
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    plot.showGrid(y=True, alpha=0.15)
    plot.setAntialiasing(True)
    item = plot.getPlotItem()
    item.setDownsampling(auto=True, mode="peak")
    item.getViewBox().setDefaultPadding(0.02)
    item.getAxis("left").setWidth(38)
    item.getAxis("left").enableAutoSIPrefix(False)
    item.getAxis("bottom").enableAutoSIPrefix(False)
    return plot


def _entry(name: str, series: Series, color: str) -> str:
    return f'<span style="color:{color}">●</span> {name} {series.last:.3g}'
