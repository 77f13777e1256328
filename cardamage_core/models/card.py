"""The model card: what a person or a program must know about a model before relying on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from ..annotations import labels
from ..annotations.model import Role


class SourceNote(msgspec.Struct, frozen=True):
    """A collection that a model learned from: its licence ("none stated" where there is none) and whom to credit."""

    name: str
    licence: str
    credit: str
    photos: int


class ModelCard(msgspec.Struct, frozen=True):
    """What a person or program must know about a model.

    `classes` are named without the background and have ids 1, 2, …; `config` is `mrcnn.Config.to_dict()`; `job` the
    TrainingJob as a dict; `data_hash` names the regions learned from; `parent` the model or weights begun from;
    `metrics` are measured on the validation photos of the job; `created` is ISO 8601 in UTC.
    `summary` says in a sentence what the model is good for, `weaknesses` where it fails; `roles` of its classes where
    their names do not tell; `threshold` is the score from which its predictions count. `calibration` are points (score
    of the network, share of such predictions that are right) with rising scores; `command` made the model.
    """

    id: str
    name: str
    created: str
    preset: str
    classes: tuple[str, ...]
    config: dict[str, Any]
    job: dict[str, Any] = msgspec.field(default_factory=dict)
    data_hash: str = ""
    metrics: dict[str, Any] = msgspec.field(default_factory=dict)
    summary: str = ""
    weaknesses: tuple[str, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    roles: dict[str, Role] = msgspec.field(default_factory=dict)
    threshold: float | None = None
    calibration: tuple[tuple[float, float], ...] = ()
    command: str = ""
    parent: str = ""
    versions: dict[str, str] = msgspec.field(default_factory=dict)
    weights_sha256: str = ""

    def role_of(self, name: str) -> Role:
        """The role of a class: as the card says, else guessed by name."""
        return self.roles.get(name) or labels.role_of(name)

    def calibrated(self, scores: Sequence[float] | np.ndarray) -> np.ndarray:
        """Scores of the network (n,) -> how often such predictions are right, 0…1; unchanged without calibration."""
        if not self.calibration:
            return np.asarray(scores, np.float32)
        network, right = zip(*self.calibration, strict=True)
        return np.interp(np.asarray(scores, float), network, right).astype(np.float32)

    def raw_score(self, calibrated: float) -> float:
        """The score of the network that a calibrated one belongs to."""
        if not self.calibration:
            return calibrated
        network, right = zip(*self.calibration, strict=True)
        return float(np.interp(calibrated, right, network))
