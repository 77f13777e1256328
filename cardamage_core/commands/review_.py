"""`cardamage review`: lists the annotations of a project that look wrong, the most suspicious first, with reasons."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..annotations.model import AnnotatedPhoto
from ..errors import JobError
from ..jobs import reviews
from ..models import registry
from ..project import Project
from ..review import queue
from ..review.queue import Entry, Review
from ..text import count
from . import Output
from .terminal import bar_for, table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--model", metavar="M", help="a model that did not learn from these photos (default: in the box)")
    how.add_argument(
        "--cross-validate",
        type=int,
        metavar="K",
        help="train K models (2 to 10), each on the photos of the others' folds, and let each judge its own fold:"
        " slower, and the right way where the annotations taught every model that there is",
    )
    how.add_argument("--list", action="store_true", help="only list what the last review left to be looked at")
    parser.add_argument("--epochs", type=int, default=6, metavar="N", help="of each such training (default: 6)")
    parser.add_argument("--most", type=int, default=50, metavar="N", help="photos that are listed (default: 50)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Look at all annotated photos and list what looks wrong; the window shows the same queue."""
    with Project.open(args.project, read_only=True) as project:
        dataset, folder, models = project.dataset(), project.folder, project.models_folder
    review = reviews.newest(folder) if args.list else _carried_out(args, dataset, folder, models, out)
    if review is None and args.list:
        raise JobError(f"{folder} was not reviewed yet.", "Run `cardamage review` without --list.")
    found = queue.entries(review, dataset.photos)
    out.report(_document(review, found), _text(review, found, dataset.photos, args.most))
    return 0


def _carried_out(args: argparse.Namespace, dataset: Any, folder: Path, models: Path, out: Output) -> Review | None:
    wanted = args.cross_validate
    if wanted is not None and not 2 <= wanted <= 10:
        raise JobError(f"{wanted} folds make no sense.", "Take 2 to 10.")
    if wanted:
        request = reviews.Request(folds=wanted, epochs=max(1, args.epochs))
    else:
        model = registry.find(args.model, models) if args.model else registry.default()
        request = reviews.Request(model_folder=str(model.folder))
    with bar_for(out) as bar:
        return reviews.carry_out(reviews.create(folder, dataset, request), say=bar.show, stop=lambda: False)


def _document(review: Review | None, found: Sequence[Entry]) -> dict[str, Any]:
    return {
        "models": list(review.models) if review else [],
        "made": review.made if review else "",
        "photos": review.photos if review else 0,
        "notes": list(review.notes) if review else [],
        "queue": [msgspec.to_builtins(one) | {"reason": one.reason} for one in found],
    }


def _text(review: Review | None, found: Sequence[Entry], photos: Sequence[AnnotatedPhoto], most: int) -> str:
    names = {one.photo.id: one.photo.name for one in photos}
    first: dict[str, Entry] = {}
    for one in found:
        first.setdefault(one.photo, one)
    rows = [(names[one.photo], one.title, f"{one.score:.2f}", one.reason) for one in list(first.values())[:most]]
    head = [
        f"{count(len(first), 'photo')} to look at, {count(len(found), 'place')}.",
        *(review.notes if review else ()),
    ]
    if not rows:
        return "\n".join(head)
    return "\n".join([*head, "", table(("photo", "kind", "score", "reason"), rows, right=("score",))])
