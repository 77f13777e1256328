"""Checks of the platform: whether Qt can open a window, and on which device a training would run.

Asked before Qt is started, because Qt itself would abort the program; and without the framework, which takes seconds.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path

from cardamage_core.errors import CarDamageError

from .language import amount, tr

PLUGIN_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "QT_PLUGIN_PATH")


def drop_foreign_plugins(environment: MutableMapping[str, str]) -> None:
    """Forget plugin folders that plain opencv-python set: with its Qt plugins our Qt would abort."""
    for name in PLUGIN_VARIABLES:
        if "cv2" in Path(environment.get(name, "")).parts:
            del environment[name]


def leave_out_gl(environment: MutableMapping[str, str]) -> None:
    """Let Qt not load OpenGL, which nothing here paints with: under X its libraries take 50 MB."""
    environment.setdefault("QT_XCB_GL_INTEGRATION", "none")


def check() -> None:
    """Raise CarDamageError where Qt could not show a window."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        raise CarDamageError(
            "There is no display to open the window on.",
            "Start it from a desktop, or use the commands without a window: cardamage --help.",
        )
    if os.environ.get("DISPLAY"):
        _check_library()
        _check_connection()


def _check_library() -> None:
    from qtpy.QtCore import QLibraryInfo

    plugin = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms" / "libqxcb.so"
    if not plugin.exists():
        return
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        raise CarDamageError(
            "The window needs a library of the system that is missing.",
            f"{str(error).split(':')[0]}. On Debian and Ubuntu: sudo apt install libxcb-icccm4 libxcb-image0 "
            "libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 "
            "libxkbcommon-x11-0.",
        ) from None


def _check_connection() -> None:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return
    xcb.xcb_connect.restype = ctypes.c_void_p
    for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        function.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed and not os.environ.get("WAYLAND_DISPLAY"):
        raise CarDamageError(
            f"The display {os.environ['DISPLAY']} does not answer.",
            "Check the variable DISPLAY, or use the commands without a window: cardamage --help.",
        )


def text() -> str:
    """For the status bar: "GPU: none · CPU 2 cores". May take a second; not for the main thread."""
    cores = _cores()
    return tr("GPU: {gpu} · CPU {cores}", gpu=_gpu() or tr("none"), cores=amount(cores, "core"))


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
