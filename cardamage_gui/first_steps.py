"""What does a person do first? Three steps beside the sample's photo, ticked off as they are done; shown once, ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from . import parts, words
from .session import Session

if TYPE_CHECKING:
    from cardamage_core.assessment.damage import Damage

STEPS = (
    "Click a region, drag one of its vertices",
    "See the damage figure follow, top right",
    "Press Ctrl+Z: all can be taken back",
)
DRAG, FIGURE, UNDO = range(3)
LAST = "That is all. Train on these photos with Ctrl+2,\nsee findings with Ctrl+3."
AIR = 12  # pixels to the edges of the canvas


class FirstSteps(QObject):
    """Shows the card when told to, and ticks off what happens meanwhile."""

    def __init__(self, session: Session, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._session, self._canvas = session, canvas
        self._figures: set[str] = set()  # that the photo had so far
        self.card: StepsCard | None = None

    def show(self) -> None:
        """Show the steps in the lower right corner of the canvas."""
        self.card = StepsCard(self._canvas)
        self.card.close_button.clicked.connect(self.close)
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

    def show_damage(self, damage: Damage | None) -> None:
        """The figure as it stands now; it is also told during a drag."""
        if self.card is not None and damage is not None:
            self._figures.add(words.percent(damage.percent) if damage.percent is not None else "")
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
        self.setAccessibleName("First steps")
        self.setCursor(Qt.ArrowCursor)
        self._marks = [parts.label(str(number + 1), "key") for number in range(len(STEPS))]
        self._texts = [parts.label(text) for text in STEPS]
        self._last = parts.label(LAST, "small")
        self._last.hide()
        self.close_button = parts.icon_button("close", "Put the first steps away")
        self._arrange()
        canvas.installEventFilter(self)
        self.show()
        self._place()

    def tick(self, step: int) -> None:
        """This step was done."""
        if self.done(step):
            return
        self._marks[step].setText("✓")
        parts.set_role(self._marks[step], "good")
        parts.set_role(self._texts[step], "muted")
        self._texts[step].setAccessibleName(f"{STEPS[step]}, done")
        self._last.setVisible(all(self.done(number) for number in range(len(STEPS))))
        self._place()

    def done(self, step: int) -> bool:
        """Was this step done?"""
        return self._marks[step].property("role") == "good"

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        canvas = self.parentWidget()
        self.adjustSize()
        self.move(canvas.width() - self.width() - AIR, canvas.height() - self.height() - AIR)

    def _arrange(self) -> None:
        column = parts.rows(self, margins=(14, 8, 8, 12), spacing=8)
        head = QHBoxLayout()
        head.addWidget(parts.section("First steps"))
        head.addStretch(1)
        head.addWidget(self.close_button)
        column.addLayout(head)
        for mark, text in zip(self._marks, self._texts, strict=True):
            column.addLayout(_line(mark, text))
        column.addWidget(self._last)


def _line(mark: QLabel, text: QLabel) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(10)
    mark.setFixedWidth(22)
    mark.setAlignment(Qt.AlignCenter)
    line.addWidget(mark)
    line.addWidget(text, 1)
    return line
