"""How do photos without annotations come into the project? In the background: each file's header is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cardamage_core.project import Project
from cardamage_core.project.importing import apply
from cardamage_core.project.planning import plan_photos


def added(project: Project, paths: Sequence[Path]) -> str:
    """Add the photos as one undoable edit; the id of the first of them, also where it was known before."""
    apply(project, plan_photos(paths))
    return project.paths().get(paths[0].absolute(), "")
