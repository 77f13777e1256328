"""Does the light preset learn eight photos by heart? On demand: python tests/benchmarks/learn_eight_photos.py SPLIT

SPLIT is a folder like seed/train: photos and their annotations. The first eight photos with regions are
taken, regions that are there twice once. The goal is a mask AP50 of 0.95 on these eight. From the backbone's ImageNet
weights, if they are found (CARDAMAGE_WEIGHTS names their folder), else from random numbers.
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import msgspec
from shapely.geometry.base import BaseGeometry

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import Dataset, Region
from cardamage_core.mrcnn import Config, MaskRCNN, TrainStep
from cardamage_core.project import import_plan
from cardamage_core.training import initial_weights
from cardamage_core.training.dataset import TrainingPhotos
from cardamage_core.training.validation import MIN_SCORE, validation_metrics

PHOTOS = 8
GOAL = 0.95
ALIKE = 0.7  # regions with this IoU are the same one twice
SHOWN_EVERY = 25  # steps


def main() -> None:
    """Train until the time is over or the goal is reached, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", type=Path)
    parser.add_argument("--seconds", type=float, default=270.0)
    parser.add_argument("--steps", type=int, default=200, help="where the learning rate ends")
    args = parser.parse_args()
    config = Config.preset("light", flip=False, colour_jitter=0.0, scale_jitter=0.0, proposals_inference=300)
    dataset = eight_of(import_plan.plan(args.split).dataset)
    names = {region.label: 1 for photo in dataset.photos for region in photo.regions}
    photos = TrainingPhotos(dataset, names, longest_side=config.image_max_side, seed=0)
    samples = [sample for _, sample in photos.first(PHOTOS)]
    print(f"{len(samples)} photos, {sum(len(sample.class_ids) for sample in samples)} regions")
    model = MaskRCNN(config, seed=0)
    backbone = initial_weights.find_backbone(config.backbone)
    if backbone:
        model.load_backbone(backbone)
    learn(TrainStep(model, learning_rate=1e-3, total_steps=args.steps), samples, args)


def learn(trainer: TrainStep, samples: list, args: argparse.Namespace) -> None:
    """Steps of all eight photos, with the figures in between."""
    began, cpu = time.monotonic(), time.process_time()
    for step in range(1, args.steps + 1):
        losses = trainer.step(samples)
        over = time.monotonic() - began > args.seconds
        if step % SHOWN_EVERY and step < args.steps and not over:
            continue
        found = trainer.model.predict([sample.image for sample in samples], min_score=MIN_SCORE)
        metrics = validation_metrics(samples, found, ("damage",))
        spent = f"{time.monotonic() - began:4.0f} s wall {time.process_time() - cpu:4.0f} s CPU"
        print(
            f"step {step:4} {spent}  loss {losses['loss']:.3f}  box AP50 {metrics['box_ap50']:.3f}"
            f"  mask AP50 {metrics['mask_ap50']:.3f}",
            flush=True,
        )
        if over or metrics["mask_ap50"] >= GOAL:
            break
    print(f"goal {GOAL}: {'reached' if metrics['mask_ap50'] >= GOAL else 'missed'} at step {step}")


def eight_of(dataset: Dataset) -> Dataset:
    """The first eight photos with regions, without those regions that are there twice."""
    first = [one for one in dataset.photos if one.regions][:PHOTOS]
    return msgspec.structs.replace(
        dataset, photos=tuple(msgspec.structs.replace(one, regions=once(one.regions)) for one in first)
    )


def once(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions without those that nearly equal an earlier one."""
    kept: list[Region] = []
    for region in regions:
        if all(overlap(area_of(region), area_of(other)) < ALIKE for other in kept):
            kept.append(region)
    return tuple(kept)


def overlap(first: BaseGeometry, second: BaseGeometry) -> float:
    """Intersection over union of two areas."""
    return first.intersection(second).area / max(first.union(second).area, 1e-9)


def area_of(region: Region) -> BaseGeometry:
    """What a region covers."""
    return shapes.area(region.shape)


if __name__ == "__main__":
    main()
