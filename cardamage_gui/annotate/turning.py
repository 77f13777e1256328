"""How is the view turned, and for which photo?

Only the view turns: file, regions and their coordinates stay. A photo that lies on its side lies so when one comes back
to it, and the next one need not; so each photo keeps its turn as long as the window is open, and begins upright.
"""

from __future__ import annotations

from qtpy.QtCore import QObject

from ..actions import Action
from ..canvas import Canvas
from ..session import Session

TEXTS = ("", "turned 90° right", "turned 180°", "turned 90° left")  # by quarter turns clockwise


class Turning(QObject):
    """Turns the view of the canvas, and remembers by how much for each photo."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self._turns: dict[str, int] = {}
        session.project_changed.connect(self._turns.clear)
        session.current_changed.connect(self._photo_changed)

    def actions(self) -> list[Action]:
        """What can be done."""
        return [
            Action("turn_right", "Turn the view right", ("Ctrl+R",), "By 90°; only what you see turns", self.right),
            Action("turn_left", "Turn the view left", ("Ctrl+Shift+R",), "By 90°; only what you see turns", self.left),
            Action("upright", "View upright", ("Ctrl+Alt+R",), "Show the photo as it is in the file", self.upright),
        ]

    def right(self) -> None:
        """A quarter turn clockwise."""
        self._turn_to(self._canvas.viewport.turn + 1)

    def left(self) -> None:
        """A quarter turn counterclockwise."""
        self._turn_to(self._canvas.viewport.turn - 1)

    def upright(self) -> None:
        """As it is in the file."""
        self._turn_to(0)

    def _turn_to(self, turn: int) -> None:
        if self._session.current:
            self._turns[self._session.current] = turn % 4
            self._canvas.turn_to(turn % 4)

    def _photo_changed(self, photo_id: str) -> None:
        self._canvas.turn_to(self._turns.get(photo_id, 0))
