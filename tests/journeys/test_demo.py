"""The demonstration from nothing to its page, with a network as small as it can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core.demo.run import CLAIM, DemoSettings, Outcome, run, write
from cardamage_core.project import Project

TINY = {"image_min_side": 64, "image_max_side": 64, "canvas_floor": 64, "proposals_inference": 8}
RECIPE = DemoSettings(
    {"train": 3, "val": 1, CLAIM: 2}, epochs=1, steps=2, batch=1, start="none", threshold=0.0, processes=1, changes=TINY
)


class Told:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: list[str] = []
        self.say = self.said.append
        self.show = self.shown.append


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, Told]:
    folder, told = tmp_path_factory.mktemp("demo"), Told()
    return folder, run(folder, RECIPE, told), told


def test_all_drawn_photos_are_in_the_project(demonstration):
    folder, _, _ = demonstration
    with Project.open(folder / "project", read_only=True) as project:
        assert sorted(photo.split for photo in project.photos()) == ["", "", "train", "train", "train", "val"]
        assert {label.name: label.role for label in project.labels()}["car"] == "car"


def test_what_the_model_saw_on_the_claim_is_kept_as_predicted_regions(demonstration):
    folder, outcome, _ = demonstration
    assert len(outcome.judged) == 2
    with Project.open(folder / "project", read_only=True) as project:
        for one in outcome.judged:
            kept = project.regions(one.photo.id)
            assert kept == one.regions
            assert {region.origin.model for region in kept} <= {outcome.model.card.id}


def test_the_truth_is_measured_against_but_never_shown_to_the_project(demonstration):
    _, outcome, _ = demonstration
    assert outcome.metrics.photos == 3
    assert outcome.metrics.truth >= 3  # each photo has at least its car
    assert all(one.drawn.denominator == "car" for one in outcome.judged)


def test_progress_is_told(demonstration):
    _, _, told = demonstration
    assert any("Drawing 100%" in line for line in told.shown)
    assert any("3 photos to learn from" in text for text in told.said)


def test_the_page_shows_every_picture_and_its_figure(demonstration):
    folder, outcome, _ = demonstration
    page = write(outcome, folder / "result")
    text = page.read_text("utf-8")
    for one in outcome.judged:
        assert f'src="{one.picture.name}"' in text
        assert (page.parent / one.picture.name).is_file()
    assert outcome.model.card.id in text
    assert "not a repair estimate" in text
