"""The founding project's table, measured again: for each type of damage its measure beside ours.

Its measure is the share of validation photos of a type on which a mask appears at more than 90 %. It never looks where
the mask is, so AP50 and the false alarms on undamaged photos stand beside it.
"""

from __future__ import annotations

import csv
import io
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from .. import files
from ..annotations.model import AnnotatedPhoto, Dataset, Region
from ..errors import CarDamageError, JobError
from ..evaluation import coco, report, sights
from ..evaluation.figures import Figure, figures_of_damage
from ..evaluation.measure import as_damage, true_regions
from ..evaluation.sights import Predictions
from ..models import registry
from ..models.registry import Model
from ..training.model_classes import model_classes
from . import evaluation_work, evaluations
from .evaluation_work import Say
from .evaluations import EvaluationStatus

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
    """One row measured: `found` is the founding measure, each figure with its interval.

    `evaluation` is the id of the evaluation that it was measured from, "" where that was not kept.
    """

    rule: RowRule
    model: str
    train: int
    validation: int
    found: Figure
    right: Figure
    mask_ap50: Figure
    alarms: Figure
    evaluation: str = ""


class FoundingTable(msgspec.Struct, frozen=True):
    """The table with date, machine and time; `undamaged` photos are what false alarms are counted on."""

    rows: tuple[Row, ...]
    created: str
    machine: str
    seconds: float
    undamaged: int
    notes: tuple[str, ...]


NOTES = (
    "Found is the founder's measure: a mask above 0.90 anywhere on the photo. It never looks where the mask is, so it"
    " can be 1.00 and worthless; right mask, mask AP50 and false alarms on undamaged photos stand beside it.",
    "Totaled: photos tagged severe stand for the founder's totaled cars, which are not marked elsewhere.",
    "Published figures are the founding project's own, at 15 and at 50 epochs.",
)
HEAD = (
    "type", "photos to learn from", "to validate", "found, published at 15 / 50 epochs", "found, ours", "right mask",
    "mask AP50", "false alarms", "model",
)  # fmt: skip


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
    for number, rule in enumerate(ROWS):
        model = models.get(rule.title.casefold()) or models.get("")
        if model is None or not any(one.photo.split == split and belongs(one, rule) for one in dataset.photos):
            continue
        if model.folder not in looks:
            looks[model.folder] = _predicted(project_folder, model, dataset, split, say)
        row = _row(rule, model, dataset, looks[model.folder], split=split)
        rows += [row] if row is not None else []
        say(f"Measured {rule.title}", (number + 1) / len(ROWS))
    if not rows:
        raise JobError(f"No photo of the split “{split}” belongs to a row.", "Labels: dist, scra, win; tag: severity.")
    return FoundingTable(
        tuple(rows),
        datetime.now(UTC).isoformat(timespec="seconds"),
        f"{platform.system()} {platform.machine()}, {platform.processor() or 'unknown processor'}",
        round(time.monotonic() - begun, 1),
        sum(one.photo.split == split and not one.regions for one in dataset.photos),
        NOTES,
    )


def judged(
    everything: Sequence[EvaluationStatus],
    dataset: Dataset,
    *,
    split: str = "val",
    progress: Callable[[float], None] = lambda _: None,
) -> FoundingTable:
    """The table of what finished evaluations saw, the newest of each model; nothing is predicted.

    `everything` is newest first. A model stands in the rows whose question it answers (`suits`); one that is gone is
    named in the notes. Raises JobError where no row can be measured.
    """
    newest = {one.request.model: one for one in reversed(everything) if one.request.split in (split, "all")}
    rows, gone, used = [], [], []
    for number, one in enumerate(newest.values(), start=1):
        try:
            model = registry.read(Path(one.request.model_folder))
            seen = evaluations.predictions(one.folder)
            own = [_row(rule, model, dataset, seen, split=split) for rule in ROWS if suits(rule, model, dataset)]
        except CarDamageError as error:
            gone.append(f"{one.request.model_name} is left out: {error.title}")
            continue
        finally:
            progress(number / len(newest))
        rows += [msgspec.structs.replace(row, evaluation=one.id) for row in own if row is not None]
        used += [evaluations.read(one.folder)]
    if not rows:
        why = "Evaluate a model that finds damage on photos of this split."
        raise JobError(f"No evaluation on the split “{split}” answers a row.", " ".join(gone) or why)
    last = max(used, key=lambda value: value.created)
    return FoundingTable(
        tuple(sorted(rows, key=lambda row: (ROWS.index(row.rule), row.model))),
        last.created,
        last.machine,
        round(sum(value.seconds for value in used), 1),
        max(row.alarms.count for row in rows),
        (*NOTES, *gone),
    )


def suits(rule: RowRule, model: Model, dataset: Dataset) -> bool:
    """Whether a model answers a row's question: it knows the row's labels, or all rows', or tells none apart."""
    if not any(model.card.role_of(name) == "damage" for name in model.card.classes):
        return False
    known = model_classes(dataset, model.card).keys()
    present = {region.label for one in dataset.photos for region in one.regions}
    wanted = present & set(rule.labels or [label for row in ROWS for label in row.labels])
    return not known or (bool(wanted & known) if rule.labels else wanted <= known)


def belongs(one: AnnotatedPhoto, rule: RowRule) -> bool:
    """Whether a photo belongs to a row: by its regions' labels, its tag, or, for all, by any region."""
    if rule.severe:
        return one.photo.attributes.get(SEVERITY) == SEVERE and bool(one.regions)
    return any(_counts(region, rule) for region in one.regions)


def as_markdown(table: FoundingTable) -> str:
    """The table for a page of documents."""
    lines = [f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|"]
    lines += [f"| {' | '.join(cells(row))} |" for row in table.rows]
    return "\n".join([*lines, "", told(table), *(f"- {note}" for note in table.notes)])


def check_name(path: Path) -> None:
    """Raises CarDamageError where the suffix names no format of a table."""
    if path.suffix.lower() not in WRITERS:
        raise CarDamageError(
            f"{path.name} says no format for a table.", f"Let it end in {', '.join(WRITERS)}, not {path.suffix}."
        )


def write(table: FoundingTable, path: Path) -> None:
    """Write as the suffix says. Raises CarDamageError for another suffix or where nothing can be written."""
    check_name(path)
    files.write_atomic(path, WRITERS[path.suffix.lower()](table).encode())


def as_json(table: FoundingTable) -> str:
    """Everything, for programs."""
    return msgspec.json.format(msgspec.json.encode(table)).decode()


def as_page(table: FoundingTable) -> str:
    """One self-contained HTML page."""
    shown = report.Table("Types of damage", HEAD, [report.Row(cells(row)) for row in table.rows])
    lead = f"{told(table)} 95 % intervals in brackets."
    return report.rendered(
        {"title": "The founding table", "lead": lead, "notes": [*table.notes], "charts": [], "tables": [shown]}
    )


def as_csv(table: FoundingTable) -> str:
    """A line a row for spreadsheets; undefined figures are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = ("found", "right", "mask_ap50", "alarms")
    head = ("type", "model", "train", "validation", "published_15", "published_50")
    writer.writerow((*head, *(f"{name}{end}" for name in names for end in ("", "_low", "_high"))))
    for row in table.rows:
        figures = (getattr(row, name) for name in names)
        values = (value for one in figures for value in (one.value, one.low, one.high))
        numbers = (row.train, row.validation, row.rule.at_15, row.rule.at_50)
        writer.writerow((row.rule.title, report.safe(row.model), *numbers, *values))
    return text.getvalue()


def cells(row: Row) -> tuple[str, ...]:
    """One row as HEAD names its columns."""
    figures = (_cell(figure) for figure in (row.found, row.right, row.mask_ap50, row.alarms))
    published = f"{row.rule.at_15:.2f} / {row.rule.at_50:.2f}"
    return (row.rule.title, str(row.train), str(row.validation), published, *figures, row.model)


def told(table: FoundingTable) -> str:
    """When and where it was measured, and on how many undamaged photos."""
    return f"{table.created}, {table.machine}, {table.seconds:.0f} s; {table.undamaged} undamaged photos."


def _cell(figure: Figure) -> str:
    return f"{figure.text} ({figure.interval})" if figure.interval else figure.text


def _counts(region: Region, rule: RowRule) -> bool:
    return not rule.labels or region.label in rule.labels


def _row(rule: RowRule, model: Model, dataset: Dataset, predictions: Predictions, *, split: str) -> Row | None:
    """One row on the photos of the split that were predicted; None where none belongs to it."""
    there = [one for one in dataset.photos if one.photo.split == split and one.photo.id in predictions]
    chosen = [one for one in there if belongs(one, rule)]
    if not chosen:
        return None
    classes = model_classes(dataset, model.card)
    wanted = {classes[label] for label in rule.labels if label in classes}  # none: every mask of the model counts
    photos = [_as_row(one, rule) for one in (*chosen, *(one for one in there if not one.regions))]
    found = {
        one.photo.id: tuple(as_damage(r) for r in predictions[one.photo.id] if not wanted or r.label in wanted)
        for one in photos
    }
    train = sum(belongs(one, rule) for one in dataset.photos if one.photo.split == "train")
    return Row(rule, model.card.name, train, len(chosen), *_figures(photos, found))


def _figures(photos: Sequence[AnnotatedPhoto], found: Predictions) -> tuple[Figure, Figure, Figure, Figure]:
    """Found, right, mask AP50 and false alarms."""
    seen = sights.sights(photos, found)
    outlined = [coco.Outlined(one.photo, one.regions, found[one.photo.id]) for one in photos]
    value = figures_of_damage(seen, coco.matches(outlined, "segm"), threshold=THRESHOLD)
    return value["found_share"], value["right_share"], value["any_mask_ap50"], value["alarm_share"]


def _as_row(one: AnnotatedPhoto, rule: RowRule) -> AnnotatedPhoto:
    regions = [as_damage(r) for r in true_regions(one.regions, None) if _counts(r, rule)]
    return evaluation_work.sized(AnnotatedPhoto(one.photo, tuple(regions)))


def _predicted(project: Path, model: Model, dataset: Dataset, split: str, say: Say) -> Predictions:
    """What the model sees, calibrated as it comes; kept as an evaluation, so that it is not predicted twice."""
    folder = evaluations.create(project, model, dataset, split_name=split, threshold=THRESHOLD)
    evaluation_work.carry_out(folder, say=say, stop=lambda: False)
    return evaluations.predictions(folder)


def model_of(text: str, models_folder: Path) -> tuple[str, Model]:
    """ "body=NAME" or "NAME": the row in small letters, "" for all, and its model. Raises ModelError."""
    row, equals, name = text.partition("=")
    if equals:
        return row.strip().casefold(), registry.find(name.strip(), models_folder)
    return "", registry.find(text, models_folder)


WRITERS = {".html": as_page, ".csv": as_csv, ".json": as_json, ".md": as_markdown}
