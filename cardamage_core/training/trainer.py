"""The training loop, from the first photo to the finished model.

Each epoch: steps, validation, a preview picture, a checkpoint. Between two steps a stop is obeyed; long epochs get
checkpoints in between. What happens is reported through `say(kind, **fields)`; see `jobs.events` for its readers.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Protocol

import msgspec

from ..annotations.model import Dataset
from ..errors import CarDamageError, JobError
from ..models import registry
from ..models.registry import Model, ModelCard
from ..mrcnn import EngineError, MaskRCNN, OutOfMemoryError, Sample, TrainStep, weights
from . import checkpoints, initial_weights, validation
from .dataset import TrainingPhotos
from .forecast import PREVIEWED, validated_photos
from .job import Stage, TrainingJob, check, check_data, classes_of, data_hash, split, stage_at
from .loss_guard import LossGuard
from .network_config import config_of, photo_side
from .progress import Progress, peak_memory
from .validation import MIN_SCORE, validation_metrics

CHECKPOINT_SECONDS = 300.0  # at most this much work is lost
DAMAGED = (
    EngineError,
    OSError,
    ValueError,
    KeyError,
    msgspec.ValidationError,
)  # what reading a broken checkpoint may raise


class Say(Protocol):
    """Where the trainer tells what happens."""

    def __call__(self, kind: str, **fields: Any) -> None:
        """Tell one event."""


class Folders(NamedTuple):
    """Folders that a training writes to."""

    checkpoints: Path
    previews: Path
    models: Path


def run(job: TrainingJob, dataset: Dataset, folders: Folders, *, say: Say, stop: Callable[[], bool]) -> None:
    """Train `job` on `dataset` from its newest checkpoint on, until it is finished or `stop()` says so.

    Raises CarDamageError for everything that a person can mend.
    """
    check(job)
    parts = split(dataset, job)
    check_data(job, parts.train)
    with _explained():
        Trainer(job, dataset, folders, say=say, stop=stop).run()


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a checkpoint notes beside the network: photos seen, photos a step, weights begun from.

    `parent` is what was really loaded: "none" where published weights were wanted and not found.
    """

    photos: Annotated[int, msgspec.Meta(ge=0)]
    batch: Annotated[int, msgspec.Meta(ge=1)]
    parent: str = ""


class Trainer:
    """One training: the network, its photos and where it stands."""

    def __init__(
        self, job: TrainingJob, dataset: Dataset, folders: Folders, *, say: Say, stop: Callable[[], bool]
    ) -> None:
        self._job, self._dataset, self._folders, self._say, self._stop = job, dataset, folders, say, stop
        self._parts = split(dataset, job)
        self._config = config_of(job)
        classes = classes_of(dataset, job)
        longest = photo_side(self._config)
        self._train = TrainingPhotos(
            self._parts.train, classes, longest_side=longest, seed=job.seed, balance=job.balance
        )
        self._val = TrainingPhotos(self._parts.val, classes, longest_side=longest, seed=job.seed)
        self._model = MaskRCNN(self._config, seed=job.seed)
        self._stage, self._engine = self._begun(job.stages[0])
        self._batch = job.batch  # halved when it does not fit into the memory
        self._photos_seen = 0  # of the sequence that `TrainingPhotos` gives
        self._progress = Progress(total_steps=job.total_steps, steps=job.steps, batch=job.batch)
        self._parent = ""
        self._metrics: dict[str, Any] = {}
        self._guard = LossGuard()
        self._checkpoint_step, self._checkpoint_time = 0, time.monotonic()

    def run(self) -> None:
        """Train until finished or stopped."""
        step = self._begin()
        if self._is_unvalidated(step):
            self._validate(step)
        with ThreadPoolExecutor(1, "photos") as loader:
            ahead = loader.submit(self._train.batch, self._photos_seen, self._batch)
            while step < self._job.total_steps and not self._is_stale(step):
                self._enter_stage(step)
                if self._stop():
                    self._stopped(step)
                    return
                samples = ahead.result()
                after = self._photos_seen + len(samples)
                if step + 1 < self._job.total_steps:
                    ahead = loader.submit(self._train.batch, after, self._batch)
                step = self._step(step, samples)
                if self._photos_seen != after:  # the batch was halved: the rest of it comes next
                    ahead = loader.submit(self._train.batch, self._photos_seen, self._batch)
        self._finished(step)

    def _begin(self) -> int:
        """Load the newest checkpoint or the weights to begin from; the number of steps done already."""
        step, damaged = checkpoints.restore(self._folders.checkpoints, self._restore, damaged=DAMAGED)
        notes = [f"The checkpoint {path.name} is damaged and was passed over." for path in damaged]
        if step == 0:
            self._parent = initial_weights.load(
                self._model, self._job, self._folders.models, say=self._note, stop=self._stop
            )
            notes += self._parts.notes
            if self._job.patience and not len(self._val):
                notes.append("Without photos to validate on the training does not end early.")
        if self._batch != self._job.batch:
            notes.append(
                f"Going on with {self._batch} photos a step, since {self._job.batch} did not fit into the memory."
            )
        self._checkpoint_step = step
        photos, validation = len(self._train), len(self._val)
        self._say(
            "started",
            step=step,
            total_steps=self._job.total_steps,
            photos=photos,
            validation=validation,
            begun_from=self._parent,
        )
        for note in notes:
            self._note(note)
        self._say("compiling")
        self._progress.begin()
        return step

    def _step(self, step: int, samples: Sequence[Sample]) -> int:
        """One step and what is due after it; the number of steps done."""
        try:
            losses = self._learn(samples)
        except EngineError as error:
            raise self._diverged(step, error.title) from error
        step += 1
        if grown := self._guard.diverged(losses["loss"]):
            self._say("step", step=step, epoch=self._job.epoch_of(step), **losses)
            raise self._diverged(step - 1, grown)
        self._progress.stepped()
        course = {"learning_rate": self._engine.rate, "gradient_norm": self._engine.gradient_norm}
        self._say("step", step=step, epoch=self._job.epoch_of(step), **losses, **course, **self._progress.after(step))
        self._name_skipped()
        if step % self._job.steps == 0:
            self._end_epoch(step)
        elif time.monotonic() - self._checkpoint_time > CHECKPOINT_SECONDS:
            self._checkpoint(step)
        return step

    def _learn(self, samples: Sequence[Sample]) -> dict[str, float]:
        """One step; where the memory is too small for the batch, with half of it from now on."""
        taken = list(samples[: self._batch])
        try:
            losses = self._engine.step(taken)
            self._photos_seen += len(taken)
            return losses
        except OutOfMemoryError as error:
            if self._batch < self._job.batch or self._batch == 1:
                raise JobError(
                    f"Even {self._batch} photos a step need more memory than there is.",
                    "Take a lighter preset, smaller photos (image_max_side) or a group of fewer layers.",
                ) from error
        self._batch //= 2
        self._progress.use_batch(self._batch)
        self._note(f"{self._job.batch} photos a step need more memory than there is: going on with {self._batch}.")
        return self._learn(samples)

    def _end_epoch(self, step: int) -> None:
        self._checkpoint(step)
        self._validate(step)

    def _is_unvalidated(self, step: int) -> bool:
        """Whether the training was killed between the checkpoint at the end of an epoch and its preview."""
        ended = step > 0 and step % self._job.steps == 0
        return ended and not self._preview_of(self._job.epoch_of(step)).exists()

    def _validate(self, step: int) -> None:
        """What is measured and shown at the end of an epoch, of the average of the weights where there is one."""
        epoch = self._job.epoch_of(step)
        with self._engine.averaged():
            if shown := self._validated():
                self._measure(step, shown)
            self._preview(epoch)
        self._name_skipped()
        self._progress.epoch_ended()

    def _measure(self, step: int, shown: list[Sample]) -> None:
        begun = time.monotonic()
        losses = _mean([self._engine.evaluate(samples) for samples in _pieces(shown, self._batch)])
        found = self._model.predict([s.image for s in shown], min_score=MIN_SCORE)
        metrics = validation_metrics(shown, found, self._job.class_names)
        self._metrics = {"step": step, "photos": len(shown), **losses, **metrics}
        took = {
            "check_seconds": round((time.monotonic() - begun) / len(shown), 4),
            "network_mb": round((peak_memory() - self._train.kept - self._val.kept) / 1e6, 1),
        }
        told = {"photos": len(shown), "of": len(self._val), **losses, "metrics": metrics, **took}
        self._say("validation", epoch=self._job.epoch_of(step), step=step, **told)
        ap = metrics["mask_ap50"] if self._job.patience else None
        score = -losses["loss"] if ap is None else ap
        checkpoints.keep_best(self._folders.checkpoints, checkpoints.Best(step, score, self._metrics))

    def _is_stale(self, step: int) -> bool:
        """Whether an epoch ended here and none has been better for as long as the job has patience."""
        if not self._job.patience or step % self._job.steps:
            return False
        best = checkpoints.best(self._folders.checkpoints)
        return best is not None and step - best.step >= self._job.patience * self._job.steps

    def _validated(self) -> list[Sample]:
        """The photos validated on: all, or as many as cost a tenth of the epoch; the same ones every time."""
        return [sample for _, sample in self._val.spread(validated_photos(self._job, len(self._val)))]

    def _preview(self, epoch: int) -> None:
        photos = self._val if len(self._val) else self._train
        samples = [sample for _, sample in photos.first(PREVIEWED)]
        if not samples:
            return
        path = self._preview_of(epoch)
        validation.write_preview(
            path, samples, self._model.predict([s.image for s in samples], min_score=validation.PREVIEW_SCORE)
        )
        self._say("preview", epoch=epoch, picture=str(path))

    def _preview_of(self, epoch: int) -> Path:
        return self._folders.previews / f"epoch-{epoch:04d}.png"

    def _checkpoint(self, step: int) -> None:
        try:
            checkpoints.save(self._folders.checkpoints, step, self._write)
        except EngineError as error:
            raise self._unwritten(step, error) from error
        self._checkpoint_step, self._checkpoint_time = step, time.monotonic()
        self._say("checkpoint", step=step)

    def _write(self, path: Path) -> None:
        course = Course(self._photos_seen, self._batch, self._parent)
        self._engine.save(path, notes={"course": msgspec.to_builtins(course)})

    def _unwritten(self, step: int, error: EngineError) -> JobError:
        free = shutil.disk_usage(self._folders.checkpoints).free / 1e6
        kept = f"The one of step {self._checkpoint_step} is kept." if self._checkpoint_step else "There is none yet."
        full = "No space left" in f"{error.detail} {error.__cause__}"
        why = f"The disk is full: {free:.0f} MB are free. " if full else f"{error.detail} "
        title = f"The checkpoint of step {step} could not be written to {self._folders.checkpoints}."
        return JobError(title, f"{why}{kept} Make room and resume.")

    def _restore(self, step: int, path: Path) -> int:
        self._stage, self._engine = self._begun(stage_at(self._job.stages, step - 1))
        self._engine.load(path)
        noted = weights.read_notes(path).get("course")
        usual = Course(self._engine.step_count * self._job.batch, self._job.batch)  # written before this was noted
        course = usual if noted is None else msgspec.convert(noted, Course)
        self._photos_seen, self._batch, self._parent = course.photos, course.batch, course.parent
        self._progress.use_batch(self._batch)
        return self._engine.step_count

    def _begun(self, stage: Stage) -> tuple[Stage, TrainStep]:
        """The stage and what teaches its layers; the optimiser begins anew, the learning rate goes on."""
        engine = TrainStep(
            self._model,
            learning_rate=self._config.learning_rate,
            layers=stage.layers,
            first_step=stage.start,
            total_steps=self._job.total_steps,
            seed=self._job.seed,
        )
        return stage, engine

    def _enter_stage(self, step: int) -> None:
        """Teach the layers of the stage that this step is in."""
        if step >= self._stage.end:
            self._stage, self._engine = self._begun(stage_at(self._job.stages, step))
            self._note(f"From step {step + 1} on learn: {self._stage.layers}.")

    def _name_skipped(self) -> None:
        for photo, reason in (*self._train.skipped(), *self._val.skipped()):
            self._say("skipped", photo=photo, reason=reason)

    def _note(self, text: str) -> None:
        self._say("note", text=text)

    def _stopped(self, step: int) -> None:
        """End early: with a checkpoint to go on from and a model to try."""
        if step == 0:
            self._say("stopped", step=0)
            return
        if step != self._checkpoint_step:
            self._checkpoint(step)
        model = self._register(f"{self._job.name} (stopped at step {step})")
        self._say("stopped", step=step, model=model.card.id)

    def _finished(self, step: int) -> None:
        if step != self._checkpoint_step:
            self._checkpoint(step)
        if self._job.patience:
            self._return_to_best(step)
        self._say("finished", step=step, model=self._register(self._job.name).card.id)
        checkpoints.clear(self._folders.checkpoints)  # the model holds the weights; nothing is left to resume

    def _return_to_best(self, step: int) -> None:
        """Take the best epoch's weights and figures for the model."""
        best = checkpoints.best(self._folders.checkpoints)
        if best is None or best.step == step or not self._load_best():
            return
        self._metrics = best.metrics
        early = f"Stopped early after epoch {self._job.epoch_of(step)}. " if step < self._job.total_steps else ""
        self._note(f"{early}The model is that of epoch {self._job.epoch_of(best.step)}, the best one.")

    def _diverged(self, step: int, cause: str) -> JobError:
        """The network is ruined: keep its best state as a model and say so."""
        good = self._best_state()
        rate = self._config.learning_rate
        lower = f"a lower learning rate, such as {rate / 10:.2g} instead of {rate:.2g}"
        if not good:
            return JobError(f"Stopped at step {step + 1}: {cause}", f"Train again with {lower}.")
        model = self._register(f"{self._job.name} (up to step {good})")
        kept = f"The best state, of step {good}, is kept as the model {model.card.id}: begin from it with {lower}."
        return JobError(f"Stopped at step {step + 1}: {cause}", kept)

    def _best_state(self) -> int:
        """Load the best checkpoint, else the newest whole one; its step, 0 where there is none."""
        folder = self._folders.checkpoints
        step = self._load_best() or checkpoints.restore(folder, self._restore, damaged=DAMAGED)[0]
        checkpoints.return_to(folder, step)
        return step

    def _load_best(self) -> int:
        """Load the best checkpoint; its step, 0 where there is none or it is damaged."""
        best = checkpoints.best(self._folders.checkpoints)
        with contextlib.suppress(*DAMAGED):
            return self._restore(best.step, self._folders.checkpoints / checkpoints.BEST) if best else 0
        return 0

    def _register(self, name: str) -> Model:
        card = ModelCard(
            id="",
            name=name,
            created="",
            preset=self._job.preset,
            classes=self._job.class_names,
            config=self._config.to_dict(),
            job=msgspec.to_builtins(self._job),
            data_hash=data_hash(self._parts.train),
            metrics=self._metrics,
            parent=self._parent or self._job.start,
        )
        weights = self._folders.checkpoints / "weights.h5"
        try:
            with self._engine.averaged():
                self._model.save(weights)
            return registry.register(self._folders.models, card, weights)
        finally:
            weights.unlink(missing_ok=True)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """The engine knows nothing of our errors."""
    try:
        yield
    except EngineError as error:
        raise CarDamageError(error.title, error.detail) from error


def _pieces(samples: Sequence[Sample], size: int) -> Iterator[list[Sample]]:
    """Batches of one size, since each size compiles anew; the last is filled up from the front."""
    for first in range(0, len(samples), size):
        piece = list(samples[first : first + size])
        while len(piece) < size:
            piece += samples[: size - len(piece)]
        yield piece


def _mean(losses: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: sum(each[name] for each in losses) / len(losses) for name in losses[0]}
