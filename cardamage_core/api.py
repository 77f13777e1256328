"""The functions that scripts and notebooks call; `cardamage_core` offers them under its own name.

Photos, regions and labels are the values of `annotations.model`: a `Dataset` holds `photos`, each an `AnnotatedPhoto`
with `photo` and `regions`, and `labels`. Coordinates are pixels of the photo as displayed (EXIF orientation applied),
x right, y down, float; scores lie in 0…1; damage is in percent. What a person can mend is a `CarDamageError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .annotations.model import AnnotatedPhoto, Dataset, Label, Photo
from .errors import CarDamageError, ModelError
from .text import plural

if TYPE_CHECKING:
    from .annotations.model import Problem
    from .assessment.damage import Damage
    from .evaluation import Metrics
    from .inference.worker import Outliner
    from .models.registry import Model
    from .project import Project

LEAST_SCORE = 0.05  # what a model says below is noise; precision is measured over all the rest


def open_project(folder: Path | str, *, read_only: bool = False, create: bool = False) -> Project:
    """Open the project in a folder; close it again, or use it in a `with` statement.

    `read_only` opens also what the window has open. With `create` a project that is not there is made. Every edit is
    stored at once and can be undone, here and in the window.

    Raises ProjectLockedError if it is open for writing elsewhere, ProjectError if it is not there or damaged.
    """
    from .project import Project

    if create:
        return Project.open_or_create(folder)
    return Project.open(folder, read_only=read_only)


def read(path: Path | str, *, format: str = "", photos: Path | str | None = None) -> Dataset:  # noqa: A002
    """Read an annotation file, a folder with one, or a folder of photos.

    The format is told by the content, or named: one of `formats.FORMATS`. Photos are looked for in the folder `photos`,
    by default beside the file; their paths are absolute, and width = height = 0 where one is missing or unreadable.
    Photos and regions get new ids.

    Raises FormatError for a file that cannot be understood.
    """
    from .project import import_plan

    return import_plan.plan(path, format=format, photos=photos).dataset


def write(
    dataset: Dataset,
    path: Path | str,
    *,
    format: str = "via1",  # noqa: A002
    copy_photos: bool = False,
) -> tuple[Problem, ...]:
    """Write annotations to a file, or to a folder for `labelme`, `voc` and `yolo`; says what the format cannot hold.

    `format` is one of `formats.WRITABLE`; with `copy_photos` the photos are put where it expects them. Files of the
    same name are replaced, but never a photo of the data set or a file of a project. If anything fails, old files stay.

    Raises FormatError for a format that cannot be written, ProjectError for a path that must not be written over.
    """
    from . import formats
    from .project.outputs import Outputs

    outputs = Outputs([Path(one.photo.path) for one in dataset.photos], replace=True)
    return formats.write(dataset, path, format=format, copy_photos=copy_photos, check=outputs.check)


def predict(
    photos: Path | str | Iterable[Path | str] | Dataset,
    model: Path | str | Model | None = None,
    *,
    min_score: float = LEAST_SCORE,
    progress: Callable[[float], None] = lambda _: None,
) -> Dataset:
    """Outline what a model sees on photos, without Keras.

    `photos` is one path, several, or a data set, whose photos keep their ids. `model` is a model's folder, the name of
    one that comes with the program, or None for the one there that sees damage; the one that outlines cars is asked
    beside it. Predictions scored `min_score` (0…1) or more are kept, best first, as polygons in pixels, each with an
    `origin` of model and score. The labels are the model's classes with their roles. The model stays loaded for the
    next call. `progress` is called for each photo with the share done, 0…1, and may raise to stop.

    Raises ModelError if there is no such model or it is damaged, PhotoError for a photo that cannot be read.
    """
    from .annotations.labels import new_labels
    from .models import registry

    models = registry.completed_by_car(_model(model))
    outliner = _outliner(tuple((one.folder, one.card.weights_sha256) for one in models))
    asked = _photos(photos)
    found = []
    for number, photo in enumerate(asked, start=1):
        found.append(AnnotatedPhoto(_sized(photo), outliner.regions(Path(photo.path), min_score)))
        progress(number / len(asked))
    labels: tuple[Label, ...] = ()
    for one in models:
        labels += new_labels(one.card.classes, labels, roles=one.card.roles)
    return Dataset(tuple(found), labels)


def evaluate(
    truth: Dataset, predicted: Dataset, *, threshold: float, classes: Mapping[str, str] | None = None
) -> Metrics:
    """Measure predictions on annotated photos, which are the same where their paths are.

    `predicted` should hold every score that the model gave, as `predict` returns them: precision is measured over all.
    From `threshold` (0…1) on a prediction counts for the shares of photos with and without damage that get one.
    `classes` says which class of the model each label of `truth` counts as, and leaves out the others; without it a
    label is its own class. Precisions and shares lie in 0…1, None where there was nothing to measure them on.

    Raises CarDamageError if a photo of `truth` was not predicted, PhotoError if its size cannot be read.
    """
    from . import evaluation

    found = {Path(one.photo.path): one.regions for one in predicted.photos}
    if absent := [one.photo for one in truth.photos if Path(one.photo.path) not in found]:
        raise CarDamageError(
            f"{plural(len(absent), 'photo')} to measure on were not predicted.", f"The first is {absent[0].path}."
        )
    photos = [AnnotatedPhoto(_sized(one.photo), one.regions) for one in truth.photos]
    predictions = {one.photo.id: found[Path(one.photo.path)] for one in photos}
    return evaluation.evaluate(photos, predictions, classes=classes, threshold=threshold)


def assess(annotated: AnnotatedPhoto, labels: Iterable[Label], *, threshold: float) -> Damage:
    """The damaged share of one photo, in percent of the car, or of the photo where no car is outlined.

    Predictions scored below `threshold` (0…1) and rejected regions do not count; the window takes a project's own
    `threshold`. The roles of `labels` say which regions are damage and which the car; a label that is not among them is
    damage. Areas are exact, overlaps count once. `percent` is None where nothing can be said; `low` and `high` tell how
    sure the outlines are, `words` what it is a share of, `by_region` and `by_label` the parts.
    """
    from .assessment import damage

    return damage.assess(annotated.photo, annotated.regions, labels, threshold=threshold)


def _model(model: Path | str | Model | None) -> Model:
    from .models import registry

    if isinstance(model, registry.Model):
        return model
    if model is None and not registry.damage_models(None):
        raise ModelError("No model came with this installation.", "Pass the folder of one as `model`.")
    return registry.default() if model is None else registry.find(model)


@lru_cache(maxsize=1)
def _outliner(models: tuple[tuple[Path, str], ...]) -> Outliner:
    """The loaded models in these folders with weights of these hashes."""
    from .inference.worker import Outliner

    return Outliner([folder for folder, _ in models])


def _photos(photos: Path | str | Iterable[Path | str] | Dataset) -> list[Photo]:
    if isinstance(photos, Dataset):
        return [one.photo for one in photos.photos]
    paths = [photos] if isinstance(photos, Path | str) else photos
    return [_photo(Path(path).absolute()) for path in paths]


def _photo(path: Path) -> Photo:
    return Photo(str(path), str(path), path.name, size=path.stat().st_size if path.is_file() else 0)


def _sized(photo: Photo) -> Photo:
    """The photo with its size; raises PhotoError."""
    from . import imaging

    if photo.width and photo.height:
        return photo
    width, height = imaging.size(photo.path)
    return msgspec.structs.replace(photo, width=width, height=height)
