"""What is on the canvas now, and how is it painted?

The stage knows the photo, the regions, the selection and what a running gesture shows instead; it has no window and
hears no mouse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter

from cardamage_core.annotations.model import Label, Region
from cardamage_core.annotations.standing import stands

from .. import look
from . import outlines, render
from .gestures import Preview
from .hit import NOTHING, Hit, nearest_on_edge
from .layer import Layer
from .overlay import Overlay
from .pens import Style
from .picture import Picture
from .scene import Item, Scene, item_of
from .viewport import Point, Viewport

BRUSH = 14.0
MANY = 64  # changed regions above which everything is painted again


class Stage:
    """The state of a canvas and its painting."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.viewport = Viewport()
        self.size: Point = (1.0, 1.0)  # of the photo
        self.regions: tuple[Region, ...] = ()
        self.scene = Scene()  # the regions that are shown
        self.selection: tuple[str, ...] = ()
        self.hit: Hit = NOTHING
        self.pointer: Point | None = None  # photo pixels
        self.message = ""
        self.overlay = True
        self.handles = True  # show the vertices of a selected region, for hands that may move them
        self.new_label = ""
        self.hidden: frozenset[str] = frozenset()  # by hand; ids of any photo
        self.locked: frozenset[str] = frozenset()
        self.round = False  # a brush is in hand
        self.brush = BRUSH  # its radius in screen pixels
        self.mark: Point | None = None  # where what is held snaps to
        self._labels: dict[str, Label] = {}
        self._colors: dict[str, QColor] = {}
        self._preview = Preview()
        self._moving: tuple[Item, ...] = ()
        self._above = 0.0
        self._picture: Picture | None = None
        self._theirs = Overlay()
        self._layer = Layer()
        self._pieces = outlines.Pieces()

    @property
    def reach(self) -> float:
        """Photo pixels within which something is hit."""
        return render.REACH / self.viewport.scale

    @property
    def pixels(self) -> np.ndarray | None:
        """The photo's pixels, (H, W, 3) uint8 RGB; None when there is none."""
        return None if self._picture is None else self._picture.pixels

    @property
    def reachable(self) -> tuple[str, ...]:
        """The selected regions that are seen, so that something may be done to them."""
        return tuple(i for i in self.selection if i not in self.hidden)

    def within(self, at: Point) -> Point:
        """The point of the photo nearest to a point; that itself while there is no photo."""
        if self._picture is None:
            return at
        return (min(max(at[0], 0.0), self.size[0]), min(max(at[1], 0.0), self.size[1]))

    def knows(self, region_id: str) -> bool:
        """Does the photo have this region?"""
        return any(region.id == region_id for region in self.regions)

    def would_be(self) -> tuple[Region, ...]:
        """All regions, with what the gesture under way makes of them."""
        moving = {region.id: region for region in self._preview.regions}
        if not moving:
            return self.regions
        gone = self._preview.hidden - moving.keys()
        kept = [moving.pop(region.id, region) for region in self.regions if region.id not in gone]
        return (*kept, *moving.values())

    def place_of(self, region_id: str) -> QRectF:
        """The rectangle of the canvas that this region's painting may touch; empty when it is not shown."""
        item = self.scene.get(region_id)
        return QRectF() if item is None else render.screen_rect(item, self.viewport)

    def set_picture(self, pixels: np.ndarray | None, size: Point | None, message: str) -> None:
        """Another photo, or a sentence where it would be."""
        self._picture = None if pixels is None else Picture(pixels)
        if self._picture is not None:
            size = (self._picture.width, self._picture.height)
        self.size = size or (1.0, 1.0)
        self.message = message
        self._layer.spoil()

    def set_regions(self, regions: Sequence[Region], labels: Sequence[Label]) -> bool:
        """Other regions or labels; False when nothing differs."""
        known = {label.name: label for label in labels}
        if known == self._labels and tuple(regions) == self.regions:
            return False
        if known != self._labels:
            self._labels = known
            self._colors = {name: _color(label, i) for i, (name, label) in enumerate(known.items())}
            self.scene = Scene()
            self._layer.spoil()
        old, self.regions = self.regions, tuple(regions)
        if not self._replace(old):
            self._rebuild()
        return True

    def set_visible_above(self, score: float) -> None:
        """Hide predicted regions with a lower score, but those that somebody accepted."""
        if score != self._above:
            self._above = score
            self._rebuild()

    def set_hidden(self, ids: frozenset[str]) -> None:
        """Hide these regions, show all others again."""
        if ids != self.hidden:
            self.hidden = ids
            self._rebuild()

    def standing(self) -> tuple[Region, ...]:
        """The regions that are more than guesses, hidden ones too."""
        return tuple(region for region in self.regions if stands(region, self._above))

    def set_style(self, style: Style) -> None:
        """Other colours, opacity or numbers."""
        if style != self.style:
            self.style = style
            self._layer.spoil()

    def set_overlay(self, shown: bool) -> None:
        """With regions, or the photo alone."""
        self.overlay = shown
        self._layer.spoil()

    def set_theirs(self, regions: Sequence[Region], labels: Sequence[Label]) -> None:
        """Regions of somebody else, to compare with; their labels are dressed as ours where we have them too."""
        known = {label.name: label for label in labels} | self._labels
        colors = {name: _color(label, i) for i, (name, label) in enumerate(known.items())} | self._colors
        if self._theirs.show(regions, known, colors):
            self._layer.spoil()

    def point_out(self, region_id: str) -> None:
        """Show one region of somebody else more strongly; "" for none."""
        self._theirs.point_out(region_id)

    def set_preview(self, preview: Preview) -> None:
        """What a gesture shows; what it hides is taken out of the resting layer once."""
        for region_id in preview.hidden ^ self._preview.hidden:
            item = self.scene.get(region_id)
            if item is not None:
                self._spoil((item,))
        self._preview = preview
        self._moving = tuple(self._item(region) for region in preview.regions)

    def paint(self, painter: QPainter, size: QSize, ratio: float) -> None:
        """Blit what rests, paint what moves."""
        painter.drawPixmap(0, 0, self._layer.painted(size, ratio, self.viewport, self._paint_rest))
        if self.overlay:
            self._paint_active(painter)
        if self.message:
            self._paint_message(painter, QRectF(0, 0, size.width(), size.height()))

    def _paint_rest(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, QColor(self.style.colors.canvas))
        if self._picture is not None:
            self._picture.paint(painter, self.viewport, rect)
        if not self.overlay:
            return
        m = render.MARGIN
        seen = (rect.left() - m, rect.top() - m, rect.right() + m, rect.bottom() + m)
        box = self.viewport.box_on_photo(seen)
        items, hidden = self.scene.within(box), self._preview.hidden
        items = [item for item in items if item.id not in hidden] if hidden else items
        outlines.regions(painter, items, self.viewport, self.style, self._pieces)
        self._theirs.paint(painter, box, self.viewport, self.style)

    def _paint_active(self, painter: QPainter) -> None:
        view, style = self.viewport, self.style
        outlines.regions(painter, self._moving, view, style, self._pieces)
        self._theirs.paint_pointed(painter, view, style)
        moving = {item.id: item for item in self._moving}
        chosen = [moving.get(i) or self.scene.get(i) for i in self.selection]
        taken = [item for item in chosen if item is not None]
        hovered = self.scene.get(self.hit.region)
        for item in dict.fromkeys([*taken, hovered] if hovered and not self._preview.hidden else taken):
            render.lifted(painter, item, view, style)
        for item in taken:
            render.selected(painter, item, view, style)
        for item in taken if len(taken) == 1 and self.handles and taken[0].id not in self.locked else ():
            self._paint_vertices(painter, item)
        if style.numbered:
            numbered = [item for item in self.scene.items if not item.is_car]
            render.numbers(painter, list(enumerate(numbered, 1)), view, style)
        render.preview(painter, self._preview, view, style, self._color_of(self.new_label))
        if self.mark is not None:
            render.new_vertex(painter, self.mark, view, style)
        if self.round and self.pointer is not None:
            render.brush(painter, self.pointer, self.brush, view, style)

    def _paint_vertices(self, painter: QPainter, item: Item) -> None:
        render.vertices(painter, item, self.viewport, self.style, self.hit)
        if self.hit.kind == "edge" and self.pointer is not None and not self._moving:
            at = nearest_on_edge(item, self.hit, self.pointer)
            render.new_vertex(painter, at, self.viewport, self.style)

    def _paint_message(self, painter: QPainter, whole: QRectF) -> None:
        painter.setPen(QColor(self.style.colors.muted))
        room = whole.adjusted(48, 48, -48, -48)
        painter.drawText(room, Qt.AlignCenter | Qt.TextWordWrap, self.message)

    def _replace(self, old: tuple[Region, ...]) -> bool:
        """Look only at what differs, when a few regions took the place of themselves; False: all have to be built."""
        if len(old) != len(self.regions) or (old and not self.scene.items):
            return False
        pairs = [(a, b) for a, b in zip(old, self.regions, strict=True) if a is not b]
        if len(pairs) > MANY or any(a.id != b.id or self._shows(a) != self._shows(b) for a, b in pairs):
            return False
        before = [self.scene.get(b.id) for _, b in pairs if self._shows(b)]
        fresh = [self._item(b) for _, b in pairs if self._shows(b)]
        if None in before:
            return False
        self.scene = self.scene.replaced(fresh)
        self._spoil([*filter(None, before), *fresh])
        return True

    def _rebuild(self) -> None:
        old = {item.id: item for item in self.scene.items}
        shown = [region for region in self.regions if self._shows(region)]
        items = [_kept(old.get(region.id), region) or self._item(region) for region in shown]
        new = {item.id: item for item in items}
        changed = [item for i, item in old.items() if new.get(i) is not item]
        changed += [item for i, item in new.items() if old.get(i) is not item]
        self.scene = Scene(items)
        self._spoil(changed)
        if [i for i in old if i in new] != [i for i in new if i in old]:
            self._layer.spoil()  # what lay below lies above now

    def _spoil(self, changed: Sequence[Item]) -> None:
        if len(changed) > MANY:
            self._layer.spoil()
        for item in changed if len(changed) <= MANY else ():
            self._layer.spoil(render.screen_rect(item, self.viewport))

    def _shows(self, region: Region) -> bool:
        return region.id not in self.hidden and stands(region, self._above)

    def _item(self, region: Region) -> Item:
        return item_of(region, self._labels, self._colors, self._color_of(""))

    def _color_of(self, label: str) -> QColor:
        return self._colors.get(label) or look.label_color("")


def _kept(item: Item | None, region: Region) -> Item | None:
    """The item of before, when its region is still the same."""
    return item if item is not None and (item.region is region or item.region == region) else None


def _color(label: Label, index: int) -> QColor:
    return QColor(look.CAR_COLOR) if label.role == "car" else look.label_color(label.color, index)
