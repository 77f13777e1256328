"""How is long work shown? A strip with what it does, a bar, an estimate and Stop."""

from __future__ import annotations

import time

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QProgressBar, QWidget

from .. import parts, words

ESTIMATE_AFTER = 2.0  # seconds: before that an estimate is a guess


class ProgressStrip(QFrame):
    """Hidden until something runs."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._text = parts.label("")
        self._left = parts.label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._begun = 0.0
        row = parts.columns(self, margins=(14, 8, 10, 8), spacing=12)
        row.addWidget(self._text)
        row.addWidget(self._bar, 1)
        row.addWidget(self._left)
        row.addWidget(parts.button("Stop", self.stopped.emit, tip="Stop; nothing is changed"))
        self.hide()

    def begin(self, text: str) -> None:
        """Something runs now."""
        self._begun = time.monotonic()
        self._text.setText(text)
        self._left.setText("")
        self._bar.setRange(0, 0)  # busy, until it is known how far it is
        self.show()

    def show_progress(self, fraction: float, text: str = "") -> None:
        """How far it is, 0…1."""
        if text:
            self._text.setText(text)
        self._bar.setRange(0, 1000)
        self._bar.setValue(int(1000 * fraction))
        gone = time.monotonic() - self._begun
        if fraction > 0 and gone > ESTIMATE_AFTER:
            self._left.setText(f"{words.time_left(gone * (1 - fraction) / fraction)} left")
