"""`cardamage split PROJECT`: deals photos to train, val and test; photos that look alike stay together."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..project import Project
from ..text import count
from . import Output
from .terminal import bar_for


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--val", type=float, default=0.2, metavar="SHARE", help="to judge by (default: 0.2)")
    parser.add_argument("--test", type=float, default=0.0, metavar="SHARE", help="kept aside (default: 0)")
    parser.add_argument("--again", action="store_true", help="deal photos anew that have a split already")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another deal (default: 0)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Deal, in one edit that can be undone, and say what came of it."""
    from ..project.splits import deal

    shares = {"train": 1.0 - args.val - args.test, "val": args.val, "test": args.test}
    with Project.open(args.project) as project, bar_for(out) as bar:
        looked, total = 0, len(project.photos())

        def step() -> None:
            nonlocal looked
            looked += 1
            bar.show(f"Looked at {looked:,} of {count(total, 'photo')}", looked / total)

        dealt = deal(project, shares, again=args.again, seed=args.seed, step=step)
    changed = dealt.edit is not None
    named = ", ".join(f"{name} {number:,}" for name, number in sorted(dealt.counts.items()))
    text = f"{named or 'There are no photos'}. {count(dealt.twins, 'photo')} with a look-alike: kept on one side."
    out.report({"splits": dealt.counts, "twins": dealt.twins, "changed": changed}, text)
    return 0
