"""`cardamage assess`: the damaged share of the car on each photo of a project."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset
from ..assessment.damage import NOT_AN_ESTIMATE, Damage, assess, figure
from ..errors import ProjectError
from ..project import Project
from ..project.prediction_log import Look, failed
from . import Output, add_threshold
from .terminal import table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--photo", metavar="NAME", help="only the photos with this name")
    add_threshold(parser, "the least score (default: the project's)")


def run(args: argparse.Namespace, out: Output) -> int:
    """One figure for each photo with regions, never summed; 1 where a model failed, so that nothing can be said."""
    with Project.open(args.project, read_only=True) as project:
        dataset, looks = project.dataset(), project.looks()
        threshold = project.threshold if args.threshold is None else args.threshold
    assessed = [
        (one, assess(one.photo, one.regions, dataset.labels, threshold=threshold, problem=_problem(one, looks)))
        for one in _chosen(dataset, args.photo)
    ]
    unknown = failed(_chosen(dataset, args.photo, everything=True), looks)
    document = {
        "threshold": threshold,
        "failed": [{"photo": one.photo.path, "model": look.model, "problem": look.problem} for one, look in unknown],
        "photos": [
            {"photo": one.photo.name, "id": one.photo.id, "path": one.photo.path, "regions": len(one.regions)}
            | msgspec.to_builtins(damage)
            for one, damage in assessed
        ],
    }
    told = [f"{one.photo.name} could not be outlined: {look.problem}" for one, look in unknown]
    out.report(document, "\n".join([_text(assessed, explain=bool(args.photo)), *told]))
    return 1 if unknown else 0


def _problem(one: AnnotatedPhoto, looks: Mapping[str, Look]) -> str:
    look = looks.get(one.photo.id)
    return look.problem if look else ""


def _chosen(dataset: Dataset, name: str | None, *, everything: bool = False) -> list[AnnotatedPhoto]:
    if name is None:
        return [one for one in dataset.photos if one.regions or everything]
    found = [one for one in dataset.photos if name in (one.photo.name, one.photo.id, Path(one.photo.path).name)]
    if not found:
        raise ProjectError(f"There is no photo “{name}” in the project.", f"It has {len(dataset.photos)} photos.")
    return found


def _text(assessed: list[tuple[AnnotatedPhoto, Damage]], *, explain: bool) -> str:
    if not assessed:
        return "No photo has regions yet."
    rows = [(one.photo.name, len(one.regions), figure(damage)) for one, damage in assessed]
    text = table(("photo", "regions", "damage"), rows, right=("regions",))
    closing = "\n".join(damage.explanation for _, damage in assessed) if explain else NOT_AN_ESTIMATE
    return f"{text}\n\n{closing}"
