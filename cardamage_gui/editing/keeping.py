"""Stores what models saw: in the project of a session, or in one that is opened for that moment only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cardamage_core.annotations.confidence import is_above
from cardamage_core.annotations.labels import new_labels
from cardamage_core.annotations.model import Label, Region, Role
from cardamage_core.errors import CarDamageError, ProjectError
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

        The figure of a photo of the project that is shown is worked out there, too, and known when it is asked for:
        the window does not stand still for it.
        """
        project, roles, figure = self._session.project, _roles(models), None
        if project is not None and work.folder == self.shown:
            before, ids = self._session.regions(work.photo), {one.card.id for one in models}
            own = models[0].card.threshold
            threshold = own if own is not None and not project.has_threshold else self._session.threshold
            figure = partial(_work_out, project, work.photo, before, ids, threshold)
        return partial(_prepared, figure, roles, self._parts)

    def keep(self, work: Work, model: Model, models: Sequence[Model], found: Sequence[Region]) -> int:
        """Store what `preparation` made of what was seen as one edit; how many damages that were."""
        roles, ids = _roles(models), {one.card.id for one in models}
        text, least = mark(f"Outline damage with {model.card.name}"), model.card.threshold or 0.0
        seen = sum(roles.get(region.label, "damage") == "damage" and is_above(region, least) for region in found)
        look = Look(model.card.id, seen)
        if work.folder == self.shown:
            self._session.propose_threshold(model.card.threshold)
            after = with_predictions(self._session.regions(work.photo), found, ids)
            labels = _new_labels(found, self._session.labels(), roles)
            if not self._session.take_look(work.photo, after, look, text, labels=labels):
                raise ProjectError(mark("The outlines could not be stored."), mark("The photo can be outlined again."))
        elif self._opening is not None:
            with self._opening(work.folder) as project:
                if model.card.threshold is not None and not project.has_threshold:
                    project.set_threshold(model.card.threshold)
                before = project.regions(work.photo)
                after, labels = with_predictions(before, found, ids), _new_labels(found, project.labels(), roles)
                project.edit_regions(work.photo, before, after, text, labels=labels)
                project.note_look(work.photo, look)
        return seen

    def note(self, work: Work, look: Look) -> None:
        """Store that a model failed to look."""
        if work.folder == self.shown:
            self._session.note_look(work.photo, look)
        elif self._opening is not None:
            with self._opening(work.folder) as project:
                project.note_look(work.photo, look)


def _roles(models: Sequence[Model]) -> dict[str, Role]:
    return {name: one.card.role_of(name) for one in models for name in one.card.classes}


def _prepared(
    figure: Callable[[Sequence[Region]], None] | None, roles: dict[str, Role], parts: bool, found: Sequence[Region]
) -> tuple[Region, ...]:
    if not parts:  # panels would hide the damage
        kept = tuple(region for region in found if roles.get(region.label) != "part")
    else:
        from cardamage_core.claims.merge import merge_detections  # loads what a start need not wait for

        kept = merge_detections(found, _new_labels(found, (), roles))
    if figure is not None:
        figure(kept)
    return kept


def _work_out(
    project: Project, photo: str, before: Sequence[Region], ids: set[str], threshold: float, found: Sequence[Region]
) -> None:
    """Let the project know the figure of what is about to be stored; one that was closed meanwhile needs none."""
    with suppress(CarDamageError):
        project.damage(photo, regions=with_predictions(before, found, ids), threshold=threshold)


def _new_labels(found: Sequence[Region], known: Sequence[Label], roles: dict[str, Role]) -> tuple[Label, ...]:
    return new_labels((region.label for region in found), known, roles=roles)
