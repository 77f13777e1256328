"""`cardamage import PROJECT FILE`: imports annotations and their photos into a project.

`--label-attribute` and `--map` say what names mean; without them labels are taken as they are written, and what looks
like one label in two spellings is reported.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from ..annotations.model import SPLITS, Label
from ..formats import FORMATS
from ..formats.common import IN_NAME, ROLES
from ..project import Project, import_apply, import_plan, photo_tags
from ..project.import_plan import NameMapping
from . import Output
from .check_ import as_documents, counted
from .terminal import bar_for, shares

LABEL_HELP = f"the attribute that holds the label, {IN_NAME!r}: its name is the label (default: found out)"
MAP_HELP = "read one label as another; may be given several times"
TURN_HELP = (
    "turn regions drawn on photos as stored, before EXIF turned them: where they fit only so, or on all such photos"
)
ROLE_HELP = f"what a label stands for: {', '.join(ROLES)}; may be given several times"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, help="the project's folder; made when it is not there")
    parser.add_argument("file", type=Path, help="an annotation file, or a folder of photos with or without one")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="where the photos lie (default: beside the file)")
    parser.add_argument("--split", choices=[split for split in SPLITS if split], default="", help=SPLIT_HELP)
    parser.add_argument("--format", choices=list(FORMATS), default="", help="default: told by the content")
    parser.add_argument("--label-attribute", metavar="NAME", default="", help=LABEL_HELP)
    parser.add_argument("--map", action="append", type=_pair, default=[], metavar="OLD=NEW", help=MAP_HELP)
    parser.add_argument("--turn", choices=["evident", "all"], default="", help=TURN_HELP)
    parser.add_argument("--role", action="append", type=_role, default=[], metavar="LABEL=ROLE", help=ROLE_HELP)


SPLIT_HELP = "what the photos are for (default: as the folder or file is called, train, val or test)"


def run(args: argparse.Namespace, out: Output) -> int:
    """Import, and say what came in and what looks wrong."""
    if photo_tags.is_table(args.file):
        return _tags(args, out)
    with bar_for(out) as bar:
        plan = import_plan.plan(
            args.file,
            photos=args.photos,
            split=args.split or import_plan.proposed_split(args.file.absolute()),
            format=args.format,
            mapping=NameMapping(args.label_attribute, dict(args.map), dict(args.role)),
            turn=args.turn,
            known=_known(args.project),
            progress=shares(bar, f"Reading {args.file.name}"),
        )
        with _project(args.project) as project:
            summary = import_apply.apply(project, plan, progress=shares(bar, "Importing"))
    document = {
        "project": str(args.project.absolute()),
        "file": str(plan.source),
        "photos": summary.photos,
        "regions": summary.regions,
        "labels": list(summary.labels),
        "roles": {label.name: label.role for label in plan.dataset.labels},
        "attributes": [attribute.name for attribute in plan.proposed.attributes],
        "known": summary.known,
        "missing": summary.missing,
        "problems": as_documents(summary.problems),
    }
    out.report(document, "\n".join([summary.text, *counted(summary.problems)]))
    return 0


def _tags(args: argparse.Namespace, out: Output) -> int:
    """A table of tags says something of photos that are in the project already."""
    with Project.open(args.project) as project:
        tagged = photo_tags.apply(project, args.file)
    document = {"file": str(args.file), "tagged": tagged.photos, "columns": list(tagged.columns)}
    out.report(document | {"unknown": list(tagged.unknown), "changed": tagged.edit is not None}, tagged.text)
    return 0


@contextlib.contextmanager
def _project(folder: Path) -> Iterator[Project]:
    """The project, made when there is none; one that was made for an import that failed goes again."""
    project = Project.open_or_create(folder)
    try:
        yield project
    except BaseException:
        if project.is_new:
            project.discard()
        raise
    finally:
        project.close()


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old.strip() and equals and new.strip()):
        raise argparse.ArgumentTypeError(f"expected OLD=NEW, found {text}")
    return old.strip(), new.strip()


def _role(text: str) -> tuple[str, str]:
    label, role = _pair(text)
    if role not in ROLES:
        raise argparse.ArgumentTypeError(f"expected LABEL={'|'.join(ROLES)}, found {text}")
    return label, role


def _known(folder: Path) -> tuple[Label, ...]:
    """The labels of the project, when there is one."""
    if not Project.is_in(folder):
        return ()
    with Project.open(folder, read_only=True) as project:
        return project.labels()
