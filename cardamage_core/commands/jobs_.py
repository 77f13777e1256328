"""`cardamage jobs`: lists, follows, stops and resumes trainings."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import JobError
from ..jobs import care, executors, queue
from ..jobs.queue import JobStatus
from ..project import Project, trash
from ..text import duration
from . import Output, add_place
from .train_ import document, summary, watch


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done with a job."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    add_place(parser, "with --resume, where it goes on: the address of a Ray cluster's dashboard, or `here`")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--stop", metavar="ID", help="end it at the next step, with a checkpoint")
    choice.add_argument("--resume", metavar="ID", help="go on from its newest checkpoint")
    choice.add_argument("--start", metavar="ID", help="start a draft; it runs when no other training does")
    choice.add_argument("--follow", metavar="ID", help="watch it until it ends")
    choice.add_argument("--rename", nargs=2, metavar=("ID", "NAME"), help="call it otherwise")
    choice.add_argument("--delete", metavar="ID", help="move it to the project's trash")
    choice.add_argument("--restore", metavar="ID", help="bring it back from the trash")
    choice.add_argument("--export", nargs=2, metavar=("ID", "DIR"), help="copy its folder to DIR")


def run(args: argparse.Namespace, out: Output) -> int:
    """Do what was asked with one job (ID: the beginning of an id, a name, or `last`), or list all."""
    with Project.open(args.project, read_only=True) as project:
        folder = project.folder
    if args.follow:
        return watch(queue.find(folder, args.follow).folder, out, stop_on_interrupt=False)
    if args.stop:
        return _stop(queue.find(folder, args.stop), out)
    if args.resume:
        return _resume(queue.find(folder, args.resume), args.on, out)
    if args.start:
        return _start(queue.find(folder, args.start), args.on, out)
    if args.rename or args.delete or args.restore or args.export:
        return _care(folder, args, out)
    found = queue.jobs(folder)
    out.report({"jobs": [document(status) for status in found]}, "\n".join(map(_line, found)) or "No trainings yet.")
    return 0


def _care(folder: Path, args: argparse.Namespace, out: Output) -> int:
    if args.restore:
        thrown = [path for path in trash.contents(folder, "jobs") if path.name.startswith(args.restore)]
        if not thrown:
            known = ", ".join(path.name for path in trash.contents(folder, "jobs")) or "nothing"
            raise JobError(f"There is no job “{args.restore}” in the trash.", f"In it: {known}.")
        path = trash.restore(thrown[0])
        out.report(document(queue.status(path)), f"{path.name} is back.")
        return 0
    name = args.delete or (args.rename or args.export)[0]
    status = queue.find(folder, name)
    if args.rename:
        care.rename(status.folder, args.rename[1])
        text = f"{status.id} is called “{args.rename[1].strip()}” now."
    elif args.delete:
        thrown_to = care.delete(status.folder)
        text = f"{status.id} is in the trash ({thrown_to}); --restore {status.id} brings it back."
    else:
        text = f"{status.id} was copied to {care.export(status.folder, Path(args.export[1]))}."
    out.report(document(status) if args.delete else document(queue.status(status.folder)), text)
    return 0


def _stop(status: JobStatus, out: Output) -> int:
    if not status.live:
        out.report(document(status), f"{status.id} has ended already: {status.message}")
        return 0
    queue.request_stop(status.folder)
    out.report(document(queue.status(status.folder)), f"{status.id} stops at its next step, with a checkpoint.")
    return 0


def _place(status: JobStatus, on: str | None) -> executors.Executor:
    """Where a job is to run: where it ran last or was to run, if nothing is said."""
    return executors.of_job(status.folder) if on is None else executors.at_address(on)


def _start(status: JobStatus, on: str | None, out: Output) -> int:
    executor = _place(status, on)
    executors.start(status.folder, executor)
    out.report(document(queue.status(status.folder)), f"{status.id} was started {executor.describe()}.")
    return 0


def _resume(status: JobStatus, on: str | None, out: Output) -> int:
    executor = _place(status, on)
    executors.resume(status.folder, executor)
    told = f"{status.id} goes on {executor.describe()} from step {status.checkpoint_step}."
    out.report(document(queue.status(status.folder)), told)
    return 0


def _line(status: JobStatus) -> str:
    left = f" · {duration(status.seconds_left)} left" if status.state == "running" and status.seconds_left else ""
    return f"{status.state:9}{status.step:>6}/{status.total_steps:<6} {summary(status)}{left}"
