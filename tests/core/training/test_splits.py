"""Which photos are learned from?"""

from __future__ import annotations

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Polygon, Region
from cardamage_core.training.job import TrainingJob
from cardamage_core.training.splits import split

SQUARE = Polygon((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),))


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
