"""Edits of the Annotate page beside drawing: boolean operations, copies, order, labels, attributes, damage figure.

Each change is one edit of the session. Hiding and locking are a matter of the view: they are kept as long as the window
is open, never written to the project or a file, and not walked through by undo. The damage figure is computed in the
background after every change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial

import msgspec
from qtpy.QtCore import QObject, Signal

from cardamage_core.annotations import edits
from cardamage_core.annotations.labels import DAMAGE, new_labels
from cardamage_core.annotations.model import Label, Region, Review

from ..background import Background, Latest
from ..canvas import Canvas
from ..canvas.tools import boolean, select
from ..canvas.tools.select import Operation
from ..session import Session
from .region_panel import RegionPanel
from .toolbox import SmoothBar

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
            self._session.said.emit("Select the regions to simplify or smooth first.")

    # Copies

    def duplicate(self) -> None:
        """A copy beside each selected region."""
        self._canvas.do(select.duplicate)

    def copy(self) -> None:
        """Remember the selected regions for `paste`, on any photo."""
        chosen = set(self._canvas.selection)
        self._copied = tuple(region for region in self._canvas.standing if region.id in chosen) or self._copied
        number = len(chosen)
        self._session.said.emit(f"Copied {number} region{'s' * (number != 1)}." if number else "Select a region first.")

    def paste(self) -> None:
        """Put what was copied onto the current photo."""
        if self._copied:
            self._put(self._copied, "Paste")
        else:
            self._session.said.emit("Nothing was copied yet (Ctrl+C).")

    def copy_from_previous(self) -> None:
        """Put the regions of the photo before onto the current one."""
        before = self._previous()
        regions = self._session.regions(before) if before else ()
        if regions:
            self._put(regions, "Copy from the previous photo:")
        else:
            self._session.said.emit("The previous photo has no regions." if before else "There is no previous photo.")

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
        self._canvas.set_hidden(_toggled(self._canvas.hidden, self._canvas.selection))
        self.aside_changed.emit()

    def show_all(self) -> None:
        """Show every region that was hidden by the user."""
        self._canvas.set_hidden(frozenset())
        self.aside_changed.emit()

    def lock(self) -> None:
        """Keep the selected regions from being moved, cut or deleted; those that are locked all, unlock."""
        self._canvas.set_locked(_toggled(self._canvas.locked, self._canvas.selection))
        self.aside_changed.emit()

    def toggle_snapping(self) -> None:
        """Let what is dragged jump to vertices and edges of other regions, or no longer."""
        self._canvas.set_snapping(not self._canvas.snapping)
        self._session.said.emit("Snapping is on." if self._canvas.snapping else "Snapping is off; Ctrl snaps.")

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


def relabel(session: Session, photo_id: str, ids: Collection[str], label: str) -> bool:
    """Give these regions of a photo another label, which may be a new one."""
    before = session.regions(photo_id)
    after = tuple(edits.set_label(region, label) if region.id in ids else region for region in before)
    return store(session, photo_id, before, after, f"Label as {label}")


def review(session: Session, photo_id: str, ids: Collection[str], state: Review) -> bool:
    """Say what a person thinks of these regions."""
    before = session.regions(photo_id)
    after = tuple(edits.set_review(region, state) if region.id in ids else region for region in before)
    return session.edit(photo_id, before, after, f"Mark as {state}")


def store(session: Session, photo_id: str, before: tuple[Region, ...], after: tuple[Region, ...], text: str) -> bool:
    """Store what a gesture led to, with the labels that are new to the project."""
    new = {region.label for region in after} - {region.label for region in before}
    return session.edit(photo_id, before, after, text, labels=new_labels(sorted(new), session.labels()))


def add_labels(session: Session, names: Collection[str]) -> bool:
    """Add labels that are not there yet, with the next colours and keys."""
    known = session.labels()
    fresh = new_labels(names, known)
    return not fresh or session.edit_labels(known, (*known, *fresh), f"Add label {fresh[0].name}")


def change_label(session: Session, name: str, label: Label) -> bool:
    """Change a label's role, key or colour; the key leaves the label that had it."""
    known = session.labels()
    after = tuple(label if one.name == name else _without_key(one, label.key) for one in known)
    return session.edit_labels(known, after, f"Change label {name}")


def rename_label(session: Session, old: str, new: str) -> bool:
    """Give a label another name; where another label has it, the two become one. The regions of all photos follow."""
    known = {label.name: label for label in session.labels()}
    if old not in known or not new or new == old:
        return False
    if new in known:
        return session.rename_label(old, known[new], f"Merge {old} into {new}")
    return session.rename_label(old, msgspec.structs.replace(known[old], name=new), f"Rename {old} to {new}")


def remove_label(session: Session, name: str) -> bool:
    """Take a label away that no region has."""
    known = session.labels()
    return session.edit_labels(known, tuple(label for label in known if label.name != name), f"Remove label {name}")


def set_attribute(session: Session, photo_id: str, ids: Collection[str], name: str, value: str) -> bool:
    """Write an attribute of these regions, or with none of the photo; "" takes it away."""
    text = f"Set {name}" if value else f"Remove {name}"
    if not ids:
        photo = session.photo(photo_id)
        after = msgspec.structs.replace(photo, attributes=_with(photo.attributes, name, value))
        return session.edit_photo(photo, after, f"{text} of the photo")
    before = session.regions(photo_id)
    changed = tuple(
        msgspec.structs.replace(one, attributes=_with(one.attributes, name, value)) if one.id in ids else one
        for one in before
    )
    return session.edit(photo_id, before, changed, text)


def label_for_drawing(labels: Collection[Label], wanted: str) -> str:
    """The label of the next region: the wanted one, else the first for damage."""
    names = [label.name for label in labels]
    if wanted in names:
        return wanted
    return next((label.name for label in labels if label.role == "damage"), names[0] if names else DAMAGE)


def _with(attributes: Mapping[str, object], name: str, value: str) -> dict[str, object]:
    kept = {key: old for key, old in attributes.items() if key != name}
    return {**kept, name: _alike(attributes.get(name), value)} if value else kept


def _alike(old: object, value: str) -> str | int | float:
    """What was a number stays one, if what was typed is one."""
    if isinstance(old, int | float) and not isinstance(old, bool):
        with suppress(ValueError):
            return type(old)(value)
    return value


def _without_key(label: Label, key: str) -> Label:
    return msgspec.structs.replace(label, key="") if key and label.key == key else label


class Describing(QObject):
    """Labels, reviews and attributes of the selected regions, or of the photo; and the list of labels itself."""

    def __init__(self, session: Session, canvas: Canvas, panel: RegionPanel) -> None:
        super().__init__(panel)
        self._session, self._canvas, self._fields = session, canvas, panel.fields
        self._photo = ""  # what the fields tell about
        self._ids: tuple[str, ...] = ()
        panel.fields.label_chosen.connect(self._label)
        panel.fields.review_chosen.connect(self._review)
        panel.fields.attribute_set.connect(self._attribute)
        panel.labels.changed.connect(self._change)
        panel.labels.renamed.connect(self._rename)
        panel.labels.removed.connect(self._remove)
        for part in (panel.fields, panel.labels.field):
            part.done.connect(canvas.setFocus)

    def attend(self) -> None:
        """The fields are about to tell of what is selected now: what was typed before belongs to what was."""
        if (self._photo, self._ids) != (self._session.current, self._canvas.selection):
            self._fields.commit()
            self._photo, self._ids = self._session.current, self._canvas.selection

    def _label(self, name: str) -> None:
        relabel(self._session, self._session.current, self._canvas.selection, name)

    def _review(self, state: Review) -> None:
        review(self._session, self._session.current, self._canvas.selection, state)

    def _attribute(self, name: str, value: str) -> None:
        if self._session.place(self._photo) >= 0:
            set_attribute(self._session, self._photo, self._ids, name, value)

    def _change(self, name: str, label: Label) -> None:
        change_label(self._session, name, label)

    def _rename(self, old: str, new: str) -> None:
        rename_label(self._session, old, new)

    def _remove(self, name: str) -> None:
        remove_label(self._session, name)


class Assessing(QObject):
    """The latest figure; during a drag, the one that ending it now would give."""

    assessed = Signal(object)  # Damage

    def __init__(self, session: Session, background: Background, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self._latest = Latest(background, self)
        self._latest.found.connect(self.assessed)
        session.current_changed.connect(self._current_changed)
        session.photo_changed.connect(self._photo_changed)
        session.labels_changed.connect(self._ask)
        session.threshold_changed.connect(self._threshold_changed)
        canvas.pointer_moved.connect(self._pointer_moved)
        canvas.busy_changed.connect(self._busy_changed)

    def _current_changed(self, _photo: str) -> None:
        self._latest.drop()
        self._ask()

    def _photo_changed(self, photo_id: str) -> None:
        if photo_id == self._session.current:
            self._ask()

    def _threshold_changed(self, _value: float) -> None:
        self._ask()

    def _pointer_moved(self, _x: float, _y: float) -> None:
        """The figure follows during a drag."""
        if self._canvas.busy and self._latest.idle:
            self._ask(self._canvas.would_be)

    def _busy_changed(self, busy: bool) -> None:
        if not busy:  # also when a gesture was given up: the figure goes back
            self._ask()

    def _ask(self, regions: tuple[Region, ...] | None = None) -> None:
        """Work the figure out for these regions, by default those that are stored."""
        project, current = self._session.project, self._session.current
        if current and project is not None:
            regions = self._session.regions(current) if regions is None else regions
            self._latest.ask(partial(project.damage, current, regions=regions, threshold=self._session.threshold))
