"""Real photos as the network is shown them, drawn anew at each click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from ..language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

COLUMNS, GAP = 3, 8


class AugmentedPhotos(QWidget):
    """A grid of pictures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[QImage] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Augmented photos"))
        self.hide()

    def show_pictures(self, pictures: Sequence[np.ndarray]) -> None:
        """Show these; none hides the grid."""
        self._pictures = [_image(one) for one in pictures]
        self.setVisible(bool(self._pictures))
        self._fit()
        self.update()

    def count(self) -> int:
        """How many are shown."""
        return len(self._pictures)

    def sizeHint(self) -> QSize:
        """As wide as the form."""
        return QSize(580, self._rows() * (self._height() + GAP))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the proportions when the form becomes wider."""
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pictures."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = self._side()
        for number, picture in enumerate(self._pictures):
            row, column = divmod(number, COLUMNS)
            scaled = picture.scaled(
                side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            painter.drawImage(column * (side + GAP), row * (self._height() + GAP), scaled)

    def _side(self) -> int:
        return max(60, (self.width() - (COLUMNS - 1) * GAP) // COLUMNS)

    def _height(self) -> int:
        """Of a row: that of the highest picture."""
        ratios = [min(1.0, one.height() / max(1, one.width())) for one in self._pictures]
        return round(self._side() * max(ratios, default=1.0))

    def _fit(self) -> None:
        self.setFixedHeight(max(1, self._rows() * (self._height() + GAP)))

    def _rows(self) -> int:
        return -(-len(self._pictures) // COLUMNS)


def _image(pixels: np.ndarray) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
