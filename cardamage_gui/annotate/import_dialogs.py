"""Dialogs of an import: meaning of names before it, summary after it.

The first asks which attribute is the label, which names are one label, and whether regions that were drawn before EXIF
turned their photos are to be turned. It is shown only where the file leaves something open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidgetItem,
    QWidget,
)

from cardamage_core.annotations.problems import kind_of
from cardamage_core.formats.common import IN_NAME, ROLES
from cardamage_core.project import import_apply
from cardamage_core.project.import_plan import Attribute, ImportPlan, NameMapping

from ..language import amount, mark, tr, translated
from ..widgets import common
from .problem_list import fill, problem_of, problem_tree

NAME, NUMBER, BECOMES, ROLE = range(4)
TURNS = (
    ("", mark("Leave all regions as they are")),
    ("evident", mark("Turn those that fit only the photo as stored ({stored})")),
    ("all", mark("Turn these and the {unsure} that fit both ways")),
)


def is_open(plan: ImportPlan) -> bool:
    """Whether the file leaves something to decide."""
    return bool(plan.proposed.alike) or len(plan.proposed.attributes) > 1 or bool(_turning(plan))


class NamingDialog(QDialog):
    """Shows the proposal; what is decided comes as (NameMapping, turn, whether the file must be read again)."""

    decided = Signal(object, str, bool)

    def __init__(self, plan: ImportPlan, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Import {source}", source=plan.source.name))
        self.setMinimumWidth(560)
        self._plan = plan
        column = common.rows(self, margins=(24, 20, 24, 16), spacing=12)
        column.addWidget(common.label(tr("What do the names mean?"), "title"))
        self.attribute = _attributes(plan.proposed.attributes)
        if self.attribute.count() > 1:
            column.addWidget(common.section(tr("The label is in")))
            column.addWidget(self.attribute)
        self.labels = _table(plan)
        column.addWidget(common.section(tr("Labels")))
        column.addWidget(self.labels)
        self.turn = _turns(_turning(plan))
        if self.turn.count():
            column.addWidget(common.section(tr("Regions drawn before EXIF turned the photo")))
            column.addWidget(self.turn)
        column.addLayout(self._buttons())

    def mapping(self) -> NameMapping:
        """What the dialog says now."""
        names: dict[str, str] = {}
        roles: dict[str, Any] = {}
        for row in range(self.labels.rowCount()):
            old, new = self._text(row, NAME), self._text(row, BECOMES).strip()
            new = new or old
            if new != old:
                names[old] = new
            role = self.labels.cellWidget(row, ROLE)
            if isinstance(role, QComboBox):
                roles.setdefault(new, role.currentData())
        label_in = self.attribute.currentData() if self.attribute.currentIndex() > 0 else ""
        return NameMapping(label_in, {} if label_in else names, {} if label_in else roles)

    def _text(self, row: int, column: int) -> str:
        item = self.labels.item(row, column)
        return item.text() if item is not None else ""

    def accept(self) -> None:
        """Tell what was decided."""
        mapping, turn = self.mapping(), self.turn.currentData() or ""
        super().accept()
        self.decided.emit(mapping, turn, bool(mapping.label_in or turn))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(common.button(tr("Cancel"), self.reject))
        go = common.button(tr("Import"), self.accept, "primary")
        go.setDefault(True)
        row.addWidget(go)
        return row


def _turning(plan: ImportPlan) -> Counter[str]:
    codes = ("stored-orientation", "turn-unsure")
    return Counter(problem.code for problem in plan.problems if problem.code in codes)


def _attributes(found: Sequence[Attribute]) -> QComboBox:
    shown = common.ComboBox()
    shown.setAccessibleName(tr("Attribute that holds the label"))
    for one in found:
        shown.addItem(f"{one.name}: {', '.join(one.values[:4])}", one.name)
    if found and found[0].name != IN_NAME:
        shown.addItem(tr("the name of the attribute"), IN_NAME)
    return shown


def _turns(numbers: Counter[str]) -> QComboBox:
    shown = common.ComboBox()
    shown.setAccessibleName(tr("Turn regions"))
    stored, unsure = numbers["stored-orientation"], numbers["turn-unsure"]
    for name, text in TURNS if numbers else ():
        if name != "all" or unsure:
            shown.addItem(tr(text, stored=stored, unsure=unsure), name)
    return shown


def _table(plan: ImportPlan) -> QTableWidget:
    counts = Counter(region.label for one in plan.dataset.photos for region in one.regions)
    proposed = {one.old: one.new for one in plan.proposed.alike}
    table = QTableWidget(len(counts), 4)
    table.setAccessibleName(tr("Labels of the file"))
    table.setHorizontalHeaderLabels([tr("In the file"), tr("Regions"), tr("Becomes"), tr("Stands for")])
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
    table.horizontalHeader().setStretchLastSection(True)
    for row, (name, number) in enumerate(counts.most_common()):
        new = proposed.get(name, name)
        for column, text in ((NAME, name), (NUMBER, f"{number:,}"), (BECOMES, new)):
            item = QTableWidgetItem(text)
            if column != BECOMES:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            table.setItem(row, column, item)
        table.setCellWidget(row, ROLE, _roles(plan.proposed.roles.get(new, "damage"), name))
    table.resizeColumnsToContents()
    table.setMinimumHeight(180)
    return table


def _roles(role: str, label: str) -> QComboBox:
    shown = common.ComboBox()
    shown.setAccessibleName(tr("What {label} stands for", label=label))
    for one in ROLES:
        shown.addItem(translated(one), one)
    shown.setCurrentIndex(ROLES.index(role))
    return shown


MOST = 200  # problems listed; the photo list shows the rest


class SummaryDialog(QDialog):
    """The summary after an import."""

    problems_wanted = Signal()
    problem_chosen = Signal(object)  # Problem

    def __init__(self, summary: import_apply.ImportSummary, names: Mapping[str, str], parent: QWidget) -> None:
        """`names` are the photos', by id."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Imported"))
        self.setMinimumWidth(640)
        column = common.rows(self, margins=(24, 20, 24, 16), spacing=12)
        head = f"{amount(summary.photos, 'photo')}, {amount(summary.regions, 'region')}"
        column.addWidget(common.label(head, "title"))
        column.addWidget(common.label(translated(summary.text), "muted", wrap=True))
        if summary.problems:
            column.addWidget(common.section(tr("What looks wrong ({number})", number=len(summary.problems))))
            column.addWidget(common.label(kinds_text(summary), wrap=True))
            self.list = problem_tree()
            fill(self.list, summary.problems[:MOST], names)
            self.list.setMinimumHeight(180)
            self.list.itemClicked.connect(self._chosen)
            self.list.itemActivated.connect(self._chosen)
            column.addWidget(self.list)
        else:
            column.addWidget(common.label(tr("Nothing looks wrong."), "good"))
        column.addLayout(self._buttons(bool(summary.problems)))

    def _buttons(self, has_problems: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        if has_problems:
            row.addWidget(common.button(tr("Show photos with problems"), self._show_problems))
        close = common.button(tr("Close"), self.accept, "primary")
        close.setDefault(True)
        row.addWidget(close)
        return row

    def _chosen(self, item: QTreeWidgetItem, _column: int) -> None:
        problem = problem_of(item)
        if problem is not None:
            self.accept()
            self.problem_chosen.emit(problem)

    def _show_problems(self) -> None:
        self.problems_wanted.emit()
        self.accept()


def kinds_text(summary: import_apply.ImportSummary) -> str:
    """How many problems of which kind: "12 × Region without a label, 3 × Region twice"."""
    numbers = Counter(problem.code for problem in summary.problems)
    return ", ".join(f"{number} × {translated(kind_of(code).title)}" for code, number in numbers.most_common())
