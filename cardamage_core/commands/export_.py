"""`cardamage export PROJECT OUT`: writes a project's annotations to a file or folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import formats
from ..annotations.model import SPLITS
from ..project import Project
from ..project.outputs import Outputs
from ..project.prediction_log import failed, failed_said
from ..text import count
from . import Output, force_argument
from .check_ import as_documents, counted
from .terminal import bar_for, shares


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, help="the project's folder")
    parser.add_argument("out", type=Path, help="the file to write; a folder for labelme, voc and yolo")
    parser.add_argument("--format", choices=list(formats.WRITABLE), default="via1", help="default: via1")
    parser.add_argument("--copy-photos", action="store_true", help=COPY_HELP)
    parser.add_argument("--split", choices=[split for split in SPLITS if split], help="only these photos")
    force_argument(parser)


COPY_HELP = (
    "put the photos where the format expects them (yolo: images/SPLIT, voc: JPEGImages, else beside the file); "
    "those that EXIF turns are written as displayed"
)


def run(args: argparse.Namespace, out: Output) -> int:
    """Say what the format cannot hold and what becomes of it, then export."""
    with Project.open(args.project, read_only=True) as project:
        dataset = project.dataset([args.split] if args.split else None)
        outputs = Outputs(project.paths(), project=project.folder, replace=args.force)
        unknown = failed(dataset.photos, project.looks())
    for loss in formats.losses(dataset, format=args.format):
        out.progress(loss.text)
    if unknown:
        out.progress(failed_said(len(unknown)))
    if note := formats.photo_note(format=args.format, copy_photos=args.copy_photos):
        out.progress(note)
    with bar_for(out) as bar:
        problems = formats.write(
            dataset,
            args.out,
            format=args.format,
            copy_photos=args.copy_photos,
            check=outputs.check,
            tell=shares(bar, f"Writing {args.out.name}"),
        )
    regions = sum(len(one.regions) for one in dataset.photos)
    document = {
        "file": str(args.out.absolute()),
        "format": args.format,
        "photos": len(dataset.photos),
        "regions": regions,
        "problems": as_documents(problems),
    }
    text = f"{count(len(dataset.photos), 'photo')} with {count(regions, 'region')} written to {args.out}."
    out.report(document, "\n".join([text, *counted(problems)]))
    return 0
