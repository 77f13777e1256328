"""What was looked at or changed leaves the queue; proposals stand in it, the most uncertain first."""

from __future__ import annotations

import msgspec
import pytest

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import AnnotatedPhoto, Origin, Photo, Polygon, Region
from cardamage_core.review import queue
from cardamage_core.review.queue import Review
from cardamage_core.review.suspicion import Suspicion

SQUARE = Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),))
FAR = Polygon((((50.0, 50.0), (60.0, 50.0), (60.0, 60.0), (50.0, 60.0)),))
REGION = Region("r", SQUARE, "dent")
PHOTO = AnnotatedPhoto(Photo("p", "p.jpg", "p.jpg", 100, 100), (REGION,))
SLOPPY = Suspicion("sloppy", "p", 0.8, (0, 0, 10, 10), "r", "dent", value=0.4)
MISSED = Suspicion("overlooked", "p", 0.6, (50, 50, 60, 60), other="dent", rings=FAR.rings)
REVIEW = Review(("m",), "2026-11-29", 1, (SLOPPY, MISSED), {"r": SQUARE})


def left(*regions: Region, photo: Photo = PHOTO.photo) -> list[str]:
    return [one.kind for one in queue.entries(REVIEW, [AnnotatedPhoto(photo, regions)])]


def test_the_worst_comes_first():
    assert left(REGION) == ["sloppy", "overlooked"]


def test_what_was_looked_at_leaves_the_queue():
    assert left(REGION, photo=queue.looked_at(PHOTO.photo, SLOPPY)) == ["overlooked"]
    both = queue.looked_at(queue.looked_at(PHOTO.photo, SLOPPY), MISSED)
    assert left(REGION, photo=both) == []


@pytest.mark.parametrize(
    "changed", [edits.move(REGION, 1, 0), edits.set_label(REGION, "scratch"), None], ids=["moved", "renamed", "removed"]
)
def test_a_region_that_was_changed_is_no_longer_suspected(changed: Region | None):
    assert left(*([changed] if changed else [])) == ["overlooked"]


def test_overlooked_damage_that_is_outlined_now_is_settled():
    assert left(REGION, queue.outlined(MISSED, "dent")) == ["sloppy"]


def test_proposals_come_by_uncertainty():
    proposed = [Region(name, FAR, "dent", origin=Origin("predicted", "", "m", score)) for name, score in
                (("sure", 0.95), ("unsure", 0.5), ("doubtful", 0.3))]  # fmt: skip
    found = queue.entries(None, [AnnotatedPhoto(PHOTO.photo, (REGION, *proposed))])
    assert [one.region for one in found] == ["unsure", "doubtful", "sure"]
    decided = [edits.set_review(one, "accepted") for one in proposed]
    assert queue.entries(None, [AnnotatedPhoto(PHOTO.photo, tuple(decided))]) == []


def test_a_few_of_each_photo_are_kept():
    many = [msgspec.structs.replace(SLOPPY, region=f"r{i}") for i in range(9)]
    hardly = msgspec.structs.replace(SLOPPY, photo="q", score=0.001)
    assert len(queue.kept([*many, hardly])) == queue.FEW


def test_marks_of_an_unknown_kind_do_no_harm():
    photo = msgspec.structs.replace(PHOTO.photo, extra={queue.LOOKED: "nonsense"})
    assert left(REGION, photo=photo) == ["sloppy", "overlooked"]
