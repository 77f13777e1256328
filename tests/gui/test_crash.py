import sys
import threading

import pytest

from cardamage_core.errors import PhotoError
from cardamage_gui import background, crash
from cardamage_gui.crash import CrashReporter


@pytest.fixture
def reporter(qapp, tmp_path, caplog):
    made = CrashReporter(tmp_path / "log" / "cardamage.log")
    made.install()
    yield made
    made.remove()


def test_what_nobody_caught_is_logged_and_told_in_one_sentence(reporter, tmp_path, capsys):
    told = []
    reporter.told.connect(told.append)
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())

    assert told[0].title == "Something went wrong inside CarDamage; your work is safe on disk."
    assert "ZeroDivisionError: by nothing" in told[0].detail
    assert "by nothing" in (tmp_path / "log" / "cardamage.log").read_text()
    assert "ZeroDivisionError: by nothing" in capsys.readouterr().err


def test_an_error_with_its_own_sentence_keeps_it(reporter):
    told = []
    reporter.told.connect(told.append)
    sys.excepthook(PhotoError, PhotoError("No photo."), None)

    assert told[0].title == "No photo."


def test_a_thread_that_fails_is_told_too(reporter, wait):
    told = []
    reporter.told.connect(told.append)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()

    wait(lambda: told)

    assert "ZeroDivisionError" in told[0].detail


def test_removing_it_puts_the_old_hook_back(qapp, tmp_path):
    before = sys.excepthook
    reporter = CrashReporter(tmp_path / "cardamage.log")
    reporter.install()
    reporter.remove()

    assert sys.excepthook is before


def test_crashes_and_surprises_in_the_background_speak_in_words(tmp_path):
    error = PermissionError(13, "Permission denied", "/somewhere")
    assert background._surprise(error).detail == "PermissionError: Permission denied"
    assert "[Errno" not in crash._sentence(PermissionError, error, tmp_path).detail
