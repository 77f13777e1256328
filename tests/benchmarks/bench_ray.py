"""What does a Ray cluster cost and bring? A cluster on loopback, a head without cores and nodes of one core each.

    python tests/benchmarks/bench_ray.py PHOTOS [--few 24] [--many 500] [--only throughput overhead lost]

PHOTOS is a folder of photos. *throughput*: some photos by one worker and by two; beside the time on the clock stands
what workers on cores of their own would need: the CPU seconds of the busiest one, loading included. *overhead*: a job
of one photo there and here. *lost*: many small photos, and a node that is killed in the middle. Prints JSON; goals:
twice the workers, ≥ 1.8 times the photos; ≤ 10 s more for a job; one row for every photo.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cardamage_core import files
from cardamage_core.bulk import assessor, table
from cardamage_core.bulk.manifest import Item
from cardamage_core.bulk.table import Table
from cardamage_core.cluster import assessment
from cardamage_core.cluster.assessment import Order
from tests.core.cluster import conftest

conftest.QUICK |= {"RAY_health_check_period_ms": "3000", "RAY_health_check_failure_threshold": "10"}  # a busy machine


class Spent:
    """CPU seconds of the processes of a cluster since this began, watched from a thread."""

    def __init__(self, cluster: conftest.RayCluster) -> None:
        self._cluster, self._done = cluster, threading.Event()
        self._before = self._now()
        self._most: dict[psutil.Process, tuple[str, float]] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> dict[str, float]:
        """CPU seconds of each worker with its predicting process, of the driver, and of Ray's own processes."""
        self._done.set()
        self._thread.join()
        found: collections.Counter[str] = collections.Counter()
        for process, (name, seconds) in self._most.items():
            found[name] += seconds - self._before.get(process, ("", 0.0))[1]
        return {name: round(seconds, 1) for name, seconds in found.items()}

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            self._most |= self._now()

    def _now(self) -> dict[psutil.Process, tuple[str, float]]:
        found = {}
        for process in psutil.process_iter(["cmdline", "environ"]):
            if self._cluster._is_ours(process):
                try:
                    times = process.cpu_times()
                    found[process] = self._name(process), times.user + times.system
                except psutil.Error:
                    continue
        return found

    def _name(self, process: psutil.Process) -> str:
        said = " ".join(process.info["cmdline"] or [])
        if "ray::Actor" in said:
            return f"worker {process.pid}"
        if "inference.worker" in said:
            return f"worker {process.ppid()}"
        return "driver" if "assessment_driver" in said else "ray"


def assessed(cluster: conftest.RayCluster, items: Sequence[Item], *, add: Callable = lambda rows: None) -> dict:
    """One job there: its time on the clock, its CPU seconds, and how many rows came."""
    with tempfile.TemporaryDirectory() as out:
        into = Table(Path(out), assessor.conditions_of(assessor.usual_models(), None))
        spent, began = Spent(cluster), time.monotonic()
        assessment.run(Order(cluster.address), items, into, say=say, add=add, stop=lambda: False)
        wall = time.monotonic() - began
        rows = collections.Counter(Item(row.photo, row.claim) for row in into.rows())
    once = sum(rows[item] == 1 for item in items)
    return {"wall": round(wall, 1), "cpu": spent.end(), "rows": rows.total(), "photos with one row": once}


def throughput(cluster: conftest.RayCluster, items: Sequence[Item]) -> dict:
    """The same photos by two workers, then by one."""
    two = assessed(cluster, items)
    cluster.kill_node(cluster.alive()[-1])
    one = assessed(cluster, items)
    busiest = [max(seconds for name, seconds in run["cpu"].items() if name.startswith("worker")) for run in (one, two)]
    ratio = round(busiest[0] / busiest[1], 2)
    return {
        "photos": len(items),
        "one": one,
        "two": two,
        "by CPU": ratio,
        "by the clock": round(one["wall"] / two["wall"], 2),
    }


def overhead(cluster: conftest.RayCluster, items: Sequence[Item]) -> dict:
    """One photo there and here."""
    there = assessed(cluster, items[:1])
    one = assessor.Assessor(assessor.usual_models(), 0.5)
    began = time.monotonic()
    one.load()
    one.row(items[0], Path(items[0].photo))
    here = time.monotonic() - began
    one.close()
    return {"there": there, "here": round(here, 1), "more": round(there["wall"] - here, 1)}


def lost(cluster: conftest.RayCluster, count: int, folder: Path) -> dict:
    """Many small photos; when a quarter of the rows is there, a node that works is killed, and another one comes."""
    table.SECONDS = 0.0
    items = [Item(str(small(folder / f"{number}.png", number)), f"claim {number % 50}") for number in range(count)]
    came, killed = 0, []

    def add(rows: Sequence[table.Row]) -> None:
        nonlocal came
        came += len(rows)
        if came >= count // 4 and not killed:
            killed.append(f"after {came} rows")
            cluster.kill_node(cluster.alive()[0])

    return {"killed": killed, **assessed(cluster, items, add=add)}


def small(path: Path, number: int) -> Path:
    """A photo of noise."""
    pixels = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return path


def say(text: str) -> None:
    """Progress, to stderr."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def main() -> None:
    """Start a cluster for each question, ask it, print the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--few", type=int, default=24)
    parser.add_argument("--many", type=int, default=500)
    parser.add_argument("--only", nargs="*", default=["overhead", "throughput", "lost"])
    args = parser.parse_args()
    photos = [path for path in sorted(args.photos.rglob("*")) if path.suffix.lower() in files.PHOTO_SUFFIXES]
    items = [Item(str(path.resolve())) for path in photos[: args.few]]
    if len(items) < args.few:
        parser.error(f"{args.photos} holds {len(items)} photos, and {args.few} are wanted (--few).")
    found: dict[str, object] = {"load": os.getloadavg()[0]}
    cluster = conftest.RayCluster()
    try:
        with tempfile.TemporaryDirectory() as folder:
            questions = {
                "overhead": lambda: overhead(cluster, items),
                "lost": lambda: lost(cluster, args.many, Path(folder)),
                "throughput": lambda: throughput(cluster, items),
            }
            for name, ask in questions.items():
                if name in args.only:
                    while len(cluster.alive()) < 2:
                        cluster.nodes.append(cluster.add_node())
                    found[name] = ask()
                    print(json.dumps({name: found[name]}), flush=True)
    finally:
        cluster.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
