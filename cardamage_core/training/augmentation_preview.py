"""Real photos as the network would be shown them: augmented, on the canvas, with their outlines."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ..annotations.model import Dataset
from ..errors import JobError
from ..mrcnn.batching import make_batch
from ..mrcnn.config import Config, EngineError
from .dataset import TrainingPhotos
from .job import CLASS_COLORS, TrainingJob, classes_of, split
from .network_config import config_of, photo_side
from .validation import DARK

COUNT = 6


def augmented(
    job: TrainingJob, dataset: Dataset, *, seed: int, count: int = COUNT, stop: Callable[[], bool] = lambda: False
) -> list[np.ndarray]:
    """Pictures (h, w, 3) uint8 RGB of photos to learn from, drawn as in a step; another seed draws others.

    Raises JobError where the job makes no sense or no photo can be read.
    """
    try:
        config = config_of(job)
    except EngineError as error:
        raise JobError(error.title, error.detail) from error
    taught = split(dataset, job).train
    if not taught.photos:
        raise JobError("There is no photo to learn from.", f"No photo has the split “{job.train_split}”.")
    longest, classes = photo_side(config), classes_of(dataset, job)
    photos = TrainingPhotos(taught, classes, longest_side=longest, seed=seed, balance=job.balance)
    samples = []
    for place in range(min(count, len(photos))):
        if stop():
            break
        samples += photos.batch(place, 1)
    if not samples:
        return []
    batch = make_batch(
        samples, config, np.random.default_rng(seed), augment=True
    )  # together: damage may be pasted over
    return [_picture(batch, place, config) for place in range(len(samples))]


def _picture(batch: dict[str, np.ndarray], place: int, config: Config) -> np.ndarray:
    """One photo of a batch, with the edges of its instances in the colours of their classes."""
    image = batch["images"][place] * np.array(config.pixel_scale) + np.array(config.pixel_mean)
    picture = np.ascontiguousarray(np.clip(image, 0, 255).astype(np.uint8))
    for number, edges in zip(batch["classes"][place], batch["edges"][place], strict=True):
        if number <= 0:
            continue
        color = CLASS_COLORS[(int(number) - 1) % len(CLASS_COLORS)]
        real = edges[np.any(edges != 0, axis=1)]
        lines = [np.round(edge.reshape(2, 2)[:, ::-1] * 16).astype(np.int32) for edge in real]
        for drawn, width in ((DARK, 3), (color, 1)):
            cv2.polylines(picture, lines, False, drawn, width, cv2.LINE_AA, 4)
    return picture
