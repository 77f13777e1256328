"""The window that lists the problems of the whole project by kind, with what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QFont
from qtpy.QtWidgets import QDialog, QHBoxLayout, QTreeWidget, QTreeWidgetItem, QWidget

from cardamage_core.annotations.model import Problem
from cardamage_core.annotations.problems import grouped, kind_of

from ..language import amount, mark, tr, translated
from ..widgets import common
from ..widgets.common import ProgressStrip

PROBLEM = Qt.ItemDataRole.UserRole
TURNED = ("stored-orientation", "turn-unsure")
MOST = 1000  # problems of one kind that are listed; the report has more


class ProblemWindow(QDialog):
    """Lists problems by kind; a click on one tells it. It does not keep the main window from being used."""

    problem_chosen = Signal(object)  # Problem
    check_wanted = Signal()
    repair_wanted = Signal()
    turn_wanted = Signal()
    report_wanted = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Check data"))
        self.resize(760, 560)
        self._head = common.label("", "title")
        self._said = common.label("", "muted", wrap=True)
        self._strip = ProgressStrip()
        self._strip.stopped.connect(self.stopped)
        self.list = problem_tree()
        self.list.itemClicked.connect(self._clicked)
        self.list.itemActivated.connect(self._clicked)
        self.again = common.button(tr("Check again"), self.check_wanted.emit)
        self.repair = common.button(tr("Repair safe problems"), self.repair_wanted.emit, "primary", tip=tr(REPAIR))
        self.report = common.button(
            tr("Save report…"), self.report_wanted.emit, tip=tr("Write the problems as an HTML page")
        )
        self.turn = common.button(tr("Turn regions…"), self.turn_wanted.emit, tip=tr(TURN))
        column = common.rows(self, margins=(24, 20, 24, 16), spacing=12)
        for widget in (self._head, self._said, self._strip):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addLayout(self._buttons())
        self.show_problems(None, {}, can_repair=False)
        self.say("")

    def show_problems(self, problems: Sequence[Problem] | None, names: Mapping[str, str], *, can_repair: bool) -> None:
        """Show these problems (None: nothing was looked at yet); `names` are the photos', by id."""
        fill(self.list, problems or (), names)
        self._can_repair = can_repair and any(kind_of(one.code).safe for one in problems or ())
        self._can_turn = can_repair and any(one.code in TURNED for one in problems or ())
        self._has_problems = problems is not None
        self._head.setText(tr("Nothing was looked at yet") if problems is None else _headed(len(problems)))
        self._offer(busy=False)

    def show_work(self, text: str) -> None:
        """Something runs now; "" when it ended."""
        self._offer(busy=bool(text))
        if text:
            self._strip.begin(text)
        else:
            self._strip.hide()

    def show_progress(self, fraction: float, text: str = "") -> None:
        """How far it is, 0…1."""
        self._strip.show_progress(fraction, text)

    def say(self, text: str) -> None:
        """What was done last."""
        self._said.setText(translated(text))
        self._said.setVisible(bool(text))

    def _offer(self, *, busy: bool) -> None:
        self.again.setEnabled(not busy)
        self.repair.setEnabled(not busy and self._can_repair)
        self.turn.setEnabled(not busy and self._can_turn)
        self.report.setEnabled(not busy and self._has_problems)

    def _clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        problem = problem_of(item)
        if problem is not None:
            self.problem_chosen.emit(problem)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for button in (self.again, self.report):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.turn)
        row.addWidget(common.button(tr("Close"), self.reject))
        row.addWidget(self.repair)
        return row


REPAIR = mark(
    "Takes away what is there twice or covers nothing, uncrosses outlines, finds lost photos; Undo takes it back"
)


TURN = mark("Turns regions that were drawn before EXIF turned their photos; Undo takes it back")


def _headed(number: int) -> str:
    return amount(number, "problem") if number else tr("Nothing looks wrong")


def problem_tree() -> QTreeWidget:
    """An empty list of problems by kind; see `fill`."""
    tree = QTreeWidget()
    tree.setHeaderLabels([tr("Photo"), tr("Problem")])
    tree.setColumnWidth(0, 220)
    tree.setUniformRowHeights(True)
    tree.setAccessibleName(tr("Problems"))
    tree.setStatusTip(tr("A click shows the place"))
    return tree


def fill(tree: QTreeWidget, problems: Sequence[Problem], names: Mapping[str, str]) -> None:
    """Show these problems; `names` are the photos', by id."""
    tree.clear()
    for code, found in grouped(problems).items():
        group = _group(code, found, names)
        tree.addTopLevelItem(group)
        group.setFirstColumnSpanned(True)
    tree.expandAll()


def problem_of(item: QTreeWidgetItem) -> Problem | None:
    """The problem of a row that leads to a photo; None for heads and what belongs to no photo."""
    problem = item.data(0, PROBLEM)
    return problem if isinstance(problem, Problem) and problem.photo else None


def _group(code: str, found: Sequence[Problem], names: Mapping[str, str]) -> QTreeWidgetItem:
    kind = kind_of(code)
    group = QTreeWidgetItem([f"{translated(kind.title)} ({len(found):,}). {translated(kind.advice)}".strip()])
    group.setToolTip(0, translated(kind.advice))
    font = QFont()
    font.setBold(True)
    group.setFont(0, font)
    for problem in found[:MOST]:
        group.addChild(_row(problem, names))
    if len(found) > MOST:
        group.addChild(QTreeWidgetItem(["", tr("… and {more:,} more; the report lists more.", more=len(found) - MOST)]))
    return group


def _row(problem: Problem, names: Mapping[str, str]) -> QTreeWidgetItem:
    row = QTreeWidgetItem([names.get(problem.photo, ""), translated(problem.text)])
    row.setData(0, PROBLEM, problem)
    row.setToolTip(1, translated(problem.text))
    return row
