"""Commands that run a module of this program in a process of its own, also where the program is frozen.

A frozen program (PyInstaller) has no Python beside it: it is started again, and `main` hands over to the module.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

RUN = "--run-module"  # the first argument of a frozen program that is to be a worker
PYTHON = "CARDAMAGE_PYTHON"  # environment variable: the Python that trains, where the program has no Keras itself


def is_frozen() -> bool:
    """Whether this program was packed with its Python."""
    return bool(getattr(sys, "frozen", False))


def command_of(module: str, *arguments: str, python: str = "") -> list[str]:
    """The command that runs a module, by another `python` where one is given."""
    if python or not is_frozen():
        return [python or sys.executable, "-P", "-m", module, *arguments]
    return [sys.executable, RUN, module, *arguments]


def training_python() -> str:
    """Another Python that has Keras, "" for this one: CARDAMAGE_PYTHON, else what `setup-training` made."""
    if chosen := os.environ.get(PYTHON, ""):
        return chosen
    made = python_in(training_folder())
    return str(made) if is_frozen() and made.is_file() else ""


def training_folder() -> Path:
    """Where `setup-training` makes its environment: in the user's data folder."""
    import platformdirs

    return Path(platformdirs.user_data_dir("cardamage", appauthor=False)) / "training"


def python_in(environment: Path) -> Path:
    """The Python of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def hand_over(arguments: Sequence[str]) -> bool:
    """Be the worker that `command_of` asked for, if it did; else False."""
    if len(arguments) < 2 or arguments[0] != RUN:
        return False
    module = arguments[1]
    if module.partition(".")[0] != "cardamage_core":
        raise SystemExit(f"{RUN} runs modules of cardamage_core, not {module}.")
    sys.argv = [module, *arguments[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return True
