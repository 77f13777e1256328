"""Are labels renamed, merged, recoloured and removed in one place, and do the regions follow?"""

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QMenu


def menu_of(page, name):
    label = next(label for label in page._session.labels() if label.name == name)
    return page.panel.labels.menu(label)


def entry(menu, *path):
    for text in path[:-1]:
        menu = next(child for child in menu.findChildren(QMenu) if child.title() == text)
    return next(action for action in menu.actions() if action.text() == path[-1])


def labels(session):
    return [label.name for label in session.labels()]


def test_a_label_is_renamed_in_the_field_and_all_its_regions_follow(page, session):
    entry(menu_of(page, "dent"), "Rename…").trigger()
    field = page.panel.labels.field
    assert field.text() == "dent"
    field.clear()
    QTest.keyClicks(field, "bump")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert labels(session) == ["bump", "scratch", "car"]
    assert {r.label for r in session.regions("p1")} == {"bump"}
    assert page.canvas.shown[0].label == "bump"
    session.undo()
    assert {r.label for r in session.regions("p1")} == {"dent"}


def test_escape_leaves_the_name_as_it_is(page, session):
    entry(menu_of(page, "dent"), "Rename…").trigger()
    QTest.keyClicks(page.panel.labels.field, "bump")
    QTest.keyClick(page.panel.labels.field, Qt.Key.Key_Escape)
    assert page.panel.labels.field.text() == ""
    QTest.keyClicks(page.panel.labels.field, "hole")
    QTest.keyClick(page.panel.labels.field, Qt.Key.Key_Return)
    assert labels(session) == ["dent", "scratch", "car", "hole"]


def test_labels_are_merged_and_parted_again_by_undo(page, session):
    entry(menu_of(page, "dent"), "Merge into", "scratch").trigger()
    assert labels(session) == ["scratch", "car"]
    assert session.project.label_counts()["scratch"] == 4
    assert session.project.undo_text == "Merge dent into scratch"
    session.undo()
    assert labels(session) == ["dent", "scratch", "car"]
    assert session.project.label_counts()["dent"] == 3


def test_a_role_is_changed_and_the_canvas_shows_it(page, session):
    entry(menu_of(page, "dent"), "Role", "Part of the car").trigger()
    assert session.labels()[0].role == "part"
    assert session.project.undo_text == "Change label dent"


def test_only_a_label_without_regions_can_be_removed(page, session):
    assert not entry(menu_of(page, "dent"), "Remove").isEnabled()
    entry(menu_of(page, "car"), "Remove").trigger()
    assert labels(session) == ["dent", "scratch"]
