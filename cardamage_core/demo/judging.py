"""What does the freshly trained model see on photos it was not taught, and how right is it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import imaging
from ..annotations.model import AnnotatedPhoto, Label, Photo, Region
from ..assessment import pictures
from ..assessment.damage import Damage, assess, counts
from ..assessment.wording import figure
from ..inference.client import Predictor
from ..project import Project
from . import cars

LEAST_SCORE = 0.05  # what is kept for measuring
Found = Mapping[str, tuple[Region, ...]]  # by photo id


@dataclass(frozen=True)
class Judged:
    """A claim photo with what the model sees at or above the threshold, and the figure that was drawn."""

    photo: Photo
    regions: tuple[Region, ...]
    damage: Damage
    drawn: Damage
    picture: Path


def predict(model: Path, photos: Sequence[AnnotatedPhoto], show: Callable[[str], None]) -> Found:
    """Everything the model sees on the photos."""
    found = {}
    with Predictor(model) as predictor:
        for number, one in enumerate(photos, start=1):
            show(f"Outlining {number}/{len(photos)}")
            found[one.photo.id] = predictor.predict(one.photo.path, min_score=LEAST_SCORE)
    return found


def judge(
    project: Project, claim: Sequence[AnnotatedPhoto], found: Found, folder: Path, *, threshold: float
) -> list[Judged]:
    """Keep what was found on the claim photos in the project, draw it into `folder` and compare it with the truth.

    `claim` holds the photos of the project with the regions that were really drawn.
    """
    labels = project.labels()
    judged = []
    for one in claim:
        photo, shown = one.photo, _shown(found[one.photo.id], threshold)
        _keep(project, photo, shown)
        damage = assess(photo, shown, labels, threshold=threshold)
        picture = folder / f"{Path(photo.name).stem}.png"
        _draw(photo, shown, labels, damage, picture)
        judged.append(Judged(photo, shown, damage, assess(photo, one.regions, labels), picture))
    return judged


def _shown(found: Sequence[Region], threshold: float) -> tuple[Region, ...]:
    """What counts; the car's outline below the damages, so that it hides none."""
    return tuple(sorted((r for r in found if counts(r, threshold)), key=lambda region: region.label != cars.CAR))


def _keep(project: Project, photo: Photo, shown: tuple[Region, ...]) -> None:
    """Put predictions in the place of earlier ones that nobody has looked at."""
    earlier = project.regions(photo.id)
    kept = tuple(r for r in earlier if r.origin.kind != "predicted" or r.review != "unreviewed")
    project.edit_regions(photo.id, earlier, kept + shown, "Outline damage")


def _draw(photo: Photo, regions: Sequence[Region], labels: Sequence[Label], damage: Damage, path: Path) -> None:
    image = pictures.draw(imaging.load(Path(photo.path)), regions, labels)
    pictures.write_png(path, pictures.caption(image, figure(damage.percent, damage.low, damage.high, damage.words)))
