"""Can one see all edits and go back to any of them?"""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from cardamage_gui.widgets.history import HistoryPanel


@pytest.fixture
def panel(qtbot, session):
    for number in (3, 2, 1):
        before = session.regions("a")
        session.edit("a", before, before[: number - 1], f"Delete {number}")
    made = HistoryPanel(session)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(panel):
    return [panel.model.index(row).data().split("   ")[-1].split(" · ")[0] for row in range(panel.model.rowCount())]


def go(panel, row):
    panel.list.setCurrentIndex(panel.model.index(row))
    QTest.keyClick(panel.list, Qt.Key.Key_Return)


def test_the_newest_edit_stands_on_top_and_the_beginning_below(panel):
    assert texts(panel) == ["Delete 1", "Delete 2", "Delete 3", "Import", "The beginning"]
    assert panel.list.currentIndex().row() == 0


def test_enter_goes_back_to_right_after_an_edit_and_forward_again(panel, session):
    go(panel, 2)
    assert len(session.regions("a")) == 2
    assert panel.list.currentIndex().row() == 2
    assert panel.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole).endswith("Delete 2 · a.png, undone")
    go(panel, 0)
    assert session.regions("a") == ()


def test_the_beginning_is_before_the_import_and_everything_comes_back(panel, session):
    go(panel, 4)
    assert session.photos() == ()
    go(panel, 2)
    assert [region.id for region in session.regions("a")] == ["car", "dent"]


def test_a_new_edit_is_listed_at_once(panel, session):
    session.edit("b", (), session.regions("a"), "Nothing")
    session.undo()
    assert texts(panel)[0] == "Delete 1"
    assert session.project.redo_text == "Delete 1"
