"""What do readers say to 10,000 broken files each, how long does the slowest take, how much memory the greediest?

`python tests/benchmarks/fuzz_formats.py [--number N] [--kinds yolo voc …] [--real FOLDER]` prints a line of JSON for
each kind, and the seed of each file that was not explained. Each kind runs in a process of its own, so that its memory
is seen.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "core/formats"))

import msgspec
from mutating import broken
from samples import KINDS, files, make

from cardamage_core import formats
from cardamage_core.errors import CarDamageError

REAL = "real"
HANG = 5  # seconds of the processor
MOST_FAILURES = 20
IN_MEMORY = "/dev/shm"  # a disk takes ten times as long to overwrite files as readers to read them


class Hung(BaseException):
    """A reader took longer than anybody waits."""


def main() -> int:
    """Run each kind in a process of its own; 1 when a file was not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--kinds", nargs="*", default=KINDS)
    parser.add_argument("--real", type=Path, help="a folder with annotation files to break as well")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first file")
    parser.add_argument("--here", action="store_true", help="run the kinds in this process")
    args = parser.parse_args()
    kinds = [*args.kinds, *([REAL] if args.real and not args.here else [])]
    if args.here:
        return max(_told(run(kind, args)) for kind in kinds)
    options = [f"--number={args.number}", f"--first={args.first}", *([f"--real={args.real}"] if args.real else [])]
    command = [sys.executable, __file__, "--here", *options, "--kinds"]
    return max(subprocess.run([*command, kind], check=False).returncode for kind in kinds)


def run(kind: str, args: argparse.Namespace) -> dict[str, Any]:
    """What became of this kind's broken files."""
    signal.signal(signal.SIGPROF, _hung)
    counts: Counter[str] = Counter()
    failures: list[str] = []
    slowest, seed_of_slowest = 0.0, -1
    with tempfile.TemporaryDirectory(prefix="fuzz_formats.", dir=_quick_place()) as folder:
        originals = _originals(kind, Path(folder), args.real)
        before = _memory()
        for seed in itertools.islice(itertools.count(args.first), args.number):
            began = time.process_time()
            counts[_said(seed, originals, failures)] += 1
            if (took := time.process_time() - began) > slowest:
                slowest, seed_of_slowest = took, seed
            if len(failures) >= MOST_FAILURES:
                break
    figures = {"slowest_ms": round(slowest * 1000), "seed_of_slowest": seed_of_slowest, "more_mb": _memory() - before}
    return {"kind": kind, **counts, **figures, "peak_mb": _memory(), "failures": failures}


def _originals(kind: str, folder: Path, real: Path | None) -> list[tuple[Path, Path, bytes]]:
    """(what is read, which file is broken, its bytes)."""
    if kind == REAL and real:
        copies = [folder / path.name for path in sorted(real.iterdir()) if path.is_file()]
        return [(copy, copy, (real / copy.name).read_bytes()) for copy in copies]
    path = make(kind, folder / kind)
    return [(path, one, one.read_bytes()) for one in files(path)]


def _said(seed: int, originals: list[tuple[Path, Path, bytes]], failures: list[str]) -> str:
    random = Random(seed)
    path, one, content = random.choice(originals)
    one.write_bytes(broken(random, content))
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        dataset = formats.read_with_problems(path, photos=path.parent).dataset
        msgspec.json.decode(msgspec.json.encode(dataset), type=formats.Dataset)
    except CarDamageError:
        return "explained"
    except (Exception, Hung):  # noqa: BLE001  whatever it is, it is what we look for
        failures.append(f"seed {seed}, {one.name}: {traceback.format_exc(limit=-3)}")
        return "failed"
    else:
        return "read"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        one.write_bytes(content)


def _hung(_number: int, _frame: object) -> None:
    raise Hung


def _quick_place() -> str | None:
    return IN_MEMORY if Path(IN_MEMORY).is_dir() else None


def _memory() -> int:
    """Peak megabytes so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _told(result: dict[str, Any]) -> int:
    failures = result.pop("failures")
    print(json.dumps(result), flush=True)
    for one in failures:
        print(one, file=sys.stderr, flush=True)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
