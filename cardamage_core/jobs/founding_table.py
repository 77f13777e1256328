"""The founding project's table, measured again: for each type of damage its measure beside ours.

Its measure is the share of validation photos of a type on which a mask appears at more than 90 %. It never looks where
the mask is, so AP50 and the false alarms on undamaged photos stand beside it.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset, Label, Region
from ..errors import JobError
from ..evaluation.evaluation import evaluated
from ..evaluation.figures import Figure
from ..evaluation.measure import as_damage, true_regions
from ..evaluation.sights import Predictions
from ..models import registry
from ..models.registry import Model
from ..training.model_classes import model_classes
from . import evaluations
from .evaluations import Say

THRESHOLD = 0.9  # of the founding project
SEVERITY, SEVERE = "severity", "severe"


class RowRule(msgspec.Struct, frozen=True):
    """One row: its title, the labels or the tag that make a photo belong to it, and what was published."""

    title: str
    labels: tuple[str, ...] = ()
    severe: bool = False
    at_15: float = 0.0
    at_50: float = 0.0


ROWS = (
    RowRule("All", at_15=0.92, at_50=0.97),
    RowRule("Body", ("dist", "body", "Body"), at_15=0.70, at_50=0.70),
    RowRule("Scratched", ("scra", "scratch", "Scratched"), at_15=0.84, at_50=0.51),
    RowRule("Windshield", ("win", "windshield", "Windshield"), at_15=0.64, at_50=1.00),
    RowRule("Totaled", severe=True, at_15=0.92, at_50=0.96),
)


class Row(msgspec.Struct, frozen=True):
    """One row measured: `found` is the founding measure, each figure with its interval."""

    rule: RowRule
    model: str
    train: int
    validation: int
    found: Figure
    right: Figure
    mask_ap50: Figure
    alarms: Figure


class FoundingTable(msgspec.Struct, frozen=True):
    """The table with date, machine and time; `undamaged` photos are what false alarms are counted on."""

    rows: tuple[Row, ...]
    created: str
    machine: str
    seconds: float
    undamaged: int
    notes: tuple[str, ...]


NOTES = (
    "Found: the founder's measure, a mask above 0.90 anywhere on the photo. It can be 1.00 and worthless.",
    "Totaled: photos tagged severe (photo_tags.csv) stand for the founder's totaled cars, not marked elsewhere.",
    "Published figures are the founding project's own, at 15 and at 50 epochs.",
)


def measure(
    project_folder: Path, dataset: Dataset, models: Mapping[str, Model], *, split: str = "val", say: Say
) -> FoundingTable:
    """Measure each row with its model: by the row's title in small letters, "" for all others. Raises JobError."""
    begun = time.monotonic()
    known = {rule.title.casefold() for rule in ROWS} | {""}
    if unknown := models.keys() - known:
        raise JobError(f"There is no row “{sorted(unknown)[0]}”.", f"Rows: {', '.join(rule.title for rule in ROWS)}.")
    looks: dict[Path, Predictions] = {}
    rows = []
    undamaged = [one for one in dataset.photos if one.photo.split == split and not one.regions]
    for number, rule in enumerate(ROWS):
        model = models.get(rule.title.casefold()) or models.get("")
        chosen = [one for one in dataset.photos if one.photo.split == split and belongs(one, rule)]
        if model is None or not chosen:
            continue
        if model.folder not in looks:
            looks[model.folder] = _predicted(project_folder, model, dataset, split, say)
        train = sum(belongs(one, rule) for one in dataset.photos if one.photo.split == "train")
        rows.append(_row(rule, model, dataset, chosen, undamaged, looks[model.folder], train=train))
        say(f"Measured {rule.title}", (number + 1) / len(ROWS))
    if not rows:
        raise JobError(f"No photo of the split “{split}” belongs to a row.", "Labels: dist, scra, win; tag: severity.")
    return FoundingTable(
        tuple(rows),
        datetime.now(UTC).isoformat(timespec="seconds"),
        f"{platform.system()} {platform.machine()}, {platform.processor() or 'unknown processor'}",
        round(time.monotonic() - begun, 1),
        len(undamaged),
        NOTES,
    )


def belongs(one: AnnotatedPhoto, rule: RowRule) -> bool:
    """Whether a photo belongs to a row: by its regions' labels, its tag, or, for all, by any region."""
    if rule.severe:
        return one.photo.attributes.get(SEVERITY) == SEVERE and bool(one.regions)
    return any(_counts(region, rule) for region in one.regions)


def as_markdown(table: FoundingTable) -> str:
    """The table for a page of documents."""
    lines = [
        "| type | photos to learn from | to validate | found, published at 15 / 50 epochs | found, ours | right mask |"
        " mask AP50 | false alarms | model |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table.rows:
        cells = [_cell(figure) for figure in (row.found, row.right, row.mask_ap50, row.alarms)]
        published = f"{row.rule.at_15:.2f} / {row.rule.at_50:.2f}"
        lines.append(
            f"| {row.rule.title} | {row.train} | {row.validation} | {published} | {' | '.join(cells)} | {row.model} |"
        )
    told = f"{table.created}, {table.machine}, {table.seconds:.0f} s; {table.undamaged} undamaged photos."
    return "\n".join([*lines, "", told, *(f"- {note}" for note in table.notes)])


def _cell(figure: Figure) -> str:
    return f"{figure.text} ({figure.interval})" if figure.interval else figure.text


def _counts(region: Region, rule: RowRule) -> bool:
    return not rule.labels or region.label in rule.labels


def _row(
    rule: RowRule,
    model: Model,
    dataset: Dataset,
    chosen: Sequence[AnnotatedPhoto],
    undamaged: Sequence[AnnotatedPhoto],
    predictions: Predictions,
    *,
    train: int,
) -> Row:
    classes = model_classes(dataset, model.card)
    wanted = {classes[label] for label in rule.labels if label in classes}  # none: every mask of the model counts
    photos = [_as_row(one, rule) for one in (*chosen, *undamaged) if one.photo.id in predictions]
    found = {
        one.photo.id: tuple(as_damage(r) for r in predictions[one.photo.id] if not wanted or r.label in wanted)
        for one in photos
    }
    value, _ = evaluated(photos, found, (Label("damage", "#ffffff"),), threshold=THRESHOLD)
    figures = [
        value.figure(key) or Figure(key) for key in ("found_share", "right_share", "any_mask_ap50", "alarm_share")
    ]
    return Row(rule, model.card.name, train, len(chosen), *figures)


def _as_row(one: AnnotatedPhoto, rule: RowRule) -> AnnotatedPhoto:
    regions = [as_damage(r) for r in true_regions(one.regions, None) if _counts(r, rule)]
    return AnnotatedPhoto(one.photo, tuple(regions))


def _predicted(project: Path, model: Model, dataset: Dataset, split: str, say: Say) -> Predictions:
    """What the model sees, calibrated as it comes; kept as an evaluation, so that it is not predicted twice."""
    folder = evaluations.create(project, model, dataset, split_name=split, threshold=THRESHOLD)
    evaluations.carry_out(folder, say=say, stop=lambda: False)
    return evaluations.predictions(folder)


def model_of(text: str, models_folder: Path) -> tuple[str, Model]:
    """ "body=NAME" or "NAME": the row in small letters, "" for all, and its model. Raises ModelError."""
    row, equals, name = text.partition("=")
    if equals:
        return row.strip().casefold(), registry.find(name.strip(), models_folder)
    return "", registry.find(text, models_folder)
