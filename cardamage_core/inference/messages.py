"""What do a window and the process that predicts say to each other? One JSON line each."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..annotations.model import Region


class Request(msgspec.Struct, frozen=True):
    """Outline what is on a photo; detections scored below `min_score` are not wanted."""

    id: int
    photo: str
    min_score: float = 0.05


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The model is loaded and warm. Sent once, first."""

    model: str
    seconds: float


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """The regions seen on the photo of the request with this id, best first."""

    id: int
    regions: tuple[Region, ...]
    seconds: float


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """Why a request (or, with id 0, the start) failed, as title and detail of a `photo` or `model` error."""

    id: int
    kind: Literal["photo", "model"]
    title: str
    detail: str = ""


Reply = Ready | Answer | Problem
