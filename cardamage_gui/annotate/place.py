"""Remembers photo, zoom, tool and filter of a project, and returns there when it is opened again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from qtpy.QtCore import QObject

from cardamage_core.annotations.model import Review

from ..canvas.tools import TOOLS
from ..session import Session
from ..settings import RECENT, Settings
from ..widgets.photo_list import KINDS, PhotoFilter

if TYPE_CHECKING:
    from .page import AnnotatePage


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """One project's place. `scale` is in screen pixels per photo pixel around (x, y) of the photo; 0: fitted."""

    folder: str
    photo: str = ""
    tool: str = "select"
    scale: float = 0.0
    x: float = 0.0
    y: float = 0.0
    kind: str = "all"
    text: str = ""
    label: str = ""
    split: str | None = None
    review: Review | None = None

    @property
    def filter(self) -> PhotoFilter:
        """Which photos were listed."""
        kind = self.kind if self.kind in KINDS else "all"
        return PhotoFilter(kind, self.text, self.label, self.split, self.review)


class PlaceKeeper(QObject):
    """Notes the place when the project closes; `come_back` is called once a project is open."""

    def __init__(self, session: Session, settings: Settings, page: AnnotatePage) -> None:
        super().__init__(page)
        self._session, self._settings, self._page = session, settings, page
        self._awaited: Place | None = None  # its photo is not decoded yet
        session.closing.connect(self.remember)
        session.current_changed.connect(self._photo_changed)
        page.photo_shown.connect(self._shown)

    def remember(self) -> None:
        """Note where the work stands."""
        project, canvas = self._session.project, self._page.canvas
        if project is None or not self._session.current:
            return
        wanted, view = self._page.photos.wanted, canvas.looked_at
        scale, (x, y) = view if view is not None else (0.0, (0.0, 0.0))
        place = Place(
            str(project.folder), self._session.current, canvas.tool, scale, x, y,
            wanted.kind, wanted.text, wanted.label, wanted.split, wanted.review,
        )  # fmt: skip
        others = [one for one in places(self._settings) if one.folder != place.folder]
        lines = [msgspec.json.encode(one).decode() for one in (place, *others)]
        self._settings.set("places", lines[:RECENT])

    def come_back(self) -> None:
        """Return to the place of last time, as far as it is still there."""
        project = self._session.project
        known = {Path(one.folder): one for one in places(self._settings)}
        place = known.get(project.folder) if project is not None else None
        if place is None:
            return
        self._page.photos.show_filter(place.filter)
        if self._session.place(place.photo) >= 0:
            self._session.select(place.photo)
            self._awaited = place
        if place.tool in TOOLS:
            self._page.drawing.take_tool(place.tool)

    def _photo_changed(self, _photo: str) -> None:
        self._awaited = None

    def _shown(self) -> None:
        place, self._awaited = self._awaited, None
        if place is not None and place.scale > 0 and place.photo == self._session.current:
            self._page.canvas.look_at(place.scale, (place.x, place.y))


def places(settings: Settings) -> list[Place]:
    """The places that are known, the last one first; lines that make no sense are left out."""
    found = []
    for line in settings.get("places"):
        try:
            found.append(msgspec.json.decode(line, type=Place))
        except msgspec.MsgspecError:
            continue
    return found
