"""`cardamage predict`: what damage does a model see on photos, drawn and written down?"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from .. import formats, imaging
from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Region
from ..assessment import pictures
from ..assessment.damage import Damage, assess, counts, figure
from ..errors import PhotoError
from ..inference.client import Predictor
from ..models import registry
from ..project import Project
from ..project.outputs import Outputs
from ..text import plural
from . import Output, force_argument
from .terminal import table

REGIONS = "regions.json"
LONGEST_STEM = 200  # bytes of a photo's name that its picture is called by


class Predicted(NamedTuple):
    """One photo with the regions at or above the threshold, its figure and its picture."""

    photo: Photo
    regions: tuple[Region, ...]
    damage: Damage
    picture: Path
    seconds: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO", help="photos, or folders of photos")
    parser.add_argument(
        "--model", required=True, metavar="M", help="a model's folder, or with --project its id or name"
    )
    parser.add_argument("--project", type=Path, help="look the model up in this project, and take its labels")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=f"for the pictures and {REGIONS}")
    parser.add_argument("--threshold", type=float, default=0.9, metavar="S", help="the least score (default: 0.9)")
    force_argument(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write a picture for each photo and one VIA 1 file with all regions; 1 if a photo could not be read."""
    model, labels = _model_and_labels(args)
    photos = list(photos_in(args.photos))
    wanted = _pictures(args.out, photos)
    outputs = Outputs(photos, project=args.project, folders=[model.folder], replace=args.force)
    outputs.check([args.out / REGIONS, *wanted])
    done: list[Predicted] = []
    failed: list[dict[str, str]] = []
    with Predictor(model.folder) as predictor:
        out.progress(f"Loading {model.card.id} …")
        predictor.wait()
        for number, (path, picture) in enumerate(zip(photos, wanted, strict=True), start=1):
            try:
                done.append(_predict(predictor, path, picture, args.threshold, labels))
                out.progress(f"{number}/{len(photos)} {path.name}: {plural(len(done[-1].regions), 'region')}")
            except PhotoError as error:
                failed.append({"photo": str(path), "title": error.title, "detail": error.detail})
                out.progress(f"{number}/{len(photos)} {error.title} {error.detail}")
    dataset = Dataset(tuple(AnnotatedPhoto(one.photo, one.regions) for one in done), labels)
    formats.write(dataset, args.out / REGIONS, format="via1")
    document = {
        "model": model.card.id,
        "threshold": args.threshold,
        "regions_file": str(args.out / REGIONS),
        "photos": [_document(one) for one in done],
        "failed": failed,
    }
    out.report(document, f"{_table(done)}\n\nPictures and {REGIONS} are in {args.out}.")
    return 1 if failed else 0


def photos_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The photos themselves; of a folder, those directly in it, by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in imaging.SUFFIXES)
        else:
            yield path


def _model_and_labels(args: argparse.Namespace) -> tuple[registry.Model, tuple[Label, ...]]:
    if args.project is None:
        model = registry.find(args.model)
        return model, new_labels(model.card.classes)
    with Project.open(args.project, read_only=True) as project:
        model, known = registry.find(args.model, project.models_folder), project.labels()
    return model, known + new_labels(model.card.classes, known)


def _predict(predictor: Predictor, path: Path, picture: Path, threshold: float, labels: Sequence[Label]) -> Predicted:
    started = time.monotonic()
    found = predictor.predict(path)
    seconds = time.monotonic() - started
    image = imaging.load(path)
    height, width = image.shape[:2]
    photo = Photo(str(path), str(path.absolute()), path.name, width, height, size=path.stat().st_size)
    regions = tuple(region for region in found if counts(region, threshold))
    damage = assess(photo, regions, labels, threshold=threshold)
    drawn = pictures.draw(image, regions, labels, numbered=True)
    pictures.write_png(picture, pictures.caption(drawn, _figure(damage, regions)))
    return Predicted(photo, regions, damage, picture, seconds)


def _pictures(folder: Path, photos: Sequence[Path]) -> list[Path]:
    """`stem.damage.png` (never the name of a photo itself), or `stem-2.damage.png` … where several share a stem."""
    taken: dict[str, None] = {}
    for photo in photos:
        stem = photo.stem.encode("utf-8", "surrogateescape")[:LONGEST_STEM].decode("utf-8", "ignore") or "photo"
        names = (f"{stem}{'' if n == 1 else f'-{n}'}.damage.png" for n in range(1, len(photos) + 1))
        taken[next(name for name in names if name not in taken)] = None
    return [folder / name for name in taken]


def _figure(damage: Damage, regions: Sequence[Region]) -> str:
    return figure(damage.percent, damage.low, damage.high, damage.words) if regions else "no damage seen"


def _table(done: Sequence[Predicted]) -> str:
    rows = [(one.photo.name, len(one.regions), _figure(one.damage, one.regions), f"{one.seconds:.2f}") for one in done]
    return table(("photo", "regions", "damage", "seconds"), rows, right=("regions", "seconds"))


def _document(one: Predicted) -> dict[str, object]:
    return {
        "photo": one.photo.path,
        "picture": str(one.picture),
        "seconds": round(one.seconds, 3),
        "damage": msgspec.to_builtins(one.damage),
        "regions": [
            {"id": r.id, "label": r.label, "score": r.origin.score, "percent": one.damage.by_region.get(r.id)}
            for r in one.regions
        ],
    }
