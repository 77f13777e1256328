"""The areas that are attacked, with the tries each gets in a small run (for every commit) and in a large one."""

from __future__ import annotations

from typing import NamedTuple

from . import consumers, damage, hostile, kills, races, trainings
from .harness import Area


class Attack(NamedTuple):
    """An area, its tries in a small and a large run, and whether it may work in memory instead of on the disk."""

    area: Area
    small: int
    large: int
    quick: bool = True


AREAS: dict[str, Attack] = {
    "races": Attack(races.races, 20, 200),
    "kills during edits": Attack(kills.edits_in_store, 40, 200),
    "kills during edits in the window": Attack(kills.edits_in_window, 6, 200),
    "kills during imports": Attack(kills.imports, 15, 200),
    "kills during training": Attack(trainings.kills, 0, 200),
    "kills during checkpoints": Attack(kills.checkpoint_writes, 40, 200),
    "kills of the predictor": Attack(kills.predictions, 3, 40),
    "damaged sectors of projects": Attack(damage.sectors_of_projects, 60, 1000),
    "damaged checkpoints and weights": Attack(damage.damaged_weights, 200, 2000),
    "full disks": Attack(damage.full_disks, 3, 40),
    "forged project files": Attack(damage.forged_projects, 150, 2000),
    "broken files, each reader": Attack(hostile.readers, 100, 10_000),
    "corrupt photos": Attack(hostile.photos, 400, 2000),
    "EXIF cases": Attack(hostile.exif_cases, 96, 96),
    "read by pycocotools": Attack(consumers.coco, 25, 500),
    "read by labelme": Attack(consumers.labelme, 10, 200),
}
