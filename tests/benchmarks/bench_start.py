"""How much CPU does a start cost until the window is painted? Medians as JSON: python tests/benchmarks/bench_start.py

Runs on whatever QT_QPA_PLATFORM and DISPLAY say; each start is a process of its own with an empty home. One start
before the others leaves compiled modules behind, as an installation does.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile

STARTS = 11
PROGRAM = """
import os, resource, sys
from cardamage_gui import app, platform
platform.drop_foreign_plugins(os.environ)
platform.leave_out_gl(os.environ)
platform.check()
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QApplication
qt = QApplication(["cardamage"])
from cardamage_gui import crash
reporter = crash.CrashReporter(crash.default_log())
reporter.install()
built = app.build(qt)

def told():
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, flush=True)
    os._exit(0)

class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Paint:
            QTimer.singleShot(0, told)
        return False

painted = Painted()
built.window.stack.currentWidget().installEventFilter(painted)
built.window.show()
qt.exec_()
"""


def main() -> None:
    """Start often, print medians."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    _start()
    measured = [_start() for _ in range(STARTS)]
    result = {
        "platform": os.environ.get("QT_QPA_PLATFORM", "xcb"),
        "starts": STARTS,
        "window_up_cpu_s": round(statistics.median(cpu for cpu, _ in measured), 3),
        "window_up_cpu_s_all": sorted(round(cpu, 3) for cpu, _ in measured),
        "window_up_peak_mb": round(statistics.median(peak for _, peak in measured)),
    }
    print(json.dumps(result, indent=1))


def _start() -> tuple[float, float]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        places = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), home)
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, env={**os.environ, **places}, capture_output=True, text=True, check=True)
    cpu, peak = done.stdout.split()
    return float(cpu), float(peak)


if __name__ == "__main__":
    main()
