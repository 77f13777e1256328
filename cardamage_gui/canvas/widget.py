"""The canvas widget: shows a photo with regions and forwards input to the controller.

It emits what happened, `edited` above all, and holds no document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from qtpy.QtCore import QEvent, QSize, Qt, Signal
from qtpy.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.model import Label, Region, Role

from .. import look
from ..language import mark
from .controller import Controller, is_redo
from .painting.outlines import Style
from .painting.painter import CanvasPainter
from .state import CanvasState
from .tools import SELECT
from .tools.base import Answer, Gesture, Start
from .tools.select import Operation
from .viewport import Box, Point, Viewport


class Canvas(QWidget):
    """A photo with regions: zoom, pan, select and edit. Each gesture ends in at most one `edited`."""

    edited = Signal(object, object, str)  # before, after: tuples of all regions of the photo; text
    selection_changed = Signal(object)  # tuple of region ids
    tool_changed = Signal(str)
    busy_changed = Signal(bool)  # a gesture began or ended
    hint_changed = Signal(str)
    said = Signal(str)  # a sentence for the user: why nothing came of a gesture
    requested = Signal(object)  # Request: slow work that a gesture asks for; see `answer`
    request_dropped = Signal(object)  # Request: its answer is not needed any more
    left = Signal(object)  # Gesture: a drawing that was left unfinished; see `resume`
    image_shown = Signal()  # another photo, or the same in other pixels
    zoom_changed = Signal(float)  # screen pixels per photo pixel
    rotation_changed = Signal(int)  # quarter turns clockwise of the view, 0 to 3
    pointer_moved = Signal(float, float)  # photo pixels
    pointer_left = Signal()  # it is not over the photo

    def __init__(self, parent: QWidget | None = None, *, editable: bool = True) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(240, 180))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(mark("Photo"))
        self._state = CanvasState(SELECT, lambda: (self.width(), self.height()), editable=editable)
        self._painter = CanvasPainter(self._state, Style(look.of(self)))
        self._controller = Controller(self._state, self)
        self._listen()

    # What to show

    def show_image(self, pixels: np.ndarray | None, *, size: Point | None = None, message: str = "") -> None:
        """Show another photo, fitted: (H, W, 3) uint8 RGB. None: only `message`, and regions on a blank of `size`."""
        self._controller.photo_changed()
        self._state.set_photo(pixels, size, message)
        self.fit()
        self.image_shown.emit()

    def show_light(self, pixels: np.ndarray) -> None:
        """The same photo in another light: place, zoom and gesture stay."""
        self._state.set_photo(pixels)

    def show_regions(self, regions: Sequence[Region], labels: Sequence[Label]) -> None:
        """Show these regions. What is the same stays as it is; a gesture is dropped only if something differs."""
        if self._state.set_regions(regions, labels):
            self._controller.regions_changed()

    def show_theirs(self, regions: Sequence[Region], labels: Sequence[Label] = ()) -> None:
        """Show the regions of another annotator or model to compare with: only lines, which no tool takes hold of."""
        self._state.set_compared(regions, labels)

    def point_out(self, region_id: str) -> None:
        """Show one of these more strongly; "" for none."""
        self._state.point_out(region_id)

    def set_opacity(self, fill: float) -> None:
        """How strong fills are, 0…1."""
        self._painter.set_style(fill=max(0.0, min(1.0, fill)))

    def set_inspected(self) -> None:
        """As an adjuster sees it: panels as thin lines below all damage, what is private covered."""
        self._painter.set_style(faint_parts=True, mosaics=True)

    def set_numbers(self, numbers: Mapping[str, str]) -> None:
        """Show these numbers in discs on the regions, by their ids."""
        self._state.set_numbers(numbers)

    def set_roles_hidden(self, roles: frozenset[Role]) -> None:
        """Leave out regions whose labels have these roles."""
        self._state.set_roles_hidden(roles)
        self.select(self.selection)

    def set_wipe(self, left: float | None) -> None:
        """Show the photo alone on so many screen pixels at the left; None: nowhere."""
        self._state.set_wipe(left)

    def set_overlay(self, shown: bool) -> None:
        """Show the regions, or the photo alone."""
        self._state.set_overlay(shown)
        self._controller.look()

    def set_visible_above(self, score: float) -> None:
        """Hide predicted regions whose score is below."""
        self._state.set_visible_above(score)
        self.select(self.selection)

    def set_hidden(self, ids: frozenset[str]) -> None:
        """Hide these regions, whatever else is to be seen."""
        self._state.set_hidden(ids)
        self._controller.regions_changed()

    def set_locked(self, ids: frozenset[str]) -> None:
        """Keep these regions from being changed."""
        self._state.locked = ids
        self._controller.regions_changed()

    def select(self, ids: Sequence[str]) -> None:
        """Select these regions."""
        self._state.select(ids)
        self._controller.look()

    # What is shown

    @property
    def viewport(self) -> Viewport:
        """Where the photo lies on the canvas."""
        return self._state.viewport

    @property
    def pixels(self) -> np.ndarray | None:
        """The photo as shown, (H, W, 3) uint8 RGB."""
        return self._state.pixels

    @property
    def message(self) -> str:
        """The sentence that stands where the photo would be."""
        return self._state.message

    @property
    def shown(self) -> tuple[Region, ...]:
        """The regions that are not hidden, in drawing order."""
        return tuple(item.region for item in self._state.scene.items)

    @property
    def would_be(self) -> tuple[Region, ...]:
        """All regions of the photo, as they were if the gesture under way ended now."""
        return self._state.would_be()

    @property
    def standing(self) -> tuple[Region, ...]:
        """The regions that count at the score threshold, also those hidden by the user."""
        return self._state.standing()

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected regions."""
        return self._state.selection

    def region_at(self, x: float, y: float) -> str:
        """The id of the region at a point of the screen, whatever the tool; "" where there is none."""
        return self._state.region_at(self.viewport.to_photo((x, y)))

    @property
    def under_pointer(self) -> str:
        """The id of the region under the pointer, "" where there is none."""
        return self._state.hit.region

    @property
    def hidden(self) -> frozenset[str]:
        """The ids of the regions hidden by the user."""
        return self._state.hidden

    @property
    def locked(self) -> frozenset[str]:
        """The ids of the regions that are kept from being changed."""
        return self._state.locked

    @property
    def hint(self) -> str:
        """What a click would do, in one sentence."""
        return self._controller.hint

    # Where the photo lies

    def fit(self) -> None:
        """Show the whole photo, and keep doing so when the canvas changes its size."""
        self._state.view.fit()

    def set_covered(self, left: float) -> None:
        """So many pixels at the left edge lie under something that floats there: a fitted photo keeps clear of them."""
        self._state.view.cover(left)

    def zoom_by(self, factor: float, at: Point | None = None) -> None:
        """Zoom around a screen point, by default the middle."""
        self._state.view.zoom_by(factor, at)

    def zoom_to(self, scale: float) -> None:
        """Zoom to so many screen pixels per photo pixel, around the middle."""
        self.zoom_by(scale / self.viewport.scale)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the photo by so many screen pixels."""
        self._state.view.pan_by(dx, dy)

    def show_area(self, box: Box) -> None:
        """Put a box of the photo into the middle, as large as it is still understood."""
        self._state.view.frame(box)

    @property
    def looked_at(self) -> tuple[float, Point] | None:
        """What `look_at` takes to show the same again; None while the photo is fitted."""
        return self._state.view.looked_at

    def look_at(self, scale: float, at: Point) -> None:
        """Put a point of the photo into the middle, at so many screen pixels per photo pixel."""
        self._state.view.look_at(scale, at)

    def rotate_to(self, rotation: int) -> None:
        """Rotate the view to so many quarter turns clockwise, around the middle; the photo and its regions stay."""
        self._state.view.rotate_to(rotation)

    # Tools and gestures

    @property
    def tool(self) -> str:
        """The name of the tool taken."""
        return self._state.tool.name

    def set_tool(self, name: str) -> None:
        """Take another tool (a name in `tools.TOOLS`); a drawing is left, any other gesture dropped."""
        self._controller.set_tool(name)

    def set_editable(self, editable: bool) -> None:
        """Whether regions may be changed, or only looked at and selected."""
        self._controller.set_editable(editable)

    def set_new_label(self, label: str) -> None:
        """The label of the region that is being drawn, and of the next."""
        self._controller.set_label(label)

    @property
    def snapping(self) -> bool:
        """Whether held points snap to other regions."""
        return self._state.snaps

    def set_snapping(self, on: bool) -> None:
        """Whether held points snap to other regions; Ctrl reverses it."""
        self._state.set_snapping(on)

    def resize_brush(self, factor: float) -> None:
        """A larger or smaller brush."""
        self._state.resize_brush(factor)

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._controller.busy

    @property
    def start(self) -> Start:
        """What a gesture that begins now has to know; see `begin`."""
        return self._controller.start

    def do(self, operation: Operation) -> None:
        """Do something to the selected regions: one edit, or `said` tells why not."""
        self._controller.do(operation)

    def begin(self, gesture: Gesture) -> None:
        """Run a gesture that is driven from outside (sliders); Enter completes it, Esc drops it."""
        self._controller.begin(gesture)

    def put_aside(self) -> None:
        """Something else is begun: a drawing is completed where it can be, else `left` gives it back."""
        self._controller.put_aside()

    def resume(self, gesture: Gesture) -> None:
        """Go on with a drawing that `left` told of."""
        self._controller.resume(gesture)

    def set_completing(self, on: bool) -> None:
        """Whether a drawing that is left is completed where it can be, or always kept as it is."""
        self._controller.completes = on

    def refresh(self) -> None:
        """The gesture begun from outside changed: show it."""
        self._controller.refresh()

    def answer(self, answer: Answer[Any]) -> None:
        """The answer to a request that `requested` told of; ignored when its gesture was dropped."""
        self._controller.answer(answer)

    def cancel(self) -> bool:
        """Drop the running gesture; False when there is none."""
        return self._controller.cancel()

    def escape(self) -> None:
        """What Esc does: drop the gesture, else put the tool down, else clear the selection."""
        self._controller.escape()

    def delete(self) -> None:
        """What Del does: delete the vertex under the pointer, else the selected regions."""
        self._controller.delete()

    def close_drawing(self) -> None:
        """What Enter does: complete the drawing."""
        self._controller.close()

    # Events

    def sizeHint(self) -> QSize:
        """Large: the photo is what the work is about."""
        return QSize(800, 600)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Everything is painted by the painter."""
        painter = QPainter(self)
        self._painter.paint(painter, self.size(), self.devicePixelRatioF())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted photo stays fitted."""
        super().resizeEvent(event)
        self._state.view.refit()

    def changeEvent(self, event: QEvent) -> None:
        """The theme may have changed."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._painter.set_style(colors=look.of(self))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, or change the size of the brush."""
        self._controller.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A pan or a gesture, for which the keyboard comes along."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._controller.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A pan, a gesture or only the pointer."""
        self._controller.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a pan or a gesture."""
        self._controller.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of a double click: closes what is being drawn, else is a press like any other."""
        if event.button() != Qt.MouseButton.LeftButton or not self._controller.close():
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer left the canvas."""
        super().leaveEvent(event)
        self._controller.leave()

    def event(self, event: QEvent) -> bool:
        """Keys that mean something else while a gesture runs or regions are selected than in the menus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = self.busy and event.matches(QKeySequence.StandardKey.Undo)
            if undo or (self._controller.takes_again and is_redo(event)) or self._controller.nudges(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that belong to the gesture under way and to the photo."""
        if not self._controller.key_press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space no longer pans, an arrow no longer moves."""
        if not self._controller.key_release(event):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key held while leaving is forgotten."""
        super().focusOutEvent(event)
        self._controller.forget_keys()

    # What changed

    def _listen(self) -> None:
        state, controller = self._state, self._controller
        state.changed.connect(self.update)
        state.hover_changed.connect(self._hover_changed)
        state.selection_changed.connect(self.selection_changed.emit)
        state.tool_changed.connect(self.tool_changed.emit)
        state.view_changed.connect(self._view_changed)
        controller.edited.connect(self.edited)
        controller.said.connect(self.said)
        controller.requested.connect(self.requested)
        controller.request_dropped.connect(self.request_dropped)
        controller.left.connect(self.left)
        controller.busy_changed.connect(self.busy_changed)
        controller.hint_changed.connect(self.hint_changed)
        controller.cursor_changed.connect(self.setCursor)
        controller.pointer_moved.connect(self.pointer_moved)
        controller.pointer_left.connect(self.pointer_left)

    def _view_changed(self, old: Viewport) -> None:
        if self.viewport.scale != old.scale:
            self.zoom_changed.emit(self.viewport.scale)
        if self.viewport.rotation != old.rotation:
            self.rotation_changed.emit(self.viewport.rotation)

    def _hover_changed(self, left: str) -> None:
        """Paint again what looks otherwise: everything while something is drawn, else what was left and come to."""
        changed = QRegion(self.rect())
        if not self.busy and not self._state.tool.draws:
            places = (self._painter.place_of(region).toAlignedRect() for region in (left, self._state.hit.region))
            changed = reduce(or_, map(QRegion, places))
        self.update(self._bare() & changed)

    def _bare(self) -> QRegion:
        """What no tool box lies on: they need not be painted again for what moves below."""
        bare = QRegion(self.rect())
        for child in self.findChildren(QWidget, "", Qt.FindChildOption.FindDirectChildrenOnly):
            if child.isVisible():
                bare -= QRegion(child.geometry())
        return bare
