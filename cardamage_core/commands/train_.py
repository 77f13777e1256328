"""`cardamage train`: makes a training job from arguments and follows it."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import msgspec

from ..annotations.model import Dataset
from ..cluster import memory
from ..jobs import executors, queue
from ..jobs.queue import JobStatus, follow
from ..project import Project
from ..text import duration
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
    parser.add_argument("--like", metavar="ID", help="what another job of the project does, but for what is given here")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same course (default: 0)")
    add_place(parser, "where it runs: the address of a Ray cluster's dashboard (http://HOST:8265), or `here`")
    parser.add_argument("--detach", action="store_true", help="do not watch; see `cardamage jobs`")


def run(args: argparse.Namespace, out: Output) -> int:
    """Start the worker and watch it; Ctrl-C stops it with a checkpoint."""
    with Project.open(args.project, read_only=True) as project:
        dataset, folder = project.dataset(), project.folder
    executor = executors.of_project(folder) if args.on is None else executors.at_address(args.on)
    executor.check()
    job = job_of(args, dataset)
    if args.like:
        job = changed(queue.find(folder, args.like).job, job, args)
    job_folder = queue.create(folder, job, dataset)
    executors.start(job_folder, executor)
    if args.on is not None:
        memory.remember_project(folder, executor.address)
    if executor.address:
        out.progress(f"The training runs {executor.describe()}; its photos go there.")
    if args.detach:
        status = queue.status(job_folder)
        out.report(
            document(status), f"Started {status.id}. Watch it with: cardamage jobs {folder} --follow {status.id}"
        )
        return 0
    return watch(job_folder, out, stop_on_interrupt=True)


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
    )
    return job.with_steps(args.steps or math.ceil(len(split(dataset, job).train.photos) / max(1, job.batch)) or 1)


FIELDS = {  # of a job, by the argument that changes them
    "preset": ("preset", "batch"), "epochs": ("epochs", "layers"), "steps": ("steps",), "batch": ("batch",),
    "labels": ("classes",), "one_class": ("classes",), "train_split": ("train_split",), "val_split": ("val_split",),
    "start": ("start",), "layers": ("layers",), "learning_rate": ("learning_rate",), "seed": ("seed",),
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
