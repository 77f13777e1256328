"""What is followed of a job stays that job's: nothing of it reaches the view of the next one."""

from __future__ import annotations

import threading

import pytest

from cardamage_core.errors import JobError
from cardamage_gui.train import feed
from cardamage_gui.train.feed import JobFeed


@pytest.fixture
def slow(monkeypatch):
    """Reading the folder "slow" waits to be let go and then fails; others are read as they are."""
    begun, go_on, read = threading.Event(), threading.Event(), feed._read

    def held(folder, offset, *, log):
        if folder.name != "slow":
            return read(folder, offset, log=log)
        begun.set()
        assert go_on.wait(20)
        raise JobError("The events of the old job cannot be read.")

    monkeypatch.setattr(feed, "_read", held)
    return begun, go_on


def test_an_old_jobs_error_does_not_appear_in_a_new_jobs_log(qtbot, background, tmp_path, slow):
    begun, go_on = slow
    for name in ("slow", "next"):
        (tmp_path / name).mkdir()
    (tmp_path / "next" / "log.txt").write_text("Step 1")
    followed, logs = JobFeed(background), []
    followed.log_changed.connect(logs.append)
    followed.want_log(True)
    followed.follow(tmp_path / "slow")
    qtbot.waitUntil(begun.is_set)
    followed.follow(tmp_path / "next")
    with qtbot.waitSignal(background._arrived):
        go_on.set()
    qtbot.waitUntil(lambda: ["Step 1"] in logs)
    qtbot.wait(50)
    assert [lines for lines in logs if lines] == [["Step 1"]]


def test_the_log_of_the_job_before_is_taken_away_at_once(qtbot, background, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "log.txt").write_text("Step 1")
    followed, logs = JobFeed(background), []
    followed.log_changed.connect(logs.append)
    followed.want_log(True)
    followed.follow(tmp_path / "one")
    qtbot.waitUntil(lambda: ["Step 1"] in logs)
    followed.follow(tmp_path / "two")
    assert logs[-1] == []
