"""A tangle of 3,000 random points is written, judged and checked with bounded work, and nothing removes it."""

import numpy as np
import pytest

from cardamage_core import formats
from cardamage_core.annotations import problems
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Polygon, Region
from cardamage_core.assessment.damage import assess
from cardamage_core.project import Project
from cardamage_core.project.data_problems import repair

MOST_PAIRS = 40_000_000  # of lines whose boxes overlap


def ring(points, seed):
    return tuple((float(x), float(y)) for x, y in np.random.default_rng(seed).random((points, 2)) * 1000)


REGIONS = {
    "one": (Region("r", Polygon((ring(3000, 0),)), "dent"),),
    "in a hole": (Region("r", Polygon((((0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0)), ring(3000, 0))), "dent"),),
    "1,000 rings": (Region("r", Polygon(tuple(ring(3, seed) for seed in range(1000))), "dent"),),
    "a car": (Region("c", Polygon((ring(3000, 1),)), "car"), Region("r", Polygon((ring(3000, 2),)), "dent")),
}
PHOTO = Photo("p", "a.jpg", "a.jpg", 1000, 1000)
LABELS = (Label("dent", "#ff0000"), Label("car", "#00ff00", role="car"))


@pytest.fixture
def bounded(pairs_looked_at):
    yield
    assert sum(pairs_looked_at) < MOST_PAIRS


@pytest.mark.parametrize("name", ["one", "1,000 rings"])
@pytest.mark.parametrize("kind", ["coco", "yolo", "voc", "labelme", "via1"])
def test_it_is_written_and_read_again(tmp_path, bounded, kind, name):
    dataset = Dataset((AnnotatedPhoto(PHOTO, REGIONS[name]),), LABELS)
    formats.losses(dataset, format=kind)
    formats.write(dataset, tmp_path / "out", format=kind)


@pytest.mark.parametrize("name", REGIONS)
def test_it_is_judged(bounded, name):
    assert 0 < assess(PHOTO, REGIONS[name], LABELS).of_photo <= 100


@pytest.mark.parametrize("name", REGIONS)
def test_it_is_told_and_neither_mended_nor_removed(tmp_path, bounded, name):
    one = AnnotatedPhoto(PHOTO, REGIONS[name])
    assert "tangled" in [problem.code for problem in problems.photo_problems(one)]
    with Project.create(tmp_path / "p") as project:
        project.add([one], LABELS, "Import")
        repair(project)
        assert project.regions("p") == one.regions
