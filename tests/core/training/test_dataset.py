"""How do photos and regions become batches?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Dot, Origin, Photo, Polygon, Rectangle, Region
from cardamage_core.errors import JobError
from cardamage_core.training.dataset import TrainingPhotos, instances

CLASSES = {"dent": 1}


@pytest.fixture
def ten(tmp_path) -> Dataset:
    """Ten photos, the number of each being its grey value."""
    photos = []
    for number in range(10):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 20), (number, number, number)).save(path)
        region = Region(f"r{number}", Rectangle(10, 4, 20, 8), "dent")
        photos.append(AnnotatedPhoto(Photo(f"p{number}", str(path), path.name, 40, 20), (region,)))
    return Dataset(tuple(photos))


def _numbers(samples) -> list[int]:
    return [int(sample.image[0, 0, 0]) for sample in samples]


def test_a_round_shows_every_photo_once_and_the_next_in_another_order(ten):
    photos = TrainingPhotos(ten, CLASSES, longest_side=64, seed=3)
    rounds = [_numbers(photos.batch(10 * i, 5) + photos.batch(10 * i + 5, 5)) for i in range(2)]
    assert sorted(rounds[0]) == sorted(rounds[1]) == list(range(10))
    assert rounds[0] != rounds[1]


def test_a_step_sees_the_same_photos_after_a_resume_as_without_one(ten):
    through = TrainingPhotos(ten, CLASSES, longest_side=64, seed=3)
    for step in range(7):
        through.batch(3 * step, 3)
    resumed = TrainingPhotos(ten, CLASSES, longest_side=64, seed=3)
    assert _numbers(resumed.batch(21, 3)) == _numbers(through.batch(21, 3))
    assert _numbers(TrainingPhotos(ten, CLASSES, longest_side=64, seed=4).batch(0, 10)) != _numbers(
        through.batch(0, 10)
    )


def test_steps_of_any_size_go_on_where_the_last_one_ended(ten):
    photos = TrainingPhotos(ten, CLASSES, longest_side=64, seed=3)
    assert sorted(_numbers(photos.batch(0, 4) + photos.batch(4, 4) + photos.batch(8, 2))) == list(range(10))


def test_a_photo_is_shrunk_with_its_regions(ten):
    [sample] = TrainingPhotos(Dataset(ten.photos[:1]), CLASSES, longest_side=20, seed=0).batch(0, 1)
    assert sample.image.shape == (10, 20, 3)
    assert sample.class_ids == (1,)
    assert sample.polygons == ((((5.0, 2.0), (15.0, 2.0), (15.0, 6.0), (5.0, 6.0)),),)


def test_an_unreadable_photo_is_named_once_and_the_batch_stays_full(ten):
    Path(ten.photos[2].photo.path).write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    photos = TrainingPhotos(ten, CLASSES, longest_side=64, seed=0)
    seen = _numbers(photos.batch(0, 10))
    assert len(seen) == 10
    assert set(seen) == set(range(10)) - {2}
    assert [skipped.photo for skipped in photos.skipped()] == ["2.png"]
    photos.batch(10, 10)
    assert photos.skipped() == []


def test_when_no_photo_can_be_read_the_error_names_one(ten):
    gone = tuple(
        AnnotatedPhoto(Photo(p.photo.id, p.photo.path + ".gone", p.photo.name), p.regions) for p in ten.photos[:2]
    )
    with pytest.raises(JobError, match=r"None of the 2 photos could be read\. \d\.png"):
        TrainingPhotos(Dataset(gone), CLASSES, longest_side=64, seed=0).batch(0, 1)


def test_the_first_photos_are_those_with_regions_and_readable(ten):
    empty = AnnotatedPhoto(ten.photos[0].photo)
    photos = TrainingPhotos(Dataset((empty, *ten.photos[1:4])), CLASSES, longest_side=64, seed=0)
    assert [photo.photo.id for photo, _ in photos.first(4)] == ["p1", "p2", "p3", "p0"]


def test_a_sample_is_spread_over_photos_with_and_without_regions(ten):
    plain = tuple(AnnotatedPhoto(one.photo) for one in ten.photos[8:])
    Path(ten.photos[3].photo.path).write_bytes(b"no photo")
    photos = TrainingPhotos(Dataset((*plain, *ten.photos[:8])), CLASSES, longest_side=64, seed=0)
    assert [photo.photo.id for photo, _ in photos.spread(5)] == ["p1", "p5", "p7", "p9", "p0"]
    assert len(photos.spread(50)) == 9
    assert TrainingPhotos(Dataset(()), CLASSES, longest_side=64, seed=0).spread(5) == []


def test_only_regions_with_area_on_the_photo_that_count_and_are_learned_are_taught():
    hole = Polygon((((2, 2), (8, 2), (8, 8), (2, 8)), ((4, 4), (6, 4), (6, 6), (4, 6))))
    regions = (
        Region("taught", hole, "dent"),
        Region("other label", hole, "car"),
        Region("rejected", hole, "dent", review="rejected"),
        Region("guessed", hole, "dent", origin=Origin("predicted", score=1.0)),
        Region("beside", Rectangle(30, 0, 5, 5), "dent"),
        Region("flat", Polygon((((1, 1), (9, 1), (5, 1)),)), "dent"),
        Region("dot", Dot(3, 3), "dent"),
    )
    class_ids, polygons = instances(regions, CLASSES, width=10, height=10, scale=(2.0, 0.5))
    assert class_ids == (1,)
    assert np.allclose(polygons[0][1], [(8, 2), (12, 2), (12, 3), (8, 3)])
