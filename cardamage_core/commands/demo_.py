"""`cardamage demo`: draws sample photos, trains on them, predicts, and shows the result."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ..assessment.damage import figure
from ..demo.run import DemoSettings, Outcome, place, write
from ..demo.run import run as run_demo
from ..training import requirements
from . import Output
from .terminal import bar_for, table

FOLDER = Path("cardamage-demo")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help=f"where to (default: {FOLDER})")
    parser.add_argument(
        "--photos", type=_at_least(1), default=80, metavar="N", help="photos to learn from (default: %(default)s)"
    )
    parser.add_argument("--epochs", type=_at_least(0), default=0, metavar="N", help="default: as many as are needed")
    parser.add_argument(
        "--steps", type=_at_least(1), default=DemoSettings.steps, metavar="N", help="an epoch (default: %(default)s)"
    )
    parser.add_argument(
        "--start",
        default=DemoSettings.start,
        metavar="WEIGHTS",
        help="included (default), imagenet or none",
    )
    parser.add_argument("--seed", type=_at_least(0), default=0, metavar="N", help="same seed, same photos (default: 0)")
    parser.add_argument("--no-window", action="store_true", help="do not open the window afterwards")


def run(args: argparse.Namespace, out: Output) -> int:
    """Run the demonstration and report it."""
    requirements.check()
    settings = _settings(args)
    folder = place(args.out.absolute(), settings)
    with bar_for(out) as bar:
        outcome = run_demo(folder, settings, bar)
    page = write(outcome, folder / "result")
    out.report(_document(outcome, page), _text(outcome, page))
    return 0


def window_folder(argv: list[str], environ: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """The project that the window should open on after `cardamage demo …`; None without a display or if unwanted."""
    parser = argparse.ArgumentParser(add_help=False)
    arguments(parser)
    args, _ = parser.parse_known_args(argv[1:])
    has_display = platform in ("win32", "darwin") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    is_wanted = has_display and not args.no_window and "--json" not in argv
    return place(args.out.absolute(), _settings(args)) / "project" if is_wanted else None


def _at_least(least: int) -> Callable[[str], int]:
    """For argparse: a whole number that is not smaller."""

    def number(text: str) -> int:
        if not text.strip().isdecimal() or (found := int(text)) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number of at least {least}, found {text}")
        return found

    return number


def _settings(args: argparse.Namespace) -> DemoSettings:
    photos = DemoSettings().photos | {"train": args.photos}
    return DemoSettings(
        photos, args.epochs, args.steps, start=args.start, seed=args.seed, processes=os.cpu_count() or 1
    )


def _text(outcome: Outcome, page: Path) -> str:
    rows = [(one.photo.name, figure(one.damage), figure(one.drawn)) for one in outcome.judged]
    m = outcome.metrics
    stages = " · ".join(f"{name} {seconds:.0f} s" for name, seconds in outcome.seconds.items())
    return "\n".join(
        [
            table(("photo", f"predicted (scored {outcome.threshold:.2f} or above)", "drawn"), rows),
            "",
            f"On {m.photos} photos that the model never saw: mask AP50 {m.mask_ap50 or 0:.2f} ("
            + ", ".join(f"{name} {value:.2f}" for name, value in sorted(m.mask_ap50_by_class.items()))
            + f"), box AP50 {m.box_ap50 or 0:.2f}.",
            f"One constant box a class would reach mask AP50 {m.baseline_mask_ap50 or 0:.2f}.",
            f"Seconds: {stages}.",
            f"Pictures and a summary: {page}",
            f"Open the project:       cardamage {outcome.project}",
        ]
    )


def _document(outcome: Outcome, page: Path) -> dict[str, object]:
    return {
        "project": str(outcome.project),
        "summary": str(page),
        "model": outcome.model.card.id,
        "threshold": outcome.threshold,
        "seconds": outcome.seconds,
        "metrics": msgspec.to_builtins(outcome.metrics),
        "photos": [
            {
                "photo": one.photo.path,
                "picture": str(one.picture),
                "predicted": msgspec.to_builtins(one.damage),
                "drawn": msgspec.to_builtins(one.drawn),
            }
            for one in outcome.judged
        ],
    }
