"""Does the review queue find planted errors? Plants, trains by cross-validation or takes models, ranks and counts.

    python tests/benchmarks/bench_review.py plant DATA OUT            DATA is the folder with bilgi/; OUT gets the rest
    python tests/benchmarks/bench_review.py train OUT FOLD --model M    one model for each fold, 0 and 1, begun from M
    python tests/benchmarks/bench_review.py look OUT [--model M]      what the folds' models, or one model, make of it
    python tests/benchmarks/bench_review.py count OUT …               the table; several OUTs add up

Instead of cross-validation a model may judge photos that were held back in its training:
`plant DATASET OUT --held-back` takes a recipe's dataset.json, and of it bilgi's photos with the splits val and test.

200 errors are planted in a copy of bilgi, 50 of each kind, one on a photo, with a fixed seed (`planting`). A photo of
the queue counts as found where it carries a planted error; "placed" are those where the queue points at the error.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import planting

from cardamage_core import imaging
from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label
from cardamage_core.inference.worker import open_networks
from cardamage_core.models import registry
from cardamage_core.models.recipes import recipe, sources
from cardamage_core.mrcnn import boxes
from cardamage_core.review import evidence, folds, suspicion
from cardamage_core.training.job import ClassRule, TrainingJob

FOLDS, EACH, PHOTOS = 2, 50, 1477
STEPS = 600
NUMBERS = {"detection_rule": "object", "canvas": "square", "scale_jitter": 0.35, "colour_jitter": 0.2}
Planted = tuple[Dataset, list[planting.Planted], list[int]]


def main() -> None:
    """Do one of the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("plant", "train", "look", "count"))
    parser.add_argument("places", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--held-back", action="store_true")
    given = parser.parse_args()
    places = given.places
    match given.step:
        case "plant":
            dataset = held_back(places[0]) if given.held_back else bilgi(places[0])
            plant(dataset, places[1], given.seed)
        case "train":
            train(places[0], int(places[1].name), given.model)
        case "look":
            look(places[0], given.model)
        case "count":
            count(places)


def bilgi(data: Path) -> Dataset:
    """All photos of bilgi with its own labels."""
    photos = sources.read_source(data, "bilgi", lambda label: label)
    return with_labels(photos)


def held_back(path: Path) -> Dataset:
    """The photos of bilgi that taught no model, with the labels of the recipe."""
    photos = msgspec.json.decode(path.read_bytes(), type=Dataset).photos
    return with_labels(
        [one for one in photos if sources.source_of(one) == "bilgi" and one.photo.split in ("val", "test")]
    )


def with_labels(photos: list[AnnotatedPhoto]) -> Dataset:
    """The photos as a data set."""
    names = sorted({region.label for one in photos for region in one.regions})
    return Dataset(tuple(photos), tuple(Label(name, "#e6194b") for name in names))


def plant(dataset: Dataset, out: Path, seed: int) -> None:
    """Write the copy with its errors, 200 on 1,477 photos and fewer on fewer, and the fold of each photo."""
    out.mkdir(exist_ok=True, parents=True)
    each = round(EACH * len(dataset.photos) / PHOTOS)
    dataset, planted = planting.plant(dataset, each=each, seed=seed)
    value: Planted = (dataset, planted, folds.fold_numbers(dataset.photos, FOLDS))
    (out / "planted.json").write_bytes(msgspec.json.encode(value))


def read(out: Path) -> Planted:
    """What was planted."""
    return msgspec.json.decode((out / "planted.json").read_bytes(), type=Planted)


def train(out: Path, fold: int, start: Path | None) -> None:
    """Train the model that judges a fold; it begins from one that never saw bilgi, or from ImageNet."""
    from cardamage_core.training import trainer  # loads the framework

    dataset, _, numbers = read(out)
    job = TrainingJob(
        name=f"fold {fold}",
        epochs=3,
        steps=STEPS // 3,
        classes=tuple(ClassRule(label.name, (label.name,)) for label in dataset.labels),
        start=str(start) if start else "imagenet",
        learning_rate=4e-4,
        tensorboard=False,
        changes=NUMBERS,
    )
    taught = folds.without(dataset, numbers, fold)
    taught = msgspec.structs.replace(taught, photos=tuple(p for p in taught.photos if p.photo.split == "train"))
    folder = out / f"fold{fold}"
    folder.mkdir(exist_ok=True)
    with (folder / "events.jsonl").open("a", buffering=1) as log:
        trainer.run(
            job,
            taught,
            trainer.Folders(folder / "checkpoints", folder / "previews", folder / "models"),
            say=lambda kind, **fields: print(json.dumps({"kind": kind, **fields}, default=str), file=log),
            stop=lambda: (folder / "stop").exists(),
        )


def look(out: Path, given: Path | None) -> None:
    """What each fold's model makes of its photos, or one model of all."""
    dataset, _, numbers = read(out)
    with (out / "evidence.jsonl").open("w", buffering=1) as file:
        for fold in range(FOLDS):
            model = registry.read(given) if given else registry.models(out / f"fold{fold}" / "models")[0]
            (out / "model.txt").write_text(str(model.folder))
            networks = open_networks(model)
            for one, number in zip(dataset.photos, numbers, strict=True):
                if number == fold:
                    pixels = imaging.load(Path(one.photo.path))
                    found = evidence.look(networks, model.card, pixels, one, known(dataset, model.card))
                    file.write(msgspec.json.encode(found).decode() + "\n")


def known(dataset: Dataset, card: registry.ModelCard) -> dict[str, str]:
    """The class that each label counts as: its own, or that of the recipe with another title."""
    named = {label.name: recipe.DAMAGE.titles.get(label.name, label.name) for label in dataset.labels}
    found = {label: label if label in card.classes else title for label, title in named.items()}
    return {label: name for label, name in found.items() if name in card.classes}


class Row(NamedTuple):
    """One photo of a queue: what the queue says, and the error on it, if one was planted."""

    said: suspicion.Suspicion
    error: planting.Planted | None


def count(folders: list[Path]) -> None:
    """Print what the queues find among as many first photos as errors were planted."""
    first, planted, photos = [], [], 0
    for out in folders:
        rows, some = queue(out)
        first += rows[: len(some)]
        planted += some
        photos += len(read(out)[0].photos)
    report(first, planted, photos)


def queue(out: Path) -> tuple[list[Row], list[planting.Planted]]:
    """All photos with a suspicion, the most suspicious first, and what was planted."""
    dataset, planted, _ = read(out)
    lines = (out / "evidence.jsonl").read_text().splitlines()
    photos = [msgspec.json.decode(line, type=evidence.PhotoEvidence) for line in lines]
    card = registry.read(Path((out / "model.txt").read_text())).card
    numbers = evidence.class_numbers(card, known(dataset, card))
    found = suspicion.suspicions(photos, shapes_of(dataset), numbers, card.classes)
    errors = {one.photo: one for one in planted}
    rows = {one.photo: Row(one, errors.get(one.photo)) for one in reversed(found)}
    return sorted(rows.values(), key=lambda row: -row.said.score), planted


def shapes_of(dataset: Dataset) -> dict[str, evidence.Box]:
    """Where each region lies."""
    return {r.id: shapes.bounds(r.shape) for one in dataset.photos for r in one.regions}


def report(first: list[Row], planted: list[planting.Planted], photos: int) -> None:
    """How many of the first photos carry an error, by kind, and how often the queue points at it."""
    hits = [(one, error) for one, error in first if error]
    placed = [(one, error) for one, error in hits if touches(one.box, error.box)]
    chance = len(planted) / photos
    share = len(hits) / len(first)
    print(f"first {len(first)} of {photos} photos: {len(hits)} planted ({share:.1%}, by chance {chance:.1%});")
    print(f"placed {len(placed)}, and of the right kind {sum(a.kind == b.kind for a, b in placed)}")
    for kind in suspicion.KINDS:
        every = sum(one.kind == kind for one in planted)
        number = sum(error.kind == kind for _, error in hits)
        said = Counter(one.kind for one, error in hits if error.kind == kind)
        times = number / (every * len(first) / photos)
        alarms = sum(one.said.kind == kind for one in first)
        print(
            f"{kind:11}{number:3} of {every}: {times:.1f} times chance; said {dict(said)}; said at all {alarms} times"
        )


def touches(a: evidence.Box, b: evidence.Box) -> bool:
    """Whether two boxes overlap by a fifth of their union."""
    y = np.array([[a[1], a[0], a[3], a[2]]]), np.array([[b[1], b[0], b[3], b[2]]])
    return bool(boxes.iou(*y)[0, 0] >= 0.2)


if __name__ == "__main__":
    main()
