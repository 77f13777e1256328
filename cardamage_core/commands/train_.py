"""`cardamage train`: makes a training job from arguments and follows it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..annotations.model import Dataset
from ..cluster import memory
from ..errors import JobError
from ..jobs import executors, queue, trial
from ..jobs.queue import JobStatus, follow
from ..project import Project
from ..text import duration
from ..training import forecast, network_config
from ..training.forecast import Forecast, Measured
from ..training.grid import Axis, grid
from ..training.job import PRESETS, ClassRule, TrainingJob, split
from . import Output, add_place
from .terminal import bar_for


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--name", default="", help="what the model will be called (default: its classes)")
    parser.add_argument("--preset", default="light", choices=list(PRESETS), help="size of the network (default: light)")
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="default: 10")
    parser.add_argument("--steps", type=int, metavar="N", help="steps an epoch (default: once through all photos)")
    parser.add_argument("--batch", type=int, metavar="N", help="photos a step (default: the preset's)")
    parser.add_argument("--labels", default="", metavar="A,B", help="labels to learn, a class each")
    parser.add_argument("--one-class", metavar="NAME", help="learn all labels (or those of --labels) as one class NAME")
    parser.add_argument("--train-split", default="train", metavar="SPLIT", help="photos to learn from")
    parser.add_argument("--val-split", default="val", metavar="SPLIT", help="photos to validate on")
    parser.add_argument(
        "--start",
        default="included",
        metavar="WEIGHTS",
        help="included (default: the damage model that comes along), imagenet, coco, none, a weights file (.h5) of"
        " Matterport's or ours, or a model's id or folder",
    )
    parser.add_argument(
        "--layers",
        default="all",
        metavar="GROUP",
        help="what learns: heads, 5+, 4+, 3+ (the backbone's stages from … on) or all (default); one after another"
        " with their epochs: heads:5,all:10",
    )
    parser.add_argument("--learning-rate", type=float, metavar="R", help="default: the preset's")
    parser.add_argument(
        "--balance",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="show photos of classes on fewer than this share of the photos more often, such as 0.2 (default: 0, off)",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=0,
        metavar="N",
        help="end when mask AP50 on the validation photos has not become better for N epochs, and keep the best epoch"
        " (default: 0, all epochs)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NUMBER=VALUE",
        help="change a number of the preset, as often as needed: "
        + ", ".join(number.key for number in network_config.NUMBERS),
    )
    parser.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="NUMBER=VALUES",
        help="several trainings, one after another, with these values of a number, such as 'learning_rate=0.001 0.0005'"
        " or 'seed=0 1 2'; given twice, every combination",
    )
    parser.add_argument(
        "--measure", action="store_true", help="try a few steps, say what time and memory the training takes; no more"
    )
    parser.add_argument("--draft", action="store_true", help="only make it; `cardamage jobs --start ID` starts it")
    parser.add_argument("--no-tensorboard", action="store_true", help="write no event files for TensorBoard")
    parser.add_argument("--like", metavar="ID", help="what another job of the project does, but for what is given here")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same course (default: 0)")
    add_place(parser, "where it runs: the address of a Ray cluster's dashboard (http://HOST:8265), or `here`")
    parser.add_argument("--detach", action="store_true", help="do not watch; see `cardamage jobs`")


def run(args: argparse.Namespace, out: Output) -> int:
    """Start the worker and watch it; Ctrl-C stops it with a checkpoint."""
    with Project.open(args.project, read_only=True) as project:
        dataset, folder = project.dataset(), project.folder
    executor = executors.of_project(folder) if args.on is None else executors.at_address(args.on)
    if not args.draft:
        executor.check()
    job = job_of(args, dataset)
    if args.like:
        job = changed(queue.find(folder, args.like).job, job, args)
    if args.measure:
        return _measure(job, dataset, out)
    if not executor.address:
        _foretell(job, dataset, trial.known(queue.jobs(folder)), out)
    runs = grid(job, [Axis(*setting.partition("=")[::2]) for setting in args.grid])
    made = [queue.create(folder, one, dataset, draft=args.draft) for one in runs]
    for one in made:
        executors.start(one, executor) if not args.draft else executor.place(one)
    if args.on is not None:
        memory.remember_project(folder, executor.address)
    if executor.address and not args.draft:
        out.progress(f"The training runs {executor.describe()}; its photos go there.")
    if args.detach or args.draft or len(made) > 1:
        return _report_made([queue.status(one) for one in made], folder, out)
    return watch(made[0], out, stop_on_interrupt=True)


def _measure(job: TrainingJob, dataset: Dataset, out: Output) -> int:
    """Try a few steps, and say what the whole takes."""
    out.progress("Measuring the first steps …")
    measured = trial.measure(job, dataset)
    assert measured is not None, "nothing stops it"
    found = _forecast(job, dataset, [measured])
    short = forecast.shortage(found.memory_mb)
    document = {**found._asdict(), "short_of_memory": short, "measured": measured._asdict()}
    out.report(document, f"{found.text} {short}".strip())
    return 0


def _foretell(job: TrainingJob, dataset: Dataset, measured: Sequence[Measured], out: Output) -> None:
    """What the training takes, as far as that is known."""
    found = _forecast(job, dataset, measured)
    out.progress(f"{found.text} {forecast.shortage(found.memory_mb)}".strip())


def _forecast(job: TrainingJob, dataset: Dataset, measured: Sequence[Measured]) -> Forecast:
    parts = split(dataset, job)
    return forecast.forecast(job, photos=len(parts.train.photos), validated=len(parts.val.photos), measured=measured)


def _report_made(made: list[JobStatus], folder: Path, out: Output) -> int:
    """Tell of trainings that are not watched."""
    how = "--start" if made[0].state == "draft" else "--follow"
    lines = [f"{'Draft' if one.state == 'draft' else 'Started'} {one.id}: {one.job.name}" for one in made]
    said = "\n".join([*lines, f"Go on with: cardamage jobs {folder} {how} {made[0].id}"])
    out.report(document(made[0]) if len(made) == 1 else {"jobs": [document(one) for one in made]}, said)
    return 0


def watch(job_folder: Path, out: Output, *, stop_on_interrupt: bool) -> int:
    """Follow a job to its end and report it: 0 finished or stopped, 1 failed."""
    with bar_for(out) as bar:
        status = follow(job_folder, bar.say, bar=bar.show, stop_on_interrupt=stop_on_interrupt)
    out.report(document(status), summary(status))
    return 1 if status.state == "failed" else 0


def job_of(args: argparse.Namespace, dataset: Dataset) -> TrainingJob:
    """The job that the arguments describe."""
    labels = tuple(filter(None, map(str.strip, args.labels.split(","))))
    classes: tuple[ClassRule, ...]
    if args.one_class or not labels:
        classes = (ClassRule(args.one_class or "damage", labels),)
    else:
        classes = tuple(ClassRule(label, (label,)) for label in labels)
    job = TrainingJob(
        name=args.name or " ".join(rule.name for rule in classes),
        preset=args.preset,
        epochs=args.epochs,
        classes=classes,
        train_split=args.train_split,
        val_split=args.val_split,
        start=args.start,
        seed=args.seed,
        batch=PRESETS[args.preset].batch if args.batch is None else args.batch,
        learning_rate=args.learning_rate,
        layers=args.layers,
        balance=args.balance,
        patience=args.patience,
        tensorboard=not args.no_tensorboard,
        changes=_numbers(args.preset, args.set),
    )
    return job.with_steps(args.steps or math.ceil(len(split(dataset, job).train.photos) / max(1, job.batch)) or 1)


def _numbers(preset: str, settings: list[str]) -> dict[str, object]:
    """The changes to the preset that NUMBER=VALUE settings ask for. Raises JobError for unknown or impossible ones."""
    texts = dict(setting.partition("=")[::2] for setting in settings)
    known = {number.key for number in network_config.NUMBERS}
    if unknown := [name for name in texts if name.strip() not in known]:
        raise JobError(f"There is no number {unknown[0]!r} to set.", f"Known are {', '.join(sorted(known))}.")
    return network_config.parsed(preset, {name.strip(): text for name, text in texts.items()})


FIELDS = {  # of a job, by the argument that changes them
    "preset": ("preset", "batch"), "epochs": ("epochs", "layers"), "steps": ("steps",), "batch": ("batch",),
    "labels": ("classes",), "one_class": ("classes",), "train_split": ("train_split",), "val_split": ("val_split",),
    "start": ("start",), "layers": ("layers",), "learning_rate": ("learning_rate",), "seed": ("seed",),
    "balance": ("balance",), "patience": ("patience",), "set": ("changes",),
    "no_tensorboard": ("tensorboard",),
}  # fmt: skip


def changed(base: TrainingJob, given: TrainingJob, args: argparse.Namespace) -> TrainingJob:
    """Another job with what was given on the command line; arguments left at their default change nothing."""
    parser = argparse.ArgumentParser()
    arguments(parser)
    wanted = {
        field: getattr(given, field)
        for name, fields in FIELDS.items()
        if getattr(args, name) != parser.get_default(name)
        for field in fields
    }
    if "changes" in wanted:
        wanted["changes"] = base.changes | given.changes
    return msgspec.structs.replace(base, name=args.name or f"{base.name} again", **wanted)


def summary(status: JobStatus) -> str:
    """One line for people."""
    kept = f" Model: {status.model}" if status.model else ""
    return f"{status.id} {status.job.name}: {status.message}{kept}"


def document(status: JobStatus) -> dict[str, object]:
    """A job for machines."""
    return {
        "id": status.id,
        "name": status.job.name,
        "folder": str(status.folder),
        "state": status.state,
        "message": status.message,
        "preset": status.job.preset,
        "classes": list(status.job.class_names),
        "epoch": status.epoch,
        "epochs": status.job.epochs,
        "step": status.step,
        "total_steps": status.total_steps,
        "checkpoint_step": status.checkpoint_step,
        "photos_per_second": status.photos_per_second,
        "seconds_left": status.seconds_left if status.live else 0.0,
        "left": duration(status.seconds_left) if status.live else "",
        "memory_mb": status.memory_mb,
        "model": status.model,
    }
