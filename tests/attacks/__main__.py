"""Attacks the program and prints what held: `python -m tests.attacks [--share S] [--areas NAME …] [--small]`.

A large run takes hours on two cores; `--share 0.1` takes a tenth of the tries. The table goes to stdout, each failure
with its seed to stderr, where it can be repeated by `--areas NAME --first SEED --tries 1`. 1 when anything failed.
"""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from .areas import AREAS
from .harness import Run, attack, say, table, timed


def main() -> int:
    """Run the areas one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", nargs="*", choices=list(AREAS), default=list(AREAS), metavar="NAME")
    parser.add_argument("--share", type=float, default=1.0, help="of the tries of a large run")
    parser.add_argument("--small", action="store_true", help="as for every commit")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--tries", type=int, default=0, help="that many instead")
    args = parser.parse_args()
    rows: list[tuple[str, Run]] = []
    seconds: dict[str, float] = {}
    for name in args.areas:
        one = AREAS[name]
        tries = args.tries or (one.small if args.small else max(1, round(one.large * args.share)))
        run, took = timed(lambda one=one, name=name, tries=tries: attack(
            name.replace(" ", "-"), one.area, tries=tries, first=args.first, quick=one.quick))  # fmt: skip
        rows.append((name, run))
        seconds[name] = took
        say(table(rows[-1:], seconds))
        for failure in run.failures:
            say(f"{name}: {failure}")
    sys.stdout.write(f"{table(rows, seconds)}\n")
    return int(any(run.failures for _, run in rows))


if __name__ == "__main__":
    sys.exit(main())
