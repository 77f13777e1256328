"""Judging a model on the open project's annotated photos, in a process of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..background import Background
from ..language import amount, tr
from ..session import Session
from . import work

if TYPE_CHECKING:
    from pathlib import Path


def splits(session: Session) -> list[tuple[str, str]]:
    """The photos a model can be judged by, validation and test first: the name of a split and words for it."""
    numbers = Counter(photo.split for photo in session.photos())
    present = [name for name in ("val", "test", "train") if numbers[name]]
    counted = {name: amount(numbers[name], "photo") for name in present}
    named = [(name, tr("On {name}: {photos}", name=name, photos=photos)) for name, photos in counted.items()]
    return [*named, ("all", tr("On all photos: {photos}", photos=amount(numbers.total(), "photo")))]


def begin(session: Session, background: Background, model_id: str, split: str, begun: Callable[[Path], None]) -> None:
    """Begin an evaluation; `begun` is given its folder. An error is told by the session."""
    project = session.project
    if project is None:
        return
    own = project.threshold if project.has_threshold else None

    def start() -> Path:
        return work.evaluation_started(project, model_id, split, own)

    background.run(start, begun, session.failed.emit, urgent=True)
