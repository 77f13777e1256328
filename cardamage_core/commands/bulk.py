"""Assesses a list of photos, here or on a Ray cluster, into a Parquet table; what is there is not done again."""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from ..bulk import assessor, claim_figures, manifest, pool
from ..bulk.manifest import Item
from ..bulk.table import Collector, Row, Table
from ..claims.intake import safe_name
from ..errors import ProjectError
from ..files import write_atomic
from ..jobs.executors import HERE
from ..text import count, time_left
from . import Output
from .terminal import Bar, bar_for

CLAIMS = "claims"


def run(args: argparse.Namespace, out: Output) -> int:
    """Assess what is missing, and tell; 1 where a photo failed, 130 where it was interrupted."""
    items, doubled = manifest.read(args.things[0])
    if doubled:
        out.progress(f"{count(doubled, 'line')} of {args.things[0]} repeat a photo: each is assessed once.")
    items = _chosen(items, args.claim)
    models = assessor.usual_models()
    conditions = assessor.conditions_of(models, args.threshold)
    table = Table(args.out.absolute(), conditions)
    if args.retry:
        out.progress(f"{count(table.forget_failed(), 'photo')} that failed are tried again.")
    missing = [item for item in items if item not in table.done]
    begun = len(items) - len(missing)
    if begun:
        out.progress(f"{count(begun, 'photo')} of {len(items)} are assessed already.")
    with bar_for(out) as bar, _interrupt(out) as stop:
        progress = Progress(bar, begun=begun, total=len(items))
        if missing and args.on and args.on != HERE:
            _on_cluster(args, missing, table, (progress, stop))
        elif missing:
            _here(args, missing, table, (progress, stop))
        stopped = stop()
    return _report(args, out, items=items, table=table, stopped=stopped)


def _here(args: argparse.Namespace, items: Sequence[Item], table: Table, told: tuple[Progress, Stop]) -> None:
    progress, stop = told
    models = assessor.usual_models()
    threshold = assessor.conditions_of(models, args.threshold).threshold
    collector = Collector(table.add)
    try:
        workers = min(args.workers or cores(), len(items))
        for row in pool.rows(items, models, threshold=threshold, workers=workers, stop=stop):
            collector.take([row])
            progress.add([row])
    finally:
        collector.flush()


def _on_cluster(args: argparse.Namespace, items: Sequence[Item], table: Table, told: tuple[Progress, Stop]) -> None:
    from ..cluster import assessment  # brings an HTTP client

    progress, stop = told
    order = assessment.Order(args.on, threshold=args.threshold, reads_paths=args.photos_there)
    assessment.run(order, items, table, say=progress.say, add=progress.add, stop=stop)


Stop = Callable[[], bool]


class Progress:
    """Says how far it is and how long the rest will take."""

    def __init__(self, bar: Bar, *, begun: int, total: int) -> None:
        """`begun` photos were done before."""
        self._bar, self._done, self._total = bar, begun, total
        self._begun, self._since = begun, time.monotonic()

    def say(self, text: str) -> None:
        """Say a sentence."""
        self._bar.say(text)

    def add(self, rows: Sequence[Row]) -> None:
        """So many more are done; those that failed are named."""
        self._done += len(rows)
        for row in rows:
            if row.status == "failed":
                self._bar.say(f"{row.photo}: {row.problem}")
        speed = (self._done - self._begun) / max(1e-6, time.monotonic() - self._since)
        left = time_left((self._total - self._done) / speed) if speed and self._done < self._total else "0 s"
        self._bar.show(
            f"{self._done}/{self._total} photos, {speed:.1f} photos/s, {left} left", self._done / self._total
        )


@contextmanager
def _interrupt(out: Output) -> Iterator[Stop]:
    """Ctrl-C ends the work after the photos under way; a second one at once."""
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        out.progress("Stopping after the photos under way; call the same command again to go on.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


def _chosen(items: Sequence[Item], claims: Sequence[str]) -> list[Item]:
    if unknown := set(claims) - {item.claim for item in items}:
        raise ProjectError(f"The list has no claim {', '.join(sorted(unknown))}.", "No photo was assessed.")
    return [item for item in items if not claims or item.claim in claims]


def _report(args: argparse.Namespace, out: Output, *, items: Sequence[Item], table: Table, stopped: bool) -> int:
    done = table.done
    finished = sum(item in done for item in items)
    claims = [_claim(args, claim, table) for claim in args.claim]
    document = {
        "table": str(table.folder),
        "photos": len(items),
        "done": finished,
        "failed": table.failed,
        "claims": claims,
    }
    failed = f"; {count(table.failed, 'photo')} failed, see the column “problem”" if table.failed else ""
    told = [f"{finished} of {len(items)} photos are in {table.folder}{failed}."]
    told += [f"{one['claim']}: {one['verdict']}" for one in claims]
    out.report(document, "\n".join(told))
    if stopped and finished < len(items):
        return 130
    return 1 if table.failed else 0


def _claim(args: argparse.Namespace, claim: str, table: Table) -> dict[str, object]:
    """Write what is known of a claim as JSON; the same for the report."""
    document = claim_figures.document(claim, table.rows(frozenset([claim])))
    path = args.out / CLAIMS / f"{safe_name(claim)}.json"
    write_atomic(path, msgspec.json.format(msgspec.json.encode(document)))
    return {"file": str(path)} | document


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
