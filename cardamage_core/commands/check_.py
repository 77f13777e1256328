"""`cardamage check PROJECT`: lists problems of a project's data, and repairs what is safe."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..annotations.model import Dataset, Problem
from ..annotations.problems import find_problems, grouped
from ..project import Project
from ..project.outputs import Outputs
from ..text import count
from . import Output, force_argument

SHOWN = 5  # problems of one kind


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, help="the project's folder")
    parser.add_argument("--repair", action="store_true", help=REPAIR_HELP)
    parser.add_argument("--turn", choices=["evident", "all"], default="", help=TURN_HELP)
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the problems as a page as well")
    force_argument(parser)
    parser.add_argument("--no-files", action="store_true", help="look at the regions only, not at the photos' files")


REPAIR_HELP = "put the last whole copy in the place of a damaged project file; mend what is safe, in one undoable step"
TURN_HELP = (
    "turn regions drawn on photos as stored, before EXIF turned them: where they fit only so, or on all such photos"
)


def run(args: argparse.Namespace, out: Output) -> int:
    """Repair if asked, then list the problems; having some is no failure."""
    repaired = _repaired(args, out) if args.repair or args.turn else None
    with Project.open(args.project, read_only=True) as project:
        dataset = project.dataset()
        if args.html:
            Outputs(project.paths(), project=project.folder, replace=args.force).check([args.html])
        problems = find_problems(dataset) if args.no_files else _with_files(project, dataset, out)
        name = project.name
    if args.html:
        from ..project.data_problems import write_report

        write_report(args.html, dataset, problems, title=name)
    regions = sum(len(one.regions) for one in dataset.photos)
    document = {"photos": len(dataset.photos), "regions": regions, "problems": as_documents(problems)}
    text = f"{count(len(dataset.photos), 'photo')} with {count(regions, 'region')}, {count(len(problems), 'problem')}."
    if repaired is not None:
        document["repaired"] = repaired.counts
        text = f"{repaired.text}\n{text}"
    out.report(document, "\n".join([text, *counted(problems)]))
    return 0


def counted(problems: Sequence[Problem]) -> list[str]:
    """Lines for people: each kind with its number and its first few."""
    lines = []
    for code, found in grouped(problems).items():
        lines.append(f"{code}: {len(found)}")
        lines += [f"  {problem.text}" for problem in found[:SHOWN]]
        lines += [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return lines


def as_documents(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems for machines."""
    return [msgspec.to_builtins(problem) for problem in problems]


def _repaired(args: argparse.Namespace, out: Output) -> Any:
    from ..project import backups
    from ..project.data_problems import repair

    if args.repair and (copy := backups.restore(args.project)):
        out.progress(f"The project file was damaged or gone; {copy.name} was put in its place. A damaged one is kept.")
    with Project.open(args.project) as project:
        return repair(project, turn=args.turn, safe=args.repair, step=_progress(out, "Repairing"))


def _with_files(project: Project, dataset: Dataset, out: Output) -> list[Problem]:
    from ..project.data_problems import all_problems

    return all_problems(project, dataset, step=_progress(out, "Looking at the photos"))


def _progress(out: Output, text: str) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if done % 2000 == 0:
            out.progress(f"{text}: {done:,} steps")

    return step
