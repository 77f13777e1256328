"""The start page before any project is open, and the first steps beside the sample's photo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from .. import look
from ..language import mark, percent, tr, translated
from ..session import Session
from . import common

if TYPE_CHECKING:
    from cardamage_core.assessment.damage import Damage


STEPS = (
    ("vector-polygon", mark("Annotate"), mark("Bring VIA annotations in, outline damage, correct polygons.")),
    (
        "chart-timeline-variant",
        mark("Train"),
        mark("Teach a Mask R-CNN on them; it goes on when the window is closed."),
    ),
    ("magnify-scan", mark("Inspect"), mark("Photos of a claim in, findings decided, a report out.")),
)
WIDTH = 640


class Welcome(QFrame):
    """Three steps, the buttons that begin, and the recent projects."""

    def __init__(
        self,
        *,
        inspect: Callable[[], object],
        sample: Callable[[], object],
        new: Callable[[], object],
        open_: Callable[[], object],
        import_: Callable[[], object],
        recent: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._recent_chosen = recent
        self._buttons = [
            common.button(
                tr("Inspect claim photos…"), inspect, "primary", tip=tr("Outline the damage on photos of a car")
            ),
            common.button(tr("Open sample project"), sample),
            common.button(tr("New project…"), new),
            common.button(tr("Open project…"), open_),
            common.button(tr("Import…"), import_, tip=tr("Import VIA annotations or a folder of photos")),
        ]
        self._busy = common.label("", "muted")
        self._busy.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._busy.hide()
        self._models = common.label("", "small", wrap=True)
        self._models.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._models.hide()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._arrange()

    def show_recent(self, folders: Sequence[Path]) -> None:
        """List the recent projects."""
        common.clear(self._recent)
        if folders:
            self._recent.addWidget(common.section(tr("Recent projects")))
        for folder in folders[:5]:
            entry = common.button(folder.name, partial(self._recent_chosen, folder), "link", tip=str(folder))
            self._recent.addWidget(entry, 0, Qt.AlignmentFlag.AlignLeft)

    def show_models(self, text: str) -> None:
        """Say what the models in the box are good for and where they fail; "" where none came along."""
        self._models.setText(translated(text))
        self._models.setVisible(bool(text))

    def show_busy(self, text: str) -> None:
        """Say what is being prepared; "" when ready again."""
        self._busy.setText(text)
        self._busy.setVisible(bool(text))
        for button in self._buttons:
            button.setEnabled(not text)

    def _arrange(self) -> None:
        sheet = QWidget()
        sheet.setMaximumWidth(WIDTH)
        column = common.rows(sheet, spacing=24)
        column.addStretch(2)
        column.addWidget(
            common.label(tr("From annotated photo to damage figure"), "title"), 0, Qt.AlignmentFlag.AlignHCenter
        )
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for step in STEPS:
            cards.addWidget(_card(step[0], tr(step[1]), tr(step[2])), 1)
        column.addLayout(cards)
        beginning = QVBoxLayout()
        beginning.setSpacing(look.GRID)
        for buttons in (self._buttons[:2], self._buttons[2:]):  # a claim or the sample first, then projects
            line = QHBoxLayout()
            line.setSpacing(look.GRID)
            line.addStretch(1)
            for button in buttons:
                line.addWidget(button)
            line.addStretch(1)
            beginning.addLayout(line)
        column.addLayout(beginning)
        column.addWidget(self._busy)
        drop = tr("Or drop annotations or a folder of photos on this window; on Inspect, the photos of a claim.")
        dropping = common.label(drop, "small", wrap=True)
        dropping.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(dropping)
        column.addWidget(self._models)
        column.addLayout(self._recent)
        column.addStretch(3)
        outer = common.columns(self, margins=(24, 24, 24, 24))
        outer.addStretch(1)
        outer.addWidget(sheet, 10)
        outer.addStretch(1)


def _card(icon: str, title: str, text: str) -> QFrame:
    card = common.frame("card")
    layout = common.rows(card, margins=(16, 14, 16, 16), spacing=6)
    sign = common.icon_button(icon, title)
    sign.setProperty("role", "sign")
    sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    sign.setIconSize(sign.iconSize() * look.ICON_LARGE / look.ICON)
    layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignLeft)
    layout.addWidget(common.label(title, "heading"))
    layout.addWidget(common.label(text, "small", wrap=True))
    layout.addStretch(1)
    return card


FIRST_STEPS = (
    mark("Click a region, drag one of its vertices"),
    mark("See the damage figure follow, top right"),
    mark("Press Ctrl+Z: all can be taken back"),
)
DRAG, FIGURE, UNDO = range(3)
LAST = mark("That is all. Train on these photos with Ctrl+2,\nsee findings with Ctrl+3, or go on with your own photos.")
AIR = 12  # pixels to the edges of the canvas


class FirstSteps(QObject):
    """Shows the card when told to, and ticks off what happens meanwhile."""

    own_wanted = Signal()  # photos of one's own

    def __init__(self, session: Session, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._session, self._canvas = session, canvas
        self._figures: set[str] = set()  # that the photo had so far
        self.card: StepsCard | None = None

    def show(self) -> None:
        """Show the steps in the lower right corner of the canvas."""
        self.card = StepsCard(self._canvas)
        self.card.close_button.clicked.connect(self.close)
        self.card.own_button.clicked.connect(self._own)
        self._figures = set()
        self._session.history_changed.connect(self._history_changed)
        self._session.current_changed.connect(self._figures.clear)
        self._session.project_changed.connect(self.close)

    def close(self) -> None:
        """The person has seen enough, or went on to another project."""
        if self.card is None:
            return
        self._session.history_changed.disconnect(self._history_changed)
        self._session.project_changed.disconnect(self.close)
        self.card.hide()
        self.card.deleteLater()
        self.card = None
        self._canvas.setFocus()

    def _own(self) -> None:
        self.close()
        self.own_wanted.emit()

    def show_damage(self, damage: Damage | None) -> None:
        """The figure as it stands now; it is also told during a drag."""
        if self.card is not None and damage is not None:
            self._figures.add(percent(damage.percent) if damage.percent is not None else "")
            self._look()

    def _history_changed(self) -> None:
        project = self._session.project
        if self.card is None or project is None:
            return
        if project.undo_text.startswith("Move vert"):
            self.card.tick(DRAG)
        if project.redo_text.startswith("Move vert") and self.card.done(DRAG):
            self.card.tick(UNDO)
        self._look()

    def _look(self) -> None:
        if self.card is not None and self.card.done(DRAG) and len(self._figures) > 1:
            self.card.tick(FIGURE)


class StepsCard(QFrame):
    """The three steps, floating above the canvas."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setProperty("role", "float")
        self.setAccessibleName(tr("First steps"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._marks = [common.label(str(number + 1), "key") for number in range(len(FIRST_STEPS))]
        self._texts = [common.label(tr(text)) for text in FIRST_STEPS]
        self._last = common.label(tr(LAST), "small")
        self._last.hide()
        self.own_button = QPushButton(tr("Your own photos…"))
        self.own_button.setToolTip(tr("Make a project and bring a folder of photos in"))
        self.own_button.hide()
        self.close_button = common.icon_button("close", tr("Put the first steps away"))
        self._arrange()
        canvas.installEventFilter(self)
        self.show()
        self._place()

    def tick(self, step: int) -> None:
        """This step was done."""
        if self.done(step):
            return
        self._marks[step].setText("✓")
        common.set_role(self._marks[step], "good")
        common.set_role(self._texts[step], "muted")
        self._texts[step].setAccessibleName(tr("{step}, done", step=tr(FIRST_STEPS[step])))
        for widget in (self._last, self.own_button):
            widget.setVisible(all(self.done(number) for number in range(len(FIRST_STEPS))))
        self._place()

    def done(self, step: int) -> bool:
        """Whether this step was done."""
        return self._marks[step].property("role") == "good"

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        canvas = self.parentWidget() or self
        self.adjustSize()
        self.move(canvas.width() - self.width() - AIR, canvas.height() - self.height() - AIR)

    def _arrange(self) -> None:
        column = common.rows(self, margins=(14, 8, 8, 12), spacing=8)
        head = QHBoxLayout()
        head.addWidget(common.section(tr("First steps")))
        head.addStretch(1)
        head.addWidget(self.close_button)
        column.addLayout(head)
        for number, text in zip(self._marks, self._texts, strict=True):
            column.addLayout(_line(number, text))
        column.addWidget(self._last)
        column.addWidget(self.own_button, 0, Qt.AlignmentFlag.AlignLeft)


def _line(number: QLabel, text: QLabel) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(10)
    number.setFixedWidth(22)
    number.setAlignment(Qt.AlignmentFlag.AlignCenter)
    line.addWidget(number)
    line.addWidget(text, 1)
    return line
