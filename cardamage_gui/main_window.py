"""Main window: menus and bars around a stack of pages.

Pages are made by app.py, when they are first needed, and know nothing of the window; it listens to their signals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from qtpy.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from qtpy.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QStatusTipEvent
from qtpy.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from cardamage_core.errors import CarDamageError

from .commands import editor
from .commands.actions import Action
from .commands.editor import KeysSheet
from .commands.menus import Menus
from .commands.palette import CommandPalette
from .commands.shortcuts import Shortcuts
from .language import amount, time_left, tr
from .session import Session
from .settings import Settings
from .train.jobs import JobsWatch
from .widgets import common
from .widgets.dialogs import Dialogs
from .widgets.docks import RIGHT, Docks, Layouts, Panel
from .widgets.frame import Foot, Notice, Rail, TopBar
from .widgets.history import HistoryPanel
from .widgets.settings_dialog import Extra, SettingsDialog

if TYPE_CHECKING:
    from qtpy.QtCore import SignalInstance

FRAME = 48  # pixels that a window manager puts around a window, roughly: the status bar is to stay on the screen


class Page(Protocol):
    """What the window needs of a page, which is a QWidget beside that."""

    hint_changed: SignalInstance  # str: one line for the status bar
    pointer_moved: SignalInstance  # float, float: pixels of the photo shown
    fact_changed: SignalInstance  # str, str: name and text of a fact for the status bar
    docks: Docks
    session: Session  # whose edits undo takes back while the page is shown

    def offered_actions(self) -> list[Action]:
        """What can be done on the page; it has bound the keys itself."""


@dataclass(frozen=True)
class PageEntry:
    """A page and its place in the rail."""

    id: str
    text: str
    icon: str
    make: Callable[[], Page]  # called once
    alone: bool = False  # works without an open project


@runtime_checkable
class Named(Protocol):
    """A page that has something of its own open beside the project."""

    open_changed: SignalInstance
    history: QWidget  # shown in place of the project's history

    def open_text(self) -> tuple[str, str]:
        """What is open and where it lies; "" when nothing is."""


class MainWindow(QMainWindow):
    """The window: pages, bars, menus, drops."""

    closing = Signal()
    dropped = Signal(list)  # paths dropped anywhere on the window

    def __init__(self, session: Session, watch: JobsWatch, settings: Settings, dialogs: Dialogs) -> None:
        super().__init__()
        self._session, self._watch, self._settings, self._dialogs = session, watch, settings, dialogs
        self._pages: dict[str, PageEntry] = {}
        self._made: dict[str, Page] = {}  # those that are there
        self._shown = ""
        self._welcome: QWidget | None = None
        self._layouts = Layouts(settings)
        self.shortcuts = Shortcuts(settings, self)
        self.setWindowTitle("CarDamage")
        self.setAcceptDrops(True)
        self.menus = Menus(self.shortcuts, self)
        self.top, self.rail, self.notice, self.foot = TopBar(self.menus.bar), Rail(), Notice(), Foot()
        self.stack = QStackedWidget()
        self._arrange()
        self._listen()
        self._restore()

    # Filling

    def add_page(self, entry: PageEntry) -> None:
        """Add a page to the rail; Ctrl and its number show it."""
        number = len(self._pages) + 1
        self._pages[entry.id] = entry
        self.rail.add_page(entry.id, entry.text, entry.icon, key=f"Ctrl+{number}")
        show = Action(f"show_{entry.id}", entry.text, (f"Ctrl+{number}",), "", lambda: self.show_page(entry.id))
        self.menus.add(tr("View"), [show])
        self.shortcuts.add_group(entry.text)

    def page(self, page_id: str) -> Page:
        """A page of those added, made and listened to when it is first asked for."""
        if page_id not in self._made:
            entry = self._pages[page_id]
            page = self._made[page_id] = entry.make()
            self._furnish(entry, page)
        return self._made[page_id]

    def make_pages(self) -> None:
        """Make all pages that are not there yet; they see a project only if it is opened after that."""
        for page_id in self._pages:
            self.page(page_id)

    def is_made(self, page_id: str) -> bool:
        """Whether a page is there yet."""
        return page_id in self._made

    def _furnish(self, entry: PageEntry, page: Page) -> None:
        own = isinstance(page, Named) and page.session is not self._session
        history = page.history if own and isinstance(page, Named) else HistoryPanel(page.session)
        page.docks.add(Panel("history", tr("History"), history, RIGHT, 300, shown=False, beside="details"))
        self._layouts.take(entry.id, page.docks)
        self.shortcuts.add(entry.text, page.offered_actions(), _widget(page).actions(), scope=entry.id)
        page.hint_changed.connect(self._of_shown(entry.id, self.foot.hint))
        page.pointer_moved.connect(self._of_shown(entry.id, self._show_pointer))
        page.fact_changed.connect(self._of_shown(entry.id, self.foot.show_text))
        if page.session is not self._session:
            self._listen_to(entry.id, page)

    def set_welcome(self, widget: QWidget) -> None:
        """What stands in place of the pages while no project is open."""
        self._welcome = widget
        self._show_shown()

    def show_page(self, page_id: str) -> None:
        """Switch to a page."""
        if page_id not in self._pages:
            page_id = next(iter(self._pages))
        if page_id != self._shown:  # what is told of a page that stays is still true
            self.foot.hint("")
            for name in ("pointer", "zoom", "area", "damage"):
                self.foot.show_text(name, "")
        self.page(page_id)
        self._shown = page_id
        self.rail.show_page(page_id)
        self._settings.set("page", page_id)
        self._show_shown()
        self._show_open()

    def undo(self) -> None:
        """Take the last edit of the page shown back."""
        self._shown_session().undo()

    def redo(self) -> None:
        """Do it again."""
        self._shown_session().redo()

    def say_saved(self) -> None:
        """What Save does, where nothing is ever unsaved."""
        self.foot.say(tr("Every edit is on disk already; there is nothing to save."))

    @property
    def shown(self) -> str:
        """The id of the page shown."""
        return self._shown

    def tell(self, error: CarDamageError) -> None:
        """Say in the window what went wrong."""
        self.notice.tell(error)

    def show_settings(self) -> None:
        """Open the settings."""
        dialog = SettingsDialog(self._settings, self, extras=self._extra_settings(), models=_models)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _extra_settings(self) -> list[Extra]:
        """What is kept in the project shown, and the sheet of keys."""
        keys = Extra(
            tr("Keys"), tr("All keys"), tr("Search them, change them"), common.button(tr("All keys…"), self.show_keys)
        )
        session = self._shown_session()
        if session.project is None or session.read_only:
            return [keys]
        score = common.SpinBox()
        score.setRange(1, 99)
        score.setSuffix(" %")
        score.setValue(round(100 * session.threshold))
        score.valueChanged.connect(lambda value: session.set_threshold(value / 100))
        hint = tr("In {project}: predictions below are neither shown nor counted", project=session.project.name)
        return [keys, Extra(tr("Models"), tr("Threshold for scores"), hint, score)]

    def show_keys(self) -> None:
        """Show all keys."""
        dialog = KeysSheet(self.shortcuts, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_commands(self) -> None:
        """Ask by a few letters what to do."""
        dialog = CommandPalette(self.shortcuts, self._shown, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def page_actions(self) -> list[QAction]:
        """What the page shown offers; nothing while the start page stands in its place."""
        there = bool(self._shown) and self.stack.currentWidget() is _widget(self._made[self._shown])
        return _widget(self._made[self._shown]).actions() if there else []

    def panels(self) -> Docks:
        """The panels of the page shown."""
        return self._layouts.of(self._shown)

    def reset_layout(self) -> None:
        """Put every panel back in its place."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)
        self._layouts.reset()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or be a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # What happened

    def _of_shown(self, page_id: str, slot: Callable[..., None]) -> Callable[..., None]:
        """What a page out of view has to say may wait until it comes back."""

        def call(*said: object) -> None:
            if self._shown == page_id:
                slot(*said)

        return call

    def _project_changed(self) -> None:
        self.notice.hide()
        self._show_shown()
        self._show_open()

    def _show_shown(self) -> None:
        """The page chosen, or the welcome while there is no project."""
        alone = bool(self._shown) and self._pages[self._shown].alone
        empty = self._session.project is None and self._welcome is not None and not alone
        widget = self._welcome if empty or not self._shown else _widget(self._made[self._shown])
        if widget is not None:
            if self.stack.indexOf(widget) < 0:  # not earlier: being dressed costs each page time
                self.stack.addWidget(widget)
            self.stack.setCurrentWidget(widget)
            widget.setFocus()

    def _show_open(self) -> None:
        """Say what is open: the project, or what the page shown has open beside it."""
        session, project = self._shown_session(), self._shown_session().project
        disk = "" if project is None else (tr("read-only") if project.read_only else tr("all edits are on disk"))
        self.foot.show_text("disk", disk)
        name, place = (project.name, str(project.folder)) if project else ("", "")
        if session is not self._session and isinstance(page := self._made[self._shown], Named):
            name, place = page.open_text()
        read_only = tr(" (read-only)") if project and project.read_only else ""
        self.setWindowTitle(f"{name}{read_only} – CarDamage" if name else "CarDamage")
        self.top.show_open(f"{name} · {amount(len(session.photos()), 'photo')}" if name else "", place)
        self._show_place()

    def _shown_session(self) -> Session:
        return self._made[self._shown].session if self._shown else self._session

    def _show_place(self, _photo: str = "") -> None:
        session = self._shown_session()
        place, number = session.place(session.current), len(session.photos())
        self.foot.show_text("place", f"{place + 1} / {number}" if place >= 0 else "")
        self.foot.show_text("pointer", "")

    def _show_pointer(self, x: float, y: float) -> None:
        self.foot.show_text("pointer", f"x {x:.0f}, y {y:.0f}")

    def _listen_to(self, page_id: str, page: Page) -> None:
        """A page that works on something of its own."""
        session = page.session
        session.failed.connect(self.tell)
        session.said.connect(self._of_shown(page_id, self.foot.say))
        for changed in (session.current_changed, session.photos_changed, session.project_changed):
            changed.connect(self._of_shown(page_id, self._show_open_of))
        if isinstance(page, Named):
            page.open_changed.connect(self._of_shown(page_id, self._show_open_of))

    def _show_open_of(self, *_: object) -> None:
        self._show_open()

    def _jobs_changed(self) -> None:
        job = self._watch.running()
        if job is None:
            self.top.show_job("", 0)
        elif job.state == "waiting" or not job.step:
            self.top.show_job(tr("Training is starting"), 0)
        else:
            left = tr(" · {time} left", time=time_left(job.seconds_left, bare=True)) if job.seconds_left else ""
            self.top.show_job(tr("Training {percent:.0f} %", percent=100 * job.fraction) + left, job.fraction)

    def _keys_changed(self) -> None:
        roots = (self.top, self.rail, *map(_widget, self._made.values()))
        editor.refresh(roots, self.shortcuts.key_text)

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Pass on what was dropped."""
        paths = common.dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def event(self, event: QEvent) -> bool:
        """Status tips of menus and widgets go to our status bar."""
        if isinstance(event, QStatusTipEvent):
            self.foot.hint(event.tip())
            return True
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the place; trainings go on."""
        self._settings.set("geometry", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        self._layouts.remember()
        self.closing.emit()
        super().closeEvent(event)

    # Building

    def _arrange(self) -> None:
        outer = QWidget()
        column = common.rows(outer, spacing=0)
        middle = QWidget()
        row = common.columns(middle, spacing=0)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        for widget in (self.top, self.notice):
            column.addWidget(widget)
        column.addWidget(middle, 1)
        column.addWidget(self.foot)
        self.setCentralWidget(outer)
        self.rail.add_tool(tr("Settings"), "cog-outline", self.show_settings, action="settings", key="Ctrl+,")
        self.rail.add_tool(tr("Help"), "help-circle-outline", self.show_keys, action="keys", key="F1")

    def _listen(self) -> None:
        self._session.project_changed.connect(self._project_changed)
        self._session.photos_changed.connect(self._show_open)
        self._session.current_changed.connect(self._show_place)
        self._session.failed.connect(self.tell)
        self._session.said.connect(self.foot.say)
        self._session.history_changed.connect(self.foot.settle)
        self._watch.changed.connect(self._jobs_changed)
        self._keys_timer = QTimer(self)  # while actions are added one by one, once is enough
        self._keys_timer.setSingleShot(True)
        self._keys_timer.timeout.connect(self._keys_changed)
        self.shortcuts.changed.connect(self._keys_timer.start)
        self.rail.page_chosen.connect(self.show_page)
        self.top.commands_clicked.connect(self.show_commands)
        self.top.job_clicked.connect(lambda: self.show_page("train"))

    def _restore(self) -> None:
        geometry = QByteArray.fromBase64(self._settings.get("geometry").encode("ascii", "ignore"))
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            screen = QApplication.primaryScreen().availableGeometry()
            self.resize(min(1440, screen.width() - FRAME), min(900, screen.height() - FRAME))


def _widget(page: Page) -> QWidget:
    assert isinstance(page, QWidget)
    return page


def _models() -> list[tuple[str, str]]:
    """Id and name of the models that see damage, but those of projects."""
    from cardamage_core.models import registry

    return [(model.card.id, model.card.name) for model in registry.damage_models(None)]
