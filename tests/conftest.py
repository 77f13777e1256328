"""What every test gets: the shared data or a skip, a home that is thrown away, and a look at what it leaves behind."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))  # Qt warns where there is none

settings.register_profile("here", deadline=None)  # machines differ, and are busy
settings.register_profile("ci", deadline=None, derandomize=True)  # the same examples for every commit
settings.load_profile("here")
SHARED = Path(__file__).resolve().parents[2] / "shared"
PATIENCE = 15.0  # seconds that threads and processes get to end
HELPERS = ("resource_tracker", "forkserver")  # of multiprocessing; they end with Python


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data, oracle and weights; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs {SHARED}, which is not part of the repository")
    return SHARED


@pytest.fixture(autouse=True)
def published_weights(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests that ask for `shared`, and are skipped without it, begin from published weights.

    So every other test does the same in a plain clone as in a checkout beside the shared folder.
    """
    monkeypatch.delenv("CARDAMAGE_WEIGHTS", raising=False)
    if "shared" in request.fixturenames:
        monkeypatch.setenv("CARDAMAGE_WEIGHTS", str(SHARED / "weights"))


@pytest.fixture(autouse=True)
def throw_away_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the real user's settings, models or cache."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    runtime = home / "run"  # Qt warns where there is none, or one that others may read
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A thread, process or window that outlives the test that made it fails that test."""
    threads, processes, windows = set(_threads()), set(_processes()), _windows()
    yield
    left = _still_there(lambda: [t for t in _threads() if t not in threads])
    assert not left, f"threads left behind: {left}"
    left = _still_there(lambda: [p for p in _processes() if p not in processes])
    said = [" ".join(_command(p)) for p in left]
    for process in left:
        process.kill()
    assert not left, f"processes left behind: {said}"
    shown = [w for w in _windows() if w not in windows]
    assert not shown, f"windows left behind: {shown}"


@pytest.fixture(autouse=True)
def no_warning_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning in our own log fails a test, unless the test looks at the log itself (`caplog`)."""
    if "caplog" in request.fixturenames:
        yield
        return
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("cardamage_core", "cardamage_gui")]
    for logger in loggers:
        logger.addHandler(handler)
    yield
    for logger in loggers:
        logger.removeHandler(handler)
    assert not records, f"logged: {[record.getMessage() for record in records]}"


def _threads() -> list[threading.Thread]:
    """The threads Python started; Qt's own and native ones are not among them."""
    return [t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)]


def _processes() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [p for p in children if not any(helper in word for word in _command(p) for helper in HELPERS)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else ["(ended, not waited for)"]
    except psutil.Error:
        return []


def _windows() -> list[object]:
    """The windows shown, where a test has loaded Qt."""
    widgets = sys.modules.get("PySide6.QtWidgets") or sys.modules.get("PyQt5.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    return [w for w in widgets.QApplication.topLevelWidgets() if w.isVisible()]


def _still_there(find: Callable[[], list]) -> list:
    """What is found even after some patience."""
    until = time.monotonic() + PATIENCE
    while (left := find()) and time.monotonic() < until:
        time.sleep(0.02)
    return left
