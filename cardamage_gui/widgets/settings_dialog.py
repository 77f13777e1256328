"""The settings dialog: a row for each setting that has a text, by groups, with a search; changes hold at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from qtpy.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ..language import tr
from ..settings import GROUPS, TABLE, Setting, Settings
from . import common

NAME = 240  # pixels


@dataclass(frozen=True)
class Extra:
    """A row that is kept elsewhere than in the settings: its group, text, hint and field."""

    group: str
    text: str
    hint: str
    field: QWidget


@dataclass(frozen=True)
class Row:
    """A row as it is shown, with all that the search looks at."""

    widget: QWidget
    group: str
    said: str


class SettingsDialog(QDialog):
    """The settings by groups. The search leaves the rows in which every word occurs."""

    def __init__(
        self,
        settings: Settings,
        parent: QWidget | None = None,
        *,
        extras: Sequence[Extra] = (),
        models: Callable[[], Sequence[tuple[str, str]]] = tuple,
    ) -> None:
        """`models` gives id and name of those that can outline damage."""
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.resize(560, 560)
        self._settings, self._models = settings, models
        self.search = common.Field(tr("Search settings"), tr("Search settings"))
        self.search.setClearButtonEnabled(True)
        self.rows: list[Row] = []
        self._heads: dict[str, QLabel] = {}
        self._nothing = common.label(tr("No setting is called so. Clear the search to see all."), "muted", wrap=True)
        self._nothing.hide()
        column = common.rows(self, margins=(16, 16, 16, 16), spacing=12)
        column.addWidget(self.search)
        column.addWidget(self._sheet(extras), 1)
        line = QHBoxLayout()
        line.addWidget(common.label(tr("Every change is kept at once."), "small"), 1)
        line.addWidget(common.button(tr("Close"), self.reject))
        column.addLayout(line)
        self.search.textChanged.connect(self._find)

    def _find(self, text: str) -> None:
        words = text.casefold().split()
        seen = set()
        for row in self.rows:
            found = all(word in row.said for word in words)
            row.widget.setVisible(found)
            seen |= {row.group} if found else set()
        for group, head in self._heads.items():
            head.setVisible(group in seen)
        self._nothing.setVisible(not seen)

    def _sheet(self, extras: Sequence[Extra]) -> QScrollArea:
        sheet = common.frame("page")
        column = common.rows(sheet, margins=(0, 0, 8, 0), spacing=6)
        for group in GROUPS:
            self._heads[group] = common.section(tr(group))
            column.addWidget(self._heads[group])
            for setting in (one for one in TABLE.values() if one.text and one.group == group):
                self._add(column, group, tr(setting.text), tr(setting.hint), self._field(setting))
            for extra in (one for one in extras if one.group == group):
                self._add(column, group, extra.text, extra.hint, extra.field)
            column.addSpacing(8)
        column.addWidget(self._nothing)
        column.addStretch(1)
        return common.Scrolled(sheet, tr("All settings"))

    def _add(self, column: QVBoxLayout, group: str, text: str, hint: str, field: QWidget) -> None:
        row = QFrame()
        line = common.columns(row, margins=(0, 2, 0, 2), spacing=16)
        texts = QWidget()
        texts.setFixedWidth(NAME)
        lines = common.rows(texts, spacing=1)
        label = common.label(text, wrap=True)
        label.setBuddy(field)
        lines.addWidget(label)
        if hint:
            lines.addWidget(common.label(hint, "small", wrap=True))
        field.setAccessibleName(text)
        line.addWidget(texts)
        line.addWidget(field, 1)
        column.addWidget(row)
        self.rows.append(Row(row, group, f"{tr(group)} {text} {hint} {self._choices_said(field)}".casefold()))

    @staticmethod
    def _choices_said(field: QWidget) -> str:
        return " ".join(field.itemText(i) for i in range(field.count())) if isinstance(field, common.ComboBox) else ""

    def _field(self, setting: Setting) -> QWidget:
        if setting.name == "model":
            return self._choice(setting, [("", tr("The usual one")), *self._models()])
        if setting.kind is bool:
            return self._tick(setting)
        if setting.kind is int:
            return self._number(setting)
        return self._choice(setting, list(zip(setting.choices, map(tr, setting.texts or setting.choices), strict=True)))

    def _tick(self, setting: Setting) -> QCheckBox:
        made = QCheckBox()
        made.setChecked(self._settings.get(setting.name))
        made.toggled.connect(partial(self._settings.set, setting.name))
        return made

    def _number(self, setting: Setting) -> common.SpinBox:
        made = common.SpinBox()
        made.setRange(setting.least, setting.most)
        made.setSuffix(f" {setting.unit}" if setting.unit else "")
        made.setValue(self._settings.get(setting.name))
        made.valueChanged.connect(partial(self._settings.set, setting.name))
        return made

    def _choice(self, setting: Setting, offered: Sequence[tuple[str, str]]) -> common.ComboBox:
        made = common.ComboBox()
        for value, text in offered:
            made.addItem(text, value)
        made.setCurrentIndex(max(0, made.findData(self._settings.get(setting.name))))
        made.currentIndexChanged.connect(lambda index: self._settings.set(setting.name, made.itemData(index)))
        return made
