"""Outlines what is clicked: by a SAM pair of the user's, by the click network, or by colour alone.

Models live in processes of their own, started when the tool is taken. One that fails is given up for this session and
the next one is asked, which the proposal says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cardamage_core.annotations.model import Ring
from cardamage_core.errors import ModelError

from ..canvas.tools.clicks import CLICKS, Clicked, Proposal
from ..language import mark

if TYPE_CHECKING:
    import numpy as np

    from cardamage_core.clicks.client import ClickPredictor
    from cardamage_core.clicks.views import Click

KEPT = 2  # photos, one for each page that shows one
NETWORK, SAM = "own network", "SAM files"  # values of the setting; "automatic" asks SAM before the network


class PhotoOutliner(Protocol):
    """Answers clicks on one photo."""

    def warm_up(self) -> None:
        """Look at the photo."""

    def outline(self, clicks: Sequence[Click]) -> tuple[Ring, ...]:
        """The rings of what is clicked."""


class ClickOutliner:
    """Called from background threads."""

    def __init__(self, choice: Callable[[], str], models: Callable[[str], list[Path]] | None = None) -> None:
        """`choice` gives the setting's value; `models` the folders for a value, best first."""
        self._choice, self._models = choice, models or model_folders
        self._lock = threading.RLock()
        self._predictors: dict[Path, ClickPredictor] = {}
        self._photos: list[tuple[np.ndarray, Path, PhotoOutliner]] = []
        self._failed: dict[Path, str] = {}
        self._told: set[Path] = set()
        self._closed = False

    def warm_up(self, pixels: np.ndarray) -> None:
        """Start the model and let it look at the photo."""
        for folder in self._folders():
            try:
                self._outliner(folder, pixels).warm_up()
            except ModelError as error:
                self._give_up(folder, error)
            else:
                return

    def outline(self, pixels: np.ndarray, clicked: Clicked) -> Proposal:
        """The outline for the clicks. Raises CarDamageError where nothing stands out."""
        for folder in self._folders():
            try:
                rings = self._outliner(folder, pixels).outline(clicked.clicks)
            except ModelError as error:
                self._give_up(folder, error)
            else:
                return Proposal(rings, self._note(folder))
        found = CLICKS.work(pixels, clicked)
        failures = " ".join(self._failed.values())
        if failures:
            return Proposal(found.rings, mark(f"By colour alone. {failures}"))
        return (
            found
            if self._choice() != "colours"
            else Proposal(found.rings, mark("By colour alone, as the settings say"))
        )

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            self._closed = True
            predictors, self._predictors = list(self._predictors.values()), {}
            self._photos = []
        for predictor in predictors:
            predictor.close()

    def _folders(self) -> list[Path]:
        with self._lock:
            return [] if self._closed else [one for one in self._models(self._choice()) if one not in self._failed]

    def _outliner(self, folder: Path, pixels: np.ndarray) -> PhotoOutliner:
        """The one for this photo, made where it is new."""
        with self._lock:
            for known, place, outliner in self._photos:
                if known is pixels and place == folder:
                    return outliner
            made = _made(self._predictor(folder), folder, pixels)
            self._photos = [*self._photos[-(KEPT - 1) :], (pixels, folder, made)]
            return made

    def _predictor(self, folder: Path) -> ClickPredictor:
        from cardamage_core.clicks.client import ClickPredictor

        if folder not in self._predictors:
            self._predictors[folder] = ClickPredictor(folder)
        return self._predictors[folder]

    def _give_up(self, folder: Path, error: ModelError) -> None:
        with self._lock:
            self._failed[folder] = f"{error.title} {error.detail}"
            predictor = self._predictors.pop(folder, None)
            self._photos = [one for one in self._photos if one[1] != folder]
        if predictor is not None:
            predictor.close()

    def _note(self, folder: Path) -> str:
        """What failed before this model, and at a SAM pair's first answer which files it is."""
        from cardamage_core.clicks import pins

        said = list(self._failed.values())
        if folder.parent == pins.folder() and folder not in self._told:
            said.append(mark(f"By the SAM files {pins.described(folder)}"))
        self._told.add(folder)
        return " ".join(said)


def model_folders(choice: str) -> list[Path]:
    """The folders of models for a value of the setting, best first."""
    from cardamage_core.clicks import pins
    from cardamage_core.models import registry

    own = registry.click_network()
    pairs = pins.folders() if choice in ("automatic", SAM) else []
    return [*pairs[:1], *([own] if own is not None and choice in ("automatic", NETWORK) else [])]


def _made(predictor: ClickPredictor, folder: Path, pixels: np.ndarray) -> PhotoOutliner:
    from cardamage_core.clicks.client import SamOutliner
    from cardamage_core.clicks.pins import is_pair
    from cardamage_core.clicks.zooming import Zooming

    return SamOutliner(predictor, pixels) if is_pair(folder) else Zooming(predictor, pixels)
