"""Click→outline: what it asks for, what the answers make of it, and how it is driven with mouse and keys."""

from little_gestures import start
from little_regions import LABELS, square
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from test_widget import canvas, click  # noqa: F401 the fixture and its mouse

from cardamage_core.annotations.model import Polygon
from cardamage_core.clicks.views import Click
from cardamage_gui.canvas.tools.base import Answer
from cardamage_gui.canvas.tools.clicks import ClickOutline, Proposal

RING = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0))
OTHER = ((10.0, 10.0), (30.0, 10.0), (30.0, 30.0))


def answered(gesture, ring):
    return gesture.take(Answer(gesture.wants(), Proposal((ring,))))


def test_every_click_is_asked_about_with_those_before_it():
    gesture = ClickOutline(start((20.0, 20.0)))
    assert gesture.wants().payload.clicks == (Click((20.0, 20.0)),)
    assert gesture.wants() is None
    gesture.press_other((60.0, 60.0), 4.0)
    assert gesture.wants() is None, "one at a time"
    gesture.take(Answer(None, Proposal((RING,))))
    assert gesture.wants().payload.clicks == (Click((20.0, 20.0)), Click((60.0, 60.0), False))


def test_the_outline_that_is_shown_is_the_one_that_is_taken():
    gesture = ClickOutline(start((20.0, 20.0)))
    assert not gesture.close()
    gesture = ClickOutline(start((20.0, 20.0)))
    assert not answered(gesture, RING)
    assert gesture.preview().regions[0].shape == Polygon((RING,))
    assert gesture.preview().clicks == (((20.0, 20.0), True),)
    gesture.press_other((35.0, 15.0), 4.0)
    answered(gesture, OTHER)
    assert gesture.close()
    made = gesture.outcome()
    assert made.regions[-1].shape == Polygon((OTHER,))
    assert made.selection == (made.regions[-1].id,)


def test_enter_before_the_answer_takes_the_outline_when_it_comes():
    gesture = ClickOutline(start((20.0, 20.0)))
    assert not gesture.close()
    assert answered(gesture, RING)
    assert gesture.outcome().regions[-1].shape == Polygon((RING,))


def test_the_last_click_is_taken_back_and_its_outline_asked_for_again():
    gesture = ClickOutline(start((20.0, 20.0)))
    answered(gesture, RING)
    gesture.press((50.0, 20.0), 4.0)
    answered(gesture, OTHER)
    assert gesture.back()
    assert gesture.wants().payload.clicks == (Click((20.0, 20.0)),)
    assert not gesture.back()


def test_where_nothing_was_found_the_hint_says_why_and_enter_takes_nothing():
    gesture = ClickOutline(start((20.0, 20.0)))
    gesture.take(Answer(gesture.wants(), error="Nothing stands out there. Click again."))
    assert gesture.hint().startswith("Nothing stands out there. Click again.")
    assert not gesture.close()
    assert gesture.outcome().regions is None


def shown_alone(canvas):  # noqa: F811
    """The requests and edits from now on, with the tool taken; each click is answered by RING."""
    canvas.show_regions((square("a"),), LABELS)
    canvas.told.clear()
    requests = []
    canvas.requested.connect(requests.append)
    canvas.set_tool("clicks")
    return requests


def click_and_answer(canvas, requests, at, **how):  # noqa: F811
    click(canvas, *at, **how)
    canvas.answer(Answer(requests[-1], Proposal((RING,))))


def test_left_clicks_add_right_and_shift_clicks_subtract_and_enter_makes_one_edit(canvas):  # noqa: F811
    requests = shown_alone(canvas)
    click_and_answer(canvas, requests, (120, 50))
    click_and_answer(canvas, requests, (150, 50), button=Qt.MouseButton.RightButton)
    click_and_answer(canvas, requests, (160, 60), modifier=Qt.KeyboardModifier.ShiftModifier)
    click_and_answer(canvas, requests, (170, 70), modifier=Qt.KeyboardModifier.AltModifier)
    assert [one.inside for one in requests[-1].payload.clicks] == [True, False, False, False]
    assert not canvas.told
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    ((before, after, text),) = canvas.told
    assert text == "Outline from clicks"
    assert [one.id for one in before] == ["a"]
    assert after[-1].shape == Polygon((RING,))


def test_escape_forgets_the_clicks_and_backspace_the_last_one(canvas):  # noqa: F811
    requests = shown_alone(canvas)
    click_and_answer(canvas, requests, (150, 50))
    click_and_answer(canvas, requests, (170, 50))
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(requests[-1].payload.clicks) == 1
    assert canvas.busy
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.busy
    assert canvas.tool == "clicks"
