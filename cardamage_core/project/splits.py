"""Deals photos to the splits train, val and test.

Photos that look the same (see `near_duplicates`) are dealt together, since a photo whose twin was trained on tells
nothing about a model. Beyond that the deal evens out photos and the regions of each label.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from .. import geometry
from ..annotations.model import AnnotatedPhoto
from ..errors import ProjectError
from . import near_duplicates
from .history import Edit
from .project import Project


class Deal(NamedTuple):
    """What a deal did: photos in each split now, how many photos stand in groups of twins, and the edit, if any."""

    counts: dict[str, int]
    twins: int
    edit: Edit | None


def deal(
    project: Project, shares: Mapping[str, float], *, again: bool = False, seed: int = 0, step: Callable[[], None]
) -> Deal:
    """Give photos without a split one, in one edit that can be undone; with `again` also those that have one.

    shares: the share of all photos for each split, 0…1, together 1. A photo whose twin has a split joins it.
    `step` is called for each photo and may raise to cancel. Raises ProjectError for impossible shares.
    """
    return carry_out(project, preview(project, shares, again=again, seed=seed, step=step))


class Preview(NamedTuple):
    """What a deal would do: the split of each photo by its id, those that change, and photos in groups of twins."""

    splits: dict[str, str]
    changed: dict[str, str]
    twins: int


def preview(
    project: Project, shares: Mapping[str, float], *, again: bool = False, seed: int = 0, step: Callable[[], None]
) -> Preview:
    """As `deal`, but nothing is changed."""
    _check(shares)
    photos = project.dataset().photos
    hashes = near_duplicates.hashes([one.photo.path for one in photos], step=step)
    groups = geometry.connected_components(len(photos), list(near_duplicates.pairs(hashes)))
    fixed = {} if again else {i: one.photo.split for i, one in enumerate(photos) if one.photo.split}
    chosen = chosen_splits(photos, groups, shares, fixed=fixed, seed=seed)
    changed = {one.photo.id: name for one, name in zip(photos, chosen, strict=True) if one.photo.split != name}
    splits = {one.photo.id: name for one, name in zip(photos, chosen, strict=True)}
    return Preview(splits, changed, sum(len(group) for group in groups if len(group) > 1))


def carry_out(project: Project, dealt: Preview) -> Deal:
    """Deal as was shown. Raises ProjectError where a photo is gone meanwhile."""
    before = [project.photo(photo_id) for photo_id in dealt.changed]
    after = [msgspec.structs.replace(photo, split=dealt.changed[photo.id]) for photo in before]
    edit = project.edit_photos(before, after, "Deal photos to splits")
    return Deal(dict(Counter(dealt.splits.values())), dealt.twins, edit)


def chosen_splits(
    photos: Sequence[AnnotatedPhoto],
    groups: Sequence[Sequence[int]],
    shares: Mapping[str, float],
    *,
    fixed: Mapping[int, str],
    seed: int,
) -> list[str]:
    """The split of each photo; those in `fixed` (by place) keep theirs, and their group follows the first of them."""
    contents = _contents(photos)
    names = list(shares)
    total = contents.sum(axis=0)
    wanted = np.outer([shares[name] for name in names], total)  # (splits, kinds), what each split still lacks
    chosen = ["" for _ in photos]
    order = [_shuffled(one, seed) for one in photos]
    # Who stands already takes room first, then the largest groups choose while there is room for them.
    turn = lambda group: (not any(i in fixed for i in group), -len(group), min(order[i] for i in group))  # noqa: E731
    for group in sorted(groups, key=turn):
        weight = contents[list(group)].sum(axis=0) / np.maximum(total, 1.0)  # rare labels count for more
        kept = next((fixed[i] for i in group if i in fixed), None)
        name = names[int(np.argmax(wanted @ weight))] if kept is None else kept
        for i in group:
            chosen[i] = fixed.get(i, name)
            if chosen[i] in shares:
                wanted[names.index(chosen[i])] -= contents[i]
    return chosen


def _contents(photos: Sequence[AnnotatedPhoto]) -> np.ndarray:
    """What each photo brings: (photos, 1 + labels), itself and its regions of each label."""
    labels = sorted({region.label for one in photos for region in one.regions})
    column = {label: place for place, label in enumerate(labels, start=1)}
    contents = np.zeros((len(photos), 1 + len(labels)))
    contents[:, 0] = 1.0
    for i, one in enumerate(photos):
        for region in one.regions:
            contents[i, column[region.label]] += 1.0
    return contents


def _shuffled(one: AnnotatedPhoto, seed: int) -> str:
    """A digest to sort by: a shuffle that does not depend on the order of import."""
    return hashlib.sha256(f"{seed} {one.photo.sha256} {one.photo.name}".encode()).hexdigest()


def _check(shares: Mapping[str, float]) -> None:
    if any(not 0.0 <= share <= 1.0 for share in shares.values()) or abs(sum(shares.values()) - 1.0) > 1e-6:
        said = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ProjectError("Photos cannot be dealt like this.", f"Shares lie between 0 and 1 and add up to 1: {said}.")
