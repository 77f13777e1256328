"""The view of two models on the same photos: what got better, what worse, and whether it means anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QWidget

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..language import amount, tr, translated
from ..widgets import common
from ..widgets.dialogs import Dialogs
from .evaluation_view import KINDS
from .figure_table import FigureTable, Line, figure_text, figure_title
from .wall import Seen, Tile, Wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cardamage_core.annotations.model import AnnotatedPhoto
    from cardamage_core.evaluation.comparison import Comparison, Difference, PhotoDifference

COLORS = {"better": "good", "worse": "bad"}
MOST = 200  # photos on a wall


class ComparisonView(QFrame):
    """Differences of two evaluations, and the photos that changed most."""

    failed = Signal(object)  # CarDamageError
    photo_chosen = Signal(str, object)  # show this photo in Annotate with what this evaluation saw
    said = Signal(str)

    def __init__(self, background: Background, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._background, self._dialogs = background, dialogs
        self._folders: tuple[Path, Path] | None = None
        self._value: Comparison | None = None
        self._loading: Task | None = None
        self._make_widgets()
        self._arrange()

    def compare(self, a: Path, b: Path) -> None:
        """Compare two evaluations; the work is done in the background."""
        if self._loading is not None:
            self._loading.cancel()
        self._folders, self._value = (a, b), None
        self._body.hide()
        self._export.hide()
        self._title.setText(tr("Comparing …"))
        self._about.setText(tr("Both are judged on the same photos drawn anew; this takes a moment."))
        self._loading = self._background.run(lambda: _compared(a, b), self._show, self._not_shown, urgent=True)

    def swap(self) -> None:
        """The other one first."""
        if self._folders is not None:
            self.compare(self._folders[1], self._folders[0])

    def export(self) -> None:
        """Write the comparison as a page, table or JSON."""
        if self._value is None:
            return
        start = Path.home() / tr("{b} against {a}.html", b=self._value.b, a=self._value.a)
        chosen = self._dialogs.new_file(
            self, tr("Export the comparison"), start, {name: tr(text) for name, text in KINDS.items()}
        )
        if chosen is None:
            return
        path = chosen[0] if chosen[0].suffix else chosen[0].with_suffix(f".{chosen[1]}")
        value = self._value

        def work() -> None:
            from cardamage_core.evaluation import report

            report.write(value, path)

        self._background.run(
            work, lambda _: self.said.emit(tr("Written: {path}", path=path)), self.failed.emit, urgent=True
        )

    def _not_shown(self, error: CarDamageError) -> None:
        self._loading = None
        self._title.setText(translated(error.title))
        self._about.setText(translated(error.detail))

    def _show(self, found: tuple[Comparison, Mapping[str, AnnotatedPhoto], tuple[float, float]]) -> None:
        self._loading = None
        value, truth, thresholds = found
        self._value = value
        self._title.setText(tr("{b} against {a}", b=value.b, a=value.a))
        self._about.setText(
            tr("A is {a}, B is {b}, on the same {photos}.", a=value.a, b=value.b, photos=amount(value.photos, "photo"))
        )
        self._notes.setText("\n".join([*map(translated, value.notes), *_verdict(value)]))
        self._table.show_lines([_line(one) for one in value.differences if one.change is not None])
        assert self._folders is not None
        for head, wall, photos, word in (
            (self._better_head, self._better, value.better, tr("Better")),
            (self._worse_head, self._worse, value.worse, tr("Worse")),
        ):
            head.setText(
                tr("{word} with {b}: {photos}", word=word, b=value.b, photos=amount(len(photos), "photo")).upper()
            )
            wall.show_tiles(_tiles(photos, self._folders, thresholds), truth)
        self._body.show()
        self._export.show()

    def _make_widgets(self) -> None:
        self._title = common.ElidedLabel("title")
        self._about = common.label("", "muted", wrap=True)
        self._notes = common.label("", wrap=True)
        self._swap = common.button(tr("Swap A and B"), self.swap)
        self._export = common.button(tr("Export…"), self.export, tip=tr("Write a page, a table or JSON"))
        hint = tr(
            "By chance: how often photos drawn anew turn the sign of the difference; below 0.05 it counts as clear."
        )
        head = (tr("measure"), "A", "B", "B − A", tr("by chance"), "")
        self._table = FigureTable(head, tr("Differences"), hint=hint)
        self._better, self._worse = (
            Wall(self._background, name, rows=1, pictures=2) for name in (tr("Better photos"), tr("Worse photos"))
        )
        self._better_head, self._worse_head = common.section(""), common.section("")
        for wall in (self._better, self._worse):
            wall.chosen.connect(self.photo_chosen)

    def _arrange(self) -> None:
        sheet = common.frame("page")
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=10)
        layout.addLayout(common.head(self._title, self._about, self._swap, self._export))
        self._body = QWidget()
        body = common.rows(self._body, spacing=12)
        body.addWidget(self._notes)
        colors = tr("Left A, right B. White is annotated, red is predicted. A click shows the photo in Annotate.")
        body.addWidget(common.label(colors, "small", wrap=True))
        body.addWidget(self._better_head)
        body.addWidget(self._better)
        body.addWidget(self._worse_head)
        body.addWidget(self._worse)
        body.addWidget(common.section(tr("Figures")))
        body.addWidget(self._table)
        layout.addWidget(self._body)
        layout.addStretch(1)
        common.rows(self).addWidget(common.Scrolled(sheet, tr("Comparison")))


def _line(one: Difference) -> Line:
    from cardamage_core.evaluation import report

    scale = one.figure.measure.scale
    chance = "" if one.chance is None else f"{one.chance:.3f}"
    figures = map(figure_text, (scale.text(one.a), scale.text(one.b), report.difference_text(one), chance))
    verdict = translated(one.verdict) if one.verdict in COLORS else tr("not clear")
    return Line(
        (figure_title(one.figure), *figures, verdict),
        translated(one.figure.measure.about),
        COLORS.get(one.verdict, "muted"),
    )


def _verdict(value: Comparison) -> list[str]:
    """What is clearly better and worse, a sentence each."""
    clear = [one for one in value.differences if not one.of and one.verdict in COLORS]
    if not clear:
        return [tr("No figure differs clearly: the photos are too few, or the models too alike, to tell them apart.")]
    better, worse = (
        "; ".join(figure_title(one.figure) for one in clear if one.verdict == kind) for kind in ("better", "worse")
    )
    return [
        *([tr("“{b}” is clearly better in: {figures}.", b=value.b, figures=better)] if better else []),
        *([tr("“{b}” is clearly worse in: {figures}.", b=value.b, figures=worse)] if worse else []),
    ]


def _tiles(
    photos: Sequence[PhotoDifference], folders: tuple[Path, Path], thresholds: tuple[float, float]
) -> list[Tile]:
    return [
        Tile(
            one.b.id,
            one.b.name,
            tr("A: {a} · B: {b}", a=translated(one.a.text), b=translated(one.b.text)),
            tuple(map(Seen, folders, (one.a.line, one.b.line), thresholds)),
        )
        for one in photos[:MOST]
    ]


def _compared(a: Path, b: Path) -> tuple[Comparison, Mapping[str, AnnotatedPhoto], tuple[float, float]]:
    from cardamage_core.jobs import evaluation_work, evaluations

    thresholds = evaluations.request_of(a).threshold, evaluations.request_of(b).threshold
    return evaluations.compared(a, b), evaluation_work.truth_of(b), thresholds
