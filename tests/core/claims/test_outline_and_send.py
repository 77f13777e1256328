"""Outlining goes on where a photo or the model fails; what was accepted goes to a project once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.claims import findings
from cardamage_core.claims.claim import Claim
from cardamage_core.claims.outline import open_photos, outline
from cardamage_core.claims.sending import send_to_project
from cardamage_core.errors import ModelError, PhotoError
from cardamage_core.project import Project

from .conftest import Answers, draw


def seen(key: str, x: float, score: float = 0.95) -> Region:
    return Region(key, Rectangle(x, 10, 10, 10), "dent", origin=Origin("predicted", model="m", score=score))


@pytest.fixture
def claim(tmp_path: Path, folder: Path):
    for number in range(3):
        draw(folder / f"x{number}.jpg", 20 + number)
    with Claim.create(tmp_path / "p", [folder], who="ann") as claim:
        yield claim


def test_a_photo_or_a_process_that_fails_costs_that_photo_only(claim: Claim):
    gone = claim.photos()[1]
    claim.path_of(gone).unlink()
    predictor = Answers(
        [seen("a", 0), seen("b", 2, 0.9)],
        PhotoError("The photo IMG_10.jpg is missing."),
        ModelError("The process that predicts ended unexpectedly.", "killed by signal 9"),
        [],
        [seen("c", 0)],
    )
    told = [(photo.name, look.regions, look.problem) for photo, look in outline(claim, predictor, model="m")]
    assert told == [
        ("IMG_2.jpg", 1, ""),
        ("IMG_10.jpg", 0, "The photo IMG_10.jpg is missing."),
        ("x0.jpg", 0, "The process that predicts ended unexpectedly."),
        ("x1.jpg", 0, ""),
        ("x2.jpg", 1, ""),
    ]
    assert [one.name for one in open_photos(claim)] == ["IMG_10.jpg", "x0.jpg"]
    said = [one.text for one in claim.warnings() if one.code == "unreadable"]
    assert said[1:] == [f"{name} could not be outlined: {problem}" for name, _, problem in told[1:3]]
    assert [one.code for one in claim.problems()] == ["vanished-photo"]
    claim.write_summary()

    again = Answers(PhotoError("The photo IMG_10.jpg is missing."), [seen("d", 0)])
    assert [look.problem for _, look in outline(claim, again, model="m")] == ["The photo IMG_10.jpg is missing.", ""]


def test_a_model_that_keeps_failing_is_not_tried_for_ever(claim: Claim):
    predictor = Answers(*[ModelError("The process that predicts ended unexpectedly.")] * 5)
    looks = [look for _, look in outline(claim, predictor, model="m")]
    assert len(predictor.asked) == 3
    assert [look.problem[:9] for look in looks[3:]] == ["Not tried", "Not tried"]


def test_accepted_findings_go_to_a_project_once_as_one_edit(claim: Claim, tmp_path: Path):
    first, second = (photo.id for photo in claim.photos()[:2])
    outlined = (seen("a", 0), seen("b", 30), seen("dirt", 50), Region("plate", Rectangle(0, 0, 5, 5), "number plate"))
    claim.project.edit_regions(first, (), outlined, "Outline")
    regions = findings.changed(
        findings.decided(outlined, ["a", "dirt"], "accepted"), ["dirt"], cause="dirt, reflection"
    )
    claim.project.edit_regions(first, outlined, regions, "Accept")
    claim.project.edit_regions(second, (), (seen("c", 0),), "Outline")
    with Project.create(tmp_path / "annotations") as project:
        sent = send_to_project(claim, project)
        assert (sent.photos, sent.regions) == (1, 1)
        (photo,) = project.photos()
        (region,) = project.regions(photo.id)
        assert (region.id, region.review, region.origin) == ("a", "accepted", outlined[0].origin)
        stored = project.photo(photo.id)
        assert project.path_of(stored).read_bytes() == claim.path_of(claim.photos()[0]).read_bytes()
        assert [label.name for label in project.labels()] == ["dent"]
        assert send_to_project(claim, project).edit is None

        regions = findings.decided(claim.regions(first), ["b"], "accepted")
        claim.project.edit_regions(first, claim.regions(first), regions, "Accept")
        assert send_to_project(claim, project)[:2] == (0, 1)
        assert [one.id for one in project.regions(photo.id)] == ["a", "b"]
        project.undo()
        project.undo()
        assert project.photos() == ()
    assert [one.what for one in claim.log if one.what == "sent"] == ["sent", "sent"]
