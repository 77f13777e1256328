"""The network's numbers of a training: the preset with the job's changes, and what each number that is shown means."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import JobError
from ..mrcnn.config import Config, EngineError
from .job import TrainingJob


class Number(NamedTuple):
    """One number of the network or its training that a person may change, and what it means."""

    key: str
    title: str
    about: str


NUMBERS = (
    Number("image_min_side", "Canvas, shorter side", "Photos are scaled until their shorter side has so many pixels …"),
    Number(
        "image_max_side",
        "Canvas, longer side",
        "… but never beyond this. Twice as large sees smaller damage and costs four times the time.",
    ),
    Number(
        "weight_decay", "Weight decay", "Pulls weights towards zero at each step, against learning photos by heart."
    ),
    Number(
        "clip_norm",
        "Gradient clip",
        "Larger gradients are shortened to this norm, so that one odd photo ruins nothing.",
    ),
    Number("flip", "Mirrored photos", "Half of the photos are mirrored left to right (true or false)."),
    Number(
        "scale_jitter", "Random size", "Photos are enlarged or shrunk by up to this share, and moved about the canvas."
    ),
    Number("colour_jitter", "Random colour", "Brightness, contrast and colour vary by up to this share."),
    Number(
        "zoom_share",
        "Share of close-ups",
        "This share of the photos is shown as an enlarged part of itself, every other time around a damage: for small "
        "damage, and for predictions on parts of large photos (--thorough). 0: none; 0.3 is usual.",
    ),
    Number("zoom_most", "Enlargement of close-ups", "Close-ups are enlarged by up to this factor."),
    Number(
        "paste_share",
        "Share with pasted damage",
        "Onto this share of the photos, undamaged ones too, one to three damages of other photos of the same step are "
        "pasted: for rare damage. 0: none; 0.3 is usual.",
    ),
    Number("rois_per_image", "Regions a photo", "So many proposals of each photo teach the heads."),
    Number(
        "roi_positive_share",
        "Share of damage",
        "This share of them lies on damage where there are enough: raise it for rare damage.",
    ),
    Number("proposals_training", "Proposals", "So many proposals of each photo are kept while training."),
    Number(
        "detection_nms_threshold",
        "Overlap of detections",
        "Detections that overlap more than this IoU are taken for the same damage.",
    ),
    Number(
        "optimizer",
        "Optimiser",
        "adamw: falls by a cosine schedule; sgd: with momentum at a constant rate, as Matterport's.",
    ),
    Number(
        "average_decay",
        "Average of the weights",
        "What is validated and kept is a moving average of the weights, which is steadier than the last ones: this "
        "share of it stays at each step. 0: none; 0.999 is usual, 0.99 for fewer than 1,000 steps.",
    ),
    Number("precision", "Precision", "float32, or mixed_bfloat16 on graphics cards that have it."),
)


def config_of(job: TrainingJob) -> Config:
    """The network's numbers: the preset with the job's changes. Raises EngineError for impossible ones."""
    own = {"photos_per_step": job.batch, "steps_per_epoch": job.steps}
    rate = {} if job.learning_rate is None else {"learning_rate": job.learning_rate}
    unchanged = {name: value for name, value in job.changes.items() if name != "classes"}
    return Config.preset(job.preset, classes=len(job.classes) + 1, **(unchanged | own | rate))


def photo_side(config: Config) -> int:
    """Pixels of a photo's longer side that a training can make use of: what is left when it is most enlarged."""
    zoom = config.zoom_most if config.zoom_share else 1.0
    return int(config.image_max_side * max(1 + config.scale_jitter, zoom))


def presets_values(preset: str) -> dict[str, Any]:
    """The numbers of a preset, by key."""
    values = Config.preset(preset, classes=2).to_dict()
    return {number.key: values[number.key] for number in NUMBERS} | {"learning_rate": values["learning_rate"]}


def parsed(preset: str, texts: dict[str, str]) -> dict[str, Any]:
    """What was typed, as changes to the preset; empty texts and the preset's own values change nothing.

    Raises JobError for a value that is not of its kind or not possible.
    """
    usual = presets_values(preset)
    titles = {number.key: number.title for number in NUMBERS}
    changes = {}
    for key, text in texts.items():
        if not text.strip():
            continue
        try:
            value = _as(type(usual[key]), text.strip())
        except ValueError:
            kind = {int: "a whole number", float: "a number", bool: "true or false"}.get(type(usual[key]), "a word")
            raise JobError(f"{titles[key]} is “{text}”.", f"Expected {kind}, such as {usual[key]}.") from None
        if value != usual[key]:
            changes[key] = value
    try:
        Config.preset(preset, classes=2, **changes)
    except EngineError as error:
        raise JobError(error.title, error.detail) from error
    return changes


def _as(kind: type, text: str) -> Any:
    if kind is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if text.casefold() not in words:
            raise ValueError(text)
        return words[text.casefold()]
    return kind(text.replace(",", ".") if kind is float else text)
