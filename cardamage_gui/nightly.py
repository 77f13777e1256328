"""When is a copy of the project file made? In the background after a project was opened, once a day."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QObject

from cardamage_core.project import backups

from .background import Background
from .session import Session


class Nightly(QObject):
    """Keeps copies of the projects that the session opens; a damaged file is told by the background."""

    def __init__(self, session: Session, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        session.project_changed.connect(self._project_changed)

    def _project_changed(self) -> None:
        project = self._session.project
        if project is not None and not project.read_only:
            self._background.run(partial(backups.keep, project.folder))
