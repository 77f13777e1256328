"""The label list: assigns, adds and changes labels, with their keys, colours and roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from qtpy.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QColorDialog, QListView, QMenu, QSizePolicy, QWidget

from cardamage_core.annotations.model import Label, Role

from .. import look
from ..language import mark, tr
from ..widgets import common
from .regions import ID, ListRow, RowDelegate, RowModel, color_of

ROLES: dict[Role, str] = {
    "damage": mark("Damage"),
    "car": mark("Car outline"),
    "part": mark("Part of the car"),
    "private": mark("Blurred in reports"),
}
NOTES = {"car": mark("car outline"), "part": mark("part of the car"), "private": mark("blurred in reports")}
NO_KEY = mark("no key")
HEIGHT = look.ROW_SMALL - 2
FEWEST, MOST = 2, 9  # rows that are seen without scrolling


class LabelList(QWidget):
    """One row per label, and a field for a new one."""

    chosen = Signal(str)  # label name
    added = Signal(str)
    changed = Signal(str, object)  # old name, new Label
    renamed = Signal(str, str)  # old name, new name; an existing one merges the two
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = _List(self)
        self.field = common.Field(tr("New label"), tr("New label"))
        self.field.setStatusTip(tr("Type a name and press Enter"))
        self._rows = RowModel(self)
        self._labels: dict[str, Label] = {}
        self._numbers: Mapping[str, int] = {}
        self._renaming = ""
        self.list.setModel(self._rows)
        self.list.clicked.connect(self._clicked)
        self.list.customContextMenuRequested.connect(self._menu)
        self.field.returnPressed.connect(self._entered)
        self.field.escaped.connect(self._begin_anew)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = common.rows(self, spacing=4)
        column.addWidget(self.list)
        line = common.columns(edge := QWidget(), margins=(12, 2, 12, 0))
        line.addWidget(self.field)
        column.addWidget(edge)

    def show_labels(self, labels: Sequence[Label], numbers: Mapping[str, int], marked: str) -> None:
        """Show the labels with their numbers of regions; `marked` is the one of the next drawing."""
        self._labels, self._numbers = {label.name: label for label in labels}, numbers
        self._rows.show(list(self._labels), lambda number: row_of(labels[number], numbers, marked=marked))
        self.list.setMaximumHeight(self.list.sizeHint().height())
        self.list.updateGeometry()

    def menu(self, label: Label) -> QMenu:
        """What can be done to a label."""
        menu = QMenu(self)
        roles = menu.addMenu(tr("Role"))
        for role, text in ROLES.items():
            entry = roles.addAction(tr(text), partial(self._change, label, role=role))
            entry.setCheckable(True)
            entry.setChecked(label.role == role)
        keys = menu.addMenu(tr("Key"))
        for key in (*"123456789", ""):
            entry = keys.addAction(key or tr(NO_KEY), partial(self._change, label, key=key))
            entry.setCheckable(True)
            entry.setChecked(label.key == key)
        menu.addAction(tr("Colour…"), partial(self._choose_color, label))
        menu.addAction(tr("Rename…"), partial(self.rename, label.name))
        others = [name for name in self._labels if name != label.name]
        merge = menu.addMenu(tr("Merge into"))
        merge.setEnabled(bool(others))
        for name in others:
            merge.addAction(name, partial(self.renamed.emit, label.name, name))
        remove = menu.addAction(tr("Remove"), partial(self.removed.emit, label.name))
        remove.setEnabled(not self._numbers.get(label.name, 0))
        return menu

    def rename(self, name: str) -> None:
        """Ask for another name in the field below the list: Enter renames, Esc leaves it."""
        self._renaming = name
        self.field.setPlaceholderText(tr("New name for {name}", name=name))
        self.field.setText(name)
        self.field.setModified(True)  # Esc is to take it back
        self.field.selectAll()
        self.field.setFocus()

    def _clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(ID))
        self.list.clearSelection()

    def _menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid():
            menu = self.menu(self._labels[index.data(ID)])
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(at))

    def _entered(self) -> None:
        name, old = self.field.text().strip(), self._renaming
        self._begin_anew()
        if name and old:
            self.renamed.emit(old, name)
        elif name:
            self.added.emit(name)

    def _begin_anew(self) -> None:
        self._renaming = ""
        self.field.put("")
        self.field.setPlaceholderText(tr("New label"))

    def _choose_color(self, label: Label) -> None:
        color = QColorDialog.getColor(QColor(label.color), self, tr("Colour of {label}", label=label.name))
        if color.isValid():
            self._change(label, color=color.name())

    def _change(self, label: Label, **fields: str) -> None:
        import msgspec

        self.changed.emit(label.name, msgspec.structs.replace(label, **fields))


def row_of(label: Label, numbers: Mapping[str, int], *, marked: str) -> ListRow:
    """How a label is listed; `marked` names the one of the next drawing."""
    return ListRow(
        id=label.name,
        text=label.name,
        color=color_of(label),
        key=label.key,
        note=tr(NOTES.get(label.role, "")),
        right=str(numbers.get(label.name, 0)),
        marked=label.name == marked,
    )


class _List(QListView):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(RowDelegate(self, height=HEIGHT))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Labels"))
        self.setStatusTip(
            tr("Click: label of the selected region or of the next one · right click: role, key, colour, name")
        )

    def sizeHint(self) -> QSize:
        return QSize(280, self._height(MOST))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height(FEWEST))

    def _height(self, most: int) -> int:
        return min(most, self.model().rowCount() if self.model() else 0) * HEIGHT + 2
