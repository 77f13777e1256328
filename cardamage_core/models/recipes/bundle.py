"""Turns a trained recipe into a model that comes along: measured, calibrated, its weights in half precision.

The threshold and the calibration are chosen on the validation photos; the figures of the card are measured on the test
photos, which nothing was chosen by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ... import files, imaging
from ...annotations.model import AnnotatedPhoto, Dataset, Region
from ...errors import ModelError
from ...evaluation import figures, measure
from ...evaluation import sights as quality
from ...inference import polygons
from ...inference.looks import predict_looks
from ...mrcnn import MaskRCNN
from ...runtime import Runtime
from .. import registry
from ..registry import ModelCard, PartnerTraining, SourceNote
from . import sources
from .recipe import FINISH, PANELS, Recipe

LEAST_SCORE = 0.05
MOST_ALARMS = 0.063  # of the 142 undamaged validation photos: with a confidence of 95 % no more than the goal of 0.1
STEPS = tuple(round(0.05 * i, 2) for i in range(1, 20))
BINS = 12  # of the calibration


def bundle(
    recipe: Recipe,
    out: Path,
    folder: Path,
    *,
    command: str,
    say: Callable[[str], None],
    partner: Path | None = None,
) -> Path:
    """Write the model of the training in `out` to `folder`/NAME; the folder that was written.

    `partner`: the folder of another training of the same classes, whose network looks, too (`inference.looks`); kernels
    of two networks are stored as int8. Photos are shown as large as the recipe says.
    """
    trained = _newest(out)
    dataset = msgspec.json.decode((out / "dataset.json").read_bytes(), type=Dataset)
    weights = out / "bundled.h5"
    network = _network(out)
    sides = {key: value for key, value in recipe.job.changes.items() if key.startswith("image_")}
    network.config = config = network.config.change(canvas="fit", detection_min_score=LEAST_SCORE, **sides)
    second = None if partner is None else _network(partner)
    network.save(weights, kernels="float16" if second is None else "int8", partner=second)
    runtimes = Runtime.open_all(weights, config=config, partner=second is not None)
    classes = tuple(recipe.titles.get(name, name) for name in trained.card.classes)
    damages = not recipe.roles  # of panels and cars otherwise
    judge = _judge_damage if damages else _judge_car
    found = {}
    for split in ("val", "test"):
        photos = [_titled(one, recipe.titles) for one in _unique(dataset, split)]
        say(f"Predicting {len(photos)} photos to {'choose by' if split == 'val' else 'judge by'} …")
        found[split] = photos, _predict(runtimes, photos, classes, mirror_side=recipe.mirror_side)
    calibration = _calibration(*found["val"]) if damages else ()  # whatever overlaps: for one kind of thing
    card = msgspec.structs.replace(
        trained.card,
        id="",
        name=recipe.job.name,
        created=max(one.card.created for one in _last(out)),
        classes=classes,
        config=config.to_dict(),
        summary=recipe.summary,
        weaknesses=recipe.weaknesses,
        sources=_credits(dataset),
        roles=dict(recipe.roles),
        calibration=calibration,
        mirror_side=recipe.mirror_side,
        partner=second is not None,
        partner_training=None if partner is None else _training(_newest(partner).card),
        command=command,
    )
    metrics, threshold = judge(card, found["val"], found["test"])
    card = msgspec.structs.replace(card, id=recipe.job.name.replace(" ", "-"), metrics=metrics, threshold=threshold)
    target = folder / card.id
    card = msgspec.structs.replace(card, weights_sha256=files.sha256(weights))
    target.mkdir(parents=True, exist_ok=True)
    files.write_atomic(target / registry.WEIGHTS, weights.read_bytes())
    files.write_atomic(target / registry.CARD, msgspec.json.format(msgspec.json.encode(card)))
    return target


def _newest(out: Path) -> registry.Model:
    """The newest model of one training. Raises ModelError where it has none yet."""
    if not (found := registry.models(out / "models")):
        raise ModelError(f"There is no model in {out}.", "Run the training of the recipe to its end first.")
    return found[0]


def _last(out: Path) -> list[registry.Model]:
    """The models of the trainings that finish a recipe's, else that of the first."""
    return [_newest(folder) for folder in sorted(out.glob(f"{FINISH}-*"))] or [_newest(out)]


def _network(out: Path) -> MaskRCNN:
    """The network of a recipe's training, the mean of its last models."""
    networks = [MaskRCNN.open(one.weights) for one in _last(out)]
    for name, variable in networks[0].weights.items():
        variable.assign(np.mean([np.array(one.weights[name]) for one in networks], axis=0))
    return networks[0]


def _training(card: ModelCard) -> PartnerTraining:
    return PartnerTraining(card.created, card.job, card.data_hash, card.parent)


Judged = tuple[list[AnnotatedPhoto], dict[str, tuple[Region, ...]]]


def _judge_damage(card: ModelCard, val: Judged, test: Judged) -> tuple[dict[str, Any], float]:
    chosen, judged = (_calibrated(card, found) for found in (val, test))
    threshold = _threshold(quality.sights(*chosen))
    return damage_metrics(*judged, threshold=threshold), threshold


def damage_metrics(
    photos: Sequence[AnnotatedPhoto], predictions: dict[str, tuple[Region, ...]], *, threshold: float
) -> dict[str, Any]:
    """What the card says of a damage model, measured on these photos."""
    seen = quality.sights(photos, predictions)
    by_source = {name: [one for one in photos if sources.source_of(one) == name] for name in card_sources(photos)}
    ap = {
        name: dict(zip(("box_ap50", "mask_ap50"), measure.any_damage(some, predictions), strict=True))
        for name, some in by_source.items()
        if any(one.regions for one in some)
    }
    right = {
        name: quality.right_share(quality.sights(some, predictions), threshold)._asdict()
        for name, some in by_source.items()
        if any(one.regions for one in some)
    }
    return {
        "any_damage": ap,
        "right_mask": quality.right_share(seen, threshold)._asdict(),
        "right_mask_by_source": right,
        "false_alarms": quality.alarm_share(seen, threshold)._asdict(),
        "recall": quality.recall(seen, threshold)._asdict(),
        "recall_of_small": quality.recall(seen, threshold, smaller=quality.SMALL)._asdict(),
        "recall_by_label": {
            label: quality.recall(seen, threshold, label=label)._asdict()
            for label in sorted({label for one in seen for label in one.truth})
        },
        "recall_by_size": {
            name: quality.recall(seen, threshold, least=least, smaller=smaller)._asdict()
            for name, least, smaller in figures.recall_sizes()
        },
        "curve": quality.curve(seen, steps=STEPS),
        "calibration": quality.calibration(seen),
    }


def _judge_car(card: ModelCard, val: Judged, test: Judged) -> tuple[dict[str, Any], float]:
    del val
    photos, predictions = _calibrated(card, test)
    whole = [one for one in photos if sources.source_of(one) == "carparts"]
    metrics = {
        "silhouette_iou_carparts": quality.best_overlap(whole, predictions, wanted=_is_car)._asdict(),
        "silhouette_iou_teacher": quality.best_overlap(
            [one for one in photos if one not in whole], predictions, wanted=_is_car
        )._asdict(),
        "panels": measure.by_label(whole, predictions, labels=PANELS),
    }
    return metrics, 0.5


def card_sources(photos: Sequence[AnnotatedPhoto]) -> list[str]:
    """The names of the sources that photos come from."""
    return list(dict.fromkeys(map(sources.source_of, photos)))


def _is_car(region: Region) -> bool:
    return region.label == "car"


def _predict(
    networks: Sequence[Runtime], photos: Sequence[AnnotatedPhoto], classes: Sequence[str], *, mirror_side: int | None
) -> dict[str, tuple[Region, ...]]:
    """Regions with the network's own scores by photo id."""
    found = {}
    for one in photos:
        image = imaging.load(Path(one.photo.path))
        detections = predict_looks(networks, image, min_score=LEAST_SCORE, mirror_side=mirror_side)
        found[one.photo.id] = polygons.regions(detections, classes, model="")
    return found


def _calibration(
    photos: Sequence[AnnotatedPhoto], predictions: dict[str, tuple[Region, ...]]
) -> tuple[tuple[float, float], ...]:
    """Points (score, share of right ones), rising: isotonic over bins of equal count (Zadrozny and Elkan 2002)."""
    bins = quality.calibration(quality.sights(photos, predictions), bins=BINS)
    scores, right, counts = (np.array(column, float) for column in zip(*bins, strict=True))
    level = _isotonic(right, counts)
    points = [(0.0, 0.0), *zip(scores.tolist(), level.tolist(), strict=True), (1.0, 1.0)]
    return tuple((round(s, 4), round(v, 4)) for s, v in points)


def _isotonic(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The rising sequence nearest to the values (pool adjacent violators)."""
    blocks: list[list[float]] = []  # value, weight, length
    for value, weight in zip(values, weights, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            last = blocks.pop()
            total = blocks[-1][1] + last[1]
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + last[0] * last[1]) / total, total, blocks[-1][2] + last[2]]
    return np.concatenate([np.full(int(length), value) for value, _, length in blocks])


def _threshold(seen: Sequence[quality.Sight]) -> float:
    """The lowest threshold with at most MOST_ALARMS false alarms, rounded up to a hundredth."""
    return next(t / 100 for t in range(5, 100) if quality.alarm_share(seen, t / 100).value <= MOST_ALARMS)


def _calibrated(card: ModelCard, found: Judged) -> Judged:
    photos, predictions = found
    return photos, {
        name: tuple(
            msgspec.structs.replace(r, origin=msgspec.structs.replace(r.origin, score=float(score)))
            for r, score in zip(regions, card.calibrated([r.origin.score or 0.0 for r in regions]), strict=True)
        )
        for name, regions in predictions.items()
    }


def _credits(dataset: Dataset) -> tuple[SourceNote, ...]:
    taught = {one.photo.id: one for one in dataset.photos if one.photo.split == "train"}
    counts = Counter(map(sources.source_of, taught.values()))
    return tuple(
        SourceNote(name, sources.SOURCES[name].licence, sources.SOURCES[name].credit, count)
        for name, count in counts.items()
    )


def _titled(one: AnnotatedPhoto, titles: Mapping[str, str]) -> AnnotatedPhoto:
    """The photo, its regions labelled as the model's classes are called."""
    regions = (msgspec.structs.replace(r, label=titles.get(r.label, r.label)) for r in one.regions)
    return AnnotatedPhoto(one.photo, tuple(regions))


def _unique(dataset: Dataset, split: str) -> list[AnnotatedPhoto]:
    return list({one.photo.id: one for one in dataset.photos if one.photo.split == split}.values())
