"""Which findings does a photo have, in the order of their numbers? Values only, no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from cardamage_core.annotations.model import Label, Region, Review
from cardamage_core.annotations.standing import stands
from cardamage_core.assessment.damage import Damage


@dataclass(frozen=True)
class Row:
    """One finding: its number on the photo, the region, its label's colour and its share in percent (None: none)."""

    number: int
    region: Region
    color: str
    percent: float | None

    @property
    def score(self) -> float | None:
        """How sure the model is, 0…1; None for what a person outlined."""
        return self.region.origin.score


def rows_of(regions: Sequence[Region], labels: Sequence[Label], damage: Damage, threshold: float) -> tuple[Row, ...]:
    """The damage findings shown, numbered from 1 in drawing order; outlines of the car are none."""
    known = {label.name: label for label in labels}
    found = [
        region
        for region in regions
        if stands(region, threshold) and (region.label not in known or known[region.label].role != "car")
    ]
    return tuple(
        Row(
            number,
            region,
            known[region.label].color if region.label in known else "",
            damage.by_region.get(region.id),
        )
        for number, region in enumerate(found, start=1)
    )


def decided(regions: Sequence[Region], region_id: str, review: Review) -> tuple[Region, ...]:
    """The regions with one accepted or rejected; the same decision again takes it back."""
    return tuple(
        msgspec.structs.replace(region, review="unreviewed" if region.review == review else review)
        if region.id == region_id
        else region
        for region in regions
    )


def with_predictions(before: Sequence[Region], found: Sequence[Region], model: str) -> tuple[Region, ...]:
    """New predictions of a model in place of its earlier ones that nobody decided on."""
    kept = [r for r in before if r.origin.kind != "predicted" or r.origin.model != model or r.review != "unreviewed"]
    return (*kept, *(region for region in found if not _known(region, kept, model)))


def _known(region: Region, kept: Sequence[Region], model: str) -> bool:
    """Whether a person has decided on this very outline before."""
    return any(one.origin.model == model and one.shape == region.shape for one in kept)
