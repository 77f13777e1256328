"""State of a canvas: photo, regions, selection, hover, tool, preview and view, with notices of what changed.

Plain values without a window: the controller and the widget change them, the painter draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, ParamSpec

import numpy as np
from qtpy.QtGui import QColor

from cardamage_core.annotations.confidence import is_above
from cardamage_core.annotations.lookup import exchanged
from cardamage_core.annotations.model import Label, Region, Role
from cardamage_core.assessment.damage import OUTLINE_THRESHOLD

from .. import look
from .hit import NOTHING, REACH, Hit, under
from .scene import Item, Scene, item_of
from .tools.base import Preview, Tool
from .viewport import Point, View, Viewport

BRUSH, SMALLEST_BRUSH, LARGEST_BRUSH = 14.0, 2.0, 400.0  # radius in screen pixels
MANY = 64  # changed regions above which everything is painted again
P = ParamSpec("P")


class Notice(Generic[P]):
    """Calls its listeners in turn when something happened: a signal without Qt."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, object]] = []

    def connect(self, listener: Callable[P, object]) -> None:
        """Call this from now on."""
        self._listeners.append(listener)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """It happened."""
        for listener in self._listeners:
            listener(*args, **kwargs)


class CanvasState:
    """Everything that a canvas shows and that tools work on."""

    def __init__(self, tool: Tool, room: Callable[[], Point], *, editable: bool = True) -> None:
        """`room` gives the (width, height) of the canvas in screen pixels."""
        self.changed: Notice[[]] = Notice()  # something looks otherwise
        self.rest_changed: Notice[[Sequence[Item] | None]] = Notice()  # of what does not move: these, or (None) all
        self.hover_changed: Notice[[str]] = Notice()  # the region that the pointer left, or ""
        self.selection_changed: Notice[[tuple[str, ...]]] = Notice()
        self.view_changed: Notice[[Viewport]] = Notice()  # the viewport of before
        self.tool_changed: Notice[[str]] = Notice()
        self.view = View(room, self._view_changed)
        self.pixels: np.ndarray | None = None  # (H, W, 3) uint8 RGB
        self.message = ""
        self.regions: tuple[Region, ...] = ()
        self.scene = Scene()  # the regions that are shown
        self.compared = Scene()  # regions of another annotator or model, only looked at
        self.pointed_out = ""  # one of these
        self.selection: tuple[str, ...] = ()
        self.overlay = True  # show the regions, not only the photo
        self.numbers: Mapping[str, str] = {}  # shown in discs, by region
        self.wipe: float | None = None  # screen pixels at the left that show the photo alone
        self.hidden: frozenset[str] = frozenset()  # by the user; ids of any photo
        self.locked: frozenset[str] = frozenset()
        self.editable = editable
        self.tool = tool
        self.new_label = ""
        self.snaps = False  # held points snap to other regions
        self.snapping = False  # the same at the moment: Ctrl reverses it
        self.brush = BRUSH
        self.pointer: Point | None = None  # photo pixels
        self.hit: Hit = NOTHING  # what lies under it
        self.mark: Point | None = None  # where the held point snaps to
        self.preview = Preview()
        self.moving: tuple[Item, ...] = ()  # the regions of the preview
        self._labels: dict[str, Label] = {}
        self._colors: dict[str, QColor] = {}
        self._above = 0.0
        self._below: frozenset[str] | None = frozenset()  # regions that do not count at this score; None: not known
        self._left_out: frozenset[Role] = frozenset()
        self._compared: tuple[Region, ...] = ()

    # What can be asked

    @property
    def viewport(self) -> Viewport:
        """Where the photo lies on the canvas."""
        return self.view.viewport

    @property
    def reach(self) -> float:
        """Photo pixels within which something is hit."""
        return REACH / self.viewport.scale

    @property
    def handles(self) -> bool:
        """Whether the vertices of a selected region are shown, to be dragged."""
        return self.editable and self.tool.corrects

    @property
    def reachable(self) -> tuple[str, ...]:
        """The selected regions that are seen, so that something may be done to them."""
        return tuple(i for i in self.selection if i not in self.hidden)

    def region(self, region_id: str) -> Region | None:
        """The photo's region with this id."""
        return next((region for region in self.regions if region.id == region_id), None)

    def region_at(self, at: Point) -> str:
        """The id of the region at a point of the photo, "" where none is seen."""
        return under(self.scene, at, reach=self.reach, selected=self.selection).region if self.overlay else ""

    def within(self, at: Point) -> Point:
        """The point of the photo nearest to a point; that itself while there is no photo."""
        if self.pixels is None:
            return at
        width, height = self.view.photo
        return (min(max(at[0], 0.0), width), min(max(at[1], 0.0), height))

    def would_be(self) -> tuple[Region, ...]:
        """All regions, with what the gesture under way makes of them."""
        moving = {region.id: region for region in self.preview.regions}
        if not moving:
            return self.regions
        gone = self.preview.hidden - moving.keys()
        kept = [moving.pop(region.id, region) for region in self.regions if region.id not in gone]
        return (*kept, *moving.values())

    def standing(self) -> tuple[Region, ...]:
        """The regions that count at the score threshold, hidden ones too."""
        if self._below is None:
            self._below = frozenset(region.id for region in self.regions if not self._is_above(region))
        return tuple(one for one in self.regions if one.id not in self._below) if self._below else self.regions

    def color_of(self, label: str) -> QColor:
        """The colour of a label; a neutral one where it is not known."""
        return self._colors.get(label) or look.label_color("")

    # What is shown

    def set_photo(self, pixels: np.ndarray | None, size: Point | None = None, message: str = "") -> None:
        """Another photo, or a sentence where it would be and a blank of `size`."""
        self.pixels = None if pixels is None else np.ascontiguousarray(pixels)
        if self.pixels is not None:
            size = (self.pixels.shape[1], self.pixels.shape[0])
        self.view.photo = size or (1.0, 1.0)
        self.message = message
        self._spoil_all()

    def set_regions(self, regions: Sequence[Region], labels: Sequence[Label]) -> bool:
        """Other regions or labels; False when nothing differs."""
        known = {label.name: label for label in labels}
        if known == self._labels and tuple(regions) == self.regions:
            return False
        if known != self._labels:
            self._labels = known
            self._colors = _colors(known)
            self.scene = Scene()
            self.rest_changed.emit(None)
        old, self.regions = self.regions, tuple(regions)
        if not self._replace(old):
            self._rebuild()
        self.changed.emit()
        return True

    def set_compared(self, regions: Sequence[Region], labels: Sequence[Label]) -> None:
        """Regions to compare with; their labels have our colours where we have them too."""
        if tuple(regions) == self._compared:
            return
        self._compared = tuple(regions)
        known = {label.name: label for label in labels}
        labels_, colors = known | self._labels, _colors(known | self._labels) | self._colors
        plain = look.label_color("")
        self.compared = Scene(item_of(region, labels_, colors, plain) for region in regions)
        self._spoil_all()

    def point_out(self, region_id: str) -> None:
        """Show one of those more strongly; "" for none."""
        self.pointed_out = region_id
        self.changed.emit()

    def set_visible_above(self, score: float) -> None:
        """Hide predicted regions with a lower score, but those that were accepted."""
        if score != self._above:
            self._above = score
            self._rebuild()

    def set_hidden(self, ids: frozenset[str]) -> None:
        """Hide these regions, show all others again."""
        if ids != self.hidden:
            self.hidden = ids
            self._rebuild()

    def set_roles_hidden(self, roles: frozenset[Role]) -> None:
        """Leave out regions whose labels have these roles; what is selected is shown all the same."""
        if roles != self._left_out:
            self._left_out = roles
            self._rebuild()

    def set_numbers(self, numbers: Mapping[str, str]) -> None:
        """Show these numbers in discs, by region."""
        if numbers != self.numbers:
            self.numbers = dict(numbers)
            self.changed.emit()

    def set_wipe(self, left: float | None) -> None:
        """Show the photo alone on so many screen pixels at the left; None: nowhere."""
        self.wipe = left
        self.changed.emit()

    def set_overlay(self, shown: bool) -> None:
        """With regions, or the photo alone."""
        self.overlay = shown
        self._spoil_all()

    def select(self, ids: Sequence[str]) -> None:
        """Select those of these regions that can be: what was hidden by the user stays, so it can be shown again."""
        there = tuple(i for i in ids if self.scene.get(i) is not None or (i in self.hidden and self.region(i)))
        if there != self.selection:
            self.selection = there
            self.selection_changed.emit(there)
            self.changed.emit()

    # What tools do

    def set_tool(self, tool: Tool) -> None:
        """Another tool."""
        if tool is not self.tool:
            self.tool = tool
            self.tool_changed.emit(tool.name)
            self.changed.emit()

    def set_snapping(self, on: bool) -> None:
        """Whether held points snap to other regions."""
        self.snaps = self.snapping = on

    def resize_brush(self, factor: float) -> None:
        """A larger or smaller brush."""
        self.brush = max(SMALLEST_BRUSH, min(LARGEST_BRUSH, self.brush * factor))
        self.changed.emit()

    def set_preview(self, preview: Preview) -> None:
        """What a gesture shows; what it hides is taken out of the resting layer once."""
        differing = preview.hidden ^ self.preview.hidden
        self.preview = preview
        self.moving = tuple(self._item(region) for region in preview.regions)
        spoiled = [item for item in map(self.scene.get, differing) if item is not None]
        if spoiled:
            self.rest_changed.emit(spoiled)

    def _view_changed(self, old: Viewport) -> None:
        """The pointer stays where it is on the screen."""
        if self.pointer is not None:
            self.pointer = self.viewport.to_photo(old.to_screen(self.pointer))
        self.view_changed.emit(old)

    # Which regions are shown

    def _replace(self, old: tuple[Region, ...]) -> bool:
        """Look only at what differs, when a few regions took the place of themselves; False: all have to be built."""
        if old and not self.scene.items:
            return False
        places = exchanged(old, self.regions)
        if places is None or len(places) > MANY:
            return False
        pairs = [(old[place], self.regions[place]) for place in places]
        if any((self._shows(a), self._is_above(a)) != (self._shows(b), self._is_above(b)) for a, b in pairs):
            return False
        before = [self.scene.get(b.id) for _, b in pairs if self._shows(b)]
        fresh = [self._item(b) for _, b in pairs if self._shows(b)]
        if None in before:
            return False
        self.scene = self.scene.replaced(fresh)
        self.rest_changed.emit([*filter(None, before), *fresh])
        return True

    def _rebuild(self) -> None:
        self._below = None
        old = {item.id: item for item in self.scene.items}
        shown = [region for region in self.regions if self._shows(region)]
        items = [_kept(old.get(region.id), region) or self._item(region) for region in shown]
        new = {item.id: item for item in items}
        changed = [item for i, item in old.items() if new.get(i) is not item]
        changed += [item for i, item in new.items() if old.get(i) is not item]
        self.scene = Scene(items)
        reordered = [i for i in old if i in new] != [i for i in new if i in old]  # what lay below lies above now
        self.rest_changed.emit(None if reordered or len(changed) > MANY else changed)
        self.changed.emit()

    def _shows(self, region: Region) -> bool:
        if region.id in self.hidden:
            return False
        return self._role_of(region) not in self._left_out and self._is_above(region)

    def _role_of(self, region: Region) -> Role:
        label = self._labels.get(region.label)
        return "damage" if label is None else label.role

    def _is_above(self, region: Region) -> bool:
        """The threshold is one for damage; outlines of cars and panels are shown where they are measured with."""
        is_damage = self._role_of(region) == "damage"
        return is_above(region, self._above if is_damage else min(self._above, OUTLINE_THRESHOLD))

    def _item(self, region: Region) -> Item:
        return item_of(region, self._labels, self._colors, self.color_of(""))

    def _spoil_all(self) -> None:
        self.rest_changed.emit(None)
        self.changed.emit()


def _kept(item: Item | None, region: Region) -> Item | None:
    """The item of before, when its region is still the same."""
    return item if item is not None and (item.region is region or item.region == region) else None


def _colors(labels: dict[str, Label]) -> dict[str, QColor]:
    return {name: _color(label, i) for i, (name, label) in enumerate(labels.items())}


def _color(label: Label, index: int) -> QColor:
    return QColor(look.CAR_COLOR) if label.role == "car" else look.label_color(label.color, index)
