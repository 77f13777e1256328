"""Does the view turn by keys, photo by photo, and nothing else with it?"""

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

TURN = Qt.KeyboardModifier.ControlModifier


def test_keys_turn_the_view_both_ways_and_upright_again(page, session, facts):
    before, seen = session.regions("p1"), page.canvas.viewport
    turns = []
    for modifier in (
        TURN,
        TURN,
        TURN | Qt.KeyboardModifier.ShiftModifier,
        TURN | Qt.KeyboardModifier.AltModifier,
        TURN | Qt.KeyboardModifier.ShiftModifier,
    ):
        QTest.keyClick(page.canvas, Qt.Key.Key_R, modifier)
        turns.append(page.canvas.viewport.rotation)
    assert turns == [1, 2, 1, 0, 3]
    assert facts["zoom"].endswith("% · rotated 90° left")
    page.bar.upright.click()
    assert page.canvas.viewport == seen
    assert "rotated" not in facts["zoom"]
    assert page.bar.upright.isHidden()
    assert session.regions("p1") == before
    assert session.project.undo_text == "Import"


def test_each_photo_keeps_its_turn_and_the_next_begins_upright(page, session):
    QTest.keyClick(page.canvas, Qt.Key.Key_R, TURN)
    QTest.keyClick(page.canvas, Qt.Key.Key_D)
    assert (session.current, page.canvas.viewport.rotation) == ("p2", 0)
    QTest.keyClick(page.canvas, Qt.Key.Key_A)
    assert (session.current, page.canvas.viewport.rotation) == ("p1", 1)
    assert not page.bar.upright.isHidden()


def test_a_new_project_remembers_no_turns(page, session, project_folder):
    QTest.keyClick(page.canvas, Qt.Key.Key_R, TURN)
    session.close()
    session.open(project_folder)
    assert page.canvas.viewport.rotation == 0
