"""What is to be trained, and does it make sense?"""

from __future__ import annotations

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Origin, Photo, Polygon, Region
from cardamage_core.errors import JobError
from cardamage_core.training.job import ClassRule, TrainingJob, check, check_data, classes_of, data_hash, is_taught

SQUARE = Polygon((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),))


def _dataset(*labels: str) -> Dataset:
    regions = tuple(Region(f"r{i}", SQUARE, label) for i, label in enumerate(labels))
    photo = Photo("p", "/photos/a.jpg", "a.jpg", 10, 10, sha256="aa")
    return Dataset((AnnotatedPhoto(photo, regions),), (Label("dent", "#ff0000"), Label("car", "#00ff00", role="car")))


def test_one_class_takes_every_label_that_is_a_damage_but_not_the_car():
    dataset = _dataset("dent", "scratch", "car")
    assert classes_of(dataset, TrainingJob()) == {"dent": 1, "scratch": 1}


def test_named_labels_get_their_class_and_the_rest_goes_to_the_class_without_labels():
    job = TrainingJob(classes=(ClassRule("glass", ("glass",)), ClassRule("other")))
    assert classes_of(_dataset("dent", "glass"), job) == {"glass": 1, "dent": 2}


def test_a_rule_may_take_a_label_that_is_not_a_damage():
    job = TrainingJob(classes=(ClassRule("silhouette", ("car",)),))
    assert classes_of(_dataset("dent", "car"), job) == {"car": 1}


def test_a_prediction_is_taught_only_once_a_person_accepted_it():
    predicted = Region("r", SQUARE, "dent", origin=Origin("predicted", score=0.99))
    assert not is_taught(predicted)
    assert is_taught(msgspec.structs.replace(predicted, review="accepted"))
    assert not is_taught(Region("r", SQUARE, "dent", review="rejected"))


def test_the_epoch_of_a_step_is_counted_from_one():
    job = TrainingJob(epochs=3, steps=10)
    assert [job.epoch_of(step) for step in (0, 1, 10, 11, 30)] == [0, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch": -1}, "batch is -1"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"preset": "huge"}, "no preset “huge”"),
        ({"classes": ()}, "no class"),
        ({"classes": (ClassRule("a", ("x",)), ClassRule("a", ("y",)))}, "different names"),
        ({"classes": (ClassRule("a", ("x",)), ClassRule("b", ("x",)))}, "“x” counts as two"),
        ({"classes": (ClassRule("a"), ClassRule("b"))}, "both take every label"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused_with_the_reason(changes, told):
    with pytest.raises(JobError, match=told):
        check(TrainingJob(**changes))


def test_a_class_that_no_region_teaches_is_refused_and_the_labels_that_are_there_are_named():
    job = TrainingJob(classes=(ClassRule("windshield", ("windshield",)),))
    with pytest.raises(JobError, match=r"“windshield” from.*dent 2"):
        check_data(job, _dataset("dent", "dent"))


def test_a_split_without_photos_is_refused():
    with pytest.raises(JobError, match="no photo to learn from"):
        check_data(TrainingJob(), Dataset(()))


def test_the_data_hash_follows_regions_and_bytes_but_not_places_or_order():
    one, two = _dataset("dent").photos[0], _dataset("dent", "dent").photos[0]
    moved = msgspec.structs.replace(one, photo=msgspec.structs.replace(one.photo, path="/elsewhere/b.jpg"))
    assert data_hash(Dataset((one, two))) == data_hash(Dataset((two, moved)))
    assert data_hash(Dataset((one,))) != data_hash(Dataset((two,)))


def test_a_job_survives_json():
    job = TrainingJob(changes={"anchor_sizes": [16.0, 32.0]}, learning_rate=0.01)
    assert msgspec.json.decode(msgspec.json.encode(job), type=TrainingJob) == job
