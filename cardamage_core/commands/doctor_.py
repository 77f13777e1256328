"""`cardamage doctor`: is everything there that the program needs, and what does it run on?"""

from __future__ import annotations

import argparse
import os
import platform
from typing import Any

from .. import __version__
from . import Output, machine
from .tables import table

LITTLE_MEMORY, LITTLE_DISK = 4_000, 2_000  # MB


def arguments(parser: argparse.ArgumentParser) -> None:
    """It has none of its own."""


def run(args: argparse.Namespace, out: Output) -> int:
    """Report what was found; 1 if the program cannot do its work here."""
    out.progress("Asking the framework for its devices …")
    found = examine()
    missing, warnings = essential(found), advice(found)
    out.report(found | {"missing": missing, "warnings": warnings}, _text(found, missing, warnings))
    return 1 if missing else 0


def examine() -> dict[str, Any]:
    """Everything that is known about this machine."""
    return {
        "cardamage": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "display": has_display(),
        "versions": machine.versions(),
        "other_opencv": machine.other_opencv(),
        **machine.backend(),
        **machine.hardware(),
        "missing_libraries": machine.missing_libraries(),
    }


def has_display() -> bool:
    """Whether a window could be shown."""
    return platform.system() != "Linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def essential(found: dict[str, Any]) -> list[str]:
    """Sentences about what must be mended before the program can do its work."""
    absent = [name for name, version in found["versions"].items() if not version]
    sentences = [f"Not installed: {', '.join(absent)}. Run: pip install cardamage"] if absent else []
    if found["error"]:
        sentences.append(f"Keras does not start: {found['error']}")
    if found["missing_libraries"] and found["display"]:
        sentences.append(_libraries(found))
    return sentences


def advice(found: dict[str, Any]) -> list[str]:
    """Sentences about what could be better."""
    sentences = []
    if found["missing_libraries"] and not found["display"]:
        sentences.append(f"No display here, and for a window: {_libraries(found)}")
    if found["other_opencv"]:
        others = ", ".join(found["other_opencv"])
        sentences.append(f"{others} is installed besides opencv-python-headless; the program guards against its Qt.")
    if found["nvidia_driver"] and not any(device.startswith("GPU") for device in found["devices"]):
        sentences.append("There is an NVIDIA driver, but Keras sees no GPU. Run: pip install 'cardamage[gpu]'")
    if found["memory_mb"] < LITTLE_MEMORY:
        sentences.append(f"{found['memory_mb']} MB of memory is little; train with a small batch.")
    if found["disk_free_mb"] < LITTLE_DISK:
        sentences.append(f"Only {found['disk_free_mb']} MB are free on the disk of the home folder.")
    return sentences


def _libraries(found: dict[str, Any]) -> str:
    names = found["missing_libraries"]
    packages = " ".join(sorted(map(machine.debian_package, names)))
    return f"Qt needs {', '.join(names)}. On Debian or Ubuntu: sudo apt-get install {packages}"


def _text(found: dict[str, Any], missing: list[str], warnings: list[str]) -> str:
    rows = [
        ("cardamage", found["cardamage"]),
        ("python", found["python"]),
        ("system", found["system"]),
        ("backend", found["backend"] or "–"),
        ("devices", ", ".join(found["devices"]) or "–"),
        ("CPU cores", found["cpu_cores"]),
        ("memory", f"{found['memory_mb'] / 1000:.1f} GB, {found['memory_free_mb'] / 1000:.1f} GB free"),
        ("disk", f"{found['disk_free_mb'] / 1000:.1f} GB free"),
        ("display", "yes" if found["display"] else "no"),
        *((name, version or "MISSING") for name, version in found["versions"].items()),
    ]
    verdict = [f"Missing: {text}" for text in missing] + [f"Note: {text}" for text in warnings]
    return "\n".join([table(("what", "found"), rows), "", *(verdict or ["Everything needed is there."])])
