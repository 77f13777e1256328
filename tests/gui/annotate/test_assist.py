"""The assist service: what a gesture requests is worked on in the background, and answered to it."""

import threading

import numpy as np
import pytest

from cardamage_core.annotations.model import Polygon, Region
from cardamage_core.errors import CarDamageError, ModelError
from cardamage_gui.background import Background
from cardamage_gui.canvas import Canvas
from cardamage_gui.canvas.tools.base import Gesture, Kind, Request
from cardamage_gui.canvas.tools.lasso import OUTLINE
from cardamage_gui.editing.assist import AssistService
from cardamage_gui.editing.box_outliner import BoxOutliner
from cardamage_gui.editing.click_outliner import ClickOutliner
from cardamage_gui.editing.outliners import Outliners
from cardamage_gui.session import Session

PIXELS = np.full((20, 30, 3), 7, dtype=np.uint8)


class Asking(Gesture):
    """Asks for one thing and keeps what it is told."""

    def __init__(self, work):
        self.wanted = [Request(Kind("sum", work), 3)]
        self.answers = []

    def wants(self):
        return self.wanted.pop() if self.wanted else None

    def take(self, answer):
        self.answers.append((answer.result, answer.error))
        return False


@pytest.fixture
def assisted(qtbot):
    """A canvas with a photo, its service, and the session that tells of another photo."""
    session, background, canvas = Session(), Background(threads=1), Canvas()
    qtbot.addWidget(canvas)
    canvas.service = AssistService(session, background, canvas)
    canvas.session, canvas.background = session, background
    canvas.show_image(PIXELS)
    yield canvas
    background.close()
    session.close()


def test_the_work_gets_pixels_and_payload_on_another_thread(assisted, qtbot):
    threads = []

    def work(pixels, payload):
        threads.append(threading.current_thread())
        return int(pixels[0, 0, 0]) + payload

    gesture = Asking(work)
    assisted.begin(gesture)
    qtbot.waitUntil(lambda: gesture.answers == [(10, "")])
    assert threads != [threading.main_thread()]


def test_a_refusal_becomes_the_answers_error(assisted, qtbot):
    def refuse(_pixels, _payload):
        raise CarDamageError("No outline.", "Nothing stands out there.")

    gesture = Asking(refuse)
    with qtbot.waitSignal(assisted.said) as said:
        assisted.begin(gesture)
    assert said.args == ["No outline. Nothing stands out there."]
    assert gesture.answers == [(None, "No outline. Nothing stands out there.")]


def test_without_a_photo_there_is_an_empty_answer(assisted):
    assisted.show_image(None, message="car.jpg is missing.")
    gesture = Asking(lambda _pixels, _payload: 1)
    assisted.begin(gesture)
    assert gesture.answers == [(None, "")]


@pytest.mark.parametrize("another_photo", [True, False])
def test_nobody_hears_of_work_that_was_given_up(assisted, qtbot, another_photo):
    begun, go_on = threading.Event(), threading.Event()

    def slow(_pixels, _payload):
        begun.set()
        assert go_on.wait(10)
        return 1

    gesture = Asking(slow)
    assisted.begin(gesture)
    assert begun.wait(10)
    if another_photo:
        assisted.session.current_changed.emit("p2")
    else:
        assisted.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not assisted.background._open)
    assert gesture.answers == []


def test_work_that_was_given_up_before_it_began_never_does(assisted, qtbot):
    begun, go_on, done = threading.Event(), threading.Event(), []

    def slow(_pixels, _payload):
        begun.set()
        assert go_on.wait(10)

    assisted.begin(Asking(slow))
    assert begun.wait(10)
    for name in ("second", "third"):
        assisted.begin(Asking(lambda _pixels, _payload, name=name: done.append(name)))  # gives up the one before
    go_on.set()
    qtbot.waitUntil(lambda: not assisted.background._open)
    assert done == ["third"]


class Boxes:
    """Outlines boxes as they are, or fails as a damaged model does."""

    def __init__(self, found=None, error=None):
        self.found, self.error, self.closed, self.started = found, error, 0, 0

    def start(self):
        self.started += 1

    def outline_in_box(self, _pixels, _box):
        if self.error:
            raise self.error
        return self.found

    def close(self):
        self.closed += 1


RINGS = (((1.0, 1.0), (8.0, 1.0), (8.0, 8.0)),)
SPOT = np.zeros((60, 80, 3), np.uint8)
SPOT[20:40, 30:60] = 200


def test_a_box_is_outlined_by_the_model_and_by_grabcut_where_it_sees_nothing():
    seen = Boxes(Region("r", Polygon(RINGS)))
    assert BoxOutliner(seen).outline(SPOT, (25, 15, 65, 45)) == RINGS
    ((first, *_),) = BoxOutliner(Boxes(None)).outline(SPOT, (25, 15, 65, 45))
    assert 25 <= first[0] <= 65


def test_a_model_that_fails_is_closed_and_asked_no_more():
    failing = Boxes(error=ModelError("The process that predicts ended unexpectedly."))
    boxes = BoxOutliner(failing)
    assert boxes.outline(SPOT, (25, 15, 65, 45))
    failing.error = AssertionError("asked again")
    assert boxes.outline(SPOT, (25, 15, 65, 45))
    assert failing.closed == 1


def test_taking_the_box_tool_loads_the_model_and_its_outline_is_drawn(qtbot):
    model = Boxes(Region("r", Polygon(RINGS)))
    session, background, canvas = Session(), Background(threads=1), Canvas()
    qtbot.addWidget(canvas)
    canvas.service = AssistService(
        session, background, canvas, Outliners(BoxOutliner(model), ClickOutliner(lambda: "colours"))
    )
    canvas.show_image(PIXELS)
    canvas.set_tool("box")
    qtbot.waitUntil(lambda: model.started == 1)
    gesture = Asking(None)
    gesture.wanted = [Request(OUTLINE, (1.0, 1.0, 9.0, 9.0))]
    canvas.begin(gesture)
    qtbot.waitUntil(lambda: gesture.answers == [(RINGS, "")])
    background.close()
