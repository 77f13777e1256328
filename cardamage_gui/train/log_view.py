"""The log of a training: its last lines, searched, without the framework's chatter."""

from __future__ import annotations

from qtpy.QtGui import QFontDatabase
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from ..language import tr
from ..widgets import common
from .history import wanted_lines

HEIGHT = 180


class LogView(QWidget):
    """The lines, with a field to search them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[str] = []
        self._search, self._all = QLineEdit(), QCheckBox(tr("with the framework's lines"))
        self._search.setPlaceholderText(tr("Search the log"))
        self._search.setAccessibleName(tr("Search the log"))
        self._search.textChanged.connect(self._filter)
        self._all.toggled.connect(self._filter)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFixedHeight(HEIGHT)
        self._text.setAccessibleName(tr("Log"))
        line = QHBoxLayout()
        line.addWidget(self._search, 1)
        line.addWidget(self._all)
        layout = common.rows(self, spacing=10)
        layout.addLayout(line)
        layout.addWidget(self._text)
        self.hide()

    def show_lines(self, lines: list[str]) -> None:
        """Show these; the newest stay in view where they were."""
        bar = self._text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        self._lines = lines
        shown = wanted_lines(lines, self._search.text(), framework=self._all.isChecked())
        self._text.setPlainText(
            "\n".join(shown) or (tr("No line has that.") if lines else tr("Nothing was printed yet."))
        )
        if at_end:
            bar.setValue(bar.maximum())

    def _filter(self, *_: object) -> None:
        self.show_lines(self._lines)
