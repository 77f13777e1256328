"""The damage figure in one line, with what it is a share of and its range; what was counted unfolds."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from cardamage_core.assessment.damage import Damage

from .. import look
from ..language import mark, numeral, percent, tr, translated
from . import common

NOT_DETERMINED = mark("not determined")
BESIDE = 72  # pixels that margins, gaps and the sign beside the word Why take
ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly
MOST = 150  # pixels that the unfolded part takes; beyond that it scrolls


class DamageCard(QFrame):
    """The figure with its denominator and range; what was counted, and what limits it, unfolds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._head = ""
        self._figure = common.label("", "line figure")
        self._words = common.ElidedLabel("small")
        self._range = common.label("", "small")
        self._reason = common.label("", "small", wrap=True)
        self._why = common.label("", "small", wrap=True)
        self._told = common.Scrolled(self._text_below(), tr("What was counted"))
        self._told.setMinimumHeight(0)
        self._told.setMaximumHeight(MOST)
        self._told.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.unfold = self._made_unfold()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._figure)
        beside = common.rows(texts := QWidget(), spacing=0)
        beside.addStretch(1)
        beside.addWidget(self._words)
        beside.addWidget(self._range)
        beside.addStretch(1)
        line.addWidget(texts, 1)
        line.addWidget(self.unfold)
        layout = common.rows(self, margins=(12, 6, 6, 6), spacing=3)
        layout.addLayout(line)
        layout.addWidget(self._told)
        self.show_damage(None)

    def show_damage(self, damage: Damage | None) -> None:
        """Show another figure; None: no photo is shown."""
        told, words, why = map(translated, (damage.why, damage.words, damage.explanation) if damage else ("", "", ""))
        if damage is None:
            self._fill(tr("Damage"), "", "–", "", reason=tr("No photo is shown."), why="")
        elif damage.percent is None:
            self._fill(tr("Damage of the car"), "", tr(NOT_DETERMINED), "", reason=told, why=why)
        else:
            spread = damage.low is not None and damage.high is not None and damage.high - damage.low >= 0.05
            between = numeral(f"{damage.low:.1f} – {damage.high:.1f} %") if spread else ""
            head, figure = tr("Damage, {words}", words=words), percent(damage.percent)
            self._fill(head, words, figure, between, reason=told, why=why)

    def show_waiting(self) -> None:
        """A photo is shown whose figure is being worked out; a figure that stands there stays so long."""
        if self.figure() == "–":
            self._fill(tr("Damage"), "", "…", "", reason="", why="")

    def figure(self) -> str:
        """The figure as shown."""
        return self._figure.text()

    def head(self) -> str:
        """What it is, and a share of what, for screen readers."""
        return self._head

    def why(self) -> str:
        """What was counted and why, as it unfolds."""
        return self._why.text()

    def reason(self) -> str:
        """Why there is no share of the car, or what limits it; "" where there is nothing to say."""
        return self._reason.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The word Why where there is room for it."""
        super().resizeEvent(event)
        self._fit_why()

    def _fit_why(self) -> None:
        """The word Why only where what the figure is a share of is not cut for it."""
        told = self._figure.sizeHint().width() + self._words.sizeHint().width()
        word = self.unfold.fontMetrics().horizontalAdvance(self.unfold.text())
        roomy = self.width() - told >= BESIDE + word
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon if roomy else ICON_ONLY)

    def _unfold(self, on: bool) -> None:
        """Nothing but the reason for it where there is no figure, else all that was counted."""
        refused = self.figure() in (tr(NOT_DETERMINED), "–", "…")
        self._reason.setVisible(bool(self._reason.text()) and (on or refused))
        self._why.setVisible(on and bool(self._why.text()))
        self._told.setVisible(on or (refused and bool(self._reason.text())))
        look.set_icon(self.unfold, "chevron-up" if on else "chevron-down", color="muted")

    def _fill(self, head: str, words: str, figure: str, between: str, *, reason: str, why: str) -> None:
        self._head = head
        self.setAccessibleName(f"{head}: {figure}")
        for label, text in ((self._figure, figure), (self._range, between), (self._why, why), (self._reason, reason)):
            label.setText(text)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._range.setVisible(bool(between))
        common.set_role(self._figure, "verdict" if figure == tr(NOT_DETERMINED) else "line figure")
        self.unfold.setVisible(bool(why) or (bool(reason) and bool(words)))
        self._unfold(self.unfold.isChecked())
        self._fit_why()

    def _text_below(self) -> QWidget:
        sheet = common.frame("page")
        column = common.rows(sheet, margins=(0, 0, 6, 4), spacing=4)
        column.addWidget(self._reason)
        column.addWidget(self._why)
        return sheet

    def _made_unfold(self) -> QToolButton:
        made = QToolButton()
        made.setText(tr("Why"))
        made.setCheckable(True)
        made.setProperty("role", "unfold")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setToolTip(tr("What was counted, against what, and what was left out"))
        made.setAccessibleName(tr("Why"))
        made.setToolButtonStyle(ICON_ONLY)
        made.toggled.connect(self._unfold)
        look.set_icon(made, "chevron-down", color="muted")
        return made
