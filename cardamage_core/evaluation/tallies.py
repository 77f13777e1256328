"""What comparing predictions with annotations gives photo by photo, and its file.

All figures are computed from these arrays, for all photos or for photos drawn anew, so that a stored evaluation can be
resampled and compared with another one without predicting again.
"""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from .. import files
from ..annotations.model import AnnotatedPhoto, Label, Region
from ..assessment import damage
from ..errors import CarDamageError, reason_of
from . import coco, sights
from .coco import Matches, Outlined
from .measure import as_damage
from .sights import Predictions, Sight

VERSION = 1
MATCHES = ("boxes", "masks", "any_boxes", "any_masks")


class Tallies(NamedTuple):
    """The arrays of an evaluation: `any_…` take all labels for one; `shares` (photos, 2): true, predicted percent."""

    seen: list[Sight]
    boxes: Matches
    masks: Matches
    any_boxes: Matches
    any_masks: Matches
    shares: np.ndarray


def tallied(
    photos: Sequence[AnnotatedPhoto],
    predictions: Predictions,
    labels: Sequence[Label],
    *,
    threshold: float,
    classes: Collection[str] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Tallies:
    """Compare. Regions of damage are told by the roles of `labels`; outlines of the car say what damage is a share of.

    Truth of other labels than `classes` counts only where all labels are taken for one.
    """
    roles = {label.name: label.role for label in labels}
    is_damage = functools.partial(_is_damage, roles)
    truth = [msgspec.structs.replace(one, regions=tuple(filter(is_damage, one.regions))) for one in photos]
    found = {key: tuple(filter(is_damage, regions)) for key, regions in predictions.items()}
    outlined = [Outlined(one.photo, one.regions, found.get(one.photo.id, ())) for one in truth]
    by_label = [
        Outlined(o.photo, [r for r in o.truth if classes is None or r.label in classes], o.predicted) for o in outlined
    ]
    as_one = coco.as_one_class(outlined, as_damage)
    parts: list[Any] = []
    works: tuple[Callable[[], Any], ...] = (
        lambda: sights.sights(truth, found),
        lambda: coco.matches(by_label, "bbox"),
        lambda: coco.matches(by_label, "segm"),
        lambda: coco.matches(as_one, "bbox"),
        lambda: coco.matches(as_one, "segm"),
        lambda: _shares(photos, found, labels, threshold),
    )
    for number, work in enumerate(works, start=1):
        parts.append(work())
        progress(number / len(works))
    return Tallies(*parts)


def subset(all_of: Tallies, places: Sequence[int]) -> Tallies:
    """The tallies of some photos, in the order given."""
    at = np.asarray(places, np.int64)
    return Tallies(
        [all_of.seen[i] for i in places],
        shares=all_of.shares[at],
        **{key: _matches_of(getattr(all_of, key), at) for key in MATCHES},
    )


def save(tallies: Tallies, path: Path) -> None:
    """Write the arrays whole or not at all."""
    arrays: dict[str, np.ndarray] = {"version": np.array(VERSION), "shares": tallies.shares}
    seen = tallies.seen
    names = sorted({name for one in seen for name in (*one.truth, *one.predicted)})
    place = {name: i for i, name in enumerate(names)}
    arrays |= {
        "names": np.array(names, "U"),
        "size": np.array([one.size for one in seen]),
        "counts": np.array([(len(one.areas), len(one.scores)) for one in seen]).reshape(-1, 2),
        "areas": _joined([one.areas for one in seen]),
        "scores": _joined([one.scores for one in seen]),
        "overlaps": _joined([one.overlaps.ravel() for one in seen]).astype(np.float32),
        "truth": np.array([place[name] for one in seen for name in one.truth], np.int64),
        "predicted": np.array([place[name] for one in seen for name in one.predicted], np.int64),
    }
    for key in MATCHES:
        found: Matches = getattr(tallies, key)
        arrays |= {f"{key}.{name}": np.asarray(value) for name, value in found._asdict().items() if name != "classes"}
        arrays[f"{key}.classes"] = np.array(found.classes, "U")
    data = io.BytesIO()
    np.savez_compressed(data, **arrays)  # type: ignore[arg-type]
    files.write_atomic(path, data.getvalue())


def load(path: Path) -> Tallies:
    """Read them again. Raises CarDamageError when the file is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return Tallies(
            _seen(arrays),
            shares=arrays["shares"],
            **{key: _matches(arrays, key) for key in MATCHES},
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError, zipfile.BadZipFile) as error:
        raise CarDamageError(
            f"{path} is missing or damaged.", f"{reason_of(error)}. Evaluate the model again."
        ) from error


def _is_damage(roles: Mapping[str, str], region: Region) -> bool:
    return roles.get(region.label, "damage") == "damage"


def _shares(
    photos: Sequence[AnnotatedPhoto], found: Predictions, labels: Sequence[Label], threshold: float
) -> np.ndarray:
    """(photos, 2): the damaged share in percent as annotated and as predicted, of the annotated car or the photo."""
    roles = {label.name: label.role for label in labels}
    out = np.full((len(photos), 2), np.nan)
    for number, one in enumerate(photos):
        cars = [r for r in one.regions if damage.role_of(r, roles) == "car"]
        truth = [r for r in one.regions if damage.role_of(r, roles) == "damage"]
        guesses = [
            r for r in found.get(one.photo.id, ()) if damage.is_counted(r, threshold)
        ]  # the rest only costs time
        for column, regions in enumerate((truth, guesses)):
            given = damage.assess(one.photo, [*cars, *regions], labels, threshold=threshold).percent
            out[number, column] = 0.0 if given is None else given  # no region at all is no damage
    return out


def _matches_of(found: Matches, at: np.ndarray) -> Matches:
    """Those of some photos; classes that have no truth there stay, with none."""
    order = np.argsort(found.photo, kind="stable")
    first = np.searchsorted(found.photo[order], at, "left")
    last = np.searchsorted(found.photo[order], at, "right")
    rows = [order[a:b] for a, b in zip(first, last, strict=True)]
    kept = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    number = np.repeat(np.arange(len(at)), last - first)
    return Matches(found.classes, found.truth[at], number, found.label[kept], found.score[kept], found.outcome[kept])


def _seen(arrays: Mapping[str, np.ndarray]) -> list[Sight]:
    counts, names = arrays["counts"], [str(name) for name in arrays["names"]]
    truth, predicted = counts[:, 0], counts[:, 1]
    areas = np.split(arrays["areas"], np.cumsum(truth)[:-1])
    scores = np.split(arrays["scores"], np.cumsum(predicted)[:-1])
    overlaps = np.split(arrays["overlaps"], np.cumsum(truth * predicted)[:-1])
    true_names = np.split(arrays["truth"], np.cumsum(truth)[:-1])
    found_names = np.split(arrays["predicted"], np.cumsum(predicted)[:-1])
    return [
        Sight(
            int(arrays["size"][i]),
            areas[i],
            scores[i],
            overlaps[i].astype(float).reshape(int(t), int(p)),
            tuple(names[n] for n in true_names[i]),
            tuple(names[n] for n in found_names[i]),
        )
        for i, (t, p) in enumerate(counts)
    ]


def _matches(arrays: Mapping[str, np.ndarray], key: str) -> Matches:
    classes = tuple(str(name) for name in arrays[f"{key}.classes"])
    return Matches(classes, *(arrays[f"{key}.{name}"] for name in Matches._fields if name != "classes"))


def _joined(pieces: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(pieces) if pieces else np.zeros(0)
