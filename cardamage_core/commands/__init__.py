"""Which sub-commands are there?

A command is one module `<name>_.py` with `arguments(parser)` and `run(args, out) -> int`; a line in `MODULES` adds it.
Modules are imported only when named on the command line, so that `cardamage --help` stays quick.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from typing import Any, Protocol, TextIO

from ..errors import CarDamageError

MODULES = {
    "demo": "draw sample photos, train on them, predict and show the result",
    "import": "bring annotations and their photos into a project",
    "export": "write a project's annotations to a file",
    "check": "say what looks wrong with a project's data",
    "split": "deal photos to train, val and test, look-alikes together",
    "train": "start a training",
    "jobs": "list, watch and stop trainings",
    "evaluate": "measure a model on annotated photos",
    "predict": "outline damage on photos",
    "assess": "say how much of the car is damaged",
    "models": "list models",
    "doctor": "print versions, devices and what is missing",
}


class Command(Protocol):
    """What a command module offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Do the work; the result is the exit status."""


class Output:
    """Where a command speaks: progress to stderr, one report to stdout (as JSON with `--json`)."""

    def __init__(self, *, as_json: bool = False, stdout: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self.as_json = as_json
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr

    def progress(self, text: str) -> None:
        """Say what is going on, one line."""
        print(text, file=self._stderr, flush=True)

    def report(self, document: dict[str, Any], text: str) -> None:
        """Give the result: `document` for machines, `text` for people. Once per command."""
        print(
            json.dumps(document, ensure_ascii=False, indent=2) if self.as_json else text, file=self._stdout, flush=True
        )


def force_argument(parser: argparse.ArgumentParser) -> None:
    """`--force`, for commands that write files."""
    parser.add_argument("--force", action="store_true", help="replace files that are there already")


def main(argv: list[str], *, program: str = "cardamage") -> int:
    """Run one sub-command; 0 is success, 1 an error that was explained on stderr, 2 wrong usage, 130 interrupted."""
    args = _parse(argv, program)
    out = Output(as_json=args.json)
    try:
        return _module(args.command).run(args, out)
    except CarDamageError as error:
        out.progress(f"cardamage {args.command}: {error.title}" + (f"\n  {error.detail}" if error.detail else ""))
        return 1
    except KeyboardInterrupt:
        out.progress("Stopped.")
        return 130
    except BrokenPipeError:  # whoever read our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parse(argv: list[str], program: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program, description="From annotated photo to damage report.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in MODULES.items():
        sub = subparsers.add_parser(name, help=text, description=text.capitalize() + ".")
        sub.add_argument("--json", action="store_true", help="one JSON document on stdout, progress on stderr")
        if name in argv[:1]:
            _module(name).arguments(sub)
    return parser.parse_args(argv)


def _module(name: str) -> Command:
    return importlib.import_module(f"{__name__}.{name}_")  # type: ignore[return-value]
