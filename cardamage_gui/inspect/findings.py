"""The panel at the right: damage figure, findings, the current one, the car so far, and the report."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardamage_core.assessment.damage import Damage
from cardamage_core.project.prediction_log import Look

from ..commands.editor import chip, keyed
from ..language import mark, tr, translated
from ..widgets import common
from ..widgets.damage_card import DamageCard
from .car_so_far import CarSoFar
from .finding_editor import FindingEditor
from .findings_table import FindingsTable, Row

KEYS = (
    ("inspect_accept", "Y", mark("accept")), ("inspect_reject", "N", mark("reject")),
    ("inspect_correct", "X", mark("correct")),
    ("inspect_open_next", "Tab", mark("next")),
)  # fmt: skip


class FindingsPanel(QFrame):
    """Shows what it is given; its table, fields and buttons tell what was chosen."""

    report_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(324)
        self.card = DamageCard()
        self.table = FindingsTable()
        self.editor = FindingEditor()
        self.car = CarSoFar()
        self.decided = common.label("", "small", right=True)
        self.report = common.button(tr("Write report…"), self.report_wanted.emit, "primary")
        keyed(self.report, "inspect_report", tr("Write the claim's report"), key="Ctrl+P")
        self.more = common.icon_button("dots-horizontal", tr("More: model, outline again, send to annotators"))
        self._nothing = common.label("", "muted", wrap=True)
        self._hidden = common.label("", "small", wrap=True)
        self._empty = common.EmptyState(
            tr("The figure, the findings and the report of a claim stand here."), role="panel"
        )
        self._arrange()

    def show_claim(self, *, is_open: bool) -> None:
        """What is known of the open claim, or a sentence while none is open."""
        self._empty.setVisible(not is_open)
        self._sheet.setVisible(is_open)

    def show_nothing(self) -> None:
        """No photo is shown."""
        self.card.show_damage(None)
        self.table.show_rows(())
        self._nothing.hide()
        self._hidden.hide()

    def show_findings(
        self, damage: Damage, rows: tuple[Row, ...], *, hidden: int, look: Look | None, waits: bool
    ) -> None:
        """The figure and the findings; `hidden` predictions lie below the threshold; `look`: a model's last one."""
        self.card.show_damage(damage)
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))
        failed = look is not None and bool(look.problem)
        self._nothing.setVisible(not rows or failed)
        common.set_role(self._nothing, "bad" if failed else "muted")
        self._nothing.setText(nothing_said(hidden, look, waits=waits))
        self._hidden.setVisible(bool(rows) and hidden > 0)
        self._hidden.setText(tr("{hidden} more below the threshold.", hidden=hidden) if hidden else "")

    def show_decided(self, decided: int, total: int) -> None:
        """How much of the claim is decided."""
        self.decided.setText(tr("{decided} of {total} decided", decided=decided, total=total) if total else "")
        common.set_role(self.decided, "good" if total and decided == total else "small")

    def _arrange(self) -> None:
        sheet = common.frame("panel")
        column = common.rows(sheet, margins=(0, 0, 0, 8), spacing=8)
        card = QVBoxLayout()
        card.setContentsMargins(12, 0, 12, 0)
        card.addWidget(self.card)
        body = QVBoxLayout()
        body.setContentsMargins(14, 0, 10, 0)
        body.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(common.section(tr("Findings on this photo")))
        head.addStretch(1)
        head.addWidget(self.decided)
        body.addLayout(head)
        body.addWidget(self._nothing)
        body.addWidget(self.table, 100)
        body.addWidget(self._hidden)
        body.addWidget(self.editor)
        body.addLayout(_keys())
        body.addWidget(self.car)
        body.addStretch(1)
        column.addLayout(card)
        column.addLayout(body, 1)
        foot = QWidget()
        line = common.columns(foot, margins=(14, 8, 12, 12))
        line.addWidget(self.report, 1)
        line.addWidget(self.more)
        self._sheet = QWidget()
        outer = common.rows(self._sheet, spacing=0)
        area = common.Scrolled(sheet, tr("Findings"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(area, 1)
        outer.addWidget(foot)
        stack = common.rows(self, spacing=0)
        stack.addWidget(self._empty)
        stack.addWidget(self._sheet)
        self.show_claim(is_open=False)


def nothing_said(hidden: int, look: Look | None, *, waits: bool) -> str:
    """Why the table is empty."""
    if look is not None and look.problem:
        return tr("The damage could not be outlined. {problem}", problem=translated(look.problem))
    if waits:
        return tr("The damage is being outlined …")
    if hidden:
        one = tr("1 finding lies below the threshold. Move the slider to see more.")
        many = tr("{hidden} findings lie below the threshold. Move the slider to see more.", hidden=hidden)
        return one if hidden == 1 else many
    if look is not None:
        return tr("The model saw no damage on this photo. Look yourself: press P to draw what it missed.")
    return tr("Nothing is outlined on this photo yet. Outline damage (Ctrl+D) asks the model.")


def _keys() -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(5)
    for action, key, text in KEYS:
        line.addWidget(chip(action, key))
        line.addWidget(common.label(tr(text), "small"))
        line.addSpacing(3)
    line.addStretch(1)
    return line
