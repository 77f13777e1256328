"""`cardamage jobs`: lists, follows, stops and resumes trainings."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..jobs import local, queue
from ..jobs.queue import JobStatus
from ..project import Project
from ..text import duration
from . import Output
from .train_ import document, summary, watch


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done with a job."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--stop", metavar="ID", help="end it at the next step, with a checkpoint")
    choice.add_argument("--resume", metavar="ID", help="go on from its newest checkpoint")
    choice.add_argument("--follow", metavar="ID", help="watch it until it ends")


def run(args: argparse.Namespace, out: Output) -> int:
    """Do what was asked with one job (ID: the beginning of an id, a name, or `last`), or list all."""
    with Project.open(args.project, read_only=True) as project:
        folder = project.folder
    if args.follow:
        return watch(queue.find(folder, args.follow).folder, out, stop_on_interrupt=False)
    if args.stop:
        return _stop(queue.find(folder, args.stop), out)
    if args.resume:
        return _resume(queue.find(folder, args.resume), out)
    found = queue.jobs(folder)
    out.report({"jobs": [document(status) for status in found]}, "\n".join(map(_line, found)) or "No trainings yet.")
    return 0


def _stop(status: JobStatus, out: Output) -> int:
    if not status.live:
        out.report(document(status), f"{status.id} has ended already: {status.message}")
        return 0
    queue.request_stop(status.folder)
    out.report(document(queue.status(status.folder)), f"{status.id} stops at its next step, with a checkpoint.")
    return 0


def _resume(status: JobStatus, out: Output) -> int:
    local.resume(status.folder)
    out.report(document(queue.status(status.folder)), f"{status.id} goes on from step {status.checkpoint_step}.")
    return 0


def _line(status: JobStatus) -> str:
    left = f" · {duration(status.seconds_left)} left" if status.state == "running" and status.seconds_left else ""
    return f"{status.state:9}{status.step:>6}/{status.total_steps:<6} {summary(status)}{left}"
