"""`ReportData`: everything that a report says, as one frozen value with a published JSON schema.

All writers say what stands here and nothing else, so that PDF, HTML, JSON and CSV of one report agree. Shares are
percent (0…100) of what the field's name says, None where they are not determined; texts are in the report's language.
"""

from __future__ import annotations

import inspect
from typing import Any, Literal

import msgspec

from ..assessment.claim import ClaimFigure

VERSION = 1
SEAL = "cardamage-sha256:"
BLANK = SEAL + "0" * 64


class Range(msgspec.Struct, frozen=True):
    """A share in percent with its range; None where it is not determined."""

    percent: float | None = None
    low: float | None = None
    high: float | None = None


class PanelRow(msgspec.Struct, frozen=True):
    """One panel of the car on its best view. `title` is its name in the report's language."""

    panel: str
    title: str
    side: Literal["", "left", "right"]
    share: Range
    photo: int
    cut_off: bool = False


class FindingRow(msgspec.Struct, frozen=True):
    """One damage on one photo, as the table shows it. `score` is None for what a person drew;
    `usual_cause`: it is damage of this event."""

    number: str
    label: str
    panel: str
    severity: str
    of_car: Range
    of_panel: Range
    of_photo: Range
    decision: str
    cause: str
    operation: str
    score: float | None = None
    model: str = ""
    note: str = ""
    usual_cause: bool = True
    counts: bool = True
    region: str = ""


class Warned(msgspec.Struct, frozen=True):
    """A warning about a photo."""

    code: str
    text: str
    severity: Literal["info", "warning", "error"] = "warning"


class PhotoPart(msgspec.Struct, frozen=True):
    """One photo with its figure, findings and warnings.

    `problem` says why it could not be examined, or why the file cannot be shown. `reason` is a code, `figure` the share
    in words with range and denominator.
    """

    number: int
    id: str
    name: str
    sha256: str
    width: int
    height: int
    state: Literal["assessed", "failed", "untouched"]
    figure: str
    share: Range
    denominator: Literal["car", "photo"]
    determined: bool
    reason: str = ""
    counted: str = ""
    problem: str = ""
    views: tuple[str, ...] = ()
    blurred: bool = False
    findings: tuple[FindingRow, ...] = ()
    warnings: tuple[Warned, ...] = ()


class Measure(msgspec.Struct, frozen=True):
    """One measured quality of a model in words."""

    code: str
    text: str


class ModelPart(msgspec.Struct, frozen=True):
    """A model that outlined something on the photos, with what its card says of it."""

    id: str
    name: str
    sha256: str
    threshold: float | None = None
    summary: str = ""
    measures: tuple[Measure, ...] = ()
    weaknesses: tuple[str, ...] = ()


class DecisionRow(msgspec.Struct, frozen=True):
    """One line of the log of decisions."""

    time: str
    who: str
    what: str
    photo: str = ""
    finding: str = ""
    detail: str = ""


class Field(msgspec.Struct, frozen=True):
    """One field of the claim with its title."""

    key: str
    title: str
    value: str


class ReportData(msgspec.Struct, frozen=True):
    """Everything a report says. `seal` holds the SHA-256 of the written file (docs/report.md)."""

    version: int
    language: str
    created: str
    program: str
    claim: str
    state: str
    fields: tuple[Field, ...]
    verdict: str
    figure: ClaimFigure
    panels: tuple[PanelRow, ...]
    photos: tuple[PhotoPart, ...]
    warnings: tuple[Warned, ...]
    threshold: float
    method: tuple[str, ...]
    models: tuple[ModelPart, ...]
    versions: dict[str, str]
    decisions: tuple[DecisionRow, ...]
    log_head: str
    log_trouble: str = ""
    limits: str = "Visible damage only, not a repair estimate."
    seal: str = BLANK


def schema() -> dict[str, Any]:
    """The JSON schema of a report (docs/report-schema.json), the same from every version of msgspec and Python.

    msgspec before 0.23 kept the indentation of docstrings in descriptions, Python before 3.13 does.
    """
    schema = msgspec.json.schema(ReportData)
    for one in schema["$defs"].values():
        if "description" in one:
            one["description"] = inspect.cleandoc(one["description"])
    return schema
