"""The head of the open claim: its name and state, and behind an unfolding line the fields that people write."""

from __future__ import annotations

import datetime

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QToolButton, QWidget

from cardamage_core.claims.model import ClaimFields, ClaimRecord, ClaimState

from .. import look
from ..language import amount, mark, tr, translated
from ..widgets import common

NAMES = {
    "number": (mark("Claim number"), ""),
    "vehicle": (mark("Vehicle"), mark("make, model, year")),
    "vin": ("VIN", ""),
    "plate": (mark("Plate"), ""),
    "date": (mark("Date"), mark("of the damage")),
    "place": (mark("Place"), ""),
    "adjuster": (mark("Adjuster"), ""),
    "notes": (mark("Notes"), ""),
}
STATES: dict[ClaimState, tuple[str, str]] = {  # what the button says, and what choosing it is called
    "new": (mark("New"), mark("Mark as new")),
    "in review": (mark("In review"), mark("Mark as in review")),
    "done": (mark("Done"), mark("Mark as done")),
}


def title(fields: ClaimFields, created: str) -> str:
    """What a claim is called: its number, else the first words of its vehicle or notes, else when it was made."""
    words = " ".join((fields.vehicle or fields.notes).split()[:4])
    return fields.number or words or _moment(created)


def _moment(created: str) -> str:
    try:
        at = datetime.datetime.fromisoformat(created).astimezone()
    except ValueError:
        return created
    this_year = at.year == datetime.datetime.now().astimezone().year
    return at.strftime(tr("%d %b %H:%M") if this_year else tr("%d %b %Y %H:%M"))


class ClaimForm(QWidget):
    """Shows a record; what is typed or chosen is told."""

    back = Signal()
    fields_changed = Signal(object)  # ClaimFields
    state_chosen = Signal(str)
    done = Signal()  # Enter or Esc in a field: the keyboard is free again

    def __init__(self) -> None:
        super().__init__()
        self._record: ClaimRecord | None = None
        self._name, self._about = common.ElidedLabel("heading"), common.ElidedLabel("small")
        self.state = QToolButton()
        self.state.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.state.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.state.setProperty("role", "state")
        self._menu = QMenu(self.state)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.state.setMenu(self._menu)
        self.unfold = common.icon_button("chevron-down", tr("Claim number, vehicle, date, notes …"), self._toggle)
        self.unfold.setCheckable(True)
        self.unfold.setProperty("role", "unfold")
        self.fields = {name: common.Field(tr(text), tr(hint)) for name, (text, hint) in NAMES.items()}
        self._sheet = Sheet()
        self._arrange()
        for field in self.fields.values():
            field.editingFinished.connect(self._typed)
            field.done.connect(self.done)

    def show_record(self, record: ClaimRecord | None, photos: int, *, editable: bool = True) -> None:
        """Show another record, or what changed of it."""
        self._record = record
        if record is None:
            return
        self._name.setText(title(record.fields, record.created))
        vehicle = record.fields.vehicle if record.fields.number else ""
        self._about.setText(" · ".join(filter(None, (vehicle, amount(photos, "photo")))))
        self.state.setText(f"{tr(STATES[record.state][0])} ▾")
        self.state.setToolTip(tr("Where the claim stands"))
        self.state.setAccessibleName(tr("State: {state}", state=translated(record.state)))
        common.set_property(self.state, "state", record.state)
        self.state.setEnabled(editable)
        for name, field in self.fields.items():
            if not (field.hasFocus() and field.isModified()):
                field.put(getattr(record.fields, name))
            field.setReadOnly(not editable)

    def commit(self) -> None:
        """Take what was typed and not yet entered: something else is about to be shown."""
        self._typed()

    def show_fields(self, shown: bool) -> None:
        """Unfold the fields, or fold them."""
        self.unfold.setChecked(shown)
        look.set_icon(self.unfold, "chevron-up" if shown else "chevron-down", color="muted")
        self._sheet.setVisible(shown)

    def _toggle(self) -> None:
        self.show_fields(self.unfold.isChecked())
        if self.unfold.isChecked():
            self.fields["number"].setFocus()

    def _typed(self) -> None:
        if self._record is None or not any(field.isModified() for field in self.fields.values()):
            return
        said = {name: field.text().strip() for name, field in self.fields.items()}
        for name, field in self.fields.items():
            field.put(said[name])
        self.fields_changed.emit(ClaimFields(**said))

    def _fill_menu(self) -> None:
        self._menu.clear()
        now = self._record.state if self._record else "new"
        for state, (_, text) in STATES.items():
            reopens = now == "done" and state == "in review"
            entry = self._menu.addAction(tr("Reopen") if reopens else tr(text))
            entry.setEnabled(state != now)
            entry.triggered.connect(lambda _checked=False, chosen=state: self.state_chosen.emit(chosen))

    def _arrange(self) -> None:
        column = common.rows(self, margins=(8, 0, 8, 4), spacing=4)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(common.icon_button("arrow-left", tr("All claims"), self.back.emit))
        head.addWidget(self._name, 1)
        head.addWidget(self.unfold)
        column.addLayout(head)
        line = QHBoxLayout()
        line.setContentsMargins(6, 0, 4, 0)
        line.addWidget(self._about, 1)
        line.addWidget(self.state)
        column.addLayout(line)
        grid = QGridLayout(self._sheet)
        grid.setContentsMargins(6, 2, 4, 6)
        grid.setVerticalSpacing(4)
        for row, (name, field) in enumerate(self.fields.items()):
            label = common.label(tr(NAMES[name][0]), "muted")
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.setColumnStretch(1, 1)
        column.addWidget(self._sheet)
        self._sheet.hide()


class Sheet(QWidget):
    """Fields among which Tab goes on to the next one, whatever it does elsewhere on the page."""

    def event(self, event: QEvent) -> bool:
        """Keep Tab from the page's keys."""
        tab = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if tab and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)
