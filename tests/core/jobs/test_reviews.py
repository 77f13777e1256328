"""A review looks at all annotated photos with a model of its own process, ranks, stops and goes on."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
import pytest

from cardamage_core import commands
from cardamage_core.errors import ProjectError
from cardamage_core.jobs import queue, reviews
from cardamage_core.project import Project

PATIENCE = 120.0


def never() -> bool:
    return False


@pytest.fixture
def dataset(tmp_path: Path, drawn):
    (tmp_path / "photos").mkdir()
    return drawn(tmp_path / "photos", train=0, val=4)


def test_every_annotated_photo_is_looked_at_and_ranked(tmp_path: Path, dataset, model_folder: Path):
    folder = reviews.create(tmp_path, dataset, reviews.Request(str(model_folder)))
    shares: list[float] = []
    review = reviews.carry_out(folder, say=lambda _text, share: shares.append(share), stop=never)
    assert review is not None
    assert review.photos == 4
    assert reviews.newest(tmp_path) == review
    assert shares == sorted(shares)
    scores = [one.score for one in review.suspicions]
    assert scores == sorted(scores, reverse=True)
    assert all(one.region in review.judged for one in review.suspicions if one.region)


def test_a_review_that_is_stopped_goes_on_where_it_was(tmp_path: Path, dataset, model_folder: Path):
    folder = reviews.create(tmp_path, dataset, reviews.Request(str(model_folder)))
    said: list[str] = []
    assert reviews.carry_out(folder, say=lambda text, _: said.append(text), stop=lambda: len(said) >= 2) is None
    with (folder / "evidence.jsonl").open("ab") as file:
        file.write(b'{"photo": "half')  # of a worker that was killed
    assert len(reviews.read_evidence(folder)) == 2
    assert reviews.newest(tmp_path) is None
    review = reviews.carry_out(folder, say=lambda text, _: said.append(text), stop=never)
    assert review is not None
    assert review.photos == 4
    assert len(said) == 4


def test_a_photo_that_cannot_be_read_is_told(tmp_path: Path, dataset, model_folder: Path):
    Path(dataset.photos[0].photo.path).write_bytes(b"no photo")
    folder = reviews.create(tmp_path, dataset, reviews.Request(str(model_folder)))
    review = reviews.carry_out(folder, say=lambda *_: None, stop=never)
    assert review is not None
    assert review.photos == 3
    assert any("1 photo could not be read" in note for note in review.notes)


def test_photos_that_nobody_annotated_are_left_out(tmp_path: Path, dataset):
    bare = tuple(msgspec.structs.replace(one, regions=()) for one in dataset.photos)
    with pytest.raises(ProjectError, match="too little"):
        reviews.create(tmp_path, msgspec.structs.replace(dataset, photos=bare), reviews.Request("m"))
    with pytest.raises(ProjectError, match="too little"):
        reviews.create(tmp_path, dataset, reviews.Request(folds=2))


def test_it_runs_in_a_process_of_its_own(tmp_path: Path, dataset, model_folder: Path):
    folder = reviews.create(tmp_path, dataset, reviews.Request(str(model_folder)))
    reviews.start(folder)
    until = time.monotonic() + PATIENCE
    while not (folder / "review.json").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert reviews.newest(tmp_path) is not None
    while queue.observed(reviews.JobFolder(folder))[0] == "running" and time.monotonic() < until:
        time.sleep(0.1)


def test_each_fold_is_judged_by_a_model_of_the_others(tmp_path: Path, dataset):
    many = tuple(
        msgspec.structs.replace(one, photo=msgspec.structs.replace(one.photo, id=f"{one.photo.id} {i}"))
        for i in range(6)
        for one in dataset.photos
    )
    dataset = msgspec.structs.replace(dataset, photos=many)
    job = reviews.job_of_fold(dataset, reviews.Request(folds=2, epochs=3), 1)
    assert job.class_names == ("dent",)
    assert (job.epochs, job.steps) == (3, 1)
    assert "fold 2 of 2" in job.name


def test_the_command_lists_the_queue(tmp_path: Path, dataset, model_folder: Path, capsys: pytest.CaptureFixture[str]):
    with Project.create(tmp_path / "project") as project:
        project.add(dataset.photos, dataset.labels, "Import")
    assert commands.main(["review", str(tmp_path / "project"), "--model", str(model_folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["photos"] == 4
    assert all(one["reason"] for one in said["queue"])
    assert commands.main(["review", str(tmp_path / "project"), "--list"]) == 0
    assert "to look at" in capsys.readouterr().out
