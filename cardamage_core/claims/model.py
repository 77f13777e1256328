"""The claim model: fields, state, photo warnings, findings and decisions as frozen values.

A claim is a folder `claims/<id>` inside a project's folder. It is a small project of its own (`project.Project`):
copies of the claim's photos, their regions, labels, edit history and undo. Beside it lie `claim.json` (a `ClaimRecord`)
and `decisions.jsonl` (the chained log of `Decision`). Who deletes the folder deletes everything known of the claim.

A finding is a region whose label has the role `damage`; what an adjuster says about it stands in the region's
attributes under the keys of `FINDING_FIELDS`, so that the editor's undo, history and exports hold for it.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ..annotations.model import Region, Review, Role

ClaimState = Literal["new", "in review", "done"]
Severity = Literal["undetermined", "minor", "moderate", "severe"]
Cause = Literal["this event", "earlier damage", "dirt, reflection"]
Operation = Literal["", "repair", "replace", "remove and refit", "blend"]
View = Literal[
    "front left", "front right", "rear left", "rear right", "plate", "VIN", "odometer", "damage near", "damage far"
]
FINDING_FIELDS = ("panel", "severity", "cause", "operation", "note")  # keys of a region's attributes
PRIVATE: Role = "private"  # the role of labels whose regions are blurred in every output: faces, plates


class ClaimFields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What people write about a claim; all of it optional. `date` is ISO 8601 where it can be read as a date."""

    number: str = ""
    vehicle: str = ""
    vin: str = ""
    plate: str = ""
    date: str = ""
    place: str = ""
    adjuster: str = ""
    notes: str = ""


class ClaimRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """`claim.json`: the fields, the state, the checklist (photo ids by view) and when the claim was made (UTC)."""

    id: str
    created: str
    fields: ClaimFields = ClaimFields()
    state: ClaimState = "new"
    views: dict[View, str] = {}
    version: int = 1


class PhotoWarning(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something an adjuster should know of a photo; it explains itself and never blocks.

    `code` is one of: blurred, dark, bright, glare, small, cut-off, close-up, unfamiliar, no-car, not-a-car,
    duplicate, duplicate-elsewhere, edited, resaved, no-time, unreadable. `text` is one sentence with the measured
    value.
    """

    code: str
    text: str
    severity: Literal["info", "warning", "error"] = "warning"
    photo: str = ""
    related: tuple[str, ...] = ()  # ids of other photos, `claim/photo` where they belong to another claim
    name: str = ""  # of a file that did not come in


class Finding(msgspec.Struct, frozen=True):
    """One damage on one photo, derived from its region; shares are percent (0…100), None where not determined."""

    number: str  # "2.3": third damage that was listed on the second photo, rejected ones counted, so that numbers stay
    photo: str
    region: Region
    panel: str = ""  # the panel that holds most of it, or what a person chose; "" where unknown
    severity: Severity = "undetermined"
    cause: Cause = "this event"
    operation: Operation = ""
    note: str = ""
    of_car: float | None = None
    of_panel: float | None = None
    of_photo: float | None = None

    @property
    def decision(self) -> Review:
        """Accepted, rejected, or still open ("unreviewed", "needs work")."""
        return self.region.review

    @property
    def state(self) -> Review | Literal["drawn"]:
        """The decision; "drawn" where a person drew it and said nothing more."""
        return "drawn" if self.decision == "unreviewed" and self.region.origin.kind == "drawn" else self.decision

    @property
    def is_open(self) -> bool:
        """Whether a person has still to decide; what was drawn is decided."""
        return self.state in ("unreviewed", "needs work")

    @property
    def counts(self) -> bool:
        """Whether it is damage of this event: not rejected, not earlier damage, neither dirt nor a reflection."""
        return self.decision != "rejected" and self.cause == "this event"


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `decisions.jsonl`: who did what and when.

    `previous` is the hash of the line before, `hash` the SHA-256 of this line without it. `what` is one of: created,
    photos added, outlined, accepted, rejected, reopened, changed, merged, undone, redone, fields, state, report.
    """

    time: str  # UTC, ISO 8601
    who: str
    what: str
    photo: str = ""
    region: str = ""
    before: Any = None
    after: Any = None
    previous: str = ""
    hash: str = ""
