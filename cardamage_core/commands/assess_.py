"""`cardamage assess`: photos become claims with findings; of an annotation project the damaged share of each photo."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..annotations.model import AnnotatedPhoto, Dataset
from ..assessment.damage import NOT_AN_ESTIMATE, Damage, assess, figure
from ..bulk import manifest
from ..errors import ProjectError
from ..files import PHOTO_SUFFIXES
from ..project import Project
from ..project.prediction_log import Look, failed
from ..words import languages
from . import Output, add_threshold, bulk, claims
from .terminal import table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument(
        "things",
        type=Path,
        nargs="+",
        metavar="PHOTO",
        help="photos, a zip archive, a folder of photos or of claims, or a list of photos (with --out); or a project",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder whose sub-folder “claims” gets the claims")
    parser.add_argument(
        "--claim", action="append", default=[], metavar="NUMBER", help="its number; of a folder of claims only this one"
    )
    parser.add_argument("--csv", action="store_true", help=f"write the findings to DIR/{claims.FINDINGS}")
    parser.add_argument("--pdf", action="store_true", help="write the report of each claim to DIR/NUMBER.pdf")
    parser.add_argument("--html", action="store_true", help="write it to DIR/NUMBER.html")
    parser.add_argument("--lang", choices=languages(), default="en", help="language of the reports")
    group = parser.add_argument_group("a list of photos (MANIFEST: .csv, .tsv, .txt or .parquet), with --out")
    group.add_argument("--on", metavar="ADDRESS", help="a Ray cluster's dashboard (http://HOST:8265); default: here")
    group.add_argument("--photos-there", action="store_true", help="its nodes read the photos by the same paths")
    group.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes here (default: one for each core)"
    )
    group.add_argument("--retry", action="store_true", help="try photos that failed again")
    parser.add_argument("--photo", metavar="NAME", help="of a project only the photos with this name")
    add_threshold(parser, "the least score (default: the project's)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Make claims of photos (`claims`), or tell the figures of a project."""
    folder = args.things[0]
    is_list = len(args.things) == 1 and manifest.is_manifest(folder)
    if args.on and not is_list:
        raise ProjectError("Only a list of photos can be assessed on a cluster.", "Write their paths to a CSV file.")
    is_project = len(args.things) == 1 and folder.is_dir() and Project.is_in(folder)
    if args.out is None and not is_project and (len(args.things) > 1 or folder.suffix or _has_photos(folder)):
        raise ProjectError("It is not said where the claims go.", "Add --out DIR, or name the folder of a project.")
    if args.out is not None and is_project:
        raise ProjectError(f"{folder} is a project.", "Leave out --out to assess what is in it, or name photos.")
    if is_list:
        return bulk.run(args, out)
    return _of_project(args, out) if args.out is None else claims.run(args, out)


def _has_photos(folder: Path) -> bool:
    return folder.is_dir() and any(path.suffix.lower() in PHOTO_SUFFIXES for path in folder.iterdir())


def _of_project(args: argparse.Namespace, out: Output) -> int:
    """One figure for each photo with regions, never summed; 1 where a model failed, so that nothing can be said."""
    with Project.open(args.things[0], read_only=True) as project:
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
