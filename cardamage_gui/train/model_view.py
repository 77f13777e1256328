"""The card of a model: what it is good for, where it fails, what it learned from, how it was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QPushButton, QWidget

from cardamage_core.models import at_threshold
from cardamage_core.training.metrics import METRICS

from .. import look
from ..language import amount, label_name, mark, numeral, tr, translated
from ..widgets import common
from .history import Series

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model, ModelCard

    from .curves import Chart

SHEET_WIDTH = 620
VERBS = {
    "share": mark("Save as one file…"),
    "keep": mark("Keep in the library of all projects"),
    "rename": mark("Rename…"),
    "delete": mark("Delete"),
}


class ModelView(QFrame):
    """The card of the model being shown."""

    try_model = Signal(str)  # its id
    evaluate = Signal(str, str)  # its id and the split of the photos to judge by
    asked = Signal(str, object)  # one of VERBS and the model

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._model: Model | None = None
        self._title = common.ElidedLabel("title")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._charts: list[Chart] = []
        self._chart_row = QHBoxLayout()
        self._chart_row.setSpacing(14)
        try_it = common.button(tr("Try it on photos"), self._try, "primary", tip=tr("Inspect photos with this model"))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        self._evaluate = QPushButton(tr("Evaluate"))
        self._evaluate.setToolTip(tr("Judge it on annotated photos: figures with intervals, worst photos first"))
        self._menu = QMenu(self._evaluate)
        self._menu.triggered.connect(lambda action: self._judge(action.data()))
        self._evaluate.setMenu(self._menu)
        self._more = QPushButton(tr("More"))
        self._more.setMenu(self._more_menu())
        head.addWidget(self._more)
        head.addWidget(self._evaluate)
        head.addWidget(try_it)
        sheet = QWidget()
        sheet.setMaximumWidth(SHEET_WIDTH)
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=16)
        layout.addLayout(head)
        layout.addLayout(self._grid)
        layout.addLayout(self._chart_row)
        layout.addStretch(1)
        common.rows(self).addWidget(common.Scrolled(sheet, tr("Model")))

    def show_model(self, model: Model) -> None:
        """Show another model."""
        self._model = model
        self._title.setText(model.card.name)
        common.clear(self._grid)
        for row, (name, value) in enumerate(facts(model)):
            self._grid.addWidget(common.label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            text = common.label(value, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(text, row, 1)
        self._show_charts(model.card)

    def show_splits(self, splits: Sequence[tuple[str, str]], *, enabled: bool) -> None:
        """Which photos it can be judged by: split and what it is called."""
        self._menu.clear()
        for name, text in splits:
            self._menu.addAction(text).setData(name)
        self._evaluate.setEnabled(enabled and bool(splits))

    def _show_charts(self, card: ModelCard) -> None:
        """What the threshold trades, and whether scores mean what they say, where the card has it measured."""
        over, bins = at_threshold.curve(card), at_threshold.calibration(card)
        if not (over or bins or self._charts):
            return
        from .curves import Chart, colored  # pyqtgraph: not before there is something to draw

        if not self._charts:
            for title in (tr("Over the threshold"), tr("Calibration")):
                self._charts.append(Chart(title, least=0.0, most=1.0, legend_lines=2))
                self._chart_row.addWidget(self._charts[-1], 1)
        thresholds = [point.threshold for point in over]
        drawn = (
            {
                tr("right mask"): Series(thresholds, [point.right for point in over]),
                tr("false alarm"): Series(thresholds, [point.alarms for point in over]),
                tr("small damages"): Series(thresholds, [point.small for point in over]),
            },
            {
                tr("share that is right"): Series([score for score, _ in bins], [right for _, right in bins]),
                tr("calibrated"): Series([0.0, 1.0], [0.0, 1.0]),
            },
        )
        colors = look.of(self)
        palettes = ((colors.good, colors.bad, colors.accent), (colors.accent, colors.muted))
        for chart, curves, palette, known in zip(self._charts, drawn, palettes, (over, bins), strict=True):
            chart.show_curves(colored(curves.items(), palette))
            chart.setVisible(bool(known))

    def _more_menu(self) -> QMenu:
        menu = QMenu(self._more)
        for verb, text in VERBS.items():
            menu.addAction(tr(text)).triggered.connect(lambda _on=False, verb=verb: self._asked(verb))
        return menu

    def _asked(self, verb: str) -> None:
        if self._model is not None:
            self.asked.emit(verb, self._model)

    def _judge(self, split: str) -> None:
        if self._model is not None:
            self.evaluate.emit(self._model.card.id, split)

    def _try(self) -> None:
        if self._model is not None:
            self.try_model.emit(self._model.card.id)


def facts(model: Model) -> list[tuple[str, str]]:
    """The card as pairs of words and values."""
    card = model.card
    told = [
        (tr("Good for"), translated(card.summary)),
        (tr("Weak at"), "\n".join(map(translated, card.weaknesses))),
        (tr("Looks"), _looks(card)),
        (tr("Outlines"), ", ".join(card.classes) or tr("nothing")),
        (tr("Preset"), card.preset),
        (tr("Made"), card.created.replace("T", " ").partition(".")[0] + " UTC"),
        (tr("Begun from"), card.parent),
        (tr("Second network"), _partner(card)),
        (
            tr("Learned from"),
            "\n".join(f"{s.name}: {amount(s.photos, 'photo')}, {s.licence} ({s.credit})" for s in card.sources),
        ),
        (tr("Photos, hash"), card.data_hash[:16]),
        (tr("Measured"), ", ".join(_metrics(card)) or tr("not measured yet")),
        (tr("Damages found, by kind"), _shares(card.metrics.get("recall_by_label"), label_name)),
        (tr("… and by size"), _shares(card.metrics.get("recall_by_size"), translated)),
        (tr("Made by"), card.command),
        (tr("Versions"), ", ".join(f"{name} {version}" for name, version in card.versions.items())),
        (tr("Weights, SHA-256"), card.weights_sha256[:16]),
        (tr("Folder"), str(model.folder)),
    ]
    return [(name, value) for name, value in told if value]


def _looks(card: ModelCard) -> str:
    """Who looks at what, "" for one look."""
    if card.partner:
        return tr("two networks, each at the photo and its mirror image") if card.mirror_side else tr("two networks")
    return tr("at the photo and its mirror image") if card.mirror_side else ""


def _partner(card: ModelCard) -> str:
    """How the second network came to be, "" where there is none or nothing is known."""
    if (training := card.partner_training) is None:
        return ""
    return tr(
        "trained apart: begun from {parent}, seed {seed}, {date}",
        parent=training.parent,
        seed=training.job.get("seed", 0),
        date=training.created.partition("T")[0],
    )


def _metrics(card: ModelCard) -> Iterable[str]:
    for metric in METRICS:
        value = card.metrics.get(metric.key)
        if metric.card and isinstance(value, int | float):
            yield numeral(translated(metric.on_card(value)))
    yield from _judged(card.metrics)
    if isinstance(card.metrics.get("photos"), int):
        yield tr("on {photos}", photos=amount(card.metrics["photos"], "photo"))


def _judged(metrics: dict[str, Any]) -> Iterable[str]:
    """Shares with their intervals, as the models that come along were judged."""
    for key, title in (
        ("right_mask", tr("right mask on damaged photos")),
        ("false_alarms", tr("false alarms")),
        ("recall", tr("damages found")),
    ):
        if text := _share(metrics.get(key)):
            yield f"{title} {text}"


def _shares(metrics: object, name: Callable[[str], str]) -> str:
    """A line for each share of what is named, with its interval and how many examples it is of."""
    known = metrics.items() if isinstance(metrics, dict) else ()
    lines = ((name(str(key)), _share(share), share) for key, share in known)
    return "\n".join(f"{title} {text}, {_examples(share)}" for title, text, share in lines if text)


def _share(share: object) -> str:
    """A share and its interval in percent; "" for what is none, since cards come from other people, too."""
    sides = [share.get(side) for side in ("value", "low", "high")] if isinstance(share, dict) else []
    known = [100 * side for side in sides if isinstance(side, int | float) and math.isfinite(side)]
    if len(known) < 3:
        return ""
    value, low, high = known
    return f"{value:.0f}\u00a0% ({low:.0f}\u00a0…\u00a0{high:.0f}\u00a0%)"


def _examples(share: dict[str, Any]) -> str:
    number = share.get("photos")
    return tr("of {n}", n=number) if isinstance(number, int) else ""
