"""The founding project's table on the Train page: its measure as published beside ours, for this project's models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QMimeData, Signal
from qtpy.QtWidgets import QApplication, QFrame, QMenu, QProgressBar, QPushButton, QWidget

from cardamage_core.errors import CarDamageError
from cardamage_core.evaluation.figures import Scale

from ..background import Background, Task
from ..language import mark, numeral, tr, translated
from ..widgets import common
from ..widgets.dialogs import Dialogs
from .evaluation_view import KINDS
from .figure_table import FigureTable, Line

if TYPE_CHECKING:
    from cardamage_core.evaluation.figures import Figure
    from cardamage_core.jobs.evaluations import EvaluationStatus
    from cardamage_core.jobs.founding_table import FoundingTable, Row
    from cardamage_core.models.registry import Model
    from cardamage_core.project import Project

SPLIT = "val"  # whose photos the founder's figures are of
ROW = 46  # pixels of a line: a figure with its interval below
FORMATS = {**KINDS, "md": mark("For a page of documents (*.md)")}


class FoundingView(QFrame):
    """The table of all evaluations on the validation photos, and the models that can still be evaluated on them."""

    evaluate = Signal(str)  # id of a model, on the validation photos
    evaluation_chosen = Signal(str)  # id of an evaluation to show
    failed = Signal(object)  # CarDamageError
    said = Signal(str)

    def __init__(self, background: Background, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._background, self._dialogs = background, dialogs
        self._value: FoundingTable | None = None
        self._measured: tuple[Path, tuple[str, ...]] | None = None  # project and evaluations that `_value` is of
        self._models: list[Model] = []
        self._judged: set[str] = set()  # ids of models
        self._measuring: Task | None = None
        self._make_widgets()
        self._arrange()

    def forget(self) -> None:
        """Measure anew when it is shown next."""
        if self._measuring is not None:
            self._measuring.cancel()
        self._measured, self._value, self._measuring = None, None, None

    def show_models(self, models: Sequence[Model], *, enabled: bool) -> None:
        """The models that can be evaluated; not where the project is only read."""
        self._models = [one for one in models if any(one.card.role_of(name) == "damage" for name in one.card.classes)]
        self._evaluate.setEnabled(enabled)

    def show_evaluations(self, everything: Sequence[EvaluationStatus], project: Project) -> None:
        """Measure what these evaluations of the project saw, unless that is shown already."""
        on_split = [one for one in everything if one.request.split in (SPLIT, "all")]
        done = [one for one in on_split if one.state == "finished"]
        self._judged = {one.request.model for one in done} | {one.request.model for one in on_split if one.live}
        self._show_live([one for one in on_split if one.live])
        wanted = project.folder, tuple(one.id for one in done)
        if wanted == self._measured:
            return
        self.forget()
        self._measured = wanted
        self._bar.setValue(0)
        self._bar.show()
        self._about.setText(tr("Measuring …"))

        def work(task: Task) -> FoundingTable:
            from cardamage_core.jobs import founding_table

            return founding_table.judged(done, project.dataset(), split=SPLIT, progress=task.report)

        self._measuring = self._background.run_reporting(
            work, self._show, self._not_shown, progress=lambda share, _: self._bar.setValue(round(1000 * share))
        )

    def copy(self) -> None:
        """Put the table on the clipboard, for documents and for spreadsheets."""
        from cardamage_core.jobs import founding_table

        if self._value is None:
            return
        data = QMimeData()
        data.setHtml(founding_table.as_page(self._value))
        data.setText(founding_table.as_csv(self._value))
        QApplication.clipboard().setMimeData(data)
        self.said.emit(tr("The table is on the clipboard: a document takes it as a table, a text field as CSV."))

    def export(self) -> None:
        """Write the table as a page, a table, JSON or Markdown."""
        value = self._value
        if value is None:
            return
        start = Path.home() / tr("founding table.html")
        kinds = {name: tr(text) for name, text in FORMATS.items()}
        chosen = self._dialogs.new_file(self, tr("Export the founding table"), start, kinds)
        if chosen is None:
            return
        path = chosen[0] if chosen[0].suffix else chosen[0].with_suffix(f".{chosen[1]}")

        def work() -> None:
            from cardamage_core.jobs import founding_table

            founding_table.write(value, path)

        self._background.run(
            work, lambda _: self.said.emit(tr("Written: {path}", path=path)), self.failed.emit, urgent=True
        )

    def _show(self, value: FoundingTable) -> None:
        self._measuring, self._value = None, value
        self._bar.hide()
        self._about.setText(
            tr(
                "Validation photos · {undamaged} undamaged ones for false alarms · {machine} · {moment} UTC",
                undamaged=value.undamaged,
                machine=value.machine,
                moment=value.created[:16].replace("T", " "),
            )
        )
        self._notes.setText("\n".join(map(translated, value.notes)))
        self._table.show_lines([_line(row) for row in value.rows])
        self._show_parts(there=True)

    def _not_shown(self, error: CarDamageError) -> None:
        from cardamage_core.jobs import founding_table

        self._measuring = None
        self._bar.hide()
        self._about.setText(translated(f"{error.title} {error.detail}".strip()))
        self._notes.setText("\n".join(map(translated, founding_table.NOTES)))
        self._show_parts(there=False)

    def _show_parts(self, *, there: bool) -> None:
        for part in (self._table, self._copy, self._export):
            part.setVisible(there)

    def _show_live(self, live: Sequence[EvaluationStatus]) -> None:
        said = [
            tr("{model} is being evaluated: {percent:.0f} %", model=one.request.model_name, percent=100 * one.fraction)
            for one in live
        ]
        self._live.setText("\n".join(said))
        self._live.setVisible(bool(said))

    def _fill_models(self) -> None:
        self._menu.clear()
        missing = [one for one in self._models if one.card.id not in self._judged]
        for model in missing:
            self._menu.addAction(model.card.name).setData(model.card.id)
        if not missing:
            self._menu.addAction(tr("Every model was evaluated")).setEnabled(False)

    def _evaluate_chosen(self, action: Any) -> None:
        self.evaluate.emit(action.data())

    def _open_line(self, number: int) -> None:
        if self._value is not None and number < len(self._value.rows):
            self.evaluation_chosen.emit(self._value.rows[number].evaluation)

    def _make_widgets(self) -> None:
        self._title = common.ElidedLabel("title")
        self._title.setText(tr("Founding table"))
        self._about = common.label("", "muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.hide()
        self._live = common.label("", "muted", wrap=True)
        self._live.hide()
        self._notes = common.label("", wrap=True)
        self._copy = common.button(tr("Copy"), self.copy, tip=tr("For a document or a spreadsheet"))
        self._export = common.button(tr("Export…"), self.export, tip=tr("Write a page, a table, JSON or Markdown"))
        self._evaluate = QPushButton(tr("Evaluate"))
        self._evaluate.setToolTip(tr("Judge another model by the validation photos"))
        self._menu = QMenu(self._evaluate)
        self._menu.aboutToShow.connect(self._fill_models)
        self._menu.triggered.connect(self._evaluate_chosen)
        self._evaluate.setMenu(self._menu)
        head = (
            tr("type, model"),
            tr("photos to learn,\nto validate"),
            tr("published,\n15 / 50 ep."),
            tr("found,\nours"),
            tr("right\nmask"),
            tr("mask\nAP50"),
            tr("false\nalarms"),
        )
        hint = tr("Choose a line to read what it means; Enter or a double click shows the evaluation.")
        self._table = FigureTable(head, tr("Founding table"), hint=hint, row=ROW)
        self._table.opened.connect(self._open_line)
        self._show_parts(there=False)

    def _arrange(self) -> None:
        sheet = common.frame("page")
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=12)
        layout.addLayout(common.head(self._title, self._about, self._evaluate, self._copy, self._export))
        for part in (self._bar, self._live, self._notes, self._table):
            layout.addWidget(part)
        layout.addStretch(1)
        common.rows(self).addWidget(common.Scrolled(sheet, tr("Founding table")))


def _line(row: Row) -> Line:
    photos = f"{row.train}\n{row.validation}"
    published = f"{100 * row.rule.at_15:.0f} %\n{100 * row.rule.at_50:.0f} %"
    figures = tuple(_two(one) for one in (row.found, row.right, row.mask_ap50, row.alarms))
    title = translated(row.rule.title)
    return Line((f"{title}\n{row.model}", photos, published, *figures), _explained(row))


def _two(figure: Figure) -> str:
    """The figure with its interval below, short: two digits, the unit only in the first line."""
    scale = 1 if figure.measure.scale is Scale.PRECISION else 100
    low, high, value = (None if one is None else scale * one for one in (figure.low, figure.high, figure.value))
    digits, unit = (2, "") if scale == 1 else (0, " %")
    if value is None or low is None or high is None:
        return "–"
    return numeral(f"{value:.{digits}f}{unit}\n{low:.{digits}f} … {high:.{digits}f}")


def _explained(row: Row) -> str:
    told = tr(
        "{type}: {model} puts a mask above 0.90 on {found} of {photos} validation photos, a right one (IoU 0.3 or more)"
        " on {right}, and a mask on {alarms} of {undamaged} undamaged ones.",
        type=translated(row.rule.title),
        model=row.model,
        found=numeral(row.found.text),
        photos=row.validation,
        right=numeral(row.right.text),
        alarms=numeral(row.alarms.text),
        undamaged=row.alarms.count,
    )
    labels = tr("Photos with a region labelled {labels}.", labels=", ".join(row.rule.labels)) if row.rule.labels else ""
    return f"{told} {labels}".strip()
