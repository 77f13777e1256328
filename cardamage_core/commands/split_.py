"""`cardamage split PROJECT`: deals photos to train, val and test; photos that look alike stay together."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import msgspec

from ..project import Project
from ..text import count
from ..training.data_summary import summarise
from . import Output
from .terminal import bar_for, table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--val", type=float, default=0.2, metavar="SHARE", help="to judge by (default: 0.2)")
    parser.add_argument("--test", type=float, default=0.0, metavar="SHARE", help="kept aside (default: 0)")
    parser.add_argument("--again", action="store_true", help="deal photos anew that have a split already")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another deal (default: 0)")
    parser.add_argument("--preview", action="store_true", help="say what a deal would do, and change nothing")
    parser.add_argument("--freeze", metavar="NAME", help="keep the present splits under a name, and deal nothing")
    parser.add_argument("--restore", metavar="NAME", help="give the photos the splits kept under a name")
    parser.add_argument("--show", action="store_true", help="count photos and regions by label and split")


def run(args: argparse.Namespace, out: Output) -> int:
    """Deal, in one edit that can be undone, and say what came of it."""
    from ..project import splits

    if args.freeze or args.restore or args.show:
        return _kept(args, out)
    shares = {"train": 1.0 - args.val - args.test, "val": args.val, "test": args.test}
    with Project.open(args.project) as project, bar_for(out) as bar:
        looked, total = 0, len(project.photos())

        def step() -> None:
            nonlocal looked
            looked += 1
            bar.show(f"Looked at {looked:,} of {count(total, 'photo')}", looked / total)

        shown = splits.preview(project, shares, again=args.again, seed=args.seed, step=step)
        changed = not args.preview and splits.carry_out(project, shown).edit is not None
    counts = dict(Counter(shown.splits.values()))
    named = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()))
    text = f"{named or 'There are no photos'}. {count(shown.twins, 'photo')} with a look-alike: kept on one side."
    text += f" {count(len(shown.changed), 'photo')} would change; nothing was changed." if args.preview else ""
    out.report({"splits": counts, "twins": shown.twins, "changed": changed}, text)
    return 0


def _kept(args: argparse.Namespace, out: Output) -> int:
    from ..project import frozen_splits

    with Project.open(args.project, read_only=args.show) as project:
        if args.show:
            return _show(project, out)
        if args.freeze:
            path = frozen_splits.freeze(project, args.freeze)
            out.report({"frozen": args.freeze, "file": str(path)}, f"The splits are kept as “{args.freeze}”.")
            return 0
        restored = frozen_splits.restore(project, args.restore)
    document = {"restored": args.restore, "changed": restored.edit is not None, "gone": restored.gone}
    out.report(document, frozen_splits.told(restored, args.restore))
    return 0


def _show(project: Project, out: Output) -> int:
    summary = summarise(project.dataset().photos)
    heads = [name or "(none)" for name in summary.splits]
    rows = [("photos", *(f"{summary.photos[name]:,}" for name in summary.splits))]
    rows += [("  undamaged", *(f"{summary.undamaged[name]:,}" for name in summary.splits))]
    rows += [
        (row.name or "(none)", *(f"{row.by_split[name].regions:,}" for name in summary.splits)) for row in summary.rows
    ]
    problems = [problem.text for problem in summary.problems]
    out.report(
        msgspec.to_builtins(summary), "\n".join([table(("regions of", *heads), rows, right=heads), "", *problems])
    )
    return 0
