"""Fields of the selected regions, or of the photo: label, review, severity, note and all other attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from cardamage_core.annotations.model import Label, Photo, Region, Review

from ..language import amount, mark, numeral, tr, translated
from ..widgets import common

SEVERITY, NOTE = "severity", "note"
SEVERITIES = ("minor", "moderate", "severe", "undetermined")  # no cut-offs are published; the choice is optional
NOT_SAID, SEVERAL = mark("not said"), mark("several")
MOST = 8  # further attributes that are shown
ROW = 38  # pixels of a row with something to type or choose
NAME = 78  # pixels of a field's name: all fields have one left edge


class RegionFields(QWidget):
    """Label, review, severity, note and all other attributes of the selected regions, or of the photo."""

    label_chosen = Signal(str)
    review_chosen = Signal(str)
    attribute_set = Signal(str, str)  # name, value; "" takes it away
    done = Signal()  # Enter or Esc in a field, or something chosen: the keyboard is free again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.review, self.severity = _choice(tr("Label")), _choice(tr("Review")), _choice(tr("Severity"))
        self.note = _text(tr("Note"), tr("what is to be seen"))
        self.name = _text(tr("New attribute"), tr("new attribute: value"))
        self.attributes: dict[str, common.Field] = {}
        self._editable = True
        self._ids: tuple[str, ...] = ()
        self._nothing = common.label(tr("Click a region to see it here."), "muted", wrap=True)
        self._table = QWidget()
        self._rows = common.rows(self._table, spacing=0)
        self._head = QWidget()
        head = common.rows(self._head, spacing=0)
        for name, choice in ((tr("Label"), self.label), (tr("Review"), self.review)):
            head.addWidget(_line(name, choice))
        self._rows.addWidget(self._head)
        for name, field in ((tr("Severity"), self.severity), (tr("Note"), self.note)):
            self._rows.addWidget(_line(name, field))
        self._told = QWidget()
        self._told_rows: QVBoxLayout = common.rows(self._told, spacing=0)
        self._rows.addWidget(self._told)
        self._rows.addWidget(_line("", self.name))
        column = common.rows(self, margins=(14, 0, 14, 4), spacing=0)
        column.addWidget(self._nothing)
        column.addWidget(self._table)
        self._listen()
        self.show_nothing()

    def show_nothing(self) -> None:
        """No photo is shown."""
        self._show(False, head=False)

    def show_regions(self, regions: Sequence[Region], labels: Sequence[Label]) -> None:
        """Show the selected regions: what they have in common, "several" where they differ."""
        self._show(True, head=True)
        names = list(dict.fromkeys([*(label.name for label in labels), *(region.label for region in regions)]))
        _offer(self.label, names, _common([region.label for region in regions]), label_shown)
        reviews = _common([region.review for region in regions])
        _offer(self.review, [review.capitalize() for review in get_args(Review)], reviews and reviews.capitalize())
        told = told_of(regions[0]) if len(regions) == 1 else [(tr("Selected"), amount(len(regions), "region"))]
        self._show_attributes([region.attributes for region in regions], told)

    def show_photo(self, photo: Photo) -> None:
        """Show the photo: no region is selected."""
        self._show(True, head=False)
        told = (
            [(tr("Size"), tr("{width} × {height} px", width=photo.width, height=photo.height))] if photo.width else []
        )
        self._show_attributes([photo.attributes], told)

    def commit(self) -> None:
        """Take what was typed and not yet entered: something else is about to be shown."""
        self._note_typed()
        self._attribute_typed()

    def set_editable(self, editable: bool) -> None:
        """Whether the fields may be changed."""
        self._editable = editable
        for field in (self.label, self.review, self.severity, self.name):
            field.setEnabled(editable)
        for line in (self.note, *self.attributes.values()):
            line.setReadOnly(not editable)

    def _show(self, shown: bool, *, head: bool) -> None:
        self._nothing.setVisible(not shown)
        self._table.setVisible(shown)
        self._head.setVisible(head)

    def _show_attributes(self, given: Sequence[Mapping[str, Any]], told: Sequence[tuple[str, str]]) -> None:
        severity = _common([str(one.get(SEVERITY, "")) for one in given])
        known = [NOT_SAID, *SEVERITIES, *([severity] if severity and severity not in SEVERITIES else [])]
        _offer(self.severity, known, severity if severity is None else severity or NOT_SAID)
        _fill(self.note, [one.get(NOTE, "") for one in given])
        names = dict.fromkeys(name for one in given for name in one if name not in (SEVERITY, NOTE))
        self._tell(told, {name: [one.get(name, "") for one in given] for name in list(names)[:MOST]}, len(names) - MOST)

    def _tell(self, told: Sequence[tuple[str, str]], attributes: Mapping[str, Sequence[Any]], more: int) -> None:
        common.clear(self._told_rows)
        self.attributes = {}
        for name, values in attributes.items():
            if all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in values):
                self.attributes[name] = field = _text(name, "")
                _fill(field, values)
                field.editingFinished.connect(self._attribute_typed)
                field.done.connect(self.done)
                self._told_rows.addWidget(_line(name, field))
            else:
                self._told_rows.addWidget(_line(name, _value_said(short(values[0]))))
        for name, value in (*told, *([("", tr("and {more} more", more=more))] if more > 0 else [])):
            self._told_rows.addWidget(_line(name, _value_said(value)))
        self.set_editable(self._editable)

    def _listen(self) -> None:
        for choice in (self.label, self.review, self.severity):
            choice.activated.connect(self.done)
        self.label.activated.connect(self._label_activated)
        self.review.activated.connect(self._review_activated)
        self.severity.activated.connect(self._severity_activated)
        self.note.editingFinished.connect(self._note_typed)
        self.name.returnPressed.connect(self._attribute_added)
        self.note.done.connect(self.done)
        self.name.done.connect(self.done)

    def _label_activated(self, _index: int) -> None:
        if self.label.currentData() != SEVERAL:
            self.label_chosen.emit(self.label.currentData())

    def _review_activated(self, _index: int) -> None:
        if self.review.currentData() != SEVERAL:
            self.review_chosen.emit(self.review.currentData().lower())

    def _severity_activated(self, _index: int) -> None:
        said = self.severity.currentData()
        if said != SEVERAL:
            self.attribute_set.emit(SEVERITY, "" if said == NOT_SAID else said)

    def _note_typed(self) -> None:
        self._typed(NOTE, self.note)

    def _attribute_typed(self) -> None:
        for name, field in tuple(self.attributes.items()):
            self._typed(name, field)

    def _typed(self, name: str, field: common.Field) -> None:
        if field.isModified():
            field.put(field.text())
            self.attribute_set.emit(name, field.text().strip())

    def _attribute_added(self) -> None:
        name, _, value = (part.strip() for part in self.name.text().partition(":"))
        if name and value:
            self.name.put("")
            self.attribute_set.emit(name, value)


def told_of(region: Region) -> list[tuple[str, str]]:
    """What is only told: origin and score."""
    origin = region.origin
    source = {"predicted": origin.model, "imported": origin.source}.get(origin.kind, "")
    told = [(tr("Origin"), ", ".join(filter(None, (translated(origin.kind), source))))]
    if origin.score is not None:
        told.append((tr("Score"), numeral(f"{origin.score:.2f}")))
    return told


def short(value: object) -> str:
    """An attribute that is more than a text, in a line."""
    text = ", ".join(str(k) for k, on in value.items() if on) if isinstance(value, dict) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def label_shown(name: str) -> str:
    """A label as it is called; only "several" is a text of ours."""
    return tr(name) if name == SEVERAL else name


def _common(values: Sequence[str]) -> str | None:
    """What all have, None where they differ."""
    return values[0] if len(set(values)) == 1 else None


def _offer(field: QComboBox, names: list[str], current: str | None, shown: Callable[[str], str] = translated) -> None:
    """Offer values under what `shown` makes of them."""
    names = names if current is not None else [SEVERAL, *names]
    if [field.itemData(i) for i in range(field.count())] != names:
        field.clear()
        for name in names:
            field.addItem(shown(name), name)
    field.setCurrentIndex(0 if current is None else names.index(current))


def _fill(field: common.Field, values: Sequence[Any]) -> None:
    """Write what is known, unless the field is being typed into."""
    if field.hasFocus() and field.isModified():
        return
    same = _common([str(value) for value in values])
    field.setPlaceholderText(tr(SEVERAL) if same is None else "")
    field.put(same or "")


def _choice(name: str) -> QComboBox:
    made = common.ComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


def _text(name: str, hint: str) -> common.Field:
    return common.Field(name, hint)


def _value_said(value: str) -> QWidget:
    shown = common.ElidedLabel()
    shown.setText(value)
    return shown


def _line(name: str, field: QWidget) -> QWidget:
    made = QWidget()
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # rows are never squeezed
    if isinstance(field, QComboBox | QLineEdit):
        made.setMinimumHeight(ROW)
    line = common.columns(made, margins=(0, 3, 0, 3))
    label = common.ElidedLabel("muted")
    label.setText(name)
    label.setFixedWidth(max(NAME, label.fontMetrics().horizontalAdvance(tr("Label")) + 6))
    label.setBuddy(field)
    line.addWidget(label)
    line.addWidget(field, 1)
    return made
