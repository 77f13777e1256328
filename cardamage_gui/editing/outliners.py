"""What outlines things for the canvas tools: models of boxes and of clicks, shared by the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

from .box_outliner import BoxOutliner
from .click_outliner import ClickOutliner


class Outliners(NamedTuple):
    """Called from background threads; `close` ends their processes."""

    boxes: BoxOutliner
    clicks: ClickOutliner

    @classmethod
    def of(cls, click_model: Callable[[], str]) -> Self:
        """The models in the box; `click_model` gives the value of that setting."""
        return cls(BoxOutliner(), ClickOutliner(click_model))

    def close(self) -> None:
        """End the processes."""
        self.boxes.close()
        self.clicks.close()
