"""Base types of the canvas tools: Tool, Gesture, Outcome, and Request and Answer for slow work.

A gesture lives from the press of a button to its end. It changes nothing itself: while it runs, `preview` says what to
show; at its end, `outcome` says which edit it led to. Dropping it cancels it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Flag, auto
from typing import Any, ClassVar, Generic, Literal, TypeVar

import numpy as np

from cardamage_core.annotations import edits, lookup
from cardamage_core.annotations.model import Dot, Point, Polyline, Region, Shape

from ...language import mark
from ..hit import Hit
from ..viewport import Box

Regions = tuple[Region, ...]
Payload = TypeVar("Payload")
Result = TypeVar("Result")
CLICK = 0.5  # of the reach: a pointer that moved less has clicked
NAMES = {Polyline: "line", Dot: "point"}


def no_regions(_at: Point) -> Regions:
    """Where no other region is near."""
    return ()


def no_view() -> Box:
    """Where nothing is known about the part of the photo in view."""
    return (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Start:
    """Where a gesture begins, and what it has to know. `reach` is how near, in photo pixels, is near enough.

    `around` gives the regions near a point that may be changed along; `alone` (Shift, Alt) keeps a gesture from it.
    `locked` ones are not to be changed. `brush` is the brush's radius in photo pixels. `view` gives the part of the
    photo that the canvas shows when it is called.
    """

    at: Point
    reach: float
    regions: Regions = ()
    selection: tuple[str, ...] = ()
    label: str = ""
    shift: bool = False
    alone: bool = False
    locked: frozenset[str] = frozenset()
    around: Callable[[Point], Regions] = no_regions
    brush: float = 0.0
    photo: Box | None = None  # the area of the photo, where it is known
    view: Callable[[], Box] = no_view

    def chosen(self) -> Regions:
        """The selected regions that are not locked, in the order of the selection."""
        by_id = {region.id: region for region in self.regions}
        return tuple(by_id[i] for i in self.selection if i in by_id and i not in self.locked)


@dataclass(frozen=True)
class Preview:
    """What to show instead of the stored regions while a gesture runs. Points are photo pixels."""

    hidden: frozenset[str] = frozenset()  # ids that are not drawn as stored
    regions: Regions = ()  # drawn on top
    path: tuple[Point, ...] = ()  # an open line being drawn
    closing: bool = False  # the next click closes the path
    marks: tuple[Point, ...] | None = None  # the points of the path that are shown as such; None: all
    band: tuple[Point, Point] | None = None  # a rubber band
    clicks: tuple[tuple[Point, bool], ...] = ()  # points of a thing that are inside it, or not


@dataclass(frozen=True)
class Outcome:
    """What a finished gesture led to: other regions (None: as they were) and another selection (None: as it was).

    `said` is a sentence for the user: why nothing came of it, or what can be done next.
    """

    text: str = ""
    regions: Regions | None = None
    selection: tuple[str, ...] | None = None
    said: str = ""


@dataclass(frozen=True)
class Kind(Generic[Payload, Result]):
    """A kind of slow work: `work(pixels, payload)`, pixels (H, W, 3) uint8 RGB.

    It runs on a background thread, so it loads what it needs itself and touches no widget; a `CarDamageError` that it
    raises becomes the answer's error. `waiting` is told to the user when the work begins.
    """

    name: str
    work: Callable[[np.ndarray, Payload], Result]
    waiting: str = ""


@dataclass(frozen=True, eq=False)
class Request(Generic[Payload, Result]):
    """Slow work that a gesture asks for. Each request is answered at most once, and only to the gesture that asked."""

    kind: Kind[Payload, Result]
    payload: Payload


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """The result of a request; `error` says in words why there is none."""

    request: Request[Any, Result]
    result: Result | None = None
    error: str = ""


class Gesture:
    """The protocol of all gestures; by itself one that does nothing."""

    button: ClassVar[Literal["left", "right"]] = "left"  # whose release it hears
    waits: ClassVar[bool] = False  # its outcome needs the answers to its requests
    keeps: ClassVar[bool] = False  # made by many clicks: what is left unfinished is never thrown away
    completes: ClassVar[bool] = True  # left for something else, it may be completed where `close` can
    snaps: bool = False  # the held point may jump to vertices and edges of other regions
    inside: bool = False  # the held point is kept within the photo
    hears_other: ClassVar[bool] = False  # the right button, and the left one with Shift or Alt, press in another way
    steps: ClassVar[bool] = False  # arrow keys move what it holds

    def move(self, at: Point, reach: float) -> None:
        """The pointer is at `at` now, button pressed or not."""

    def press(self, at: Point, reach: float) -> bool:
        """Another press while the gesture runs; True when that completes it."""
        return False

    def press_other(self, at: Point, reach: float) -> bool:
        """A press with the right button, Shift or Alt while the gesture runs; True when that completes it."""
        return False

    def release(self, at: Point, reach: float) -> bool:
        """The button went up; True when that completes the gesture."""
        return True

    def step(self, dx: float, dy: float) -> None:
        """An arrow key moves what it holds by photo pixels."""

    def back(self) -> bool:
        """Take the last step back; False when there is none left and the gesture is to be dropped."""
        return False

    def again(self) -> bool:
        """Do again the step that was taken back last; False when there is none."""
        return False

    def close(self) -> bool:
        """Enter was pressed; True when that completes the gesture."""
        return False

    def wants(self) -> Request[Any, Any] | None:
        """The slow work needed next; each request is named once."""
        return None

    def take(self, answer: Answer[Any]) -> bool:
        """A request was answered; True when that completes the gesture."""
        return False

    def relabel(self, label: str) -> None:
        """Another label was chosen meanwhile for what is being drawn."""

    def rebase(self, regions: Regions) -> None:
        """The photo got other regions while the gesture waited for an answer."""

    def aim(self, at: Point) -> Point:
        """Where the held point would be for a pointer at `at`."""
        return at

    def hint(self) -> str:
        """What can be done next."""
        return mark("Release to finish · Esc cancels")

    def preview(self) -> Preview:
        """What to show meanwhile."""
        return Preview()

    def outcome(self) -> Outcome:
        """The edit that the gesture led to."""
        return Outcome()


@dataclass
class Drawing(Gesture):
    """What all gestures that draw a new region share."""

    start: Start
    snaps = inside = True

    def relabel(self, label: str) -> None:
        """The region will get this label."""
        self.start = replace(self.start, label=label)

    def rebase(self, regions: Regions) -> None:
        """The region will be added to these."""
        self.start = replace(self.start, regions=regions)


class Need(Flag):
    """What has to be there before a tool can be used."""

    NOTHING = 0
    EDITING = auto()  # regions that may be changed
    PHOTO = auto()  # the photo's pixels


@dataclass(frozen=True)
class Tool:
    """A tool of the canvas: the data of its line in the table, and the gesture that a press begins.

    The class attributes tell the canvas how to treat it, so that nothing has to know which tool it is.
    """

    name: str  # for code and settings
    text: str
    key: str
    icon: str
    hint: str
    needs: Need = Need.EDITING
    boxed: bool = True  # stands in the tool box beside the canvas

    gesture: ClassVar[Any]  # begun by a press: a Gesture class, or a function, that takes the Start
    draws: ClassVar[bool] = True  # a press draws, whatever region lies there
    round: ClassVar[bool] = False  # has the size of the brush
    inside: ClassVar[bool] = True  # its first point is kept within the photo
    snaps: ClassVar[bool] = True  # its first point may jump to vertices and edges of other regions
    corrects: ClassVar[bool] = True  # takes vertices of the selected region too: what was just drawn is corrected

    def begin(self, start: Start, hit: Hit) -> Gesture:
        """The gesture that a press on `hit` begins."""
        return type(self).gesture(start)

    def hint_at(self, hit: Hit, *, selected: bool, locked: bool) -> str:
        """What a click here would do, in one sentence."""
        return self.hint


def drawn(start: Start, shape: Shape, text: str = "") -> Outcome:
    """A new region with this shape, selected."""
    region = edits.draw(shape, start.label)
    return Outcome(
        text or mark(f"Draw {NAMES.get(type(shape), type(shape).__name__.lower())}"),
        edits.add(start.regions, region),
        (region.id,),
    )


def exchanged(regions: Regions, changed: Iterable[Region], text: str) -> Outcome:
    """The regions with those exchanged that have the same id; no edit when nothing differs."""
    new = {region.id: region for region in changed}
    after = lookup.exchange(regions, new)
    return Outcome(text, after) if new and after != regions else Outcome()
