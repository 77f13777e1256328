"""Keeps the photo, its findings and the figures up to date with the open claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer
from qtpy.QtWidgets import QWidget

from cardamage_core.annotations.confidence import is_above
from cardamage_core.annotations.model import Region
from cardamage_core.assessment.damage import Damage

from .findings_table import Row

if TYPE_CHECKING:
    from .desk import Desk
    from .findings import FindingsPanel
    from .queue import ClaimQueue
    from .viewer import Viewer

CAR_DELAY = 150  # ms after the last change until the whole claim is looked at


class Shown(QObject):
    """Shows what the session holds on the viewer and the panel of findings."""

    def __init__(self, desk: Desk, queue: ClaimQueue, viewer: Viewer, panel: FindingsPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._session, self._queue = desk, desk.session, queue
        self._viewer, self._panel = viewer, panel
        self._waits = False  # whether the photo was shown as one that waits for a model
        self._car = QTimer(self)
        self._car.setSingleShot(True)
        self._car.setInterval(CAR_DELAY)
        session = self._session
        session.current_changed.connect(self._current_changed)
        session.photo_changed.connect(self._photo_changed)
        session.labels_changed.connect(self.show)
        session.threshold_changed.connect(self.show)
        viewer.threshold_moved.connect(self._threshold_moved)
        viewer.canvas.selection_changed.connect(self._selection_changed)
        viewer.showing.shown.connect(self._pixels_shown)

    def show(self, _value: object = None) -> None:
        """Show the current photo's regions, findings and figure."""
        self._show(self._session.threshold)

    def show_waiting(self) -> None:
        """Show the current photo again where it waits for a model now, or does no longer."""
        if self._queue.awaits(self._session.current) != self._waits:
            self.show()

    def show_current(self) -> None:
        """Show the finding that is current in the table."""
        row = self._panel.table.current()
        labels, panels = self.names()
        finding = row.finding if row else None
        self._panel.editor.show_finding(finding, self._viewer.canvas.pixels, labels, panels)

    def names(self) -> tuple[list[str], list[str]]:
        """The names of the labels of damage, and of panels."""
        known = self._session.labels()
        return [one.name for one in known if one.role == "damage"], [one.name for one in known if one.role == "part"]

    def follow(self, damage: Damage) -> None:
        """The figure during a drag, and after one that was given up."""
        self._panel.card.show_damage(damage)

    def damage(self, threshold: float) -> Damage | None:
        """The damage of the current photo."""
        photo, project = self._session.current, self._session.project
        return project.damage(photo, threshold=threshold) if photo and project is not None else None

    def _show(self, threshold: float) -> None:
        photo = self._session.current
        canvas = self._viewer.canvas
        damage = self.damage(threshold)
        if damage is None:
            canvas.show_regions((), ())
            canvas.set_numbers({})
            self._panel.show_nothing()
            self._panel.show_decided(0, 0)
            self.show_current()
            return
        regions, labels = self._session.regions(photo), self._session.labels()
        canvas.show_regions(regions, labels)
        colors = {label.name: label.color for label in labels}
        is_stored = threshold == self._session.threshold
        findings = self._desk.findings(photo) if is_stored else self._desk.findings_at(photo, threshold)
        rows = tuple(
            Row(short(one.number), one, colors.get(one.region.label, ""), one.of_car if damage.determined else None)
            for one in findings
        )
        canvas.set_numbers({row.finding.region.id: row.number for row in rows})
        look = self._session.looks().get(photo)
        waits = self._waits = self._queue.awaits(photo)
        self._panel.show_findings(damage, rows, hidden=_hidden(regions, threshold), look=look, waits=waits)
        self._panel.show_decided(*self._desk.decided())
        self.show_current()

    def _current_changed(self, _photo: str) -> None:
        self._viewer.canvas.select(())
        self.show()

    def _photo_changed(self, photo: str) -> None:
        if photo == self._session.current:
            self.show()
        else:
            self._panel.show_decided(*self._desk.decided())

    def _threshold_moved(self, value: float) -> None:
        self._show(value)

    def _selection_changed(self, ids: tuple[str, ...]) -> None:
        self._panel.table.choose(ids)
        self.show_current()

    def _pixels_shown(self, _pixels: object) -> None:
        self.show_current()


def short(number: str) -> str:
    """The number on its photo: "2.3" is the third damage of the second photo."""
    return number.rpartition(".")[2]


def _hidden(regions: tuple[Region, ...], threshold: float) -> int:
    return sum(not is_above(region, threshold) for region in regions)
