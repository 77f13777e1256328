"""`cardamage predict`: predicts damage on photos; writes pictures and JSON."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from .. import files, formats, imaging
from ..annotations.confidence import THRESHOLD
from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Region, Role
from ..assessment import pictures
from ..assessment.damage import Damage, assess, figure, is_counted, role_of
from ..errors import ModelError, PhotoError
from ..inference.client import Predictor
from ..models import registry
from ..project import Project
from ..project.outputs import Outputs
from ..text import plural
from . import Output, add_threshold, force_argument
from .terminal import table

REGIONS = "regions.json"
LONGEST_STEM = 200  # bytes of a photo's name that its picture is called by


class Predicted(NamedTuple):
    """One photo with the regions at or above the threshold, damages first, its figure and its picture."""

    photo: Photo
    regions: tuple[Region, ...]
    damage: Damage
    picture: Path
    roles: dict[str, Role]
    seconds: float = 0.0

    @property
    def damages(self) -> int:
        """How many damages there are: the first of the regions, numbered from 1 in the picture."""
        return sum(role_of(region, self.roles) == "damage" for region in self.regions)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO", help="photos, or folders of photos")
    parser.add_argument(
        "--model", metavar="M", help="a model's folder, or with --project its id or name (default: the one in the box)"
    )
    parser.add_argument("--project", type=Path, help="look the model up in this project, and take its labels")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=f"for the pictures and {REGIONS}")
    add_threshold(parser, "the least score (default: the project's, without one the model's own)")
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="look at overlapping tiles, too, for models that learned from close-ups; the one in the box finds more"
        " small damage by a lower --threshold",
    )
    force_argument(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write a picture for each photo and one VIA 1 file with all regions; 1 if a photo could not be read."""
    models, labels, usual = _models_and_labels(args)
    threshold = usual if args.threshold is None else args.threshold
    photos = list(photos_in(args.photos))
    if not photos:
        raise PhotoError("There are no photos to outline.", f"Looked in {', '.join(map(str, args.photos))}.")
    wanted = _pictures(args.out, photos)
    outputs = Outputs(photos, project=args.project, folders=[model.folder for model in models], replace=args.force)
    outputs.check([args.out / REGIONS, *wanted])
    done: list[Predicted] = []
    failed: list[dict[str, str]] = []
    with Predictor(*(model.folder for model in models)) as predictor:
        out.progress(f"Loading {' and '.join(model.card.id for model in models)} …")
        predictor.wait()
        for number, (path, picture) in enumerate(zip(photos, wanted, strict=True), start=1):
            try:
                started = time.monotonic()
                found = predictor.predict(path, thorough=args.thorough)
                seconds = time.monotonic() - started
                done.append(_shown(found, path, picture, threshold, labels)._replace(seconds=seconds))
                out.progress(f"{number}/{len(photos)} {path.name}: {plural(done[-1].damages, 'damage')}")
            except (PhotoError, ModelError) as error:
                failed.append({"photo": str(path), "title": error.title, "detail": error.detail})
                out.progress(f"{number}/{len(photos)} {error.title} {error.detail}")
                if isinstance(error, ModelError):  # the process is gone: what is done is kept, the rest is not tried
                    failed += [{"photo": str(rest), "title": "Not tried.", "detail": ""} for rest in photos[number:]]
                    break
    dataset = Dataset(tuple(AnnotatedPhoto(one.photo, one.regions) for one in done), labels)
    formats.write(dataset, args.out / REGIONS, format="via1")
    document = {
        "model": models[0].card.id,
        "models": [{"id": model.card.id, "sha256": model.card.weights_sha256} for model in models],
        "threshold": threshold,
        "regions_file": str(args.out / REGIONS),
        "photos": [_document(one) for one in done],
        "failed": failed,
    }
    out.report(document, _text(done, failed, args.out))
    return 1 if failed else 0


def photos_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The photos themselves; of a folder, those directly in it, by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in files.PHOTO_SUFFIXES)
        else:
            yield path


def _models_and_labels(args: argparse.Namespace) -> tuple[tuple[registry.Model, ...], tuple[Label, ...], float]:
    """The model asked for, with the one that outlines the car beside it, the labels of all their classes.

    And the score from which predictions count: the project's, without one the model's own.
    """
    known: tuple[Label, ...] = ()
    folder = threshold = None
    if args.project is not None:
        with Project.open(args.project, read_only=True) as project:
            known, folder, threshold = project.labels(), project.models_folder, project.threshold
    models = registry.completed_by_car(registry.find(args.model, folder) if args.model else registry.default())
    for model in models:
        known += new_labels(model.card.classes, known, roles=model.card.roles)
    return models, known, default_threshold(models[0]) if threshold is None else threshold


def default_threshold(model: registry.Model) -> float:
    """The score from which a model's predictions count: its card's, else the usual one."""
    return THRESHOLD if model.card.threshold is None else model.card.threshold


def _shown(found: Sequence[Region], path: Path, picture: Path, threshold: float, labels: Sequence[Label]) -> Predicted:
    """The regions that count, their figure, and the picture that is written."""
    image = imaging.load(path)
    height, width = image.shape[:2]
    photo = Photo(str(path), str(path.absolute()), path.name, width, height, size=path.stat().st_size)
    roles = {label.name: label.role for label in labels}
    counted = [region for region in found if is_counted(region, threshold, role=role_of(region, roles))]
    regions = tuple(sorted(counted, key=lambda region: role_of(region, roles) != "damage"))
    damage = assess(photo, found, labels, threshold=threshold)  # those below the threshold widen the range
    drawn = pictures.draw(image, regions, labels, numbered=True)
    pictures.write_png(picture, pictures.caption(drawn, _figure(damage)))
    return Predicted(photo, regions, damage, picture, roles)


def _pictures(folder: Path, photos: Sequence[Path]) -> list[Path]:
    """`stem.damage.png` (never the name of a photo itself), or `stem-2.damage.png` … where several share a stem."""
    taken: dict[str, None] = {}
    for photo in photos:
        stem = photo.stem.encode("utf-8", "surrogateescape")[:LONGEST_STEM].decode("utf-8", "ignore") or "photo"
        names = (f"{stem}{'' if n == 1 else f'-{n}'}.damage.png" for n in range(1, len(photos) + 1))
        taken[next(name for name in names if name not in taken)] = None
    return [folder / name for name in taken]


def _figure(damage: Damage) -> str:
    seen = damage.by_region or not (damage.determined or damage.reason == "no car")
    return figure(damage) if seen else "no damage seen"


def _text(done: Sequence[Predicted], failed: Sequence[Mapping[str, str]], folder: Path) -> str:
    told = [f"{_table(done)}\n", f"Pictures and {REGIONS} are in {folder}."] if done else ["No photo was outlined."]
    lines = [f"  {one['photo']}: {one['title']} {one['detail']}".rstrip() for one in failed]
    return "\n".join([*told, *([f"{plural(len(failed), 'photo')} could not be outlined:", *lines] if failed else [])])


def _table(done: Sequence[Predicted]) -> str:
    rows = [(one.photo.name, one.damages, _figure(one.damage), f"{one.seconds:.2f}") for one in done]
    return table(("photo", "damages", "damaged", "seconds"), rows, right=("damages", "seconds"))


def _document(one: Predicted) -> dict[str, object]:
    return {
        "photo": one.photo.path,
        "picture": str(one.picture),
        "seconds": round(one.seconds, 3),
        "damage": msgspec.to_builtins(one.damage),
        "regions": [
            {
                "id": r.id,
                "number": number if number <= one.damages else None,
                "label": r.label,
                "role": one.roles.get(r.label, "damage"),
                "score": r.origin.score,
                "percent": one.damage.by_region.get(r.id),
            }
            for number, r in enumerate(one.regions, start=1)
        ],
    }
