"""Stores what models saw: in the project of a session, or in one that is opened for that moment only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cardamage_core.annotations.confidence import is_above
from cardamage_core.annotations.labels import new_labels
from cardamage_core.annotations.model import Label, Photo, Region, Role
from cardamage_core.errors import ProjectError
from cardamage_core.project import Project
from cardamage_core.project.prediction_log import Look

from ..language import mark
from ..session import Session
from .outlining import Work, with_predictions

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model

Preparation = Callable[[Sequence[Region]], tuple[Region, ...]]
Opening = Callable[[Path], AbstractContextManager[Project]]


class RegionKeeper:
    """Keeps results in the session's project; those of other projects where `opening` opens them, else not at all.

    For claims detections of one damage become one finding; annotators get what the model said.
    """

    def __init__(self, session: Session, *, parts: bool, opening: Opening | None = None) -> None:
        """`parts`: whether it is a claim, which keeps panels too."""
        self._session, self._parts, self._opening = session, parts, opening

    @property
    def shown(self) -> Path | None:
        """The folder of the session's project."""
        return self._session.project.folder if self._session.project else None

    def preparation(self, work: Work, models: Sequence[Model]) -> Preparation:
        """Takes out of what was seen what is kept of it; to be called in the background.

        The figure of the photo that is shown is worked out there once: its areas are cached, so that the window does
        not stand still for them.
        """
        project = self._session.project
        photo = project.photo(work.photo) if project is not None and work.folder == self.shown else None
        return partial(_prepared, photo, _roles(models), self._parts)

    def keep(self, work: Work, model: Model, models: Sequence[Model], found: Sequence[Region]) -> int:
        """Store what `preparation` made of what was seen as one edit; how many damages that were."""
        roles, ids = _roles(models), {one.card.id for one in models}
        text = mark(f"Outline damage with {model.card.name}")
        if work.folder == self.shown:
            self._session.propose_threshold(model.card.threshold)
            before = self._session.regions(work.photo)
            after, labels = with_predictions(before, found, ids), _new_labels(found, self._session.labels(), roles)
            if not self._session.edit(work.photo, before, after, text, labels=labels):
                raise ProjectError(mark("The outlines could not be stored."), mark("The photo can be outlined again."))
        elif self._opening is not None:
            with self._opening(work.folder) as project:
                if model.card.threshold is not None and not project.has_threshold:
                    project.set_threshold(model.card.threshold)
                before = project.regions(work.photo)
                after, labels = with_predictions(before, found, ids), _new_labels(found, project.labels(), roles)
                project.edit_regions(work.photo, before, after, text, labels=labels)
        least = model.card.threshold or 0.0
        return sum(roles.get(region.label, "damage") == "damage" and is_above(region, least) for region in found)

    def note(self, work: Work, look: Look) -> None:
        """Store that a model looked, or failed to."""
        if work.folder == self.shown:
            self._session.note_look(work.photo, look)
        elif self._opening is not None:
            with self._opening(work.folder) as project:
                project.note_look(work.photo, look)


def _roles(models: Sequence[Model]) -> dict[str, Role]:
    return {name: one.card.role_of(name) for one in models for name in one.card.classes}


def _prepared(photo: Photo | None, roles: dict[str, Role], parts: bool, found: Sequence[Region]) -> tuple[Region, ...]:
    if not parts:  # panels would hide the damage
        return tuple(region for region in found if roles.get(region.label) != "part")
    from cardamage_core.assessment.damage import assess  # load what a start need not wait for
    from cardamage_core.claims.merge import merge_detections

    labels = _new_labels(found, (), roles)
    kept = merge_detections(found, labels)
    if photo is not None:
        assess(photo, kept, labels, beside=False)
    return kept


def _new_labels(found: Sequence[Region], known: Sequence[Label], roles: dict[str, Role]) -> tuple[Label, ...]:
    return new_labels((region.label for region in found), known, roles=roles)
