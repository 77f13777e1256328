import threading

import pytest

from cardamage_core.errors import CarDamageError, PhotoError
from cardamage_gui.background import Background


def refuse():
    raise PhotoError("No photo.", "It is missing.")


def stumble():
    raise ValueError("three")


def test_work_runs_elsewhere_and_its_result_arrives_on_the_main_thread(background, wait):
    seen = []
    background.run(threading.get_ident, lambda ident: seen.append((ident, threading.get_ident())))

    wait(lambda: seen)

    worked, arrived = seen[0]
    assert arrived == threading.get_ident()
    assert worked != arrived


def test_an_error_a_person_can_mend_arrives_as_it_is(background, wait):
    errors = []
    background.run(refuse, None, errors.append)

    wait(lambda: errors)

    assert errors[0].title == "No photo."


def test_an_error_nobody_waits_for_is_told_by_the_background(background, wait):
    errors = []
    background.failed.connect(errors.append)
    background.run(refuse)

    wait(lambda: errors)

    assert isinstance(errors[0], PhotoError)


def test_an_error_of_ours_is_logged_and_becomes_one_sentence(background, wait, caplog):
    errors = []
    background.run(stumble, None, errors.append)

    wait(lambda: errors)

    assert isinstance(errors[0], CarDamageError)
    assert errors[0].detail == "ValueError: three"
    assert "stumble" in caplog.text


def test_a_cancelled_task_tells_nobody(background, wait):
    go, done, other = threading.Event(), [], []
    task = background.run(go.wait, done.append)
    task.cancel()
    go.set()
    background.run(lambda: 1, other.append)

    wait(lambda: other)
    background.close()

    assert done == []


def test_a_cancelled_task_that_waits_never_begins(qapp):
    background, go, begun = Background(threads=1), threading.Event(), []
    background.run(go.wait)
    background.run(lambda: begun.append(1)).cancel()
    go.set()

    background.close()

    assert begun == []


def test_progress_arrives_while_the_work_goes_on(background, wait):
    go, heard, done = threading.Event(), [], []

    def work(task):
        task.report(0.5, "half")
        go.wait(10)

    background.run_reporting(work, lambda _: done.append(1), progress=lambda *said: heard.append(said))
    wait(lambda: heard)

    assert heard == [(0.5, "half")]
    assert done == []
    go.set()
    wait(lambda: done)


def test_long_work_can_ask_whether_it_is_cancelled(background, wait):
    begun, left = threading.Event(), []

    def work(task):
        begun.set()
        while not task.cancelled():
            pass
        left.append(1)

    task = background.run_reporting(work)
    begun.wait(10)
    task.cancel()

    wait(lambda: left)


def test_urgent_work_overtakes_what_waits(qapp, wait):
    background, go, order = Background(threads=1), threading.Event(), []
    background.run(go.wait)
    background.run(lambda: order.append("thumbnail"))
    background.run(lambda: order.append("photo"), urgent=True)
    go.set()

    wait(lambda: len(order) == 2)

    assert order == ["photo", "thumbnail"]
    background.close()


def test_after_close_nothing_is_begun_or_told(qapp, qtbot):
    background, told = Background(), []
    background.run(lambda: 1, told.append)
    background.close()
    background.run(lambda: 2, told.append)
    qtbot.wait(20)

    assert told == []


@pytest.mark.parametrize("number", [1, 50])
def test_every_result_arrives(background, wait, number):
    told = []
    for value in range(number):
        background.run(lambda value=value: value * value, told.append)

    wait(lambda: len(told) == number)

    assert sorted(told) == [value * value for value in range(number)]
