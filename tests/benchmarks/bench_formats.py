"""How long do 100,000 regions of 20 points over 20,000 photos take to come in, open and go out?

Each step runs in a process of its own; seconds are of the processor (user and system), memory is the peak. Beside it:
`json.load` of the same file. `python tests/benchmarks/bench_formats.py [--photos N] [--regions N]` prints JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POINTS = 20
MOST_LINKS = 60_000  # to one file, on ext4
GOALS = {"import": {"seconds": 20, "megabytes": 1000}, "open": {"seconds": 1}, "export": {"seconds": 10}}


def main() -> None:
    """Make the file, measure each step and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=20_000)
    parser.add_argument("--regions", type=int, default=100_000)
    parser.add_argument("--step", choices=list(STEPS), help="run one step in this process")
    parser.add_argument("--make", action="store_true", help="only make the file and its photos")
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    if args.make:
        make(args.folder, photos=args.photos, regions=args.regions)
        return
    if args.step:
        print(json.dumps(measured(args.step, args.folder)))
        return
    with tempfile.TemporaryDirectory(prefix="bench_formats.") as name:
        command = [sys.executable, __file__, "--make", "--folder", name]  # elsewhere: its memory would count
        subprocess.run([*command, f"--photos={args.photos}", f"--regions={args.regions}"], check=True)
        results = {step: in_a_process(step, name) for step in STEPS}
        size = (Path(name) / "via.json").stat().st_size
    document = {"photos": args.photos, "regions": args.regions, "points": POINTS, "megabytes": round(size / 1e6)}
    print(json.dumps(document | {"steps": results, "goals": GOALS}, indent=1))


def make(folder: Path, *, photos: int, regions: int) -> None:
    """A VIA 1 file and its photos, one small JPEG many times over by links."""
    from PIL import Image

    picture = folder / "photo.jpg"
    Image.new("RGB", (1280, 960), "gray").save(picture)
    random.seed(0)
    document = {}
    for number in range(photos):
        name = f"{number:05}.jpg"
        if number % MOST_LINKS == 0:
            picture = shutil.copy(picture, folder / f"photo{number}.jpg")
        (folder / name).hardlink_to(picture)
        count = regions * (number + 1) // photos - regions * number // photos
        document[f"{name}9"] = {
            "fileref": "", "size": 9, "filename": name, "base64_img_data": "", "file_attributes": {},
            "regions": {str(i): region() for i in range(count)},
        }  # fmt: skip
    (folder / "via.json").write_text(json.dumps(document, separators=(",", ":")))


def region() -> dict:
    """A polygon around a random place, closed as VIA 1 does."""
    cx, cy, r = random.uniform(200, 1000), random.uniform(200, 700), random.uniform(20, 150)
    angles = [2 * math.pi * i / POINTS for i in range(POINTS)]
    points = [(round(cx + r * math.cos(a)), round(cy + r * math.sin(a))) for a in angles]
    xs, ys = ([*values, values[0]] for values in zip(*points, strict=True))
    shape = {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
    return {"shape_attributes": shape, "region_attributes": {"name": random.choice(["dent", "scratch"])}}


def load(folder: Path) -> None:
    """What any reader needs at least."""
    with (folder / "via.json").open() as file:
        json.load(file)


def bring_in(folder: Path) -> None:
    """`cardamage import`."""
    from cardamage_core.project import Project, import_apply, import_plan

    plan = import_plan.plan(folder / "via.json")
    with Project.create(folder / "project") as project:
        import_apply.apply(project, plan)


def open_(folder: Path) -> None:
    """Open the project and list its photos."""
    from cardamage_core.project import Project

    with Project.open(folder / "project") as project:
        project.photos()
        project.label_counts()


def export(folder: Path) -> None:
    """`cardamage export`."""
    from cardamage_core import formats
    from cardamage_core.project import Project

    with Project.open(folder / "project", read_only=True) as project:
        formats.write(project.dataset(), folder / "out.json", format="via1")


def compare(folder: Path) -> None:
    """Nothing was lost on the way."""
    files = [json.loads((folder / name).read_text()) for name in ("via.json", "out.json")]
    if files[0] != files[1]:
        raise SystemExit("the export differs from what came in")


STEPS = {"json.load": load, "import": bring_in, "open": open_, "export": export, "compare": compare}


def in_a_process(step: str, folder: str) -> dict:
    """The figures of one step."""
    command = [sys.executable, __file__, "--step", step, "--folder", folder]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measured(step: str, folder: Path) -> dict:
    """Run a step here; start-up of Python and imports count."""
    began = time.perf_counter()
    STEPS[step](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(used.ru_utime + used.ru_stime, 2),
        "wall": round(time.perf_counter() - began, 2),
        "megabytes": round(used.ru_maxrss / 1024),
    }


if __name__ == "__main__":
    main()
