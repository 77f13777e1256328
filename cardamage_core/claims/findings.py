"""Findings: the damages of a claim's photos as an adjuster decides on them, derived from regions.

Pure functions of photos and regions. What people say about a finding stands in the attributes of its region, so each
function that changes something gives the photo's regions as they are afterwards, for an ordinary edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec

from ..annotations.confidence import THRESHOLD, is_above
from ..annotations.model import Label, Photo, Region, Review, Role
from ..assessment.damage import FindingShare, role_of
from ..errors import CarDamageError
from .model import FINDING_FIELDS, Cause, Finding, Operation, Severity

CAUSES: tuple[Cause, ...] = get_args(Cause)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)


def findings_of(
    photo: Photo,
    regions: Sequence[Region],
    labels: Iterable[Label],
    *,
    numbers: Mapping[str, str],
    shares: Mapping[str, FindingShare],
    threshold: float = THRESHOLD,
) -> tuple[Finding, ...]:
    """The damages of one photo in drawing order: rejected ones too, open predictions from the threshold on.

    `numbers` holds the number of each damage by the id of its region, `shares` how large it is (`Damage.findings`).
    """
    roles = {label.name: label.role for label in labels}
    seen = listed(regions, roles, threshold)
    return tuple(_finding(photo, one, shares.get(one.id, FindingShare()), numbers[one.id]) for one in seen)


def listed(regions: Iterable[Region], roles: dict[str, Role], threshold: float) -> list[Region]:
    """The damages among the regions of a photo that are findings, in drawing order; `roles` by the names of labels."""
    return [one for one in regions if role_of(one, roles) == "damage" and _is_listed(one, threshold)]


def decided(regions: Sequence[Region], ids: Iterable[str], review: Review) -> tuple[Region, ...]:
    """The photo's regions with these accepted, rejected or opened again ("unreviewed", "needs work")."""
    wanted = set(ids)
    return tuple(msgspec.structs.replace(one, review=review) if one.id in wanted else one for one in regions)


def changed(
    regions: Sequence[Region],
    ids: Iterable[str],
    *,
    label: str | None = None,
    panel: str | None = None,
    severity: Severity | None = None,
    cause: Cause | None = None,
    operation: Operation | None = None,
    note: str | None = None,
) -> tuple[Region, ...]:
    """The photo's regions with what a person says about these; None leaves as it is, "" takes away."""
    _check("severity", severity, SEVERITIES)
    _check("cause", cause, CAUSES)
    _check("operation", operation, OPERATIONS)
    fields = {"panel": panel, "severity": severity, "cause": cause, "operation": operation, "note": note}
    said = {name: value for name, value in fields.items() if value is not None}
    wanted = set(ids)
    return tuple(_said(one, said, label) if one.id in wanted else one for one in regions)


def _check(name: str, value: str | None, allowed: Sequence[str]) -> None:
    if value is not None and value not in allowed:
        raise CarDamageError(f"“{value}” is no {name}.", f"It must be one of: {', '.join(filter(None, allowed))}.")


def _said(region: Region, said: dict[str, Any], label: str | None) -> Region:
    attributes = {name: value for name, value in (region.attributes | said).items() if value != "" or name not in said}
    return msgspec.structs.replace(region, attributes=attributes, label=region.label if label is None else label)


def _is_listed(region: Region, threshold: float) -> bool:
    """A rejected finding stays in the list, and so does a prediction that a person has said something about."""
    said = any(region.attributes.get(name) for name in FINDING_FIELDS)
    return said or region.review != "unreviewed" or is_above(region, threshold)


def _finding(photo: Photo, region: Region, share: FindingShare, number: str) -> Finding:
    said = region.attributes
    return Finding(
        number=number,
        photo=photo.id,
        region=region,
        panel=share.panel or _text(said.get("panel")),
        severity=_one_of(said.get("severity"), SEVERITIES, "undetermined"),
        cause=_one_of(said.get("cause"), CAUSES, "this event"),
        operation=_one_of(said.get("operation"), OPERATIONS, ""),
        note=_text(said.get("note")),
        of_car=share.of_car,
        of_panel=share.of_panel,
        of_photo=share.of_photo,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _one_of(value: Any, allowed: Sequence[Any], otherwise: Any) -> Any:
    """Imported regions may carry anything under these names."""
    return value if value in allowed else otherwise
