"""Does the Edit menu hold everything that keys do?"""

import pytest

from cardamage_gui.commands.menus import ELSEWHERE, OTHERS, grouped


def held(menu):
    """The ids of all actions in a menu and its menus."""
    for action in menu.actions():
        if action.menu():
            yield from held(action.menu())
        elif action.objectName():
            yield action.objectName()


@pytest.mark.parametrize("page", ["annotate", "train", "inspect"])
def test_the_edit_menu_holds_what_the_keys_of_the_page_do(opened, page):
    opened.window.show_page(page)
    edit = opened.window.menus.menu("Edit")
    edit.aboutToShow.emit()
    edit.aboutToShow.emit()  # the second time nothing stands there twice
    found = list(held(edit))
    assert len(found) == len(set(found))
    offered = {action.id for action in opened.window.page(page).offered_actions()} - {*ELSEWHERE}
    assert offered <= set(found)


def test_no_action_of_annotate_or_inspect_is_left_to_more(opened):
    for page in (opened.annotate, opened.inspect):
        assert OTHERS not in dict(grouped(page.actions()))


def test_an_entry_of_the_edit_menu_does_what_its_key_does(opened):
    opened.window.show_page("annotate")
    opened.annotate.canvas.select(("dent",))
    edit = opened.window.menus.menu("Edit")
    edit.aboutToShow.emit()
    next(action for action in edit.actions() if action.objectName() == "delete").trigger()
    assert "dent" not in {region.id for region in opened.session.regions("a")}
