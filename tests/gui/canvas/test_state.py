"""The state of a canvas: what is shown, what is selected, and the notices of what changed. No window."""

import msgspec
import numpy as np
import pytest
from little_regions import LABELS, square
from qtpy.QtGui import QColor

from cardamage_core.annotations.model import Origin, Region
from cardamage_gui.canvas.hit import REACH
from cardamage_gui.canvas.state import LARGEST_BRUSH, MANY, CanvasState, Notice
from cardamage_gui.canvas.tools import SELECT, TOOLS
from cardamage_gui.canvas.tools.base import Preview

A, B = square("a"), square("b", at=(100.0, 0.0), label="scratch")


@pytest.fixture
def state():
    """Squares a and b on a photo of 200 × 100 pixels, canvas of 432 × 332."""
    state = CanvasState(SELECT, lambda: (432.0, 332.0))
    state.set_photo(np.zeros((100, 200, 3), dtype=np.uint8))
    state.view.fit()
    state.set_regions((A, B), LABELS)
    state.spoiled, state.told = [], []
    state.rest_changed.connect(lambda items: state.spoiled.append(items and [item.id for item in items]))
    for notice in ("selection_changed", "tool_changed", "view_changed"):
        getattr(state, notice).connect(lambda value, notice=notice: state.told.append((notice, value)))
    return state


def test_a_notice_calls_all_its_listeners_in_turn():
    told, notice = [], Notice()
    notice.connect(lambda value: told.append(("first", value)))
    notice.connect(lambda value: told.append(("second", value)))
    notice.emit(3)
    assert told == [("first", 3), ("second", 3)]


def test_only_the_regions_that_differ_are_painted_again(state):
    moved = square("b", at=(90.0, 0.0), label="scratch")
    assert state.set_regions((A, moved), LABELS)
    assert state.spoiled == [["b", "b"]]  # where it was, and where it is
    assert state.scene.get("a").region is A
    assert not state.set_regions((A, moved), LABELS)
    assert len(state.spoiled) == 1


def test_another_order_or_more_than_a_few_changes_paint_everything(state):
    state.set_regions((B, A), LABELS)
    many = tuple(square(str(i), at=(i, 0.0)) for i in range(MANY + 1))
    state.set_regions(many, LABELS)
    assert state.spoiled == [None, None]


def test_what_counts_follows_threshold_review_and_what_the_user_hides(state):
    guess = msgspec.structs.replace(B, origin=Origin("predicted", score=0.5))
    state.set_regions((A, guess), LABELS)
    state.set_visible_above(0.9)
    assert state.standing() == (A,)
    state.set_hidden(frozenset({"a", "b"}))
    taken = msgspec.structs.replace(guess, review="accepted")
    state.set_regions((A, taken), LABELS)
    assert state.standing() == (A, taken)
    state.set_regions((A, guess), LABELS)
    assert state.standing() == (A,)
    state.set_visible_above(0.4)
    assert state.standing() == (A, guess)


def test_other_colours_paint_everything_anew(state):
    state.set_regions((A, B), (LABELS[1],))
    assert None in state.spoiled
    assert state.scene.get("a").color == state.color_of("")
    assert state.color_of("scratch") == QColor("#E69F00")


def test_only_what_is_there_can_be_selected_and_hidden_regions_stay_so(state):
    state.select(("a", "gone"))
    state.set_hidden(frozenset({"a"}))
    state.select(state.selection)
    assert state.told == [("selection_changed", ("a",))]
    assert (state.selection, state.reachable) == (("a",), ())
    assert [item.id for item in state.scene.items] == ["b"]


def test_the_pointer_stays_on_its_place_of_the_screen(state):
    state.pointer = (50.0, 20.0)
    before, at = state.viewport, state.viewport.to_screen((50.0, 20.0))
    state.view.zoom_by(3.0, (16.0, 66.0))
    assert state.viewport.to_screen(state.pointer) == pytest.approx(at)
    assert state.told == [("view_changed", before)]
    assert state.reach == REACH / state.viewport.scale == REACH / 6.0


def test_a_preview_takes_what_it_hides_out_of_what_rests_once(state):
    moved = Region("a", B.shape, "dent")
    state.set_preview(Preview(frozenset({"a"}), (moved,)))
    state.set_preview(Preview(frozenset({"a"}), (moved,)))
    assert state.spoiled == [["a"]]
    assert state.would_be() == (moved, B)
    state.set_preview(Preview())
    assert state.spoiled == [["a"], ["a"]]
    assert state.would_be() == (A, B)


def test_vertices_are_shown_for_tools_that_may_drag_them(state):
    assert state.handles
    state.set_tool(TOOLS["brush"])
    assert not state.handles
    state.set_tool(SELECT)
    state.editable = False
    assert not state.handles
    assert state.told == [("tool_changed", "brush"), ("tool_changed", "select")]


def test_the_brush_keeps_a_size_that_can_be_seen(state):
    state.resize_brush(1000.0)
    assert state.brush == LARGEST_BRUSH


def test_a_point_off_the_photo_is_moved_onto_it_where_there_is_one(state):
    assert state.within((-5.0, 120.0)) == (0.0, 100.0)
    state.set_photo(None, (200.0, 100.0), "car.jpg is missing.")
    assert state.within((-5.0, 120.0)) == (-5.0, 120.0)
