"""The claim's history: every decision with its time and who made it, newest on top; nothing here can be changed."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractListModel, QObject, Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QListView, QWidget

from cardamage_core.claims.model import FINDING_FIELDS, Decision, Finding

from ..commands.palette import Roomy
from ..language import amount, label_name, mark, moment, tr, translated
from ..session import Session
from ..widgets import common
from .desk import Desk

VERBS = {
    "created": mark("claim made"),
    "photos added": mark("photo added"),
    "outlined": "outlined",
    "accepted": "accepted",
    "rejected": "rejected",
    "reopened": mark("opened again"),
    "changed": "changed",
    "merged": "merged",
    "undone": "undone",
    "redone": mark("done again"),
    "fields": mark("claim data"),
    "state": "state",
    "report": mark("report written"),
}
QUIET = ("created",)  # decisions of which only the name is told
TOLD = ("label", "state", "number", *FINDING_FIELDS)  # of what a decision says, what is shown
MOST = 80  # letters of a value


class LogModel(QAbstractListModel):
    """Decisions, newest first."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: tuple[Decision, ...] = ()
        self._numbers: dict[str, str] = {}

    def show(self, decisions: Sequence[Decision], findings: Sequence[Finding]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = tuple(reversed(decisions))
        self._numbers = {finding.region.id: finding.number for finding in findings}
        self.endResetModel()

    def rowCount(self, parent: common.ModelIndex | None = None) -> int:
        """One row for each decision."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: common.ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What was decided, when and by whom."""
        if not index.isValid():
            return None
        decision = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return said(decision, self._name_of(decision.photo), self._numbers.get(decision.region, ""))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(
                "{time} · {who} · line hash {hash}…", time=decision.time, who=decision.who, hash=decision.hash[:12]
            )
        return None

    def _name_of(self, photo: str) -> str:
        summary = self._session.summary(photo) if photo else None
        return summary.name if summary else ""


class DecisionLogPanel(QWidget):
    """The list. Out of view it reads nothing."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(220)
        self._desk = desk
        self.list = QListView()
        self.model = LogModel(desk.session, self.list)
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(Roomy(self.list))
        self.list.setAccessibleName(tr("Decisions, newest first"))
        self._told = common.label("", "small", wrap=True)
        column = common.rows(self, margins=(10, 2, 0, 12), spacing=8)
        head = common.section(tr("History of the claim"))
        head.setContentsMargins(4, 2, 14, 0)
        column.addWidget(head)
        column.addWidget(self.list, 1)
        self._told.setContentsMargins(4, 0, 14, 0)
        column.addWidget(self._told)
        for signal in (desk.claim_changed, desk.record_changed, desk.session.history_changed):
            signal.connect(self._changed)

    def showEvent(self, event: QShowEvent) -> None:
        """Coming into view: read what happened meanwhile."""
        super().showEvent(event)
        self._read()

    def _changed(self) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        claim = self._desk.claim
        self.model.show(claim.log if claim else (), self._desk.findings())
        problems = [one.text for one in claim.problems() if one.code == "claim-log"] if claim else []
        common.set_role(self._told, "bad" if problems else "small")
        self._told.setText(
            " ".join(map(translated, problems))
            or tr("Each line is bound to the one before by its hash; none is ever changed.")
        )


def said(decision: Decision, photo: str, number: str) -> str:
    """One row: "14:05  accepted 2.1 dent"."""
    at = datetime.datetime.fromisoformat(decision.time).astimezone()
    today = at.date() == datetime.datetime.now().astimezone().date()
    told = [translated(VERBS.get(decision.what, decision.what)), number, _values(decision), photo if not number else ""]
    return f"{moment(at, today=today)}   {' '.join(filter(None, told))}"


def _values(decision: Decision) -> str:
    """What it is now."""
    if decision.what == "outlined" and isinstance(decision.after, dict):
        return f"({amount(len(decision.after.get('regions', ())), 'region')})"
    if decision.what in QUIET:
        return ""
    after = decision.after if isinstance(decision.after, dict) else {}
    shown = {name: value for name, value in after.items() if name in TOLD}
    text = ", ".join(_value(name, value) for name, value in shown.items())
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _value(name: str, value: Any) -> str:
    said_value = label_name(str(value)) if name == "label" else translated(str(value or "none"))
    return said_value if name in ("label", "state") else f"{translated(name)} {said_value}"
