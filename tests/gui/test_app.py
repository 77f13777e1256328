"""The whole program in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import subprocess
import sys

from qtpy import API_NAME

PROGRAM = """
import sys, threading, time
from cardamage_gui import __main__

def end_when_shown():
    from qtpy.QtCore import QMetaObject, Qt
    from qtpy.QtWidgets import QApplication
    until = time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(0.2)
        app = QApplication.instance()
        windows = app.topLevelWidgets() if app else []
        if any(w.isVisible() and w.windowTitle().startswith("Batch 7") for w in windows):
            break
    time.sleep(1)
    QMetaObject.invokeMethod(app, "quit", Qt.QueuedConnection)

threading.Thread(target=end_when_shown, daemon=True).start()
status = __main__.main(sys.argv[1:])
heavy = {"keras", "tensorflow", "torch", "jax", "h5py", "pyqtgraph", "cv2"} & set(sys.modules)
print(status, sorted(heavy))
"""


def start(folder, tmp_path, **environment) -> subprocess.CompletedProcess:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime), **environment}
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=surroundings, check=False)


def test_the_window_opens_on_a_project_without_loading_anything_heavy_and_ends_cleanly(folder, tmp_path):
    done = start(folder, tmp_path)

    assert done.stdout == "0 []\n", done.stderr
    assert "Traceback" not in done.stderr


def test_plugin_folders_that_opencv_left_in_the_environment_do_no_harm(folder, tmp_path):
    done = start(folder, tmp_path, QT_QPA_PLATFORM_PLUGIN_PATH="/nowhere/cv2/qt/plugins")

    assert done.stdout == "0 []\n", done.stderr


UNTIL_PAINTED = """
import sys

from qtpy import API_NAME
from qtpy.QtWidgets import QApplication
app = QApplication(["cardamage"])
from cardamage_gui import app as program, crash
crash.CrashReporter(crash.default_log())
built = program.build(app)
built.window.show()
app.processEvents()
print(*sorted(name for name in sys.modules if not name.startswith("_")))
built.window.close()
built.close()
"""
LATER = {  # what a start can do without; each costs it 5 to 50 ms
    *("PIL", "jinja2", "yaml", "filelock", "h5py", "pyqtgraph", "cv2", "importlib.metadata", "configparser"),
    *("cardamage_core.imaging", "cardamage_core.formats", "cardamage_core.inference.client"),
    *("cardamage_core.jobs.queue", "cardamage_core.models.registry", "cardamage_core.project.import_apply"),
    *("contourpy", "pooch", "requests", "tqdm", "cardamage_core.api"),
    *(f"{API_NAME}.{module}" for module in ("QtDBus", "QtSvg", "QtNetwork")),
    *("unittest", "xml.etree.ElementTree"),
}


def test_the_first_paint_waits_for_nothing_that_is_needed_later(tmp_path):
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime)}
    surroundings.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = [sys.executable, "-c", UNTIL_PAINTED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=surroundings, check=False)

    loaded = set(done.stdout.split())
    assert "cardamage_gui.annotate.page" in loaded, done.stderr
    assert sorted(LATER & loaded) == []
