"""`cardamage doctor`: checks the machine: packages, versions, devices and folders.

Nothing heavy is imported: versions come from package metadata, and the devices are listed by a process of its own.
"""

from __future__ import annotations

import argparse
import ctypes.util
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from ..claims import library
from ..models import registry
from ..training import requirements
from ..version import __version__
from . import Output
from .terminal import table

LITTLE_MEMORY, LITTLE_DISK = 4_000, 2_000  # MB


def arguments(parser: argparse.ArgumentParser) -> None:
    """It has none of its own."""


def run(args: argparse.Namespace, out: Output) -> int:
    """Report what was found; 1 if the program cannot do its work here."""
    out.progress("Looking at this machine …")
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
        "versions": versions(),
        "other_opencv": other_opencv(),
        "training": requirements.sentence(),
        "models": [model.card.id for model in registry.bundled()],
        "places": places(),
        **backend(),
        **hardware(),
        "missing_libraries": missing_libraries(),
    }


def places() -> dict[str, str]:
    """The folders outside projects in which something is kept on this computer."""
    return {
        "claims without a project": str(library.default_place()),
        "settings": str(platformdirs.user_config_path("cardamage", appauthor=False)),
        "log": str(platformdirs.user_log_path("cardamage", appauthor=False)),
    }


def has_display() -> bool:
    """Whether a window could be shown."""
    return platform.system() != "Linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def essential(found: dict[str, Any]) -> list[str]:
    """Sentences about what must be mended before the program can do its work."""
    absent = [name for name, version in found["versions"].items() if not version and name not in OPTIONAL]
    sentences = [f"Not installed: {', '.join(absent)}. Run: pip install cardamage-workbench"] if absent else []
    if found["error"]:
        sentences.append(f"Keras does not start: {found['error']}")
    if found["missing_libraries"] and found["display"]:
        sentences.append(_libraries(found))
    return sentences


def advice(found: dict[str, Any]) -> list[str]:
    """Sentences about what could be better."""
    sentences = [found["training"]] if found["training"] else []
    if found["missing_libraries"] and not found["display"]:
        sentences.append(f"No display here, and for a window: {_libraries(found)}")
    if found["other_opencv"]:
        others = ", ".join(found["other_opencv"])
        sentences.append(f"{others} is installed besides opencv-python-headless; the program guards against its Qt.")
    if found["nvidia_driver"] and not found["training"] and not any(d.startswith("GPU") for d in found["devices"]):
        command = 'pip install "cardamage-workbench[gpu]"'
        sentences.append(f"There is an NVIDIA driver, but Keras sees no GPU. Run: {command}")
    if found["memory_mb"] < LITTLE_MEMORY:
        sentences.append(f"{found['memory_mb']} MB of memory is little; train with a small batch.")
    if found["disk_free_mb"] < LITTLE_DISK:
        sentences.append(f"Only {found['disk_free_mb']} MB are free on the disk of the home folder.")
    return sentences


def _absent(name: str) -> str:
    return "– (optional)" if name in OPTIONAL else "MISSING"


def _libraries(found: dict[str, Any]) -> str:
    names = found["missing_libraries"]
    packages = " ".join(sorted(map(debian_package, names)))
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
        ("models in the box", ", ".join(found["models"]) or "none"),
        *found["places"].items(),
        *((name, version or _absent(name)) for name, version in found["versions"].items()),
    ]
    verdict = [f"Missing: {text}" for text in missing] + [f"Note: {text}" for text in warnings]
    return "\n".join([table(("what", "found"), rows), "", *(verdict or ["Everything needed is there."])])


PACKAGES = (
    "numpy", "opencv-python-headless", "Pillow", "pi-heif", "shapely", "contourpy", "msgspec", "h5py", "onnx",
    "onnxruntime", "keras", "tensorflow", "openvino", "faster-coco-eval", "PyQt5", "qtpy", "pyqtgraph", "qtawesome",
    "platformdirs", "filelock", "psutil", "jinja2", "pooch", "pypdfium2", "tqdm",
)  # fmt: skip
OPTIONAL = ("keras", "tensorflow", "openvino")  # of the extras
OTHER_OPENCV = ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")
ASK_SECONDS = 180
_ASK = """
import json, os, sys
out = os.fdopen(os.dup(1), "w"); os.dup2(2, 1)
import keras
found = {"backend": keras.backend.backend(), "devices": []}
if found["backend"] == "tensorflow":
    import tensorflow as tf
    for device in tf.config.list_physical_devices():
        name = tf.config.experimental.get_device_details(device).get("device_name", "")
        found["devices"].append(f"{device.device_type} {name}".strip())
json.dump(found, out)
"""
# What Qt's xcb plugin wants on Linux, where `ldd` cannot be asked (https://doc.qt.io/qt-5/linux-requirements.html).
_XCB = (
    "xcb-icccm", "xcb-image", "xcb-keysyms", "xcb-randr", "xcb-render-util", "xcb-shape", "xcb-xinerama", "xcb-xkb",
    "xkbcommon", "xkbcommon-x11", "GL", "fontconfig", "dbus-1",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Our own packages and their versions, "" where one is not installed."""
    return {name: _version(name) for name in PACKAGES}


def other_opencv() -> list[str]:
    """Kinds of OpenCV that bring Qt plugins of their own or overwrite ours."""
    return [f"{name} {version}" for name in OTHER_OPENCV if (version := _version(name))]


def backend() -> dict[str, Any]:
    """`backend`, `devices`, and `error` in words where Keras is there and does not even start."""
    if requirements.missing():
        return {"backend": "", "devices": [], "error": ""}
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"} | dict(os.environ)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _ASK], capture_output=True, text=True, env=environment, timeout=ASK_SECONDS
        )
        return {"error": "", **json.loads(done.stdout)}
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"backend": "", "devices": [], "error": str(error)}
    except ValueError:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return {"backend": "", "devices": [], "error": lines[-1]}


def hardware() -> dict[str, Any]:
    """Cores we may use, memory in MB, free disk in MB where temporary files and the home folder lie."""
    memory = psutil.virtual_memory()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu_cores": cores,
        "memory_mb": memory.total // 1_000_000,
        "memory_free_mb": memory.available // 1_000_000,
        "disk_free_mb": shutil.disk_usage(_existing(Path.home())).free // 1_000_000,
        "nvidia_driver": shutil.which("nvidia-smi") is not None,
    }


def missing_libraries() -> list[str]:
    """System libraries that Qt's xcb plugin needs and the machine lacks; empty elsewhere than on Linux."""
    if not sys.platform.startswith("linux"):
        return []
    plugin = _xcb_plugin()
    if plugin is not None and shutil.which("ldd"):
        told = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True).stdout
        return sorted(set(re.findall(r"(\S+) => not found", told)))
    return [f"lib{name}" for name in _XCB if ctypes.util.find_library(name) is None]


def debian_package(library: str) -> str:
    """The package that Debian and Ubuntu keep a library in: `libxcb-icccm.so.4` is in `libxcb-icccm4`."""
    name, _, number = library.partition(".so.")
    if name.startswith("libglib-"):
        return "libglib2.0-0"
    joint = "-" if name[-1].isdigit() and number else ""
    return f"{name}{joint}{number}".lower()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _xcb_plugin() -> Path | None:
    spec = importlib.util.find_spec("PyQt5")  # finds, does not import
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "Qt5" / "plugins" / "platforms" / "libqxcb.so"
        if path.is_file():
            return path
    return None


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
