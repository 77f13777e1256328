"""How does one get close to what matters? To what is selected, and to what looks wrong."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QObject

from cardamage_core.annotations.checks import crossing
from cardamage_core.annotations.model import Finding, Region
from cardamage_core.annotations.shapes import bounds

from ..actions import Action
from ..canvas import Canvas
from ..canvas.viewport import Box
from ..session import Session
from .checking import Checking
from .regions import RegionPanel

AROUND = 24.0  # photo pixels around the place where an outline crosses itself


class Closeup(QObject):
    """Zooms to regions of the photo that is shown."""

    def __init__(self, session: Session, checking: Checking, canvas: Canvas, panel: RegionPanel) -> None:
        super().__init__(canvas)
        self._session, self._checking, self._canvas = session, checking, canvas
        self._shown: Finding | None = None
        panel.finding_chosen.connect(self.show)

    def actions(self) -> list[Action]:
        """What can be done."""
        return [
            Action("zoom_selection", "Zoom to the selection", ("Z",), "Without one: fit", self.zoom),
            Action("next_finding", "Show what looks wrong", ("Shift+Z",), "One place after another", self.next),
        ]

    def zoom(self) -> None:
        """Frame the selected regions, or the whole photo."""
        chosen = [region for region in self._regions() if region.id in self._canvas.selection]
        if chosen:
            self._canvas.show_area(_around(chosen))
        else:
            self._canvas.fit()

    def next(self) -> None:
        """Show the next finding of the photo that is about a region."""
        found = [one for one in self._checking.of(self._session.current) if one.region]
        if found:
            self.show(found[(found.index(self._shown) + 1) % len(found) if self._shown in found else 0])
        else:
            self._session.said.emit("Nothing looks wrong with the regions of this photo.")

    def show(self, finding: Finding) -> None:
        """Select the region that looks wrong and zoom to the place."""
        region = next((region for region in self._regions() if region.id == finding.region), None)
        if region is None:
            return
        self._shown = finding
        self._canvas.select((region.id,))
        at = crossing(region) if finding.code == "self-crossing" else None
        box = (at[0] - AROUND, at[1] - AROUND, at[0] + AROUND, at[1] + AROUND) if at else _around([region])
        self._canvas.show_area(box)
        self._canvas.setFocus()

    def _regions(self) -> tuple[Region, ...]:
        return self._session.regions(self._session.current)


def _around(regions: Iterable[Region]) -> Box:
    x0, y0, x1, y1 = zip(*(bounds(region.shape) for region in regions), strict=True)
    return (min(x0), min(y0), max(x1), max(y1))
