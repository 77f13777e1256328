"""Charts of a training's metrics.

Imports pyqtgraph, which takes its time: imported when the first training is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import pyqtgraph
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QColor, QFont
from qtpy.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cardamage_core.training.metrics import COURSE, Unit, in_chart
from cardamage_core.training.metrics import Chart as Kind

from .. import look
from ..language import numeral, tr, translated
from ..widgets import common
from .history import History, Series

HEIGHT, LINE = 190, 17  # pixels of a chart, and of a line of its legend
LIMITS: dict[Unit, tuple[float | None, float | None]] = {  # of the vertical axis; None follows the curves
    Unit.LOSS: (None, None),
    Unit.PRECISION: (0.0, None),
    Unit.SHARE: (0.0, 1.0),
}


class Curves(QWidget):
    """Loss, its parts, and what was measured on the validation photos."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._charts = {kind: _chart(kind) for kind in Kind}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(14)
        self._course = {key: Chart(translated(title), from_zero=True) for key, title in COURSE.items()}
        order = (Kind.LOSS, Kind.PRECISION, Kind.PARTS, Kind.SHARES)
        for number, chart in enumerate((*(self._charts[kind] for kind in order), *self._course.values())):
            grid.addWidget(chart, number // 2, number % 2)
            grid.setColumnStretch(number % 2, 1)

    def show_history(self, history: History, others: Mapping[str, History] | None = None) -> None:
        """Draw what is known; `others` are runs laid over the loss and the precision, by their names."""
        colors = look.of(self)
        others = others or {}
        train = Series(history.loss.x, history.loss.smoothed())
        losses = {
            translated("train"): (train, colors.accent),
            translated("validation"): (history.validation, colors.muted),
        }
        over = itertools.cycle(look.LABEL_COLORS)
        shades = {name: next(over) for name in others}
        losses |= {name: (Series(other.loss.x, other.loss.smoothed()), shades[name]) for name, other in others.items()}
        self._charts[Kind.LOSS].show_curves(losses, values=not others)
        for key, chart in self._course.items():
            chart.show_curves({translated(key.replace("_", " ")): (history.course[key], colors.accent)})
            chart.setVisible(bool(history.course[key].y))
        photos, every = history.validated
        some = (
            tr(" · {photos} of {every} photos", photos=photos, every=every)
            if photos < every
            else tr(" · {photos} photos", photos=photos)
            if photos
            else ""
        )
        for kind in (Kind.PRECISION, Kind.SHARES):
            self._charts[kind].set_title(translated(kind.value) + some)
        smooth = {key: Series(series.x, series.smoothed()) for key, series in history.parts.items()}
        each = [(translated(metric.legend), smooth[metric.key]) for metric in in_chart(Kind.PARTS)]
        self._charts[Kind.PARTS].show_curves(colored(each, look.LABEL_COLORS))
        for kind, order in (
            (Kind.PRECISION, (colors.good, colors.accent, colors.muted)),
            (Kind.SHARES, (colors.good, colors.bad)),
        ):
            known = [(translated(m.legend), history.metrics[m.key]) for m in in_chart(kind) if m.key in history.metrics]
            drawn = colored(known, order)
            if kind is Kind.PRECISION:
                best = in_chart(kind)[0].key
                drawn |= {n: (o.metrics[best], shades[n]) for n, o in others.items() if best in o.metrics}
            self._charts[kind].show_curves(drawn, values=not others)
            self._charts[kind].say_nothing("" if known else tr("Measured at the end of each epoch."))


def _chart(kind: Kind) -> Chart:
    least, most = LIMITS[in_chart(kind)[0].unit]
    return Chart(translated(kind.value), least=least, most=most, legend_lines=2)


def colored(curves: Iterable[tuple[str, Series]], colors: Sequence[str]) -> dict[str, tuple[Series, str]]:
    """What `Chart.show_curves` takes: names and points with the colours in turn."""
    return {name: (series, color) for (name, series), color in zip(curves, itertools.cycle(colors), strict=False)}


class Chart(QFrame):
    """A card with a title, a legend with the newest values, and curves over the steps."""

    def __init__(
        self,
        title: str,
        parent: QWidget | None = None,
        *,
        least: float | None = None,
        most: float | None = None,
        legend_lines: int = 0,
        from_zero: bool = False,
    ) -> None:
        """`least` and `most`: where the vertical axis begins and ends; None follows the curves.

        `from_zero`: it reaches from 0 to the largest value, however small that is and also where all are the same.
        `legend_lines` gives the legend lines of its own below the title, for narrow charts of many curves.
        """
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedHeight(HEIGHT + bool(legend_lines) * 6 + LINE * legend_lines)
        head = QVBoxLayout() if legend_lines else QHBoxLayout()
        self._title = common.label(title)
        head.addWidget(self._title)
        self._legend = common.label("", "small", right=not legend_lines, wrap=bool(legend_lines))
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setMinimumWidth(1)  # both columns stay equally wide
        if isinstance(head, QVBoxLayout):
            head.setSpacing(2)
            self._legend.setFixedHeight(LINE * legend_lines)
            self._legend.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            head.addWidget(self._legend)
        else:
            head.addWidget(self._legend, 1)
        self._nothing = common.label("", "small")
        self._nothing.hide()
        self._plot = _plot()
        self._from_zero = from_zero
        if least is not None:
            self._plot.setLimits(yMin=least, minYRange=0.1)
        if least is not None and most is not None:
            self._plot.setYRange(least, most)
        self._lines: dict[str, pyqtgraph.PlotDataItem] = {}
        layout = common.rows(self, margins=(14, 12, 14, 10), spacing=6)
        layout.addLayout(head)
        layout.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._plot, 1)
        self._dress()

    def set_title(self, title: str) -> None:
        """Call it otherwise."""
        self._title.setText(title)

    def say_nothing(self, text: str) -> None:
        """A sentence where there is no curve yet."""
        self._nothing.setText(text)
        self._nothing.setVisible(bool(text))
        self._plot.setVisible(not text)

    def show_curves(self, curves: Mapping[str, tuple[Series, str]], *, values: bool = False) -> None:
        """Draw these curves: name, points, colour; `values` puts the newest ones into the legend."""
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
        if self._from_zero:
            tops = [max(series.y, default=0.0) for series, _ in curves.values()]
            self._plot.setYRange(0.0, max(tops, default=0.0) or 1.0)
        self._legend.setText(
            " &nbsp;".join(_entry(name, *each, value=values) for name, each in curves.items() if each[0].y)
        )

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_plot"):
            self._dress()

    def _dress(self) -> None:
        colors = look.of(self)
        self._plot.setBackground(QColor(colors.raised))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(colors.line))
            axis.setTextPen(QColor(colors.muted))
            axis.setTickFont(_small_font())


def _plot() -> pyqtgraph.PlotWidget:
    plot = pyqtgraph.PlotWidget()
    plot.setFrameShape(QFrame.Shape.NoFrame)
    plot.setMinimumWidth(120)
    plot.setMenuEnabled(False)
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    plot.showGrid(y=True, alpha=1.0)
    plot.setAntialiasing(True)
    item = plot.getPlotItem()
    item.setDownsampling(auto=True, mode="peak")
    item.getViewBox().setDefaultPadding(0.02)
    item.getAxis("left").setWidth(44)
    item.getAxis("left").enableAutoSIPrefix(False)
    item.getAxis("bottom").enableAutoSIPrefix(False)
    return plot


def _entry(name: str, series: Series, color: str, *, value: bool) -> str:
    newest = numeral(f" {series.last:.2f}") if value and series.last is not None else ""
    text = f"{name}{newest}".replace(" ", "&nbsp;")  # a line breaks between curves only
    return f'<span style="color:{color}">●</span>&nbsp;{text}'


def _small_font() -> QFont:
    font = QFont()
    font.setPixelSize(look.SMALL)
    return font
