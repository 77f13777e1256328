"""The panel at the right: damage figure, regions, labels, and fields of the selected regions or of the photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from qtpy.QtCore import QEvent, QObject, QSize, Qt, Signal
from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QWidget

from cardamage_core.annotations.model import Label, Photo, Problem, Region
from cardamage_core.annotations.problems import kind_of
from cardamage_core.assessment.damage import Damage

from ..language import mark, tr, translated
from ..widgets import common
from ..widgets.damage_card import DamageCard
from .labels import LabelList
from .region_fields import RegionFields
from .regions import RegionList

MOST_PROBLEMS = 3
LEAST_FIELDS = 150  # pixels
NO_REGION = mark("No region yet. Press P and click around the damage.")


class RegionPanel(QWidget):
    """Shows what it is given; its lists tell what was chosen."""

    problem_chosen = Signal(object)  # Problem

    def __init__(self) -> None:
        super().__init__()
        self.card = DamageCard()
        self.regions = RegionList()
        self.labels = LabelList()
        self.fields = RegionFields()
        self._hidden = common.label("", "small", wrap=True)
        self._hidden.setContentsMargins(14, 2, 14, 2)
        self._none = common.label("", "muted", wrap=True)
        self._none.setContentsMargins(14, 4, 14, 4)
        self._problems = common.links(tr("What looks wrong"), "warn")
        self._problems.linkActivated.connect(self._problem_clicked)
        self._told: tuple[Problem, ...] = ()
        self._problems.setContentsMargins(14, 0, 14, 4)
        self._problems.hide()
        self._photo: Photo | None = None
        self._this = _head(tr("This photo"))
        self._shown: tuple[Region, ...] = ()
        self._labels: dict[str, Label] = {}
        self._shares: Mapping[str, float] = {}
        self._aside: Mapping[str, str] = {}
        self._arrange()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what looks wrong with the photo."""
        self._told = tuple(problems[:MOST_PROBLEMS])
        more = tr("And {more} more.", more=len(problems) - MOST_PROBLEMS) if len(problems) > MOST_PROBLEMS else ""
        self._problems.show_lines([(translated(kind_of(problem.code).title), True) for problem in self._told], more)
        self._problems.setToolTip("\n".join(translated(problem.text) for problem in self._told))
        self._problems.setVisible(bool(problems))

    def show_regions(
        self, regions: Sequence[Region], labels: Sequence[Label], *, hidden: int, threshold: float, none: str = ""
    ) -> None:
        """Show the photo's regions, or say why there are none; `hidden` predictions are scored below `threshold`."""
        self._none.setText(none or tr(NO_REGION))
        self._shown, self._labels = tuple(regions), {label.name: label for label in labels}
        self._show_list()
        self.regions.setVisible(bool(regions))
        self._none.setVisible(not regions)
        self._hidden.setVisible(hidden > 0)
        self._hidden.setText(
            tr(
                "{hidden} predicted with a score below {threshold:.2g}: see Pre-label…",
                hidden=hidden,
                threshold=threshold,
            )
            if hidden
            else ""
        )

    def show_photo(self, photo: Photo | None) -> None:
        """The photo that is told about while no region is selected; see `show_selection`."""
        self._photo = photo

    def show_damage(self, damage: Damage | None) -> None:
        """Show the figure, and each region's share."""
        self.card.show_damage(damage)
        self._shares = {**damage.proposed, **damage.by_region} if damage else {}
        self._show_list()

    def show_aside(self, hidden: Set[str], locked: Set[str]) -> None:
        """Say which regions are hidden or locked by the user."""
        self._aside = {i: " · ".join(said) for i in hidden | locked if (said := _said(i, hidden, locked))}
        self._show_list()

    def show_selection(self, ids: Sequence[str]) -> None:
        """Mark the selected regions and tell what is known of them; with none, of the photo."""
        self.regions.select(ids)
        chosen = self.regions.selected_regions()
        if chosen:
            self.fields.show_regions(chosen, tuple(self._labels.values()))
        elif self._photo is not None:
            self.fields.show_photo(self._photo)
        else:
            self.fields.show_nothing()
        which = tr("These regions") if len(chosen) > 1 else tr("This region") if chosen else tr("This photo")
        self._this.setText(which.upper())

    def _problem_clicked(self, number: str) -> None:
        self.problem_chosen.emit(self._told[int(number)])

    def _show_list(self) -> None:
        self.regions.show_regions(self._shown, self._labels, self._shares, aside=self._aside)

    def _arrange(self) -> None:
        self.setMinimumWidth(264)
        column = common.rows(self, margins=(0, 0, 0, 6), spacing=4)
        card = QWidget()
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        common.rows(card, margins=(12, 0, 12, 2)).addWidget(self.card)
        column.addWidget(card)
        fields = _Fields(self.fields)
        for head, widgets in (
            (_head(tr("Regions")), (self._problems, self._none, self.regions, self._hidden)),
            (_head(tr("Labels")), (self.labels,)),
            (self._this, (fields,)),
        ):
            head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            column.addWidget(head)
            for widget in widgets:
                column.addWidget(widget, {self.regions: 3, self.labels: 2}.get(widget, 0))
        column.addStretch(0)


class _Fields(QScrollArea):
    """The fields as high as they are, down to a few of them; the lists above share what is left."""

    def __init__(self, fields: RegionFields) -> None:
        super().__init__()
        self.setAccessibleName(tr("Details"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fields = fields
        self.setWidget(fields)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        fields.setAutoFillBackground(False)  # the panel's colour
        self.viewport().setAutoFillBackground(False)
        fields.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """All fields."""
        return QSize(200, self._fields.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Label, review, severity and note, if there are as many."""
        return QSize(200, min(LEAST_FIELDS, self.sizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Other fields may need another height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _said(region_id: str, hidden: Set[str], locked: Set[str]) -> list[str]:
    return [word for word, ids in (("hidden", hidden), ("locked", locked)) if region_id in ids]


def _head(text: str) -> QLabel:
    head = common.section(text)
    head.setContentsMargins(14, 6, 14, 0)
    return head
