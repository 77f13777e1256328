"""What does the photo's annotation mean? The panel at the right: damage, regions, labels, the selected region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QWidget

from cardamage_core.annotations.model import Finding, Label, Photo, Region
from cardamage_core.assessment.damage import Damage

from .. import parts
from ..damage_card import DamageCard
from .label_list import LabelList
from .region_fields import RegionFields
from .region_list import RegionList

MOST_FINDINGS = 3
NO_REGION = "No region yet. Press P and click around the damage."


class RegionPanel(QWidget):
    """Shows what it is given; its lists tell what was chosen."""

    finding_chosen = Signal(object)  # Finding

    def __init__(self) -> None:
        super().__init__()
        self.card = DamageCard()
        self.regions = RegionList()
        self.labels = LabelList()
        self.fields = RegionFields()
        self._hidden = parts.label("", "small", wrap=True)
        self._hidden.setContentsMargins(14, 2, 14, 2)
        self._none = parts.label("", "muted", wrap=True)
        self._none.setContentsMargins(14, 4, 14, 4)
        self._findings = parts.links("What looks wrong", "warn")
        self._findings.linkActivated.connect(self._finding_clicked)
        self._told: tuple[Finding, ...] = ()
        self._findings.setContentsMargins(14, 0, 14, 4)
        self._findings.hide()
        self._photo: Photo | None = None
        self._this = _head("This photo")
        self._shown: tuple[Region, ...] = ()
        self._labels: dict[str, Label] = {}
        self._shares: Mapping[str, float] = {}
        self._aside: Mapping[str, str] = {}
        self._arrange()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Say what looks wrong with the photo."""
        self._told = tuple(findings[:MOST_FINDINGS])
        more = f"And {len(findings) - MOST_FINDINGS} more." if len(findings) > MOST_FINDINGS else ""
        self._findings.show_lines([(finding.text, bool(finding.region)) for finding in self._told], more)
        self._findings.setVisible(bool(findings))

    def show_regions(self, regions: Sequence[Region], labels: Sequence[Label], *, hidden: int, none: str = "") -> None:
        """Show the photo's regions, or say why there are none; `hidden` predictions scored too low to be shown."""
        self._none.setText(none or NO_REGION)
        self._shown, self._labels = tuple(regions), {label.name: label for label in labels}
        self._show_list()
        self.regions.setVisible(bool(regions))
        self._none.setVisible(not regions)
        self._hidden.setVisible(hidden > 0)
        self._hidden.setText(f"{hidden} predicted with a score below 0.9: see Inspect." if hidden else "")

    def show_photo(self, photo: Photo | None) -> None:
        """The photo that is told about while no region is selected; see `show_selection`."""
        self._photo = photo

    def show_damage(self, damage: Damage | None) -> None:
        """Show the figure, and each region's share."""
        self.card.show_damage(damage)
        self._shares = damage.by_region if damage else {}
        self._show_list()

    def show_aside(self, hidden: Set[str], locked: Set[str]) -> None:
        """Say which regions are hidden or locked by hand."""
        self._aside = {i: " · ".join(said) for i in hidden | locked if (said := _said(i, hidden, locked))}
        self._show_list()

    def show_selection(self, ids: Sequence[str]) -> None:
        """Mark the selected regions and tell what is known of them; with none, of the photo."""
        self.regions.select(ids)
        wanted = set(ids)
        chosen = [region for region in self._shown if region.id in wanted]
        if chosen:
            self.fields.show_regions(chosen, tuple(self._labels.values()))
        elif self._photo is not None:
            self.fields.show_photo(self._photo)
        else:
            self.fields.show_nothing()
        which = "These regions" if len(chosen) > 1 else "This region" if chosen else "This photo"
        self._this.setText(which.upper())

    def _finding_clicked(self, number: str) -> None:
        self.finding_chosen.emit(self._told[int(number)])

    def _show_list(self) -> None:
        self.regions.show_regions(self._shown, self._labels, self._shares, aside=self._aside)

    def _arrange(self) -> None:
        self.setMinimumWidth(240)
        sheet = parts.frame("panel")
        column = parts.rows(sheet, margins=(0, 0, 0, 12), spacing=6)
        card = QWidget()
        parts.rows(card, margins=(12, 0, 12, 8)).addWidget(self.card)
        column.addWidget(card)
        for head, widgets in (
            (_head("Regions"), (self._findings, self._none, self.regions, self._hidden)),
            (_head("Labels"), (self.labels,)),
            (self._this, (self.fields,)),
        ):
            column.addWidget(head)
            for widget in widgets:
                column.addWidget(widget, {self.regions: 3, self.labels: 2}.get(widget, 0))
        column.addStretch(0)
        parts.rows(self).addWidget(parts.scrolled(sheet, "Details"))  # where it is low, nothing is squeezed


def _said(region_id: str, hidden: Set[str], locked: Set[str]) -> list[str]:
    return [word for word, ids in (("hidden", hidden), ("locked", locked)) if region_id in ids]


def _head(text: str) -> QLabel:
    head = parts.section(text)
    head.setContentsMargins(14, 8, 14, 0)
    return head
