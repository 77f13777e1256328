"""The damage figure with its denominator, range and explanation."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QWidget

from cardamage_core.assessment.damage import Damage
from cardamage_core.text import percent

from . import common


class DamageCard(QFrame):
    """The figure with its denominator, range and explanation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._head = common.label("Damage", "muted")
        self._figure = common.label("", "figure")
        self._range = common.label("", "muted")
        self._why = common.label("", "small", wrap=True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignBaseline)
        line.addWidget(self._range, 0, Qt.AlignmentFlag.AlignBaseline)
        line.addStretch(1)
        layout = common.rows(self, margins=(14, 12, 14, 12), spacing=4)
        layout.addWidget(self._head)
        layout.addLayout(line)
        layout.addWidget(self._why)
        self.show_damage(None)

    def show_damage(self, damage: Damage | None) -> None:
        """Show another figure; None: no photo is shown."""
        if damage is None:
            self._fill("Damage", "–", "", "No photo is shown.")
        elif damage.percent is None:
            self._fill("Damage", "–", "", damage.explanation)
        else:
            spread = damage.low is not None and damage.high is not None and damage.high - damage.low >= 0.05
            between = f"{damage.low:.1f} – {damage.high:.1f}" if spread else ""
            self._fill(f"Damage, {damage.words}", percent(damage.percent), between, damage.explanation)

    def figure(self) -> str:
        """The figure as shown."""
        return self._figure.text()

    def head(self) -> str:
        """What it is a share of, as shown."""
        return self._head.text()

    def _fill(self, head: str, figure: str, between: str, why: str) -> None:
        for label, text in ((self._head, head), (self._figure, figure), (self._range, between), (self._why, why)):
            label.setText(text)
