"""Slow work requested by tools. The assisted tool below is all that one needs: a module, and a line in TOOLS."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from little_regions import LABELS, square
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from test_widget import canvas, click, drag, screen  # noqa: F401 the fixture and its mouse

from cardamage_core.annotations.model import Point, Polygon, Ring
from cardamage_gui.canvas.tools import TOOLS
from cardamage_gui.canvas.tools.base import Answer, Drawing, Kind, Need, Outcome, Preview, Request, Tool, drawn

A, B = square("a"), square("b", at=(100.0, 0.0), label="scratch")
RING = ((60.0, 60.0), (90.0, 60.0), (90.0, 90.0))
OTHER = ((120.0, 60.0), (150.0, 60.0), (150.0, 90.0))
PIXELS = np.zeros((100, 200, 3), dtype=np.uint8)
FIND = Kind("find", lambda pixels, at: RING, waiting="Asking the model…")


@dataclass
class ClickToOutline(Drawing):
    """Each click asks for an outline; Enter accepts the one that came last."""

    ring: Ring = ()
    wanted: list[Point] = field(default_factory=list)

    def __post_init__(self):
        self.wanted.append(self.start.at)

    def press(self, at, reach):
        self.wanted.append(at)
        return False

    def release(self, at, reach):
        return False

    def wants(self):
        return Request(FIND, self.wanted.pop(0)) if self.wanted else None

    def take(self, answer):
        self.ring = answer.result or self.ring
        return False

    def close(self):
        return bool(self.ring)

    def preview(self):
        return Preview(path=self.ring, closing=True)

    def outcome(self) -> Outcome:
        return drawn(self.start, Polygon((self.ring,)), "Click to outline")


class ClickToOutlineTool(Tool):
    gesture = ClickToOutline


@pytest.fixture
def asked(canvas, monkeypatch):  # noqa: F811
    """The requests so far, with the assisted tool taken."""
    line = ClickToOutlineTool("click", "Click to outline", "X", "auto-fix", "Click the damage", Need.EDITING)
    monkeypatch.setitem(TOOLS, "click", line)
    canvas.set_tool("click")
    return listen(canvas)


def listen(canvas):  # noqa: F811
    canvas.requests, canvas.dropped, canvas.sentences = [], [], []
    canvas.requested.connect(canvas.requests.append)
    canvas.request_dropped.connect(canvas.dropped.append)
    canvas.said.connect(canvas.sentences.append)
    return canvas.requests


def path(canvas):  # noqa: F811
    return canvas._state.preview.path


def test_a_press_asks_once_and_the_user_is_told(canvas, asked):  # noqa: F811
    click(canvas, 70, 70)
    drag(canvas, (70, 70), (71, 71))
    assert [request.kind for request in asked] == [FIND, FIND]
    assert [request.payload for request in asked] == [(70.0, 70.0), (70.0, 70.0)]
    assert canvas.sentences == ["Asking the model…"] * 2
    assert canvas.busy


def test_the_answer_is_shown_and_enter_makes_one_edit_of_it(canvas, asked):  # noqa: F811
    click(canvas, 70, 70)
    assert path(canvas) == ()
    canvas.answer(Answer(asked[0], RING))
    assert path(canvas) == RING
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert [text for _, _, text in canvas.told] == ["Click to outline"]
    assert canvas.shown[-1].shape == Polygon((RING,))
    assert canvas.selection == (canvas.shown[-1].id,)


def given_up_by_escape(canvas):  # noqa: F811
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool == "click"


def given_up_by_another_tool(canvas):  # noqa: F811
    canvas.set_tool("polygon")


def given_up_by_cancel(canvas):  # noqa: F811
    assert canvas.cancel()


def given_up_by_another_photo(canvas):  # noqa: F811
    canvas.show_image(PIXELS)


def given_up_by_other_regions(canvas):  # noqa: F811
    canvas.show_regions((B, A), LABELS)


def given_up_by_a_project_that_may_not_be_changed(canvas):  # noqa: F811
    canvas.set_editable(False)


WAYS = [
    given_up_by_escape,
    given_up_by_another_tool,
    given_up_by_cancel,
    given_up_by_another_photo,
    given_up_by_other_regions,
    given_up_by_a_project_that_may_not_be_changed,
]


@pytest.mark.parametrize("give_up", WAYS)
def test_an_answer_that_comes_too_late_is_dropped(canvas, asked, give_up):  # noqa: F811
    click(canvas, 70, 70)
    give_up(canvas)
    assert canvas.dropped == asked
    assert not canvas.busy
    canvas.answer(Answer(asked[0], RING))
    canvas.answer(Answer(asked[0], error="The model is gone."))
    assert path(canvas) == ()
    assert canvas.told == []
    assert canvas.sentences == ["Asking the model…"]


def test_a_late_answer_does_not_reach_the_next_gesture(canvas, asked):  # noqa: F811
    click(canvas, 70, 70)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    click(canvas, 130, 70)
    canvas.answer(Answer(asked[0], RING))
    assert path(canvas) == ()
    canvas.answer(Answer(asked[1], OTHER))
    assert path(canvas) == OTHER


def test_a_request_is_answered_only_once(canvas, asked):  # noqa: F811
    click(canvas, 70, 70)
    canvas.answer(Answer(asked[0], RING))
    canvas.answer(Answer(asked[0], OTHER))
    assert path(canvas) == RING


def test_what_cannot_be_done_is_told_and_the_gesture_goes_on(canvas, asked):  # noqa: F811
    click(canvas, 70, 70)
    canvas.answer(Answer(asked[0], error="There is no model yet."))
    assert canvas.sentences[-1] == "There is no model yet."
    click(canvas, 71, 70)
    canvas.answer(Answer(asked[1], RING))
    assert path(canvas) == RING


def test_a_gesture_that_ends_drops_what_it_still_asked_for(canvas, asked):  # noqa: F811
    click(canvas, 70, 70)
    click(canvas, 71, 70)
    canvas.answer(Answer(asked[0], RING))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.dropped == [asked[1]]
    canvas.answer(Answer(asked[1], OTHER))
    assert len(canvas.told) == 1


# A box waits for its outline while the user goes on


@pytest.fixture
def boxed(canvas):  # noqa: F811
    """The request of a box that was just dragged."""
    asked = listen(canvas)
    canvas.set_tool("box")
    canvas.set_new_label("dent")
    drag(canvas, (60, 60), (90, 90))
    assert [request.payload for request in asked] == [(60.0, 60.0, 90.0, 90.0)]
    assert not canvas.busy
    return asked[0]


def test_a_box_keeps_waiting_while_other_things_are_done(canvas, boxed):  # noqa: F811
    canvas.set_new_label("scratch")
    canvas.set_tool("select")
    click(canvas, 130, 30)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.shown == (A,)
    canvas.answer(Answer(boxed, (RING,)))
    assert [text for _, _, text in canvas.told] == ["Delete scratch", "Outline in box"]
    assert canvas.shown[0] == A
    assert (canvas.shown[1].shape, canvas.shown[1].label) == (Polygon((RING,)), "dent")
    assert canvas.selection == (canvas.shown[1].id,)
    assert canvas.sentences[-1] == "Found an outline. Ctrl+Z takes it back."


def test_an_outline_leaves_a_drawing_under_way_alone_where_nobody_shows_it(canvas, boxed):  # noqa: F811
    canvas.edited.disconnect()
    canvas.set_tool("rectangle")
    drag(canvas, (120, 60), (150, 90), release=False)
    canvas.answer(Answer(boxed, (RING,)))
    assert canvas.busy
    assert canvas.sentences == ["Looking for the outline…"]  # the edit was not taken: nothing was found


def test_two_boxes_are_answered_in_any_order(canvas, boxed):  # noqa: F811
    drag(canvas, (120, 60), (150, 90))
    second = canvas.requests[1]
    canvas.answer(Answer(second, (OTHER,)))
    canvas.answer(Answer(boxed, (RING,)))
    assert [region.shape for region in canvas.shown[2:]] == [Polygon((OTHER,)), Polygon((RING,))]


def test_escape_stops_waiting_before_it_puts_the_tool_down(canvas, boxed):  # noqa: F811
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.dropped == [boxed]
    assert canvas.tool == "box"
    canvas.answer(Answer(boxed, (RING,)))
    assert canvas.told == []
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool == "select"


def test_another_photo_gets_no_outline_of_the_one_before(canvas, boxed):  # noqa: F811
    canvas.show_image(PIXELS)
    assert canvas.dropped == [boxed]
    canvas.answer(Answer(boxed, (RING,)))
    assert canvas.told == []


def test_a_box_with_nothing_in_it_is_told_and_forgotten(canvas, boxed):  # noqa: F811
    canvas.answer(Answer(boxed, error="Nothing stands out there."))
    assert canvas.sentences[-1] == "Nothing stands out there."
    assert canvas.told == []
    assert not canvas.cancel()  # nothing waits any more


def test_without_the_photo_a_box_is_not_begun(canvas):  # noqa: F811
    asked = listen(canvas)
    canvas.show_image(None, size=(200.0, 100.0), message="car.jpg is missing.")
    canvas.set_tool("box")
    drag(canvas, (60, 60), (90, 90))
    assert asked == []
    assert canvas.sentences == ["The photo is not there yet."]
    assert not canvas.busy


def test_a_region_locked_meanwhile_stays_and_the_outline_comes(canvas, boxed):  # noqa: F811
    canvas.set_locked(frozenset({"a"}))
    canvas.answer(Answer(boxed, (RING,)))
    assert canvas.shown[:2] == (A, B)
    assert len(canvas.shown) == 3
