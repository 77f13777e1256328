"""A claim of three drawn photos: one with findings and a plate, one that failed, one that nobody looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.claims.claim import Claim
from cardamage_core.claims.model import ClaimFields
from cardamage_core.project.prediction_log import Look

FIELDS = ClaimFields(number="2026-1", vehicle="<b>Golf</b>", notes="=SUM(A1)")


def picture(path: Path, seed: int) -> Path:
    noise = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), np.uint8)
    Image.fromarray(noise).resize((400, 300), Image.Resampling.NEAREST).save(path, quality=95)
    return path


def guess(name: str, x: float, y: float, width: float, height: float, label: str, score: float) -> Region:
    origin = Origin("predicted", model="damage", score=score)
    return Region(name, Rectangle(x, y, width, height), label, origin=origin)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [picture(tmp_path / f"photo {number}.jpg", number) for number in (1, 2, 3)]


@pytest.fixture
def claim(tmp_path: Path, photos: list[Path]):
    """The car is 300 × 200 px, the dent 60 × 50 px, so 5 % of the car, and half of the hood of 60 × 100 px."""
    made = Claim.create(tmp_path / "place", photos, FIELDS, who="anna")
    first, second, _ = made.photos()
    regions = (
        Region("car", Rectangle(50, 50, 300, 200), "car"),
        Region("hood", Rectangle(100, 100, 60, 100), "hood"),
        guess("dent", 100, 100, 60, 50, "dent", 0.95),
        guess("scratch", 200, 100, 30, 20, "scratch", 0.96),
        Region("plate", Rectangle(180, 200, 60, 20), "number plate"),
    )
    made.project.edit_regions(first.id, (), regions, "Outline")
    made.project.note_look(first.id, Look("damage", 3))
    made.project.note_look(second.id, Look("damage", problem="The photo is damaged."))
    yield made
    made.close()
