"""`cardamage import PROJECT FILE`: bring annotations and their photos into a project."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..annotations.model import SPLITS
from ..formats import FORMATS
from ..project import Project, importing
from . import Output
from .check_ import as_documents, counted


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, help="the project's folder; made when it is not there")
    parser.add_argument("file", type=Path, help="an annotation file, or a folder of photos with or without one")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="where the photos lie (default: beside the file)")
    parser.add_argument("--split", choices=[split for split in SPLITS if split], default="", help="what they are for")
    parser.add_argument("--format", choices=list(FORMATS), default="", help="default: told by the content")


def run(args: argparse.Namespace, out: Output) -> int:
    """Import, and say what came in and what looks wrong."""

    def progress(done: int, total: int) -> None:
        if done == total or done % 500 == 0:
            out.progress(f"Read {done} of {total} photos")

    plan = importing.plan(args.file, photos=args.photos, split=args.split, format=args.format, progress=progress)
    with Project.open_or_create(args.project) as project:
        summary = importing.apply(project, plan)
    document = {
        "project": str(args.project.absolute()),
        "file": str(plan.source),
        "photos": summary.photos,
        "regions": summary.regions,
        "labels": list(summary.labels),
        "known": summary.known,
        "missing": summary.missing,
        "findings": as_documents(summary.findings),
    }
    out.report(document, "\n".join([summary.text, *counted(summary.findings)]))
    return 0
