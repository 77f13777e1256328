"""What a training will take before it starts: memory at its peak and time, from steps that were measured.

Steps are measured by earlier trainings of the project and by `jobs.trial`. Memory is known without them, from a table
of what this program took with each backbone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

from ..errors import JobError
from ..mrcnn.config import Config, EngineError
from ..text import memory, time_left
from .job import TrainingJob
from .network_config import config_of, photo_side

VALIDATED_SHARE = 0.15  # of the photos of an epoch, at most: two passes forward for each, so about a tenth of its time
PREVIEWED = 4  # photos
KEPT_MOST = 2 << 30  # bytes of photos that are kept in memory, at most
SPARE = 1.1  # what is wanted free for each byte at the peak

SETTLED = 1.25  # times the peak of the first steps is that after some hundreds: 1.69 and 2.06 GB, 2 photos at 320

# Megabytes at the peak, validation included: of the libraries and the network with its optimiser, and of each photo of
# a step for each million pixels of canvas. Measured on two cores with TensorFlow for efficientnet_lite0 (2 and 8 photos
# a step) and resnet50 (2 photos at 512 pixels: 3.8 GB in the first steps); the others by their size beside these.
TAKEN = {
    "mobilenetv2": (1650.0, 2800.0),
    "efficientnet_lite0": (1600.0, 1900.0),
    "efficientnet_lite2": (1650.0, 2500.0),
    "resnet50": (2300.0, 6200.0),
    "resnet101": (2600.0, 9000.0),
}


class Measured(NamedTuple):
    """What a training took: memory at its peak without the photos kept, and seconds of a photo.

    `pixels` is the area of the canvas, `batch` the photos of a step; `check_seconds` are those of a photo validated on.
    A figure that is not known is 0.0.
    """

    backbone: str
    pixels: int
    batch: int
    memory_mb: float = 0.0
    photo_seconds: float = 0.0
    check_seconds: float = 0.0

    @classmethod
    def of(cls, job: TrainingJob, **figures: float) -> Self:
        """What a job took. Raises JobError where its numbers are not possible."""
        config = _config(job)
        return cls(config.backbone, pixels(config), job.batch, **figures)


class Forecast(NamedTuple):
    """Memory at the peak in megabytes, and seconds in all and for validation; 0.0 where no step was measured.

    `exact`: the steps measured were of the same network, canvas and batch.
    """

    memory_mb: float
    seconds: float = 0.0
    validation_seconds: float = 0.0
    exact: bool = False

    @property
    def text(self) -> str:
        """The figures as people read them, beside what is free."""
        said = f"{memory(self.memory_mb)} of memory at the peak, {memory(free_memory())} are free."
        if not self.seconds:
            return f"About {said}"
        part = time_left(self.validation_seconds).removeprefix("about ")
        return f"It takes {time_left(self.seconds)}, of it {part} to validate; {said}"


def forecast(job: TrainingJob, *, photos: int, validated: int, measured: Iterable[Measured] = ()) -> Forecast:
    """What a job takes that learns from and validates on so many photos; the newest of `measured` comes first.

    Raises JobError where the numbers of the job are not possible.
    """
    config = _config(job)
    usual = TAKEN[config.backbone]
    alike = [one for one in measured if one.backbone == config.backbone]
    best = min(alike, key=lambda one: _distance(one, config), default=None)
    held = _held(config, photos + validated)
    if best is None:
        return Forecast(_peak(usual, config) + held)
    area = pixels(config) / best.pixels
    checks = job.epochs * validated_photos(job, validated) * best.check_seconds * area
    seconds = job.epochs * job.steps * job.batch * best.photo_seconds * area
    taken = _peak(_calibrated(best), config) if best.memory_mb else _peak(usual, config)
    exact = _distance(best, config) == 0
    return Forecast(taken + held, seconds + checks if seconds else 0.0, checks, exact)


def shortage(wanted_mb: float, *, free_mb: float | None = None) -> str:
    """A sentence where a training would hardly fit into the memory that is free, else ""."""
    free = free_memory() if free_mb is None else free_mb
    if wanted_mb * SPARE <= free:
        return ""
    return (
        f"This training needs about {memory(wanted_mb)} of memory, and {memory(free)} are free."
        " Take fewer photos a step, a smaller canvas or a lighter preset, or close other programs."
    )


def free_memory() -> float:
    """Megabytes of memory that are free."""
    import psutil  # the window imports this module when it opens, and asks for memory later

    return float(psutil.virtual_memory().available / 1e6)


def pixels(config: Config) -> int:
    """The area of the canvas, in pixels."""
    short = config.image_max_side if config.canvas == "square" else max(config.image_min_side, config.canvas_floor)
    return config.image_max_side * min(short, config.image_max_side)


def validated_photos(job: TrainingJob, there: int) -> int:
    """How many of the photos held back an epoch is validated on."""
    return min(there, max(PREVIEWED, int(VALIDATED_SHARE * job.steps * job.batch)))


def _config(job: TrainingJob) -> Config:
    try:
        return config_of(job)
    except EngineError as error:
        raise JobError(error.title, error.detail) from error


def _peak(taken: tuple[float, float], config: Config) -> float:
    own, growth = taken
    return own + growth * config.photos_per_step * pixels(config) / 1e6


def _calibrated(one: Measured) -> tuple[float, float]:
    """The table's figures, both in the same measure more or less, so that they give what was measured."""
    own, growth = TAKEN[one.backbone]
    factor = one.memory_mb / (own + growth * one.batch * one.pixels / 1e6)
    return own * factor, growth * factor


def _held(config: Config, photos: int) -> float:
    """Megabytes of the photos that are kept in memory, shrunk; most are of 4 to 3."""
    side = photo_side(config)
    return min(KEPT_MOST, photos * side * side * 0.75 * 3) / 1e6


def _distance(one: Measured, config: Config) -> float:
    """How different the steps measured are: 0 for the same canvas and batch."""
    return abs(one.pixels / pixels(config) - 1) + abs(one.batch / config.photos_per_step - 1)
