"""What do the findings of this photo come to? The panel at the right: figure, table, models."""

from __future__ import annotations

from qtpy.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from cardamage_core.assessment.damage import Damage

from .. import parts
from ..damage_card import DamageCard
from ..keys_shown import chip
from .findings import FindingsTable
from .outline_bar import OutlineBar
from .rows import Row

KEYS = (("inspect_accept", "Y", "accept"), ("inspect_reject", "N", "reject"), ("inspect_next", "D", "next photo"))


class FindingsPanel(QFrame):
    """Shows what it is given; its table and its buttons tell what was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(300)
        self.card = DamageCard()
        self.table = FindingsTable()
        self.outline_bar = OutlineBar()
        self._nothing = parts.label("", "muted", wrap=True)
        self._arrange()

    def show_nothing(self) -> None:
        """No photo is shown."""
        self.card.show_damage(None)
        self.table.show_rows((), "of photo")
        self._nothing.hide()

    def show_findings(self, damage: Damage, rows: tuple[Row, ...], *, hidden: int, threshold: float) -> None:
        """The figure and the findings; `hidden` predictions lie below the threshold."""
        self.card.show_damage(damage)
        self.table.show_rows(rows, f"of {damage.denominator}")
        self._nothing.setVisible(not rows)
        self._nothing.setText(nothing_said(hidden, threshold, outlined=damage.percent is not None))

    def _arrange(self) -> None:
        layout = parts.rows(self, margins=(0, 0, 0, 12), spacing=8)
        card = QVBoxLayout()
        card.setContentsMargins(12, 0, 12, 8)
        card.addWidget(self.card)
        body = QVBoxLayout()
        body.setContentsMargins(14, 0, 8, 0)
        body.setSpacing(8)
        body.addWidget(parts.section("Findings on this photo"))
        body.addWidget(self._nothing)
        body.addWidget(self.table, 1)
        body.addLayout(_keys())
        layout.addLayout(card)
        layout.addLayout(body, 1)
        layout.addWidget(self.outline_bar)


def nothing_said(hidden: int, threshold: float, *, outlined: bool) -> str:
    """Why the table is empty; `outlined` tells that there is something on the photo, such as the car."""
    if hidden:
        some = "1 finding lies" if hidden == 1 else f"{hidden} findings lie"
        return f"{some} below {100 * threshold:.0f} %. Move the slider to see more."
    if outlined:
        return "No damage is outlined on this photo."
    return "Nothing is outlined on this photo yet. Outline damage asks the model."


def _keys() -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    for action, key, text in KEYS:
        line.addWidget(chip(action, key))
        line.addWidget(parts.label(text, "small"))
        line.addSpacing(4)
    line.addStretch(1)
    return line
