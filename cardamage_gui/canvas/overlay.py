"""What does somebody else say about the photo? Outlines that are looked at, never hit or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qtpy.QtGui import QColor, QPainter

from cardamage_core.annotations.model import Label, Region

from .. import look
from . import outlines, render
from .pens import Style
from .scene import Scene, item_of
from .viewport import Box, Viewport


class Overlay:
    """Regions of somebody else over the photo, one of which may be pointed out."""

    def __init__(self) -> None:
        self._scene = Scene()
        self._regions: tuple[Region, ...] = ()
        self._pointed = ""

    def show(self, regions: Sequence[Region], labels: Mapping[str, Label], colors: Mapping[str, QColor]) -> bool:
        """Other regions; False when they are the same."""
        if tuple(regions) == self._regions:
            return False
        self._regions = tuple(regions)
        plain = look.label_color("")
        self._scene = Scene(item_of(region, labels, colors, plain) for region in regions)
        return True

    def point_out(self, region_id: str) -> None:
        """Show one of them more strongly; "" for none."""
        self._pointed = region_id

    def paint(self, painter: QPainter, box: Box, viewport: Viewport, style: Style) -> None:
        """Paint what touches a box of the photo."""
        outlines.compared(painter, self._scene.within(box), viewport, style)

    def paint_pointed(self, painter: QPainter, viewport: Viewport, style: Style) -> None:
        """Paint the one pointed out."""
        item = self._scene.get(self._pointed)
        if item is not None:
            render.lifted(painter, item, viewport, style)
            outlines.compared(painter, [item], viewport, style, strong=True)
