"""Photos, and models whose answers are given, for tests of claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import Region


def draw(path: Path, seed: int = 0, size: tuple[int, int] = (80, 60)) -> Path:
    """A photo of noise."""
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos and a text file that is called one."""
    draw(tmp_path / "in" / "IMG_2.jpg", 2)
    draw(tmp_path / "in" / "IMG_10.jpg", 10)
    (tmp_path / "in" / "note.jpg").write_text("no photo")
    return tmp_path / "in"


class Answers:
    """A predictor that gives the next answer, or raises it."""

    def __init__(self, *answers: Sequence[Region] | BaseException) -> None:
        self._answers = iter(answers)
        self.asked: list[str] = []

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def predict(self, photo_path: Path) -> tuple[Region, ...]:
        self.asked.append(photo_path.name)
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return tuple(answer)
