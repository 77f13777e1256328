"""Photos and regions by label and split, and what is wrong with them, counted by hand."""

from __future__ import annotations

from cardamage_core.annotations.model import AnnotatedPhoto, Origin, Photo, Rectangle, Region
from cardamage_core.training.data_summary import Amount, summarise


def photo(name: str, split: str, *labels: str, sha: str = "", **more) -> AnnotatedPhoto:
    regions = tuple(Region(f"{name} {i}", Rectangle(0, 0, 9, 9), label, **more) for i, label in enumerate(labels))
    return AnnotatedPhoto(Photo(name, name, name, split=split, sha256=sha or name), regions)


PHOTOS = [
    photo("a", "train", "dent", "dent", "scratch"),
    photo("b", "train"),
    photo("c", "val", "dent"),
    photo("d", "", "scratch"),
    photo("e", "val", sha="a"),
]


def test_regions_and_photos_are_counted_by_label_and_split():
    found = summarise(PHOTOS)
    assert found.splits == ("train", "val", "")
    assert (found.photos, found.undamaged) == ({"train": 2, "val": 2, "": 1}, {"train": 1, "val": 1, "": 0})
    assert [(row.name, row.by_split["train"]) for row in found.rows] == [
        ("dent", Amount(1, 2)),
        ("scratch", Amount(1, 1)),
    ]


def test_what_labels_are_learned_as_changes_the_counts():
    found = summarise(PHOTOS, {"dent": "damage", "scratch": "damage"})
    assert [(row.name, row.regions) for row in found.rows] == [("damage", 5)]
    assert [row.name for row in summarise(PHOTOS, {"dent": "dent", "scratch": ""}).rows] == ["dent"]


def test_leaks_rare_labels_and_photos_without_a_split_are_named_with_their_photos():
    told = {one.text.split()[0] + " " + one.text.split()[1]: one.photos for one in summarise(PHOTOS).problems}
    assert told["1 photo"] in (("d",), ("a", "e"))
    said = " ".join(one.text for one in summarise(PHOTOS).problems)
    assert "“dent” has 2 regions to learn from" in said
    assert "“scratch” does not occur in val" in said
    assert "1 photo in more than one split" in said
    assert "1 photo without a split" in said


def test_open_proposals_are_no_examples():
    guess = photo("g", "train", "dent", origin=Origin("predicted", model="m", score=0.9))
    found = summarise([guess])
    assert found.rows == ()
    assert any("nobody decided on" in one.text for one in found.problems)


def test_no_photos_at_all_are_said():
    assert summarise([]).problems[0].text == "There are no photos."


def test_photos_without_any_region_are_said_to_teach_nothing():
    said = [one.text for one in summarise([photo("a", "train"), photo("b", "val")]).problems]
    assert said == ["No photo has a region to learn from: draw some, or import annotations."]


def test_without_photos_to_learn_from_that_is_said_once():
    said = [one.text for one in summarise([photo("a", "val", "dent", "scratch"), photo("b", "test", "dent")]).problems]
    assert said[0] == "No photo has the split train: there is nothing to learn from."
    assert not [text for text in said if "little is learned" in text]
