"""`cardamage setup-training`: installs what trainings need, beside this program or into an environment of its own."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import processes
from ..errors import CarDamageError, reason_of
from ..training import requirements
from . import Output

DISTRIBUTION = "cardamage-workbench"
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3", "python")
FITS = "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))"
SIZE = "about 2 GB"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="a folder of wheels, instead of PyPI")
    parser.add_argument("--python", metavar="P", help="the Python for the environment of a frozen program (3.11–3.13)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Install; 0 when trainings are possible."""
    if not requirements.missing():
        out.report({"installed": [], "environment": ""}, "Trainings are possible already.")
        return 0
    if args.source and not args.source.is_dir():
        raise CarDamageError(f"{args.source} is not a folder.", "It should hold the wheels to install from.")
    environment = _environment(args.python, out) if processes.is_frozen() else None
    python = str(processes.python_in(environment)) if environment else sys.executable
    out.progress(f"Installing Keras, TensorFlow and start weights ({SIZE}) …")
    _install(python, source=args.source, out=out)
    where = str(environment or Path(sys.prefix))
    out.report({"installed": list(requirements.PACKAGES), "environment": where}, f"Trainings are possible: {where}")
    return 0


def _environment(python: str | None, out: Output) -> Path:
    """A fresh virtual environment in the user's data folder, by a Python of this machine."""
    folder = processes.training_folder()
    candidates = [python] if python else [found for name in PYTHONS if (found := shutil.which(name))]
    chosen = next((one for one in candidates if _fits(one)), None)
    if chosen is None:
        tried = ", ".join(candidates) or "none was found"
        raise CarDamageError(
            "Trainings need Python 3.11, 3.12 or 3.13 on this machine.",
            f"Tried: {tried}. Install one from python.org or the system's packages, or name it with --python.",
        )
    out.progress(f"Making an environment for trainings in {folder} …")
    try:
        subprocess.run([chosen, "-m", "venv", "--clear", str(folder)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CarDamageError(f"{folder} could not be made.", _last_line(error)) from error
    return folder


def _fits(python: str) -> bool:
    try:
        return subprocess.run([python, "-c", FITS], capture_output=True).returncode == 0
    except OSError:
        return False


def _install(python: str, *, source: Path | None, out: Output) -> None:
    """Run pip, one line of progress for each package; CarDamageError with its last words."""
    wanted = [str(_own_wheel()) + "[train]"] if processes.is_frozen() else list(requirements.PACKAGES)
    offline = ["--no-index", "--find-links", str(source)] if source else []
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        *offline,
        *wanted,
    ]
    lines: list[str] = []
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
            for line in pip.stdout or ():
                lines.append(line.strip())
                if line.startswith(("Collecting", "Downloading", "Installing", "Processing")):
                    out.progress(f"  {line.strip()[:100]}")
    except OSError as error:
        raise CarDamageError(f"{python} could not be started.", f"{reason_of(error)}.") from error
    if pip.returncode != 0:
        raise CarDamageError("What trainings need could not be installed.", _reason(lines))


def _own_wheel() -> Path:
    """The wheel of this program that a frozen one carries for its training environment."""
    folder = Path(getattr(sys, "_MEIPASS", sys.prefix)) / "wheels"
    wheel = next(folder.glob(f"{DISTRIBUTION.replace('-', '_')}-*.whl"), None)
    if wheel is None:
        raise CarDamageError("This program does not carry its own wheel.", f"Looked in {folder}. Install it anew.")
    return wheel


def _reason(lines: Sequence[str]) -> str:
    errors = [line for line in lines if line.startswith("ERROR")]
    return " ".join((errors or list(lines))[-2:]) or "pip said nothing."


def _last_line(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, OSError):
        return f"{reason_of(error)}."
    said = (error.stderr or error.stdout or b"").decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"Exit status {error.returncode}."
