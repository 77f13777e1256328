"""Are all actions found by typing, and can their keys be changed? With real keys on the real window."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QMenu, QMenuBar

from cardamage_gui.commands.editor import KeysSheet
from cardamage_gui.commands.palette import CommandPalette
from cardamage_gui.settings import Settings


@pytest.fixture
def palette(opened, qtbot):
    on_annotate(opened)
    QTest.keyClick(opened.annotate.canvas, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    yield opened.window.findChild(CommandPalette)
    for left in opened.window.findChildren(CommandPalette):
        left.close()


@pytest.fixture
def sheet(opened):
    on_annotate(opened)
    QTest.keyClick(opened.annotate.canvas, Qt.Key.Key_F1)
    QApplication.processEvents()
    yield opened.window.findChild(KeysSheet)
    for left in opened.window.findChildren(KeysSheet):
        left.close()


def on_annotate(opened):
    opened.window.show_page("annotate")
    opened.window.activateWindow()
    opened.annotate.canvas.setFocus()
    QApplication.processEvents()  # until then the keys go to whatever was active before


def rows(table):
    model = table.model()
    return [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]


def choose(sheet, text):
    sheet.search.setText(text)
    sheet.table.setCurrentIndex(sheet.table.model().index(0, 0))


def test_a_few_letters_and_enter_do_what_was_meant(palette, opened):
    QTest.keyClicks(palette.field, "next pho")
    assert rows(palette.list)[0] == ["Next photo", "Annotate", "D"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.session.current == "b"
    assert not palette.isVisible()


@pytest.mark.parametrize(("typed", "meant"), [("dark", "Settings"), ("remove", "Delete"), ("shortcuts", "All keys")])
def test_other_words_for_a_thing_find_it_too(palette, typed, meant):
    palette.field.setText(typed)
    assert any(text.startswith(meant) for text, _, _ in rows(palette.list))


def test_where_nothing_is_found_that_is_said(palette, qtbot):
    palette.field.setText("xylophone")
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)  # does nothing, and does not close it
    palette.field.setText("")
    assert palette.list.isVisible()
    assert not palette.nothing.isVisible()


def test_arrows_move_while_the_field_keeps_the_cursor_and_escape_does_nothing(palette, opened):
    QTest.keyClicks(palette.field, "photo")
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert opened.session.current == "a"


def test_the_palette_offers_this_page_and_the_menus_each_once(palette):
    texts = [row[0] for row in rows(palette.list)]
    assert "Fit" in texts
    assert "New project…" in texts
    assert "Accept finding" not in texts  # the Inspect page's
    assert len(texts) == len(set(texts))


def test_the_button_in_the_top_bar_opens_it_too(opened):
    opened.window.top.commands.click()
    opened.window.findChild(CommandPalette).reject()


def test_the_sheet_is_searched_by_name_and_by_key(sheet):
    QTest.keyClicks(sheet.search, "ctrl+q")
    assert rows(sheet.table) == [["Quit", "File", "Ctrl+Q"]]


def test_a_new_key_works_at_once_and_at_the_next_start(sheet, opened, tmp_path):
    choose(sheet, "next photo")
    QTest.keyClick(sheet.keys, Qt.Key.Key_X)
    sheet.keys.editingFinished.emit()  # a second after the last key
    sheet.close()
    on_annotate(opened)
    QTest.keyClick(opened.annotate.canvas, Qt.Key.Key_X)
    assert opened.session.current == "b"
    assert Settings(tmp_path / "settings.json").get("keys") == ["next_photo\tX"]
    opened.window.shortcuts.reset("next_photo")
    QTest.keyClick(opened.annotate.canvas, Qt.Key.Key_D)
    assert opened.session.current == "c"


def test_a_shared_key_is_said_with_whom_it_is_shared(sheet):
    choose(sheet, "next photo")
    sheet._shortcuts.set_keys("next_photo", ("F",))
    assert "Shares a key with Fit (Annotate)" in sheet.told.text()


def test_hands_from_cvat_find_their_keys(sheet, opened):
    sheet.preset.setCurrentText("CVAT")
    sheet.close()
    on_annotate(opened)
    QTest.keyClick(opened.annotate.canvas, Qt.Key.Key_F)
    assert opened.session.current == "b"
    QTest.keyClick(opened.annotate.canvas, Qt.Key.Key_N)
    assert opened.annotate.canvas.tool == "polygon"


def test_a_question_mark_opens_the_sheet_but_is_a_letter_in_a_field(opened):
    opened.window.show_page("annotate")
    QTest.keyClicks(opened.annotate.photos.search, "?")
    assert opened.annotate.photos.search.text() == "?"
    assert opened.window.findChild(KeysSheet) is None


@pytest.mark.parametrize("page", ["annotate", "train", "inspect"])
def test_whatever_has_a_button_or_a_menu_is_found_by_typing_its_name(opened, page):
    """So all but drawing can be done without a mouse, also what has no key."""
    window = opened.window
    window.show_page(page)
    window.show_commands()
    palette = window.findChild(CommandPalette)
    offered = {row[0] for row in rows(palette.list)}
    palette.close()
    assert {action.text for action in getattr(opened, page).offered_actions()} <= offered
    menus = [menu for menu in window.findChild(QMenuBar).findChildren(QMenu) if menu.title() != "Open recent"]
    entries = {entry.text() for menu in menus for entry in menu.actions() if entry.text() and not entry.menu()}
    assert len(entries) > 15
    assert entries <= offered
