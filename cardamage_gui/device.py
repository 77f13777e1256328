"""On which device would a training run? Answered without the framework, which would take seconds to ask."""

from __future__ import annotations

import os
import shutil
import subprocess


def text() -> str:
    """For the status bar: "GPU: none · CPU 2 cores". May take a second; not for the main thread."""
    cores = _cores()
    return f"GPU: {_gpu() or 'none'} · CPU {cores} {'core' if cores == 1 else 'cores'}"


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _gpu() -> str:
    """The first NVIDIA GPU's name, "" when there is none or the driver does not answer."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    names = found.stdout.splitlines() if found.returncode == 0 else []
    return names[0].strip() if names else ""
