"""How much CPU does a claim of 12-megapixel photos cost? python tests/benchmarks/bench_assess.py PHOTOS [--count 20]

The first photos of a folder, enlarged to 4000 × 3000, are assessed by the command line, loading of the models included,
without and with a report as PDF and HTML. One JSON object: exit code, CPU and wall seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

SIZE = (4000, 3000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "claim"
        folder.mkdir()
        for number, path in enumerate(sorted(given.photos.glob("*.jp*g"))[: given.count]):
            Image.open(path).convert("RGB").resize(SIZE, Image.Resampling.BICUBIC).save(
                folder / f"{number:02}.jpg", quality=90
            )
        plain = _assess(folder, Path(work) / "plain", "--json")
        told = _assess(folder, Path(work) / "told", "--json", "--pdf", "--html")
    report = {"report_cpu_s": round(told["cpu_s"] - plain["cpu_s"], 1)}
    print(json.dumps({"photos": given.count, **plain, **report}, indent=1))


def _assess(folder: Path, out: Path, *options: str) -> dict[str, float]:
    before, started = _cpu(), time.monotonic()
    command = [sys.executable, "-m", "cardamage_core", "assess", str(folder), "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    return {
        "exit": done.returncode,
        "cpu_s": round(_cpu() - before, 1),
        "wall_s": round(time.monotonic() - started, 1),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
