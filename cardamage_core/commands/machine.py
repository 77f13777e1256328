"""What is this machine made of, and what is missing on it?

Nothing heavy is imported: versions come from package metadata, and the devices are asked for in a process of its own.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

PACKAGES = (
    "numpy", "opencv-python-headless", "Pillow", "pillow-heif", "shapely", "scikit-image", "msgspec", "h5py", "keras",
    "tensorflow", "faster-coco-eval", "PyQt5", "qtpy", "pyqtgraph", "qtawesome", "platformdirs", "filelock", "psutil",
    "jinja2",
)  # fmt: skip
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
    """`backend`, `devices`, and `error` in words where the framework does not even start."""
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"} | dict(os.environ)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _ASK], capture_output=True, text=True, env=environment, timeout=ASK_SECONDS
        )
        return {"error": ""} | json.loads(done.stdout)
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
