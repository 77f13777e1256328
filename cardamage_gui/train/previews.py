"""The previews of a training through its epochs: what the network saw on the same photos, with slider and legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QWidget

from cardamage_core.training.job import CLASS_COLORS

from ..background import Background
from ..language import tr
from ..widgets import common
from .pictures import Pictures


class Previews(QWidget):
    """Photos of an epoch; the newest, until the slider is moved to an earlier one."""

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: dict[int, str] = {}
        self._head = common.section("")
        self._slider = common.Slider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName(tr("Epoch of the previews"))
        self._slider.setToolTip(tr("Earlier and later epochs: drag, or ← and →"))
        self._slider.setMaximumWidth(320)
        self._slider.valueChanged.connect(self._show)
        self._pictures = Pictures(background)
        self._legend = common.label("", "small", wrap=True)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        line = QHBoxLayout()
        line.addWidget(self._head)
        line.addStretch(1)
        line.addWidget(self._slider, 1)
        layout = common.rows(self, spacing=8)
        layout.addLayout(line)
        layout.addWidget(self._pictures)
        layout.addWidget(self._legend)
        self.hide()

    def show_files(self, files: Mapping[int, str], classes: Sequence[str]) -> None:
        """The pictures by epoch; where the newest was shown, the newest is shown again."""
        newest_shown = not self._files or self._slider.value() == self._slider.maximum()
        self._files = dict(files)
        self.setVisible(bool(files))
        self._legend.setText(_legend(classes))
        epochs = len(files)
        self._slider.setVisible(epochs > 1)
        self._slider.setRange(0, max(0, epochs - 1))
        if newest_shown:
            self._slider.setValue(epochs - 1)
        self._show()

    def _show(self, *_: int) -> None:
        if not self._files:
            self._pictures.show_file("")
            return
        epoch = sorted(self._files)[self._slider.value()]
        self._head.setText(tr("What it sees on validation photos, epoch {epoch}", epoch=epoch).upper())
        self._pictures.show_file(self._files[epoch])


def _legend(classes: Sequence[str]) -> str:
    colors = ["#{:02x}{:02x}{:02x}".format(*CLASS_COLORS[i % len(CLASS_COLORS)]) for i in range(len(classes))]
    named = [f'<span style="color:{color}">●</span> {name}' for color, name in zip(colors, classes, strict=True)]
    return " &nbsp; ".join([*named, tr("white line: annotated"), tr("a click enlarges a photo")])
