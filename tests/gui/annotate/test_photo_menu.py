"""What can be done to a photo by right click, and is a missing one found with its neighbours?"""

import shutil

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QContextMenuEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)  # of menus, offscreen


def right_click(page, row):
    rows = page.photos.list
    at = rows.visualRect(rows.model().index(row, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, rows.viewport().mapToGlobal(at))
    QApplication.sendEvent(rows.viewport(), asked)
    return page.photo_menu.menu


def entries(menu):
    return {action.text(): action for action in menu.actions() if action.text()}


def test_a_right_click_on_a_row_offers_what_can_be_done_to_that_photo(page, session):
    menu = right_click(page, 1)
    assert session.current == "p2"
    assert {"Accept photo", "Mark as rejected", "Split", "Remove photo"} <= entries(menu).keys()
    assert "Find the photo's file…" not in entries(menu)
    entries(menu)["Split"].menu().actions()[1].trigger()
    assert session.summary("p2").split == "train"
    entries(menu)["Remove photo"].trigger()
    menu.close()
    assert session.place("p2") == -1
    session.undo()
    assert session.place("p2") == 1


def test_a_missing_photo_is_found_with_those_that_moved_with_it(page, session, answers, tmp_path, qtbot):
    moved = tmp_path / "moved"
    shutil.move(tmp_path / "photos", moved)
    session.select("p2")
    answers.file = moved / "two.png"
    menu = right_click(page, 1)
    with qtbot.waitSignal(page.loader.loaded):
        entries(menu)["Find the photo's file…"].trigger()
    menu.close()
    assert answers.asked == ["Where is two.png?"]
    there = [session.path_of(session.photo(photo)) for photo in ("p1", "p2", "p3")]
    assert there == [moved / "one.png", moved / "two.png", moved / "three.png"]
    assert not session.path_of(session.photo("p4")).exists(), "its file is nowhere"
    session.undo()
    assert session.path_of(session.photo("p1")).parent == tmp_path / "photos"


def test_a_file_that_is_no_photo_is_refused_in_words(page, session, answers, tmp_path, qtbot):
    (tmp_path / "two.png").write_text("no photo")
    session.select("p4")
    answers.file = tmp_path / "two.png"
    with qtbot.waitSignal(session.failed) as told:
        page.find_file()
    assert told.args[0].title == "two.png cannot be read as a photo."


def test_a_click_on_the_problem_of_a_missing_photo_asks_where_it_is(page, session, answers, qtbot):
    session.select("p4")
    qtbot.waitUntil(lambda: bool(page._checking.of("p4")))
    found = next(one for one in page._checking.of("p4") if "missing" in one.code or "vanished" in one.code)
    page.panel.problem_chosen.emit(found)
    assert answers.asked == ["Where is gone.png?"]


def test_a_problem_of_another_photo_leads_to_its_region(page, session, qtbot):
    qtbot.waitUntil(lambda: any(one.region for one in page._checking.of("p2")))
    found = next(one for one in page._checking.of("p2") if one.region)
    page.transfer.problem_chosen.emit(found)
    qtbot.waitUntil(lambda: page.canvas.selection == (found.region,))
    assert session.current == "p2"
