"""Edits of the selected regions that keys and buttons ask for: boolean operations, copies, order, hiding, locking.

Each change is one edit of the session. Hiding and locking are a matter of the view: they are kept as long as the window
is open, never written to the project or a file, and not walked through by undo.
"""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations.lookup import with_ids
from cardamage_core.annotations.model import Region

from ..canvas import Canvas
from ..canvas.tools import boolean, select
from ..canvas.tools.select import Operation
from ..commands.actions import Action
from ..language import amount, mark, tr
from ..session import Session
from .smooth_bar import SmoothBar

BRUSH_STEP = 1.25


class Editing(QObject):
    """Carries out on the canvas what keys and buttons ask for."""

    aside_changed = Signal()  # other regions are hidden or locked

    def __init__(self, session: Session, canvas: Canvas, previous: Callable[[], str]) -> None:
        """`previous` gives the id of the photo before the current one, "" when there is none."""
        super().__init__(canvas)
        self._session, self._canvas, self._previous = session, canvas, previous
        self._copied: tuple[Region, ...] = ()
        self.smooth_bar = SmoothBar(canvas)
        canvas.said.connect(session.said)

    # One region from several, several from one

    def unite(self) -> None:
        """The region selected first covers what all of them cover."""
        self._canvas.do(boolean.unite)

    def subtract(self) -> None:
        """The region selected first loses what the others cover."""
        self._canvas.do(boolean.subtract)

    def intersect(self) -> None:
        """The region selected first becomes what all of them cover."""
        self._canvas.do(boolean.intersect)

    def smooth(self) -> None:
        """Show the sliders that simplify and smooth."""
        if self._session.read_only:
            return
        if self._canvas.start.chosen():
            self.smooth_bar.open()
        else:
            self._session.said.emit(tr("Select the regions to simplify or smooth first."))

    def snap_to_edges(self) -> None:
        """Show the same sliders, with the outlines pulled to the edges of the photo near them."""
        if self._session.read_only:
            return
        if self._canvas.start.chosen():
            self.smooth_bar.open(snap=True)
        else:
            self._session.said.emit(tr("Select the regions to snap to edges first."))

    # Copies

    def duplicate(self) -> None:
        """A copy beside each selected region."""
        self._canvas.do(select.duplicate)

    def copy(self) -> None:
        """Remember the selected regions for `paste`, on any photo."""
        chosen = set(self._canvas.selection)
        self._copied = tuple(with_ids(self._canvas.standing, chosen)) or self._copied
        number = len(chosen)
        self._session.said.emit(
            tr("Copied {regions}.", regions=amount(number, "region")) if number else tr("Select a region first.")
        )

    def paste(self) -> None:
        """Put what was copied onto the current photo."""
        if self._copied:
            self._put(self._copied, mark("Paste"))
        else:
            self._session.said.emit(tr("Nothing was copied yet (Ctrl+C)."))

    def copy_from_previous(self) -> None:
        """Put the regions of the photo before onto the current one."""
        before = self._previous()
        regions = self._session.regions(before) if before else ()
        if regions:
            self._put(regions, mark("Copy from the previous photo:"))
        else:
            self._session.said.emit(
                tr("The previous photo has no regions.") if before else tr("There is no previous photo.")
            )

    # Order

    def bring_forward(self) -> None:
        """One place up."""
        self._canvas.do(select.bring_forward)

    def send_backward(self) -> None:
        """One place down."""
        self._canvas.do(select.send_backward)

    def bring_to_front(self) -> None:
        """Above all others."""
        self._canvas.do(select.bring_to_front)

    def send_to_back(self) -> None:
        """Below all others."""
        self._canvas.do(select.send_to_back)

    # Looking

    def hide(self) -> None:
        """Hide the selected regions; those that are hidden all, show again."""
        number = amount(len(self._canvas.selection), "region")
        texts = (
            tr("Hid {regions}; Shift+H shows all again.", regions=number),
            tr("{regions} shown again.", regions=number),
        )
        self._set_aside(self._canvas.hidden, self._canvas.set_hidden, texts)

    def show_all(self) -> None:
        """Show every region that was hidden by the user."""
        self._canvas.set_hidden(frozenset())
        self.aside_changed.emit()

    def lock(self) -> None:
        """Keep the selected regions from being moved, cut or deleted; those that are locked all, unlock."""
        number = amount(len(self._canvas.selection), "region")
        texts = tr("Locked {regions}; Ctrl+L unlocks.", regions=number), tr("{regions} unlocked.", regions=number)
        self._set_aside(self._canvas.locked, self._canvas.set_locked, texts)

    def _set_aside(self, held: frozenset[str], put: Callable[[frozenset[str]], None], texts: tuple[str, str]) -> None:
        """Hold the selected regions, or let go of those that are held all, and say so."""
        chosen = self._canvas.selection
        if not chosen:
            self._session.said.emit(tr("Select a region first."))
            return
        after = _toggled(held, chosen)
        put(after)
        self.aside_changed.emit()
        self._session.said.emit(texts[0] if after.issuperset(chosen) else texts[1])

    def toggle_snapping(self) -> None:
        """Let what is dragged jump to vertices and edges of other regions, or no longer."""
        self._canvas.set_snapping(not self._canvas.snapping)
        self._session.said.emit(tr("Snapping is on.") if self._canvas.snapping else tr("Snapping is off; Ctrl snaps."))

    def larger_brush(self) -> None:
        """A larger brush."""
        self._canvas.resize_brush(BRUSH_STEP)

    def smaller_brush(self) -> None:
        """A smaller brush."""
        self._canvas.resize_brush(1 / BRUSH_STEP)

    def _put(self, regions: tuple[Region, ...], text: str) -> None:
        if self._session.current:
            photo = self._session.photo(self._session.current)
            self._canvas.do(_pasting(regions, (photo.width, photo.height), text))


def _pasting(regions: tuple[Region, ...], size: tuple[int, int], text: str) -> Operation:
    return select.pasting(regions, width=size[0], height=size[1], text=text)


def _toggled(ids: frozenset[str], chosen: tuple[str, ...]) -> frozenset[str]:
    return ids - set(chosen) if ids.issuperset(chosen) else ids | set(chosen)


def actions_of(does: Editing) -> list[Action]:
    """What can be done to the selected regions."""
    table = (
        ("union", tr("Union"), ("U",), tr("The region selected first covers what all selected cover"), does.unite),
        (
            "subtract",
            tr("Subtract"),
            ("Shift+U",),
            tr("The region selected first loses what the others cover"),
            does.subtract,
        ),
        (
            "intersect",
            tr("Intersect"),
            ("Ctrl+U",),
            tr("The region selected first keeps what all cover"),
            does.intersect,
        ),
        ("smooth", tr("Smooth"), ("S",), tr("Fewer vertices or rounder corners for the selected regions"), does.smooth),
        (
            "snap_edges",
            tr("Snap to edges"),
            ("Shift+E",),
            tr("Pull selected outlines to edges near them"),
            does.snap_to_edges,
        ),
        ("duplicate", tr("Duplicate"), ("Ctrl+J",), tr("A copy beside each selected region"), does.duplicate),
        ("copy", tr("Copy regions"), ("Ctrl+C",), tr("Remember the selected regions"), does.copy),
        ("paste", tr("Paste regions"), ("Ctrl+V",), tr("Put the copied regions onto this photo"), does.paste),
        ("copy_previous", tr("Copy from the previous photo"), ("Ctrl+B",), tr("Its regions"), does.copy_from_previous),
        ("forward", tr("Bring forward"), ("Ctrl+Up",), tr("One place up in the drawing order"), does.bring_forward),
        (
            "backward",
            tr("Send backward"),
            ("Ctrl+Down",),
            tr("One place down in the drawing order"),
            does.send_backward,
        ),
        ("front", tr("Bring to front"), ("Ctrl+Shift+Up",), tr("Above all other regions"), does.bring_to_front),
        ("back", tr("Send to back"), ("Ctrl+Shift+Down",), tr("Below all other regions"), does.send_to_back),
        ("hide", tr("Hide or show"), ("H",), tr("Hide the selected regions, or show them again"), does.hide),
        ("show_all", tr("Show all regions"), ("Shift+H",), tr("Also those hidden by hand"), does.show_all),
        ("lock", tr("Lock or unlock"), ("Ctrl+L",), tr("Keep the selected regions from being changed"), does.lock),
        (
            "snap",
            tr("Snap to regions"),
            ("Q",),
            tr("Dragged points jump to other regions; Ctrl too"),
            does.toggle_snapping,
        ),
        ("brush_larger", tr("Larger brush"), ("]",), tr("Also Shift and the wheel"), does.larger_brush),
        ("brush_smaller", tr("Smaller brush"), ("[",), tr("Also Shift and the wheel"), does.smaller_brush),
    )
    return [Action(*row) for row in table]
