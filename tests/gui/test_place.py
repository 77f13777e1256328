"""Does a project open where it was left, and do the keys go back to the photo?"""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from cardamage_gui.annotate.place import places
from cardamage_gui.app import build
from cardamage_gui.settings import Settings

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def restarted(qtbot, qapp, opened, tmp_path, answers):
    """Closes the window and starts the program again, with the same settings file."""
    made = []

    def again():
        opened.window.close()
        opened.close()
        made.append(build(qapp, settings=Settings(tmp_path / "settings.json"), dialogs=answers))
        qtbot.addWidget(made[0].window)
        made[0].window.resize(1280, 800)
        made[0].window.show()
        made[0].projects.reopen_last()
        return made[0]

    yield again
    for one in made:
        one.window.close()
        one.close()


def test_photo_zoom_tool_and_filter_are_those_of_last_time(opened, restarted, wait):
    page = opened.annotate
    opened.session.select("b")
    wait(lambda: page.canvas.pixels is not None)
    page.canvas.look_at(9.0, (30.0, 40.0))
    page.drawing.take_tool("polygon")
    page.photos.search.setText("b")
    page.photos.show_kind("no region")
    page.photos.filter.choose(split="train")

    page = restarted().annotate

    assert page.session.current == "b"
    assert page.canvas.tool == "polygon"
    assert (page.photos.search.text(), page.photos.wanted.kind, page.photos.wanted.split) == ("b", "no region", "train")
    wait(lambda: page.canvas.looked_at is not None)
    scale, (x, y) = page.canvas.looked_at
    assert (scale, x, y) == pytest.approx((9.0, 30.0, 40.0), abs=0.2)


def test_a_fitted_photo_is_fitted_again_and_panels_are_where_they_were(opened, restarted, wait):
    wait(lambda: opened.annotate.canvas.pixels is not None)
    opened.window.shortcuts.run("panel_list")

    again = restarted()

    wait(lambda: again.annotate.canvas.pixels is not None)
    assert again.annotate.canvas.looked_at is None
    assert not again.annotate.docks.dock("list").isVisible()


def test_a_photo_that_is_gone_is_no_reason_not_to_open(opened, restarted):
    opened.session.select("c")
    opened.settings.set("places", ["{nonsense", '{"folder": 3}'])
    opened.session.remove_photos(["c"], "Remove")

    assert restarted().session.current in ("a", "b")


def test_each_project_has_its_place(opened, folder, tmp_path):
    opened.session.select("c")
    opened.projects.open_or_create(tmp_path / "another")
    assert [one.photo for one in places(opened.settings)] == ["c"]
    opened.projects.open(folder)
    assert opened.session.current == "c"


def focused(opened):
    return opened.window.focusWidget()


def test_the_keys_go_back_to_the_photo(opened, wait):
    page, canvas = opened.annotate, opened.annotate.canvas
    wait(lambda: canvas.pixels is not None)
    canvas.setFocus()
    for panel in ("history", "list", "details"):
        opened.window.shortcuts.run(f"panel_{panel}")
        opened.window.shortcuts.run(f"panel_{panel}")
        assert focused(opened) is canvas, panel
    opened.window.shortcuts.run("panel_history")
    page.docks.dock("history").widget().setFocus()
    page.docks.dock("history").close()
    assert focused(opened) is canvas, "closed by its button"
    page.find_photos()
    QTest.keyClicks(page.photos.search, "a")
    QTest.keyClick(page.photos.search, Qt.Key.Key_Return)
    assert focused(opened) is canvas, "search"
    opened.window.show_page("train")
    opened.window.show_page("annotate")
    assert focused(opened) is canvas, "page"
    canvas.select(("dent",))
    page.panel.fields.severity.setFocus()
    page.panel.fields.severity.activated.emit(0)
    assert focused(opened) is canvas, "a choice"


def test_search_finds_what_was_noted(opened):
    page, session = opened.annotate, opened.session
    page.canvas.select(("dent",))
    page.panel.fields.attribute_set.emit("note", "Hail from the Left")
    page.photos.search.setText("hail left")
    assert [page.photos.model.index(i, 0).data() for i in range(page.photos.model.rowCount())] == ["a.png"]
    session.undo()
    assert page.photos.model.rowCount() == 0
