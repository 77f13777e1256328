"""Ties the fields of the Annotate page's panel to the selected regions, the photo and the labels."""

from __future__ import annotations

from qtpy.QtCore import QObject

from cardamage_core.annotations.model import Label, Review

from ..canvas import Canvas
from ..editing import changes
from ..session import Session
from .region_panel import RegionPanel


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
        for done in (panel.fields.done, panel.labels.field.done, panel.labels.chosen):
            done.connect(canvas.setFocus)

    def attend(self) -> None:
        """The fields are about to tell of what is selected now: what was typed before belongs to what was."""
        if (self._photo, self._ids) != (self._session.current, self._canvas.selection):
            self._fields.commit()
            self._photo, self._ids = self._session.current, self._canvas.selection

    def _label(self, name: str) -> None:
        changes.relabel(self._session, self._session.current, self._canvas.selection, name)

    def _review(self, state: Review) -> None:
        changes.review(self._session, self._session.current, self._canvas.selection, state)

    def _attribute(self, name: str, value: str) -> None:
        if self._session.place(self._photo) >= 0:
            changes.set_attribute(self._session, self._photo, self._ids, name, value)

    def _change(self, name: str, label: Label) -> None:
        changes.change_label(self._session, name, label)

    def _rename(self, old: str, new: str) -> None:
        changes.rename_label(self._session, old, new)

    def _remove(self, name: str) -> None:
        changes.remove_label(self._session, name)
