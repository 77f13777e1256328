"""What is to be trained, and does it make sense?

Which layers learn when?

Which photos are learned from?
"""

from __future__ import annotations

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Origin, Photo, Polygon, Region
from cardamage_core.errors import JobError
from cardamage_core.training.job import (
    ClassRule,
    Stage,
    TrainingJob,
    check,
    check_data,
    classes_of,
    data_hash,
    is_taught,
    split,
    stage_at,
    stages,
)

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


def test_one_group_lasts_the_whole_training():
    assert stages("4+", epochs=3, steps=10) == (Stage("4+", 0, 30),)


def test_groups_follow_each_other_as_in_matterports_schedules():
    found = stages("heads:2, 4+:1,all:3", epochs=6, steps=10)
    assert found == (Stage("heads", 0, 20), Stage("4+", 20, 30), Stage("all", 30, 60))
    assert [stage_at(found, step).layers for step in (0, 19, 20, 29, 30, 60)] == [
        "heads", "heads", "4+", "4+", "all", "all"]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("everything", "no group of layers “everything”"),
        ("heads:2,tail:1", "no group of layers “tail”"),
        ("heads:x,all:3", "“heads:x” names no number of epochs"),
        ("heads:0,all:3", "“heads:0” names no number of epochs"),
        ("heads:1,all:1", r"epochs of its layers are 1 \+ 1, of the whole 3"),
        ("heads,all", r"epochs of its layers are 3 \+ 3"),
        ("", "no group of layers “”"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(layers, told):
    with pytest.raises(JobError, match=told):
        check(TrainingJob(layers=layers, epochs=3))


def _photo(name: str, *, split: str = "", sha256: str = "", review: str = "unreviewed") -> AnnotatedPhoto:
    photo = Photo(name, f"/photos/{name}", name, 10, 10, split=split, sha256=sha256, review=review)
    return AnnotatedPhoto(photo, (Region(f"r {name}", SQUARE, "dent"),))


def _names(dataset: Dataset) -> set[str]:
    return {p.photo.name for p in dataset.photos}


def test_splits_given_by_the_user_are_kept_and_photos_of_other_splits_left_out():
    dataset = Dataset((_photo("a", split="train"), _photo("b", split="val"), _photo("c", split="test"), _photo("d")))
    parts = split(dataset, TrainingJob())
    assert (_names(parts.train), _names(parts.val), parts.notes) == ({"a"}, {"b"}, ())


def test_without_splits_a_fifth_is_held_back_whatever_the_order_and_the_note_says_so():
    photos = [_photo(f"{i}.jpg") for i in range(10)]
    forth, back = split(Dataset(tuple(photos)), TrainingJob()), split(Dataset(tuple(photos[::-1])), TrainingJob())
    assert len(forth.train.photos) == 8
    assert len(forth.val.photos) == 2
    assert _names(forth.val) == _names(back.val)
    assert _names(forth.val).isdisjoint(_names(forth.train))
    assert forth.notes == ("No photo has a split: 2 of 10 are held back to validate.",)


def test_the_same_bytes_never_lie_on_both_sides():
    twins = [_photo(f"{i} copy {j}", sha256=f"{i}") for i in range(5) for j in range(2)]
    parts = split(Dataset(tuple(twins)), TrainingJob())
    assert len(parts.val.photos) == 2
    assert {p.photo.sha256 for p in parts.val.photos}.isdisjoint({p.photo.sha256 for p in parts.train.photos})


def test_a_single_photo_is_learned_from():
    parts = split(Dataset((_photo("a"),)), TrainingJob())
    assert (_names(parts.train), _names(parts.val)) == ({"a"}, set())


def test_a_missing_validation_split_and_photos_without_regions_are_said():
    empty = AnnotatedPhoto(Photo("e", "/photos/e", "e", 10, 10, split="train"))
    notes = split(Dataset((_photo("a", split="train"), empty)), TrainingJob()).notes
    assert notes == (
        "No photo has the split “val”, so nothing is validated.",
        "1 of the 2 photos to learn from have no regions: taught as undamaged.",
    )


def test_photos_that_a_person_rejected_are_left_out():
    dataset = Dataset((_photo("a", split="train"), _photo("b", split="train", review="rejected")))
    assert _names(split(dataset, TrainingJob()).train) == {"a"}


@pytest.mark.parametrize("named", [{"train_split": "nosuch"}, {"val_split": "nosuch"}])
def test_a_split_that_was_named_and_is_not_there_is_no_reason_to_train_on_something_else(named):
    job = TrainingJob(**named)
    parts = split(Dataset(tuple(_photo(f"{i}.jpg") for i in range(10))), job)
    assert parts.train.photos == ()
    with pytest.raises(JobError, match=f"No photo that may be used has the split “{job.train_split}”"):
        check_data(job, parts.train)
