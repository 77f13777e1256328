"""From clicks to an outline: first on the whole photo, then on a view around what was found (Sofiiuk et al. 2021).

Each further click refines the mask of the clicks before it, in the view that shows the mask and all clicks large.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import cv2
import numpy as np

from ..annotations.model import Ring
from ..inference import polygons
from . import views
from .views import GRID, Click, View

KEPT = 24  # states of earlier clicks, so that taking a click back costs nothing
SMALLER = 0.75  # a view that is this much smaller shows enough more to look again
FIRST = 3.0  # times smaller than the whole photo is the view around a first click that found nothing


class MaskEngine(Protocol):
    """What turns a view with clicks into a mask."""

    def mask(self, image: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Probabilities (GRID, GRID) of a view (SIDE, SIDE, 3) uint8 with its guide (GRID, GRID, 3), see `views`."""


class Look(NamedTuple):
    """A view and the mask (GRID, GRID) of probabilities in it."""

    view: View
    mask: np.ndarray


class Zooming:
    """Outlines what is clicked on one photo (H, W, 3) uint8."""

    def __init__(self, engine: MaskEngine, photo: np.ndarray) -> None:
        self._engine, self._photo = engine, photo
        self._looks: OrderedDict[tuple[Click, ...], Look] = OrderedDict()
        height, width = photo.shape[:2]
        self._whole = views.whole(width, height)
        self._small: np.ndarray | None = None

    def warm_up(self) -> None:
        """Calculate the features of the whole photo before the first click."""
        self._engine.mask(self._pixels(self._whole), views.guide([], None))

    def outline(self, clicks: Sequence[Click]) -> tuple[Ring, ...]:
        """The rings (even-odd) of what holds the inside clicks and not the others, () for nothing."""
        look = self.look(tuple(clicks))
        return polygons.outline(_clicked(look, clicks), look.view.box)

    def look(self, clicks: tuple[Click, ...]) -> Look:
        """The last view and its mask."""
        if clicks not in self._looks:
            before = self.look(clicks[:-1]) if len(clicks) > 1 else None
            self._looks[clicks] = self._next(clicks, before)
            if len(self._looks) > KEPT:
                self._looks.popitem(last=False)
        return self._looks[clicks]

    def _next(self, clicks: tuple[Click, ...], before: Look | None) -> Look:
        view = self._whole if before is None else self._view(before, clicks)
        look = self._seen(view, clicks, before)
        better = self._view(look, clicks)
        if better.side < SMALLER * view.side or not _holds(view, better):
            look = self._seen(better, clicks, look)
        return look

    def _seen(self, view: View, clicks: Sequence[Click], before: Look | None) -> Look:
        shown = [(*view.cells(click.at), click.inside) for click in clicks]
        previous = None if before is None else moved(before, view)
        return Look(view, self._engine.mask(self._pixels(view), views.guide(shown, previous)))

    def _pixels(self, view: View) -> np.ndarray:
        """What a view shows; wide ones are cut out of a small copy, since averaging a large photo takes longest."""
        scale = views.LONGEST / self._whole.side
        if scale > 0.5 or view.side * scale < views.SIDE:
            return view.pixels(self._photo)
        if self._small is None:
            self._small = cv2.resize(self._photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return View(view.left * scale, view.top * scale, view.side * scale).pixels(self._small)

    def _view(self, look: Look, clicks: Sequence[Click]) -> View:
        """The view around a mask and the clicks."""
        box = _bounds(look)
        if box is None:
            x, y = clicks[-1].at
            half = self._whole.side / FIRST / 2
            box = (x - half, y - half, x + half, y + half)
        xs, ys = (*box[::2], *(one.at[0] for one in clicks)), (*box[1::2], *(one.at[1] for one in clicks))
        view = views.around((min(xs), min(ys), max(xs), max(ys)))
        return view if view.side < self._whole.side else self._whole


def moved(look: Look, view: View) -> np.ndarray:
    """The mask of a look in the cells of another view, 0 outside."""
    step = view.side / look.view.side
    offset = [(a - b) / look.view.side * GRID for a, b in zip(view[:2], look.view[:2], strict=True)]
    matrix = np.array([[step, 0, offset[0] + step / 2 - 0.5], [0, step, offset[1] + step / 2 - 0.5]])
    return cv2.warpAffine(look.mask, matrix, (GRID, GRID), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def _holds(view: View, other: View) -> bool:
    """Whether a view shows all of another but a margin."""
    margin = 0.1 * other.side
    return (
        view.left <= other.left + margin
        and view.top <= other.top + margin
        and view.left + view.side >= other.left + other.side - margin
        and view.top + view.side >= other.top + other.side - margin
    )


def _bounds(look: Look) -> tuple[float, float, float, float] | None:
    """The box (x0, y0, x1, y1) of a mask in photo pixels, None for an empty one."""
    rows, columns = np.nonzero(look.mask > 0.5)
    if not len(rows):
        return None
    step = look.view.side / GRID
    return (
        look.view.left + float(columns.min()) * step,
        look.view.top + float(rows.min()) * step,
        look.view.left + float(columns.max() + 1) * step,
        look.view.top + float(rows.max() + 1) * step,
    )


def _clicked(look: Look, clicks: Sequence[Click]) -> np.ndarray:
    """The mask with only the pieces that hold an inside click, where any does."""
    pieces = cv2.connectedComponents((look.mask > 0.5).astype(np.uint8))[1]
    cells = [look.view.cells(click.at) for click in clicks if click.inside]
    inside = [(int(x), int(y)) for x, y in cells if 0 <= x < GRID and 0 <= y < GRID]
    kept = {int(pieces[y, x]) for x, y in inside} - {0}
    return np.where(np.isin(pieces, [0, *kept]), look.mask, 0.0) if kept else look.mask
