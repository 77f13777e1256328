"""Dock panels around a page's work, with their title bars and remembered layouts.

`Docks` holds the work in the middle and panels around it: Qt's docks, which can be dragged to another side, floated,
tabbed and closed. `Layouts` remembers the arrangement of each page in the settings.

Docked, a title bar is a strip as high as the space above the panel's first line: a small grip shows while the pointer
is over the panel, and where it rests on the strip the title opens. A floating panel always has its title.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import QByteArray, QChildEvent, QEvent, QPointF, QRectF, QSize, Qt, QTimer
from qtpy.QtGui import QAction, QCloseEvent, QColor, QEnterEvent, QHideEvent, QPainter, QPaintEvent, QShowEvent
from qtpy.QtWidgets import QDockWidget, QFrame, QMainWindow, QStackedWidget, QTabBar, QTabWidget, QWidget

from .. import look
from ..language import tr
from ..settings import Settings
from . import common

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
GAP = 5  # pixels between panels, to be grabbed; as in window.qss


@dataclass(frozen=True)
class Panel:
    """What stands beside the work, where, and how wide until a person changes that; `id` says its part on any page."""

    id: str
    title: str
    widget: QWidget
    side: Qt.DockWidgetArea
    width: int
    shown: bool = True
    beside: str = ""  # the panel in whose place it is a tab


class Docks(QMainWindow):
    """The work in the middle, panels around it."""

    def __init__(self, middle: QWidget, panels: Sequence[Panel]) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._work = middle
        self.setCentralWidget(middle)
        self._wanted: str | None = ""  # the arrangement to take when first shown; None: it was taken
        self._stowed: list[Dock] = []  # floating panels put away while the page is out of view
        self._kept = ""  # the arrangement at that time
        self._docks: dict[str, Dock] = {}
        self._shared: list[QAction] = []
        for panel in panels:
            self.add(panel)

    def add(self, panel: Panel) -> None:
        """One more panel."""
        dock = self._docks[panel.id] = Dock(panel, self)
        dock.toggleViewAction().setText(dock.windowTitle())
        dock.addActions(self._shared)
        self._put(dock)

    def dock(self, panel_id: str) -> Dock | None:
        """A panel by its part; None where this page has none."""
        return self._docks.get(panel_id)

    def share(self, actions: Iterable[QAction]) -> None:
        """Let these keys work in floating panels too."""
        self._shared = list(actions)
        for dock in self._docks.values():
            dock.addActions(self._shared)

    def is_open(self, panel_id: str) -> bool:
        """Whether the panel is there: docked, floating or behind a tab."""
        dock = self.dock(panel_id)
        return dock is not None and not dock.isHidden()

    def toggle(self, panel_id: str) -> None:
        """Close a panel that is seen, or open it, also from behind a tab; the keys stay with the work."""
        dock = self.dock(panel_id)
        if dock is None:
            return
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            dock.close()
        else:
            self.open(panel_id)

    def open(self, panel_id: str) -> None:
        """Show a panel, in front of others on the same place."""
        dock = self._docks[panel_id]
        dock.show()
        dock.raise_()

    def go_home(self) -> None:
        """The keys go back to the work."""
        shown = self._work.currentWidget() if isinstance(self._work, QStackedWidget) else self._work
        if shown is not None:
            shown.setFocus()

    def reset(self) -> None:
        """Every panel back to where it stood first, and as wide."""
        self._wanted, self._stowed = None, []
        self._put_all()
        self._size_all()

    def state(self) -> str:
        """Where everything stands, as text for `restore`."""
        if self._wanted is not None:
            return self._wanted
        return self._kept if self._stowed else _text(self.saveState())

    def restore(self, state: str) -> None:
        """Take an arrangement when first shown: only then is it known how much room there is."""
        self._wanted = state

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        """Take the remembered arrangement; floating panels come back with the page."""
        super().showEvent(event)
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            if not wanted or not self.restoreState(_bytes(wanted)):
                self._size_all()
        for dock in self._stowed:
            dock.show()
        self._stowed = []

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of view: floating panels go with the page."""
        super().hideEvent(event)
        floating = [dock for dock in self._docks.values() if dock.isFloating() and not dock.isHidden()]
        if not event.spontaneous() and floating:
            self._kept, self._stowed = _text(self.saveState()), floating
            for dock in floating:
                dock.hide()

    def event(self, event: QEvent) -> bool:
        """Draw a line where the work meets a panel, and above a panel that stands below another."""
        done = super().event(event)
        if event.type() == QEvent.Type.Paint:
            self._paint_lines()
        elif isinstance(event, QChildEvent) and isinstance(bar := event.child(), QTabBar):
            bar.setAccessibleName(tr("Panels in one place"))  # Qt makes it when it is first needed
        return done

    # Details

    def _put_all(self) -> None:
        for dock in self._docks.values():
            self._put(dock)

    def _put(self, dock: Dock) -> None:
        dock.setFloating(False)
        self.addDockWidget(dock.panel.side, dock)
        if dock.panel.beside in self._docks:
            self.tabifyDockWidget(self._docks[dock.panel.beside], dock)
        dock.setVisible(dock.panel.shown)

    def _size_all(self) -> None:
        docks = list(self._docks.values())
        self.resizeDocks(docks, [dock.panel.width for dock in docks], Qt.Orientation.Horizontal)

    def _paint_lines(self) -> None:
        work = self._work.geometry()
        painter = QPainter(self)
        painter.setPen(QColor(look.of(self).line))
        for x, there in ((work.left() - 1, work.left() > 0), (work.right() + 1, work.right() < self.width() - 1)):
            if there:
                painter.drawLine(x, work.top(), x, work.bottom())
        for y, there in ((work.top() - 1, work.top() > 0), (work.bottom() + 1, work.bottom() < self.height() - 1)):
            if there:
                painter.drawLine(work.left(), y, work.right(), y)
        for dock in self._docks.values():
            if dock.isVisible() and not dock.isFloating() and dock.y() > GAP:
                y = dock.y() - 1 - GAP // 2
                painter.drawLine(dock.geometry().left(), y, dock.geometry().right(), y)
        painter.end()


class Dock(QDockWidget):
    """One panel with its title, which is seen only while the pointer rests above the panel, or while it floats."""

    def __init__(self, panel: Panel, parent: Docks) -> None:
        super().__init__(panel.title, parent)
        self._around = parent
        self.setObjectName(panel.id)
        self.panel = panel
        self._title = DockTitle(self)
        self.setTitleBarWidget(self._title)
        self.setWidget(_Sheet(panel))
        self.topLevelChanged.connect(self._title.set_floating)

    def closeEvent(self, event: QCloseEvent) -> None:
        """By a key or its button: the keys go back to the work."""
        super().closeEvent(event)
        self._around.go_home()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is here: show where the panel can be taken."""
        super().enterEvent(event)
        self._title.set_near(True)

    def leaveEvent(self, event: QEvent) -> None:
        """It went away."""
        super().leaveEvent(event)
        self._title.set_near(False)


class Layouts:
    """Remembers in the settings how each page is arranged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._docks: dict[str, Docks] = {}

    def take(self, name: str, docks: Docks) -> None:
        """Look after another arrangement, under this name."""
        self._docks[name] = docks
        docks.restore(self._stored().get(name, ""))

    def of(self, name: str) -> Docks:
        """The arrangement of this name."""
        return self._docks[name]

    def remember(self) -> None:
        """Keep everything for the next start."""
        states = self._stored() | {name: docks.state() for name, docks in self._docks.items()}
        self._settings.set("layouts", [f"{name}\t{state}" for name, state in states.items()])

    def reset(self) -> None:
        """Every panel of every page back to its place."""
        for docks in self._docks.values():
            docks.reset()

    def _stored(self) -> dict[str, str]:
        lines = (line.partition("\t") for line in self._settings.get("layouts"))
        return {name: state for name, _, state in lines}


class _Sheet(QFrame):
    """The panel's surface; as wide as it likes to be."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._width = panel.width
        common.rows(self).addWidget(panel.widget)

    def sizeHint(self) -> QSize:
        """As in the sketch."""
        return QSize(self._width, super().sizeHint().height())


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _bytes(state: str) -> QByteArray:
    return QByteArray.fromBase64(state.encode("ascii", "ignore"))


STRIP, OPEN = 10, 30  # pixels high
GRIP = QSize(32, 3)
REST = 250  # milliseconds the pointer rests on the strip before the title opens


class DockTitle(QFrame):
    """Grip, title, float and close."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setProperty("role", "panel")
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self._dock = dock
        self._bar: QWidget | None = None
        self._near = self._floating = self._open = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._rested)

    def set_near(self, near: bool) -> None:
        """Whether the pointer is over the panel."""
        self._near = near
        self.update()

    def set_floating(self, floating: bool) -> None:
        """Whether the panel is a window of its own."""
        self._floating = floating
        self._show_title(floating or self.underMouse())

    def sizeHint(self) -> QSize:
        """A strip, or room for the title."""
        return QSize(0, OPEN if self._open else STRIP)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Open soon, if the pointer stays."""
        super().enterEvent(event)
        self._timer.start()

    def leaveEvent(self, event: QEvent) -> None:
        """Close again."""
        super().leaveEvent(event)
        self._timer.stop()
        self._show_title(self._floating)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The grip, while there is no title."""
        super().paintEvent(event)
        if self._open or not self._near:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.of(self).line))
        grip = QRectF(0, 0, GRIP.width(), GRIP.height())
        grip.moveCenter(QPointF(self.width() / 2, STRIP / 2))
        painter.drawRoundedRect(grip, 1.5, 1.5)
        painter.end()

    def _rested(self) -> None:
        self._show_title(True)

    def _show_title(self, shown: bool) -> None:
        if shown == self._open:
            return
        self._open = shown
        if shown and self._bar is None:
            self._bar = self._made()
        if self._bar is not None:
            self._bar.setVisible(shown)
        self.updateGeometry()
        self.update()

    def _made(self) -> QWidget:
        """Only when first needed: a start should not wait for it."""
        bar = QWidget()
        line = common.columns(bar, margins=(14, 2, 6, 2), spacing=2)
        title = self._dock.windowTitle()
        line.addWidget(common.section(title))
        line.addStretch(1)
        for icon, tip, slot in (
            ("dock-window", tr("{title}: a window of its own, or back in its place", title=title), self._turn),
            ("close", tr("Close {title}", title=title), self._dock.close),
        ):
            button = common.icon_button(icon, tip, slot)
            button.setCursor(Qt.CursorShape.ArrowCursor)
            line.addWidget(button)
        common.rows(self).addWidget(bar)
        return bar

    def _turn(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())
