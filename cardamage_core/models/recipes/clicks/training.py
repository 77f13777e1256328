"""Trains the decoder of the click network on simulated clicks (iterative training: Mahadevan et al. 2018).

For each batch the first click lies in the middle of the region; after each step the next click corrects the largest
error of what was just predicted, and that prediction is the previous mask of the next step.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import keras
import numpy as np
import tensorflow as tf

from ....clicks import simulation, views
from ....mrcnn import weights
from .crops import Pieces, read
from .network import build_decoder

BATCH = 16
WARM_UP = 100  # steps
EVERY = 500  # steps between checkpoints
JUDGED = 160  # validation views
Say = Callable[..., None]


class Stage(NamedTuple):
    """A part of the training: its steps, the rate it begins with, and how many clicks a batch gets, drawn at random."""

    steps: int
    rate: float
    rounds: tuple[int, ...]


STAGES = (Stage(6000, 1.5e-3, (1, 2, 2, 3, 3, 4)),)


class Batch(NamedTuple):
    """Features of views (n, h, w, c) float32, truths (n, GRID, GRID) float32, and the previous masks to begin with."""

    features: list[np.ndarray]
    truths: np.ndarray
    previous: np.ndarray


class Training:
    """A decoder in training; `step` counts its steps."""

    def __init__(self, out: Path, *, stages: Sequence[Stage] = STAGES, seed: int = 0) -> None:
        """Goes on from the newest checkpoint in `out`."""
        keras.utils.set_random_seed(seed)
        self.out, self.stages, self.seed = out, tuple(stages), seed
        self.steps = sum(stage.steps for stage in stages)
        self.decoder = build_decoder()
        self.optimizer = keras.optimizers.AdamW(stages[0].rate, weight_decay=1e-4, clipnorm=2.0)
        self.optimizer.build(self.decoder.trainable_variables)
        self.step = 0
        self._update = tf.function(self._one_step, reduce_retracing=True)
        self._predict = tf.function(lambda inputs: tf.sigmoid(self.decoder(inputs, training=False))[..., 0])
        self._resume()

    def run(self, *, say: Say, stop: Callable[[], bool]) -> None:
        """Train to the end, or until `stop`; a checkpoint is kept either way.

        Learns from the shards in `out`/train, looked for anew at each checkpoint, and is judged by those in `out`/val.
        """
        rng = np.random.default_rng((self.seed, self.step))
        shards, (judged, *_) = read(self.out / "train"), read(self.out / "val")
        losses: list[float] = []
        began = time.monotonic()
        while self.step < self.steps and not stop():
            losses += self._rounds(_drawn(shards, rng), rng)
            if self.step // EVERY > (self.step - len(losses)) // EVERY or self.step >= self.steps:
                self._save()
                curve = self.judge(judged)
                say(
                    "step",
                    step=self.step,
                    loss=round(float(np.mean(losses)), 4),
                    iou_by_clicks=[round(value, 4) for value in curve],
                    seconds_a_step=round((time.monotonic() - began) / max(1, len(losses)), 2),
                )
                losses, began = [], time.monotonic()
                shards = read(self.out / "train")
        self._save()

    def judge(self, pieces: Pieces, clicks: int = 5) -> list[float]:
        """Mean IoU on views after 1 … `clicks` clicks."""
        totals = np.zeros(clicks)
        count = min(JUDGED, len(pieces.labels))
        for first in range(0, count, BATCH):
            batch = _batch(pieces, np.arange(first, min(count, first + BATCH)), None)
            taken, found = _Clicks(len(batch.truths)), batch.previous
            for i in range(clicks):
                taken.add(batch.truths, found, None)
                found = self._predict([*map(tf.constant, batch.features), taken.guides(found)]).numpy()
                pairs = zip(batch.truths > 0.5, found > 0.5, strict=True)
                totals[i] += sum(simulation.iou(a, b) for a, b in pairs)
        return [float(value) for value in totals / count]

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by "layer/weight"."""
        return {f"{layer.name}/{one.name}": one.numpy() for layer in self.decoder.layers for one in layer.weights}

    def _rounds(self, batch: Batch, rng: np.random.Generator) -> list[float]:
        features = [tf.constant(one) for one in batch.features]
        truths = tf.constant(batch.truths)
        taken, found, losses = _Clicks(len(batch.truths)), batch.previous, []
        stage, _ = self._stage()
        for _ in range(int(rng.choice(stage.rounds))):
            taken.add(batch.truths, found, rng)
            self.optimizer.learning_rate = _rate(*self._stage())
            loss, probabilities = self._update(features, taken.guides(found), truths)
            found = probabilities.numpy()
            losses.append(float(loss))
            self.step += 1
        return losses

    def _stage(self) -> tuple[Stage, int]:
        """The stage under way and the steps made in it; the last one goes on."""
        done = self.step
        for stage in self.stages[:-1]:
            if done < stage.steps:
                return stage, done
            done -= stage.steps
        return self.stages[-1], done

    def _one_step(self, features: list[Any], guide: Any, truths: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            logits = self.decoder([*features, guide], training=True)[..., 0]
            loss = _loss(logits, truths)
        variables = self.decoder.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss, tf.sigmoid(logits)

    def _save(self) -> None:
        groups = {"decoder": self.decoder.weights, "optimizer": self.optimizer.variables}
        arrays = {f"{name}/{i:03}": np.asarray(v) for name, group in groups.items() for i, v in enumerate(group)}
        weights.write_arrays(self.out / "checkpoint.h5", arrays, notes={"step": self.step})

    def _resume(self) -> None:
        path = self.out / "checkpoint.h5"
        if not path.is_file():
            return
        groups = {"decoder": self.decoder.weights, "optimizer": self.optimizer.variables}
        shapes = {f"{name}/{i:03}": tuple(v.shape) for name, group in groups.items() for i, v in enumerate(group)}
        arrays = weights.read_arrays(path, shapes)
        for name, group in groups.items():
            for i, variable in enumerate(group):
                variable.assign(arrays[f"{name}/{i:03}"])
        self.step = int(weights.read_notes(path)["step"])


class _Clicks:
    """Simulated clicks of a batch."""

    def __init__(self, count: int) -> None:
        self._clicks: list[list[simulation.GridClick]] = [[] for _ in range(count)]

    def add(self, truths: np.ndarray, found: np.ndarray, rng: np.random.Generator | None) -> None:
        """The next click of each view; the first one lies inside."""
        for taken, wanted, got in zip(self._clicks, truths > 0.5, found > 0.5, strict=True):
            shown = got if taken else np.zeros_like(got)
            click = simulation.next_click(wanted, shown, rng=rng, jitter=0.6)
            if click is not None:
                taken.append(click)

    def guides(self, previous: np.ndarray) -> Any:
        """(n, GRID, GRID, 3)."""
        return tf.constant(np.stack([views.guide(a, b) for a, b in zip(self._clicks, previous, strict=True)]))


def _loss(logits: Any, truths: Any) -> Any:
    """Cross entropy, heavier where it is wrong (Lin et al. 2017), and Dice, each averaged over views."""
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=truths, logits=logits)
    p = tf.sigmoid(logits)
    wrong = tf.abs(truths - p)
    focal = tf.reduce_sum(wrong * entropy, axis=(1, 2)) / (tf.reduce_sum(tf.stop_gradient(wrong), axis=(1, 2)) + 8.0)
    dice = 1 - (2 * tf.reduce_sum(p * truths, axis=(1, 2)) + 1) / (
        tf.reduce_sum(p * p, axis=(1, 2)) + tf.reduce_sum(truths * truths, axis=(1, 2)) + 1
    )
    return tf.reduce_mean(0.5 * focal + tf.reduce_mean(entropy, axis=(1, 2)) + dice)


def _rate(stage: Stage, step: int) -> float:
    """Rises for WARM_UP steps, then falls along a half cosine."""
    if step < WARM_UP:
        return stage.rate * (step + 1) / WARM_UP
    share = min(1.0, (step - WARM_UP) / max(1, stage.steps - WARM_UP))
    return float(stage.rate * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * share))))


def _drawn(shards: Sequence[Pieces], rng: np.random.Generator) -> Batch:
    """A batch of one shard."""
    shard = shards[int(rng.integers(len(shards)))]
    return _batch(shard, np.sort(rng.choice(len(shard.labels), BATCH, replace=False)), rng)


def _batch(pieces: Pieces, chosen: np.ndarray, rng: np.random.Generator | None) -> Batch:
    """With `rng`, half of the previous masks are spoiled truths and half of the views are mirrored."""
    features = [store[chosen].astype(np.float32) for store in pieces.features]
    truths = pieces.truths[chosen].astype(np.float32) / 255
    previous = np.zeros_like(truths)
    if rng is not None:
        for i in np.flatnonzero(rng.random(len(chosen)) < 0.5):
            for values in (*features, truths):
                values[i] = values[i][:, ::-1].copy()
        for i in np.flatnonzero(rng.random(len(chosen)) < 0.4):
            previous[i] = spoiled(truths[i], rng)
    return Batch(features, truths, previous)


def spoiled(truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mask such as a coarse look gives: moved, grown or shrunk, with a piece too many or too few, blurred."""
    mask = np.roll(truth, tuple(rng.integers(-3, 4, 2)), (0, 1))
    size = int(rng.integers(1, 8))
    kernel = np.ones((size, size), np.uint8)
    mask = cv2.dilate(mask, kernel) if rng.random() < 0.5 else cv2.erode(mask, kernel)
    middle, radius = rng.integers(0, len(mask), 2), int(rng.integers(2, 12))
    if rng.random() < 0.6:
        cv2.circle(mask, (int(middle[0]), int(middle[1])), radius, float(rng.random() < 0.5), -1)
    return np.clip(cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, 2.5))), 0, 1) * rng.uniform(0.7, 1.0)


def log_to(path: Path) -> Say:
    """A function that appends events to a JSON lines file."""

    def say(kind: str, **fields: Any) -> None:
        with path.open("a", encoding="utf-8") as events:
            events.write(json.dumps({"kind": kind, "time": round(time.time(), 1), **fields}) + "\n")

    return say
