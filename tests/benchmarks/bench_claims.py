"""An adjuster's afternoon by real events: python tests/benchmarks/bench_claims.py ../shared/data [--claims 50]

Claims of 1-10 real photos are dropped on the window, outlined by the models in the box, decided with keys, reported and
closed. A timer that fires every 5 ms tells how long the window could not answer, in CPU time of its thread, which other
programs on the machine do not lengthen; prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from qtpy.QtCore import QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

SOURCES = ("seed/test", "metallo", "igor", "bilgi", "carparts", "odd_images")
KEYS = (Qt.Key.Key_Y, Qt.Key.Key_Y, Qt.Key.Key_N, Qt.Key.Key_Y)
BEAT = 5  # ms
BUDGET = 100  # ms within which the window has to answer


class Heart:
    """Tells for how much CPU time the event loop was held up while something was done."""

    def __init__(self) -> None:
        self._last, self.gaps = time.thread_time(), dict[str, list[float]]()
        self._doing = "start"
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT)

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Count what is late from here on as this."""
        self._beat()
        before, self._doing = self._doing, what
        yield
        self._beat()
        self._doing = before

    def _beat(self) -> None:
        now = time.thread_time()
        self.gaps.setdefault(self._doing, []).append((now - self._last) * 1000)
        self._last = now

    def worst(self) -> dict[str, dict[str, float]]:
        """CPU milliseconds between two beats, by what was done: the worst, and how many were above the budget."""
        return {
            what: {
                "worst_ms": round(max(gaps), 1),
                "over_budget": sum(gap > BUDGET for gap in gaps),
                "beats": len(gaps),
            }
            for what, gaps in self.gaps.items()
        }


def main() -> None:
    """Work the afternoon."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a folder that holds " + ", ".join(SOURCES))
    parser.add_argument("--claims", type=int, default=50)
    parser.add_argument("--photos", type=int, help="photos a claim (default: 1-10 by chance)")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt = QApplication([])
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = os.environ["XDG_DATA_HOME"] = home
        print(json.dumps(afternoon(qt, given.data, Path(home), claims=given.claims, photos=given.photos), indent=1))


def afternoon(qt: QApplication, data: Path, home: Path, *, claims: int, photos: int | None) -> dict[str, object]:
    """Work through the claims; what it took."""
    from cardamage_gui.app import build, keep_what_stays
    from cardamage_gui.settings import Settings

    chance = random.Random(0)
    found = [path for source in SOURCES for path in sorted((data / source).rglob("*")) if _is_photo(path)]
    built = build(qt, settings=Settings(home / "settings.json"))
    built.window.resize(1440, 900)
    built.window.show()
    keep_what_stays()
    built.window.show_page("inspect")
    heart, page, done = Heart(), built.inspect, list[dict[str, float]]()
    for number in range(claims):
        chosen = chance.sample(found, photos or chance.randint(1, 10))
        done.append(_claim(page, heart, chosen, home / f"report{number}.pdf"))
    listed = len(page.desk.claims())
    built.window.close()
    built.close()
    every = sum(one["photos"] for one in done)
    return {
        "claims": claims,
        "photos": every,
        "listed": listed,
        "findings": sum(one["findings"] for one in done),
        "failed": sum(one["failed"] for one in done),
        "cpu_s_a_photo_in_and_outlined": round(sum(one["outlined_cpu_s"] for one in done) / every, 3),
        "report_cpu_s": {
            "median": round(statistics.median(one["report_cpu_s"] for one in done), 2),
            "worst": max(one["report_cpu_s"] for one in done),
        },
        "key_ms": _spread([one["key_ms"] for one in done if one["keys"]]),
        "not_answering": heart.worst(),
    }


def _claim(page: object, heart: Heart, photos: list[Path], report: Path) -> dict[str, float]:
    desk, before = page.desk, _cpu()
    with heart.during("taking in and outlining"):
        _drop(page, photos)
        _wait(lambda: desk.claim is not None)
        _wait(lambda: not page.queue.outlining.busy and all(_looked(page)))
    outlined = _cpu() - before
    canvas, took = page.viewer.canvas, list[float]()
    canvas.setFocus()
    with heart.during("deciding"):
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        for turn in range(400):
            if desk.decided()[0] == desk.decided()[1]:
                break
            start = time.thread_time()
            QTest.keyClick(canvas, KEYS[turn % len(KEYS)])
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            took.append((time.thread_time() - start) * 1000)
    before = _cpu()
    with heart.during("writing the report"):
        page.out.write([report], "en", "A4")
        _wait(lambda: report.exists() and page.out.strip.isHidden())
    written = _cpu() - before
    decided, total = desk.decided()
    assert decided == total, f"{total - decided} findings could not be decided"
    failed = sum(bool(look.problem) for look in page.session.looks().values())
    with heart.during("closing"):
        page.form.state_chosen.emit("done")
        folder = desk.claim.folder
        page.close_claim()
        _wait(lambda: any(one.id == folder.name and one.state == "done" for one in desk.claims()))
    return {
        "photos": len(photos),
        "findings": total,
        "failed": failed,
        "outlined_cpu_s": outlined,
        "report_cpu_s": round(written, 2),
        "keys": len(took),
        "key_ms": max(took, default=0.0),
    }


def _looked(page: object) -> Iterator[bool]:
    looks = page.session.looks()
    return (photo.id in looks for photo in page.session.photos())


def _drop(page: object, photos: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in photos])
    at, copy = QPoint(page.width() // 2, page.height() // 3), Qt.DropAction.CopyAction
    button, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(page, QDragEnterEvent(at, copy, data, button, plain))
    QApplication.sendEvent(page, QDropEvent(QPointF(at), copy, data, button, plain))


def _wait(until: Callable[[], bool], seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        if time.monotonic() > end:
            raise TimeoutError


def _cpu() -> float:
    """CPU seconds of this process and those it started."""
    every = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in every)


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"median_of_worst": round(statistics.median(ordered), 1), "worst": round(ordered[-1], 1)}


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in {".jpg", ".jpeg", ".png", ".heic"} and path.is_file()


if __name__ == "__main__":
    main()
