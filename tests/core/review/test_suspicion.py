"""Suspicions follow what the models say: worst first, of four kinds, with reasons that name the numbers."""

from __future__ import annotations

import msgspec
import numpy as np

from cardamage_core.review.evidence import Detected, Judged, PhotoEvidence
from cardamage_core.review.suspicion import Suspicion, reason, suspicions

NAMES = ("dent", "scratch")
CLASSES = {"dent": 1, "scratch": 2}
RING = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))


def judged(region: str, label: str, twin: str, rng: np.random.Generator, **changes: float) -> Judged:
    """A region that fits well, or a twin that does not."""
    sure = {"given": 0.9, "moved": 0.7, "elsewhere": 0.1}[twin] + rng.uniform(-0.05, 0.05)
    fit = {"given": 0.8, "moved": 0.4, "elsewhere": 0.1}[twin] + rng.uniform(-0.1, 0.1)
    sure, fit = changes.get("sure", sure), changes.get("fit", fit)
    own = changes.get("own", 0.9)
    of_class = (own, 1 - own) if label == "dent" else (1 - own, own)
    return Judged(
        region, label, twin, 0.1, (1 - sure, *(sure * p for p in of_class)), fit, fit, fit, sure, fit, fit * sure
    )


def photos(*wrong: dict) -> list[PhotoEvidence]:
    """Forty photos with a right region each, but for the first, on which the changes of `wrong` are made."""
    rng, made = np.random.default_rng(0), []
    for i in range(40):
        label, changes = NAMES[i % 2], wrong[i] if i < len(wrong) else {}
        some = tuple(judged(f"r{i}", label, twin, rng, **(changes if twin == "given" else {})) for twin in
                     ("given", "moved", "elsewhere"))  # fmt: skip
        real, false = rng.uniform(0.7, 0.98, 2), rng.uniform(0.1, 0.3, 2)
        seen = (
            Detected(label, *real, 0.1, (RING,), 0.7, 0.9),
            Detected(label, *false, 0.1, (RING,), 0.0, 0.0),
        )
        made.append(PhotoEvidence(f"p{i}", some, seen))
    return made


def worst(found: list[PhotoEvidence]) -> Suspicion:
    boxes = {f"r{i}": (0.0, 0.0, 9.0, 9.0) for i in range(len(found))}
    return suspicions(found, boxes, CLASSES, NAMES)[0]


def test_a_region_in_which_the_model_sees_nothing_is_a_phantom():
    one = worst(photos({"sure": 0.05, "fit": 0.1}))
    assert (one.kind, one.photo, one.region) == ("phantom", "p0", "r0")
    assert one.score > 0.3
    assert reason(one) == "The model sees no damage in this outline (only 5 % sure)."


def test_an_outline_unlike_the_models_is_sloppy():
    one = worst(photos({}, {"sure": 0.7, "fit": 0.35}))
    assert (one.kind, one.region) == ("sloppy", "r1")
    assert "overlap by 35 %" in reason(one)


def test_a_label_that_the_model_would_not_give_is_swapped():
    one = worst(photos({}, {}, {"own": 0.02}))
    assert (one.kind, one.region, one.label, one.other) == ("swapped", "r2", "dent", "scratch")
    assert reason(one) == "The model takes this for scratch (98 % sure), not dent."


def test_a_sure_detection_where_nothing_is_outlined_was_overlooked():
    some = photos()
    some[3] = PhotoEvidence("p3", some[3].judged, (Detected("dent", 0.93, 0.9, 0.1, (RING,), 0.0, 0.1),))
    one = worst(some)
    assert (one.kind, one.photo, one.region, one.box) == ("overlooked", "p3", "", (0.0, 0.0, 9.0, 9.0))
    assert reason(one) == "Nothing is outlined here, but the model sees dent (93 % sure)."


def test_a_detection_is_more_suspicious_where_nothing_else_is_outlined():
    some = [msgspec.structs.replace(one, regions=1) for one in photos()]
    lone = Detected("dent", 0.6, 0.6, 0.1, (RING,), 0.0, 0.1)
    some[3] = PhotoEvidence("p3", (), (lone,), regions=0)
    some[4] = msgspec.structs.replace(some[4], detected=(*some[4].detected, lone))
    boxes = {f"r{i}": (0.0, 0.0, 9.0, 9.0) for i in range(len(some))}
    scores = {one.photo: one.score for one in reversed(suspicions(some, boxes, CLASSES, NAMES)) if one.value == 0.6}
    assert scores["p3"] > 2 * scores["p4"]


def test_right_regions_are_hardly_suspected():
    assert worst(photos()).score < 0.3


def test_one_class_alone_has_no_swapped_labels():
    some = [
        PhotoEvidence(
            one.photo, tuple(msgspec.structs.replace(j, label="dent", probabilities=(0.1, 0.9)) for j in one.judged)
        )
        for one in photos()
    ]
    boxes = {f"r{i}": (0.0, 0.0, 9.0, 9.0) for i in range(len(some))}
    assert {one.kind for one in suspicions(some, boxes, {"dent": 1}, ("dent",))} <= {"phantom", "sloppy"}


def test_nothing_judged_is_nothing_suspected():
    assert suspicions([PhotoEvidence("p")], {}, {}, ()) == []


def test_regions_that_leave_no_room_for_a_twin_are_not_suspected_of_their_place():
    full = [
        msgspec.structs.replace(one, judged=tuple(j for j in one.judged if j.twin != "elsewhere")) for one in photos()
    ]
    boxes = {f"r{i}": (0.0, 0.0, 9.0, 9.0) for i in range(len(full))}
    found = suspicions(full, boxes, CLASSES, NAMES)
    assert {one.kind for one in found} == {"swapped", "overlooked"}


def test_one_region_alone_is_judged_too():
    assert {one.photo for one in suspicions(photos()[:1], {"r0": (0.0, 0.0, 9.0, 9.0)}, CLASSES, NAMES)} == {"p0"}
