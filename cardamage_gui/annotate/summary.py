"""What came in by an import, and what looks wrong with it?"""

from __future__ import annotations

from collections import Counter

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QWidget

from cardamage_core.annotations.finding_kinds import kind_of
from cardamage_core.project import importing

from .. import parts, words

MOST = 200  # findings listed; the photo list shows the rest


class SummaryDialog(QDialog):
    """The summary after an import."""

    findings_wanted = Signal()

    def __init__(self, summary: importing.ImportSummary, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self.setWindowTitle("Imported")
        self.setMinimumWidth(520)
        column = parts.rows(self, margins=(24, 20, 24, 16), spacing=12)
        head = f"{words.count(summary.photos, 'photo')}, {words.count(summary.regions, 'region')}"
        column.addWidget(parts.label(head, "title"))
        column.addWidget(parts.label(summary.text, "muted", wrap=True))
        if summary.findings:
            column.addWidget(parts.section(f"What looks wrong ({len(summary.findings)})"))
            column.addWidget(parts.label(kinds_text(summary), wrap=True))
            column.addWidget(_listed(summary))
        else:
            column.addWidget(parts.label("Nothing looks wrong.", "good"))
        column.addLayout(self._buttons(bool(summary.findings)))

    def _buttons(self, has_findings: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        if has_findings:
            row.addWidget(parts.button("Show photos with findings", self._show_findings))
        close = parts.button("Close", self.accept, "primary")
        close.setDefault(True)
        row.addWidget(close)
        return row

    def _show_findings(self) -> None:
        self.findings_wanted.emit()
        self.accept()


def kinds_text(summary: importing.ImportSummary) -> str:
    """How many findings of which kind: "12 × Region without a label, 3 × Region twice"."""
    numbers = Counter(finding.code for finding in summary.findings)
    return ", ".join(f"{number} × {kind_of(code).title}" for code, number in numbers.most_common())


def _listed(summary: importing.ImportSummary) -> QPlainTextEdit:
    shown = QPlainTextEdit()
    shown.setReadOnly(True)
    lines = [finding.text for finding in summary.findings[:MOST]]
    if len(summary.findings) > MOST:
        lines.append(f"… and {len(summary.findings) - MOST} more.")
    shown.setPlainText("\n".join(lines))
    shown.setMinimumHeight(120)
    shown.setAccessibleName("Findings")
    return shown
