"""Navigation on the Annotate page: review states, the next unreviewed photo, zoom to problems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations import shapes
from cardamage_core.annotations.lookup import with_ids
from cardamage_core.annotations.model import Photo, Problem, Region, Review
from cardamage_core.annotations.problems import crossing, kind_of
from cardamage_core.annotations.shapes import bounds
from cardamage_core.assessment.damage import Damage

from ..background import Background
from ..canvas import Canvas
from ..canvas.viewport import Box
from ..commands.actions import Action
from ..language import mark, percent, tr, translated
from ..session import Session
from . import view_adjust
from .problems import Checking
from .region_panel import RegionPanel
from .view_adjust import Lighting, LightPanel

if TYPE_CHECKING:
    from .photo_panel import PhotoPanel


STATES: dict[Review, tuple[str, str, str]] = {  # text, key, hint
    "accepted": (mark("Mark as accepted"), "F2", mark("The photo's regions are right")),
    "needs work": (mark("Mark as needs work"), "F3", mark("The photo should be looked at again")),
    "rejected": (mark("Mark as rejected"), "F4", mark("The photo is not to be used")),
    "unreviewed": (mark("Mark as unreviewed"), "F6", mark("The photo has not been looked at yet")),
}


class Way(QObject):
    """What the Annotate page offers for getting around; `fact_changed` feeds the status bar."""

    fact_changed = Signal(str, str)  # name, text

    def __init__(self, session: Session, background: Background, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._session, self._canvas = session, canvas
        self._photos: PhotoPanel | None = None
        self._damage = ""
        self.lighting = Lighting(background, canvas, self)
        self.turning = view_adjust.ViewRotation(session, canvas, self)
        self.panel = LightPanel(canvas)
        self.panel.changed.connect(self.lighting.set_light)
        canvas.zoom_changed.connect(self._view_changed)
        canvas.rotation_changed.connect(self._view_changed)
        canvas.selection_changed.connect(self._selection_changed)
        session.photo_changed.connect(self._photo_changed)
        session.current_changed.connect(self._photo_changed)

    def use(self, photos: PhotoPanel) -> None:
        """The list in which the next photo is looked for."""
        self._photos = photos

    def actions(self) -> list[Action]:
        """What can be done."""
        states = [
            Action(f"review_{name.replace(' ', '_')}", tr(text), (key,), tr(hint), partial(self.mark, name))
            for name, (text, key, hint) in STATES.items()
        ]
        following = tr("Show the next unreviewed photo")
        return [
            *states,
            Action("next_unreviewed", tr("Next unreviewed photo"), ("Shift+D",), following, self.next_unreviewed),
            Action(
                "light",
                tr("Brightness…"),
                ("Ctrl+Shift+B",),
                tr("Brightness and contrast of the view"),
                self.show_light,
            ),
            Action("plain_light", tr("Brightness as in the file"), (), "", self.panel.reset),
            *self.turning.actions(),
        ]

    def mark(self, state: Review) -> None:
        """Say what a person thinks of the photo."""
        if not self._session.current:
            return
        before = self._session.photo(self._session.current)
        text = STATES[state][0]
        if self._session.edit_photo(before, msgspec.structs.replace(before, review=state), text):
            self._session.said.emit(f"{before.name}: {translated(state)}")

    def next_unreviewed(self) -> None:
        """Show the next unreviewed photo."""
        if self._photos is not None:
            self._photos.show_next_unreviewed()

    def show_light(self) -> None:
        """Open the panel with brightness and contrast above the canvas, or put it away."""
        if self.panel.isVisible():
            self.panel.hide()
            return
        self.panel.open()
        self.panel.brightness.setFocus()

    def show_damage(self, damage: Damage | None) -> None:
        """The figure of the photo, in the status bar too."""
        known = damage if damage is not None and damage.percent is not None else None
        self._damage = f"{percent(known.percent)} {translated(known.words)}" if known else ""
        self.fact_changed.emit("damage", self._damage)

    def tell(self) -> None:
        """Say all facts again: the page came back."""
        if self._session.current:
            self._view_changed()
            self.fact_changed.emit("damage", self._damage)
        self._selection_changed(self._canvas.selection)

    def _view_changed(self, _what: object = None) -> None:
        view = self._canvas.viewport
        turned = f" · {tr(view_adjust.TEXTS[view.rotation])}" if view.rotation else ""
        self.fact_changed.emit("zoom", f"{view.scale * 100:.0f} %{turned}")

    def _photo_changed(self, photo_id: str) -> None:
        if not photo_id:
            self.fact_changed.emit("zoom", "")
        if photo_id in ("", self._session.current):
            self._selection_changed(self._canvas.selection)

    def _selection_changed(self, ids: tuple[str, ...]) -> None:
        photo_id = self._session.current
        if not ids or not photo_id:
            self.fact_changed.emit("area", "")
            return
        covered = sum(shapes.area(region.shape).area for region in with_ids(self._session.regions(photo_id), ids))
        self.fact_changed.emit("area", area_text(covered, self._session.photo(photo_id)))


def area_text(covered: float, photo: Photo) -> str:
    """The area of what is selected: "12 345 px² · 1.2 %" of the photo; "" for lines and points."""
    if covered <= 0:
        return ""
    pixels = f"{covered:,.0f} px²".replace(",", "\u202f")
    whole = photo.width * photo.height
    return f"{pixels} · {percent(100 * covered / whole)}" if whole else pixels


LOST = ("missing-photo", "vanished-photo", "lost-photo")
AROUND = 24.0  # photo pixels around the place where an outline crosses itself


class Closeup(QObject):
    """Zooms to regions of the photo that is shown."""

    file_wanted = Signal()  # the photo's file is missing, and is to be found

    def __init__(self, session: Session, checking: Checking, canvas: Canvas, panel: RegionPanel) -> None:
        super().__init__(canvas)
        self._awaited: Problem | None = None  # its photo is not there yet
        session.current_changed.connect(self._photo_changed)
        self._session, self._checking, self._canvas = session, checking, canvas
        self._shown: Problem | None = None
        panel.problem_chosen.connect(self.show)

    def actions(self) -> list[Action]:
        """What can be done."""
        return [
            Action("zoom_selection", tr("Zoom to the selection"), ("Z",), tr("Without one: fit"), self.zoom),
            Action("next_problem", tr("Show what looks wrong"), ("Shift+Z",), tr("One place after another"), self.next),
        ]

    def zoom(self) -> None:
        """Frame the selected regions, or the whole photo."""
        chosen = with_ids(self._regions(), self._canvas.selection)
        if chosen:
            self._canvas.show_area(_around(chosen))
        else:
            self._canvas.fit()

    def frame(self, _row: object = None) -> None:
        """Frame the regions chosen in the list; the keys go back to the photo."""
        self.zoom()
        self._canvas.setFocus()

    def next(self) -> None:
        """Show the next problem of the photo that is about a region."""
        found = [one for one in self._checking.of(self._session.current) if one.region]
        if found:
            self.show(found[(found.index(self._shown) + 1) % len(found) if self._shown in found else 0])
        else:
            self._session.said.emit(tr("Nothing looks wrong with the regions of this photo."))

    def show(self, problem: Problem) -> None:
        """Show the photo, select the region that looks wrong and zoom to the place; or say what can be done."""
        if problem.photo and problem.photo != self._session.current and self._session.place(problem.photo) >= 0:
            self._awaited = problem
            self._session.select(problem.photo)
            return
        region = next((region for region in self._regions() if region.id == problem.region), None)
        if region is None:
            self._advise(problem)
            return
        self._shown = problem
        self._canvas.select((region.id,))
        at = crossing(region) if problem.code == "self-crossing" else None
        box = (at[0] - AROUND, at[1] - AROUND, at[0] + AROUND, at[1] + AROUND) if at else _around([region])
        self._canvas.show_area(box)
        self._canvas.setFocus()

    def arrive(self) -> None:
        """The photo is there, for whose problem it was chosen."""
        problem, self._awaited = self._awaited, None
        if problem is not None and problem.region:
            self.show(problem)

    def _photo_changed(self, photo: str) -> None:
        if self._awaited is not None and self._awaited.photo != photo:
            self._awaited = None

    def _advise(self, problem: Problem) -> None:
        self._canvas.setFocus()
        if problem.code in LOST:
            self.file_wanted.emit()
        else:
            self._session.said.emit(f"{problem.text} {kind_of(problem.code).advice}".strip())

    def _regions(self) -> tuple[Region, ...]:
        return self._session.regions(self._session.current)


def _around(regions: Iterable[Region]) -> Box:
    x0, y0, x1, y1 = zip(*(bounds(region.shape) for region in regions), strict=True)
    return (min(x0), min(y0), max(x1), max(y1))
