"""How many annotations reach the AP50 of them all, chosen by the review queue or at random? On demand, resumable:

    python tests/benchmarks/bench_loop.py base ../shared/data OUT     a model that never saw bilgi, from ImageNet
    python tests/benchmarks/bench_loop.py curve OUT [--steps 400] [--sizes 150 300 600] [--arms random queue]

An annotator begins with photos of bilgi and a model that learned from all other sources. By the queue: the newest
model proposes outlines for what is not annotated yet, and the photos with the least sure proposals come next, as in
the review queue. Each point is a training of its own that goes on from the first model on the photos chosen so far,
always the same number of steps, and is judged on bilgi's test and validation photos, kinds of damage not told apart.
OUT/curve.jsonl holds a line for each point; at random it is also the curve over the amount of data.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cardamage_core import files, imaging
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Region
from cardamage_core.evaluation import measure, sights
from cardamage_core.inference import polygons
from cardamage_core.inference.looks import predict_looks
from cardamage_core.inference.worker import open_networks
from cardamage_core.models import registry
from cardamage_core.models.recipes import sources
from cardamage_core.models.recipes.recipe import DAMAGE, dataset_of
from cardamage_core.models.registry import Model
from cardamage_core.review import queue
from cardamage_core.training.job import ClassRule, TrainingJob

BASE = "base"
SIDE = 320
LEAST_SCORE = 0.03
LIKELY = 0.3  # score from which recall counts
ONE = (ClassRule("damage", ("scratch", "dent", "broken", "glass", "lamp")),)


def main() -> None:
    """Do one of the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("base", "curve"))
    parser.add_argument("places", nargs="+", type=Path)
    parser.add_argument("--steps", type=int, default=400, help="of each training (default: 400)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[150, 300, 600])
    parser.add_argument("--arms", nargs="+", choices=("random", "queue"), default=["random", "queue"])
    parser.add_argument("--seed", type=int, default=1, help="of the trainings; the photos stay those of the first seed")
    given = parser.parse_args()
    out = given.places[-1]
    out.mkdir(parents=True, exist_ok=True)
    if given.step == "base":
        base(given.places[0], out)
    else:
        curve(out, given.steps, given.sizes, given.arms, given.seed)


def base(data: Path, out: Path) -> None:
    """Train the first model on all sources of the damage recipe but bilgi."""
    path = out / "dataset.json"
    if not path.is_file():
        files.write_atomic(path, msgspec.json.encode(dataset_of(DAMAGE._replace(repeats={}), data, out)))
    others = [one for one in photos_of(out, "train") if sources.source_of(one) != "bilgi"]
    job = job_of("without bilgi", steps=250, start="imagenet")
    train(msgspec.structs.replace(job, epochs=4, layers="heads:1,all:3"), others, out / BASE)


def curve(out: Path, steps: int, sizes: Sequence[int], arms: Sequence[str], seed: int) -> None:
    """Measure each point that is not measured yet: none, all, then arm by arm from few to many."""
    first = newest(out / BASE)
    pool = [one for one in photos_of(out, "train") if sources.source_of(one) == "bilgi"]
    random.Random(1).shuffle(pool)
    point(out, "none", 0, first, steps, seed)
    point(out, "all", len(pool), taught(out, f"all {steps}", pool, first, steps, seed), steps, seed)
    for arm in arms:
        chosen, model = pool[: sizes[0]], first
        for size in sizes:
            ranked = pool if arm == "random" else by_queue(out, f"{arm} {size} {steps}", pool, chosen, model)
            chosen = ranked[:size]
            model = taught(out, f"{arm} {size} {steps}", chosen, first, steps, seed)
            point(out, arm, size, model, steps, seed)


def by_queue(
    out: Path, name: str, pool: list[AnnotatedPhoto], chosen: list[AnnotatedPhoto], model: Model
) -> list[AnnotatedPhoto]:
    """The pool, the photos chosen before first (of a first choice none), then by the model's least sure proposal."""
    path = out / f"ranking {name}.json"
    before = [] if model.card.name == "without bilgi" else chosen
    if not path.is_file():
        left = [one for one in pool if one not in before]
        proposed = predicted(model, left)
        shown = [msgspec.structs.replace(one, regions=proposed[one.photo.id]) for one in left]
        order = list(dict.fromkeys(entry.photo for entry in queue.entries(None, shown)))
        order += [one.photo.id for one in left if one.photo.id not in order]  # no proposal at all: last
        files.write_atomic(path, msgspec.json.encode([one.photo.id for one in before] + order))
    by_id = {one.photo.id: one for one in pool}
    return [by_id[photo] for photo in msgspec.json.decode(path.read_bytes(), type=list[str])]


def point(out: Path, arm: str, size: int, model: Model, steps: int, seed: int) -> None:
    """Judge a model on held-out photos, once, and note it."""
    path = out / "curve.jsonl"
    known = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    if any((one["arm"], one["photos"], one["steps"], one.get("seed", 1)) == (arm, size, steps, seed) for one in known):
        return
    held_out = [one for split in ("test", "val") for one in photos_of(out, split) if sources.source_of(one) == "bilgi"]
    proposed = predicted(model, held_out)
    box, mask = measure.any_damage(held_out, proposed)
    row = {"arm": arm, "photos": size, "steps": steps, "seed": seed, "box_ap50": box, "mask_ap50": mask}
    row |= {"recall": sights.recall(sights.sights(held_out, proposed), LIKELY), "when": time.strftime("%F %R")}
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(row, flush=True)


def taught(out: Path, name: str, photos: Sequence[AnnotatedPhoto], start: Model, steps: int, seed: int) -> Model:
    """The model that goes on from `start` on these photos."""
    folder = out / (name if seed == 1 else f"{name} seed {seed}")
    if not registry.models(folder / "models"):
        train(job_of(folder.name, steps=steps, start=str(start.folder), seed=seed), photos, folder)
    return newest(folder)


def job_of(name: str, *, steps: int, start: str, seed: int = 1) -> TrainingJob:
    """A training of the damage recipe, smaller, with one class."""
    changes = {**DAMAGE.job.changes, "image_min_side": SIDE, "image_max_side": SIDE}
    return TrainingJob(
        name=name,
        epochs=1,
        steps=steps,
        seed=seed,
        start=start,
        classes=ONE,
        ignored=DAMAGE.job.ignored,
        layers="all",
        learning_rate=4e-4,
        tensorboard=False,
        changes=changes,
    )


def train(job: TrainingJob, photos: Sequence[AnnotatedPhoto], folder: Path) -> None:
    """Train in `folder`, from its newest checkpoint on."""
    from cardamage_core.training import trainer  # loads the framework

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "events.jsonl").open("a", buffering=1) as log:
        trainer.run(
            job,
            Dataset(tuple(photos)),
            trainer.Folders(folder / "checkpoints", folder / "previews", folder / "models"),
            say=lambda kind, **fields: print(json.dumps({"kind": kind, **fields}, default=str), file=log),
            stop=lambda: (folder / "stop").exists(),
        )


def predicted(model: Model, photos: Sequence[AnnotatedPhoto]) -> dict[str, tuple[Region, ...]]:
    """What the model sees on photos and their mirror images, by id."""
    networks, found = open_networks(model), {}
    for one in photos:
        seen = predict_looks(networks, imaging.load(Path(one.photo.path)), min_score=LEAST_SCORE, mirror_side=SIDE)
        found[one.photo.id] = polygons.regions(seen, model.card.classes, model=model.card.id)
    return found


def photos_of(out: Path, split: str) -> list[AnnotatedPhoto]:
    """The photos of a split."""
    photos = msgspec.json.decode((out / "dataset.json").read_bytes(), type=Dataset).photos
    return [one for one in photos if one.photo.split == split]


def newest(folder: Path) -> Model:
    """The model of a training."""
    return registry.models(folder / "models")[0]


if __name__ == "__main__":
    main()
