"""The view of one evaluation: its progress, then figures with intervals, charts, and the worst photos first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton, QWidget

from cardamage_core.errors import CarDamageError

from .. import look
from ..background import Background, Task
from ..language import amount, mark, tr, translated
from ..widgets import common
from ..widgets.dialogs import Dialogs
from .figure_table import FigureTable, Line, figure_text, figure_title
from .history import Series
from .wall import Seen, Tile, Wall

if TYPE_CHECKING:
    from cardamage_core.annotations.model import AnnotatedPhoto
    from cardamage_core.evaluation.evaluation import Evaluation
    from cardamage_core.evaluation.mistakes import PhotoResult
    from cardamage_core.jobs.evaluations import EvaluationStatus

    from .curves import Chart

CARDS = {  # the figures that stand first, in few words
    "right_share": mark("Found rightly"),
    "alarm_share": mark("False alarms"),
    "recall": mark("Damages found", sense="card"),
    "any_mask_ap50": mark("Mask AP50"),
}
MISTAKES = {
    "": mark("All mistakes"),
    "missed": mark("Missed"),
    "phantom": mark("Phantom"),
    "wrong": mark("Wrong label"),
    "sloppy": mark("Sloppy"),
}
KINDS = {"html": mark("Page with charts (*.html)"), "csv": mark("Table (*.csv)"), "json": mark("For programs (*.json)")}
MOST = 400  # photos on the wall
Loaded = tuple["Evaluation", Mapping[str, "AnnotatedPhoto"]]


class EvaluationView(QFrame):
    """Figures, charts and photos of the evaluation being shown."""

    changed = Signal()  # the evaluation was asked to do something: look at it again
    failed = Signal(object)  # CarDamageError
    photo_chosen = Signal(str, object)  # show this photo in Annotate with what this evaluation saw
    compare = Signal(object, object)  # folders of two evaluations
    deleted = Signal(object, str)  # where it lies in the trash, and what it was called
    said = Signal(str)

    def __init__(self, background: Background, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._background, self._dialogs = background, dialogs
        self._status: EvaluationStatus | None = None
        self._value: Evaluation | None = None
        self._truth: Mapping[str, AnnotatedPhoto] = {}
        self._loading: Task | None = None
        self._loaded_id = ""
        self._may_change = True
        self._others: list[EvaluationStatus] = []
        self._charts: list[Chart] = []
        self._make_widgets()
        self._arrange()

    def allow_changes(self, allowed: bool) -> None:
        """Whether the project may be changed; one opened for reading only may not."""
        self._may_change = allowed

    def show_evaluation(self, status: EvaluationStatus, others: list[EvaluationStatus]) -> None:
        """Show another evaluation, or what is new about it; `others` are finished and can be compared with it."""
        if self._status is None or self._status.id != status.id:
            self._forget()
        self._status, self._others = status, [one for one in others if one.id != status.id]
        self._title.setText(
            tr("{model_name} on {split}", model_name=status.request.model_name, split=status.request.split)
        )
        self._bar.setVisible(status.state != "finished")
        self._bar.setValue(round(1000 * status.fraction))
        common.set_property(self._bar, "state", status.state)
        self._message.setText("" if status.state == "finished" else status.message)
        self._message.setVisible(status.state != "finished")
        common.set_role(self._message, "bad" if status.state == "failed" else "muted")
        self._stop.setVisible(status.live)
        self._resume.setVisible(self._may_change and (status.state in ("stopped", "failed") or not status.begun))
        done = status.state == "finished"
        self._export.setVisible(done)
        self._delete.setVisible(self._may_change and not status.live)
        self._compare.setVisible(done and bool(self._others))
        self._body.setVisible(self._value is not None)
        if done and self._loaded_id != status.id and self._loading is None:
            self._load(status)

    def forget(self) -> None:
        """Another project: show none."""
        self._status = None
        self._forget()

    # What a person asks for

    def stop(self) -> None:
        """Ask the worker to end after the photo it is at."""
        from cardamage_core.jobs import queue

        if self._status is not None:
            folder = self._status.folder
            self._stop.setEnabled(False)
            self._run(lambda: queue.request_stop(folder))

    def resume(self) -> None:
        """Go on with the photos that are not predicted yet."""
        from cardamage_core.jobs import evaluations

        if self._status is not None:
            folder = self._status.folder
            self._run(lambda: evaluations.start(folder))

    def delete(self) -> None:
        """Move it to the trash of the project."""
        from cardamage_core.project import trash

        if self._status is not None:
            folder, name = self._status.folder, self._title.full_text()
            done = partial(self._thrown_away, name)
            self._background.run(lambda: trash.put(folder), done, self._refused, urgent=True)

    def _thrown_away(self, name: str, trashed: Path) -> None:
        self.deleted.emit(trashed, name)
        self.changed.emit()

    def export(self) -> None:
        """Write the evaluation as a page, table or JSON."""
        if self._value is None or self._status is None:
            return
        start = Path.home() / tr("evaluation of {model_name}.html", model_name=self._value.model_name)
        chosen = self._dialogs.new_file(
            self, tr("Export the evaluation"), start, {name: tr(text) for name, text in KINDS.items()}
        )
        if chosen is None:
            return
        path, kind = chosen
        path = path if path.suffix else path.with_suffix(f".{kind}")
        value = self._value

        def work() -> None:
            from cardamage_core.evaluation import report

            report.write(value, path)

        self._background.run(
            work, lambda _: self.said.emit(tr("Written: {path}", path=path)), self.failed.emit, urgent=True
        )

    def _run(self, work: Callable[[], None]) -> None:
        self._background.run(work, lambda _: self._asked(), self._refused, urgent=True)

    def _asked(self) -> None:
        self._stop.setEnabled(True)
        self.changed.emit()

    def _refused(self, error: CarDamageError) -> None:
        self._stop.setEnabled(True)
        self.failed.emit(error)

    def _fill_compare(self) -> None:
        self._compare_menu.clear()
        for other in self._others:
            action = self._compare_menu.addAction(
                tr(
                    "{model_name} on {split} – {id}",
                    model_name=other.request.model_name,
                    split=other.request.split,
                    id=other.id,
                )
            )
            action.setData(other.folder)

    def _compare_chosen(self, action: Any) -> None:
        if self._status is not None:
            self.compare.emit(action.data(), self._status.folder)

    # Loading and showing

    def _forget(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
        self._loading, self._value, self._truth, self._loaded_id = None, None, {}, ""
        self._about.setText("")
        self._body.hide()

    def _load(self, status: EvaluationStatus) -> None:
        folder = status.folder
        self._message.setText(tr("Reading the results …"))
        self._message.show()
        self._loading = self._background.run(lambda: _loaded(folder), self._show_loaded, self._not_loaded, urgent=True)

    def _not_loaded(self, error: CarDamageError) -> None:
        self._loading = None
        self._loaded_id = self._status.id if self._status else ""
        self._message.setText(translated(f"{error.title} {error.detail}".strip()))
        common.set_role(self._message, "bad")

    def _show_loaded(self, loaded: Loaded) -> None:
        self._loading = None
        if self._status is None:
            return
        self._value, self._truth = loaded
        self._loaded_id = self._status.id
        value = self._value
        self._message.hide()
        self._about.setText(about(value))
        notes = [*map(translated, value.notes)]
        if value.suggested_threshold is not None:
            notes.append(
                tr(
                    "Suggested threshold: {threshold:.2f}. {why}",
                    threshold=value.suggested_threshold,
                    why=translated(value.suggestion),
                )
            )
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        for key, (figure, between) in self._cards.items():
            one = value.figure(key)
            figure.setText(figure_text(one.text) if one else "–")
            between.setText(figure_text(one.interval) if one else "")
        self._show_charts(value)
        self._figures.show_lines(
            [
                Line(
                    (figure_title(f), figure_text(f.text), figure_text(f.interval), str(f.count)),
                    translated(f.measure.about),
                )
                for f in value.figures
                if f.count
            ]
        )
        labels = value.confusion.labels
        columns = (translated(name) if name == "background" else name for name in labels)
        self._confusion.show_head((tr("annotated as"), *columns))
        self._confusion.show_lines(
            [
                Line((translated(name) if name == "background" else name, *map(str, row)))
                for name, row in zip(labels, value.confusion.counts, strict=True)
            ]
        )
        self._show_wall()
        self._body.show()

    def _show_charts(self, value: Evaluation) -> None:
        from .curves import Chart, colored  # pyqtgraph: not before there is something to draw

        if not self._charts:
            for title in (tr("Precision over recall"), tr("With a mask, over the threshold"), tr("Calibration")):
                chart = Chart(title, least=0.0, most=1.0, legend_lines=4)
                self._charts.append(chart)
                self._chart_row.addWidget(chart, 1)
        colors = look.of(self)
        palette = (colors.accent, *look.LABEL_COLORS)
        precision = {translated(c.name): Series(list(c.x), list(c.y)) for c in value.precision_recall}
        shares = {_short(c.name): Series(list(c.x), list(c.y)) for c in value.over_thresholds}
        bins = Series([b.score for b in value.calibration], [b.right for b in value.calibration])
        for chart, curves in zip(
            self._charts,
            (precision, shares, {tr("share that is right"): bins, tr("calibrated"): Series([0.0, 1.0], [0.0, 1.0])}),
            strict=True,
        ):
            chart.show_curves(colored(curves.items(), palette))

    def _show_wall(self) -> None:
        if self._value is None or self._status is None:
            return
        kind = next((name for name, chip in self._chips.items() if chip.isChecked()), "")
        bad = [one for one in self._value.photos if (getattr(one, kind) if kind else one.mistakes)]
        for name, chip in self._chips.items():
            number = sum(bool(getattr(one, name) if name else one.mistakes) for one in self._value.photos)
            chip.setText(f"{tr(MISTAKES[name])} {number}")
        folder, threshold = self._status.folder, self._value.threshold
        self._wall.show_tiles([tile_of(one, folder, threshold) for one in bad[:MOST]], self._truth)
        self._none.setVisible(not bad)

    # Building

    def _make_widgets(self) -> None:
        self._title = common.ElidedLabel("title")
        self._about = common.label("", "muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._message = common.label("", "muted", wrap=True)
        self._notes = common.label("", "small", wrap=True)
        self._stop = common.button(tr("Stop"), self.stop, tip=tr("End after this photo; it can go on later"))
        self._resume = common.button(tr("Go on"), self.resume, "primary", tip=tr("Predict the photos that are missing"))
        self._export = common.button(tr("Export…"), self.export, tip=tr("Write a page with charts, a table or JSON"))
        self._delete = common.button(tr("Delete"), self.delete, tip=tr("Move it to the trash of the project"))
        self._compare = QPushButton(tr("Compare with"))
        self._compare.setToolTip(tr("Is this model better on the same photos?"))
        self._compare_menu = QMenu(self._compare)
        self._compare_menu.aboutToShow.connect(self._fill_compare)
        self._compare_menu.triggered.connect(self._compare_chosen)
        self._compare.setMenu(self._compare_menu)
        self._wall = Wall(self._background, tr("Worst photos"))
        self._wall.chosen.connect(self.photo_chosen)
        self._none = common.label(tr("No photo has such a mistake."), "muted")
        self._chips = {name: common.button(tr(text), self._show_wall, "chip") for name, text in MISTAKES.items()}
        for chip in self._chips.values():
            chip.setCheckable(True)
            chip.setAutoExclusive(True)
        self._chips[""].setChecked(True)
        hint = tr("Choose a line to read what it means. Intervals: the middle 95 % of what photos drawn anew give.")
        self._figures = FigureTable(
            (tr("measure"), tr("value"), tr("95 % interval"), tr("of", sense="number of examples")),
            tr("Figures"),
            hint=hint,
        )
        confused = tr("Rows are annotated, columns predicted; background stands for what has no counterpart.")
        self._confusion = FigureTable((tr("annotated as"),), tr("Confusion"), hint=confused)

    def _arrange(self) -> None:
        sheet = common.frame("page")
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=10)
        buttons = (self._compare, self._export, self._delete, self._resume, self._stop)
        layout.addLayout(common.head(self._title, self._about, *buttons))
        layout.addWidget(self._bar)
        layout.addWidget(self._message)
        self._body = QWidget()
        body = common.rows(self._body, spacing=12)
        body.addWidget(self._notes)
        body.addLayout(self._card_row())
        self._chart_row = QHBoxLayout()
        self._chart_row.setSpacing(14)
        body.addLayout(self._chart_row)
        body.addWidget(common.section(tr("Worst photos first")))
        chips = QHBoxLayout()
        for chip in self._chips.values():
            chips.addWidget(chip)
        chips.addStretch(1)
        body.addLayout(chips)
        body.addWidget(
            common.label(tr("White is annotated, red is predicted. A click shows the photo in Annotate."), "small")
        )
        body.addWidget(self._none)
        body.addWidget(self._wall)
        body.addWidget(common.section(tr("Figures")))
        body.addWidget(self._figures)
        body.addWidget(common.section(tr("Confusion")))
        body.addWidget(self._confusion)
        layout.addWidget(self._body)
        layout.addStretch(1)
        common.rows(self).addWidget(common.Scrolled(sheet, tr("Evaluation")))

    def _card_row(self) -> QHBoxLayout:
        from cardamage_core.evaluation.figures import MEASURES

        self._cards: dict[str, tuple[QLabel, QLabel]] = {}
        row = QHBoxLayout()
        row.setSpacing(14)
        for key in CARDS:
            card = common.frame("card")
            card.setToolTip(translated(MEASURES[key].about))
            layout = common.rows(card, margins=(14, 10, 14, 10), spacing=2)
            title = common.ElidedLabel("muted")
            title.setText(tr(CARDS[key], sense="card" if key == "recall" else ""))
            layout.addWidget(title)
            figure, between = common.label("–", "figure"), common.label("", "small")
            layout.addWidget(figure)
            layout.addWidget(between)
            self._cards[key] = figure, between
            row.addWidget(card, 1)
        return row


def about(value: Evaluation) -> str:
    """What was judged, in one line."""
    said = [
        amount(len(value.photos), "photo"),
        amount(value.truth, "annotated damage"),
        tr("masks count from {threshold:.2f}", threshold=value.threshold),
        value.created[:16].replace("T", " ") + " UTC",
    ]
    return " · ".join(said)


def tile_of(one: PhotoResult, folder: Path, threshold: float) -> Tile:
    """A photo with its mistakes, for the wall."""
    return Tile(one.id, one.name, translated(one.text), (Seen(folder, one.line, threshold),))


def _short(name: str) -> str:
    return translated(name.replace(" photos with a right mask", ", right").replace(" photos with a mask", ""))


def _loaded(folder: Path) -> Loaded:
    from cardamage_core.jobs import evaluation_work, evaluations

    return evaluations.read(folder), evaluation_work.truth_of(folder)
