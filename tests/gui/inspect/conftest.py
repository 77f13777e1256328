"""What the tests of the Inspect page share: three drawn photos, a claim of them, and the page on it."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import Origin
from cardamage_core.claims.claim import Claim
from cardamage_gui.inspect.page import InspectPage
from cardamage_gui.session import Session
from cardamage_gui.settings import Settings

from ..conftest import rectangle
from ..outliners import Worker

MODEL = "damage"  # the id of the model in the box


def seen(region_id, label, score, box):
    """What the model in the box saw."""
    return rectangle(region_id, label, box, origin=Origin("predicted", model=MODEL, score=score))


BY_CARS = Origin("predicted", model="car-and-panels", score=0.99)
CAR = msgspec.structs.replace(seen("car", "car", 0.99, (100, 100, 400, 200)), origin=BY_CARS)
HOOD = seen("hood", "hood", 0.98, (100, 100, 200, 200))
WINDSCREEN = seen("windscreen", "windscreen", 0.98, (300, 100, 100, 60))
WHEEL = seen("wheel", "wheel", 0.98, (440, 160, 50, 40))
DENT = seen("dent", "dent", 0.9, (120, 120, 100, 80))  # 8,000 of the car's 80,000 pixels, 20 % of the hood
SCRATCH = seen("scratch", "scratch", 0.8, (300, 220, 80, 20))  # 2 % of the car
GUESS = seen("guess", "scratch", 0.2, (420, 240, 40, 40))


def again(regions, suffix):
    """The same on another photo."""
    return tuple(msgspec.structs.replace(one, id=f"{one.id}{suffix}") for one in regions)


@pytest.fixture(autouse=True)
def worker():
    """The model's answers: damage on a and b, none on c."""
    fresh = Worker.fresh()
    parts = (CAR, HOOD, WINDSCREEN, WHEEL)
    fresh.answers = {
        "a.png": (*parts, DENT, SCRATCH, GUESS),
        "b.png": again((*parts, DENT), "2"),
        "c.png": again(parts, "3"),
    }
    return fresh


@pytest.fixture
def photos(tmp_path):
    """Three photos of 600 × 400, sharp."""
    folder = tmp_path / "from the phone"
    folder.mkdir()
    noise = np.random.default_rng(1)
    for name in "abc":
        Image.fromarray(noise.integers(0, 256, (400, 600, 3), dtype=np.uint8)).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def main(qapp):
    """The annotators' session, without a project."""
    made = Session()
    yield made
    made.close()


@pytest.fixture
def page(qtbot, main, background, answers, tmp_path):
    """The page, shown, on an empty library."""
    made = InspectPage(main, background, Settings(tmp_path / "settings.json"), answers, worker=Worker)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    qtbot.waitActive(made)
    yield made
    made.close_predictor()
    made.close()


@pytest.fixture
def claim(page, photos, wait):
    """The page with a claim of the three photos, outlined."""
    page.take([photos])
    wait(lambda: page.desk.claim is not None and len(Worker.asked) == 3 and not page.queue.outlining.busy)
    return page


@pytest.fixture
def stored(claim):
    """Reads the claim again from disk once it was closed."""

    def read():
        folder = claim.desk.claim.folder
        claim.session.close()
        return Claim.open(folder, read_only=True)

    return read
