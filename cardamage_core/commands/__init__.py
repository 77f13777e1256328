"""The table of sub-commands, and how they print progress and results.

A command is one module `<name>_.py` with `arguments(parser)` and `run(args, out) -> int`; a line in `MODULES` adds it.
Modules are imported only when named on the command line, so that `cardamage --help` stays quick.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import sys
from typing import Any, NoReturn, Protocol, TextIO, cast

from ..annotations.confidence import is_score
from ..errors import CarDamageError, reason_of
from . import streams

MODULES = {
    "demo": "draw sample photos, train on them, predict and show the result",
    "import": "bring annotations and their photos into a project",
    "export": "write a project's annotations to a file",
    "check": "say what looks wrong with a project's data",
    "split": "deal photos to train, val and test, look-alikes together",
    "train": "start a training",
    "jobs": "list, watch and stop trainings",
    "evaluate": "measure a model on annotated photos",
    "review": "list annotations that look wrong, the most suspicious first",
    "predict": "outline damage on photos",
    "assess": "say how much of the car is damaged",
    "report": "write the report of a claim, or check one",
    "models": "list models",
    "desktop": "put the program into the menu of a Linux desktop",
    "setup-training": "install what trainings need: Keras, TensorFlow, start weights",
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
        self._reported = False

    @property
    def is_terminal(self) -> bool:
        """Whether progress can be shown by writing a line anew."""
        return self._stderr.isatty()

    @property
    def encoding(self) -> str:
        """How progress is encoded."""
        return getattr(self._stderr, "encoding", None) or "ascii"

    def progress(self, text: str) -> None:
        """Say what is going on, one line."""
        self.write(f"{text}\n")

    def write(self, text: str) -> None:
        """Write to stderr as it stands. A stream that is closed does not stop the work."""
        try:
            self._stderr.write(text)
            self._stderr.flush()
        except (OSError, ValueError):  # closed, or the disk behind it is full
            streams.silence(self._stderr)

    def report(self, document: dict[str, Any], text: str) -> None:
        """Give the result: `document` for machines, `text` for people. Once per command."""
        self._reported = True
        try:
            self._stdout.write(f"{_json(document, self._stdout) if self.as_json else text}\n")
            self._stdout.flush()
        except BrokenPipeError:  # the reader of our output, such as `head`, has ended
            streams.silence(self._stdout)
        except OSError as error:
            streams.silence(self._stdout)
            raise CarDamageError(
                "The result could not be written to standard output.", f"{reason_of(error)}."
            ) from error

    def fail(self, program: str, title: str, detail: str = "") -> None:
        """Explain an error to people, and with `--json` to machines as well, unless there was a report."""
        self.progress(f"{program}: {title}" + (f"\n  {detail}" if detail else ""))
        if self.as_json and not self._reported:
            with contextlib.suppress(CarDamageError):
                self.report({"error": {"title": title, "detail": detail}}, "")


def force_argument(parser: argparse.ArgumentParser) -> None:
    """`--force`, for commands that write files."""
    parser.add_argument("--force", action="store_true", help="replace files that are there already")


def add_place(parser: argparse.ArgumentParser, text: str) -> None:
    """Declare --on; None where it is not given."""
    parser.add_argument("--on", metavar="ADDRESS", help=f"{text} (default: as last time)")


def add_threshold(parser: argparse.ArgumentParser, text: str) -> None:
    """Declare --threshold; None where it is not given."""
    parser.add_argument("--threshold", type=_score, metavar="S", help=text)


def _score(text: str) -> float:
    value = float(text)
    if not is_score(value):
        raise argparse.ArgumentTypeError(f"{text} is no score: it must lie between 0 and 1")
    return value


def main(argv: list[str], *, program: str = "cardamage") -> int:
    """Run one sub-command; 0 is success, 1 an error that was explained on stderr, 2 wrong usage, 130 interrupted."""
    streams.mend()
    out = Output(as_json="--json" in argv)
    name = f"cardamage {argv[0]}" if argv else program
    try:
        args = _parse(argv, program, out)
        out.as_json = args.json
        return _module(args.command).run(args, out)
    except CarDamageError as error:
        out.fail(name, error.title, error.detail)
        return 1
    except KeyboardInterrupt:
        out.fail(name, "Stopped.")
        return 130
    except OSError as error:  # a path on the command line that nothing can be done with, a disk that fails
        out.fail(name, f"{error.filename or 'A file'} cannot be used.", f"{reason_of(error)}.")
        return 1


class _Parser(argparse.ArgumentParser):
    """Tells wrong usage to machines as well."""

    out: Output | None = None

    def error(self, message: str) -> NoReturn:
        if self.out is not None and self.out.as_json:
            self.out.report({"error": {"title": "Wrong usage.", "detail": message}}, "")
        super().error(message)


def _parse(argv: list[str], program: str, out: Output) -> argparse.Namespace:
    parser = _Parser(prog=program, description="From annotated photo to damage report.")
    parser.out = out
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in MODULES.items():
        sub = subparsers.add_parser(name, help=text, description=text.capitalize() + ".")
        sub.out = out
        sub.add_argument("--json", action="store_true", help="one JSON document on stdout, progress on stderr")
        if name in argv[:1]:
            _module(name).arguments(sub)
    return parser.parse_args(argv)


def _module(name: str) -> Command:
    return cast(Command, importlib.import_module(f"{__name__}.{name.replace('-', '_')}_"))


def _json(document: dict[str, Any], stream: TextIO) -> str:
    """Readable where the stream takes every character, else in plain ASCII, which every encoding holds."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(document, indent=2)
    return text
