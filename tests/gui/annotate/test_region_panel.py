"""Are labels, severity, notes and attributes edited where they are shown, one undoable edit each?"""

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from cardamage_core.annotations.model import Dot, Origin, Photo, Region
from cardamage_gui.annotate.region_fields import NOT_SAID, SEVERAL, RegionFields, short, told_of

ONE = Region("a", Dot(1.0, 1.0), "dent", {"severity": "severe", "note": "by the lamp", "depth": 3})
TWO = Region("b", Dot(2.0, 2.0), "scratch", {"severity": "severe"})


@pytest.fixture
def fields(qtbot):
    fields = RegionFields()
    qtbot.addWidget(fields)
    fields.told = []
    fields.attribute_set.connect(lambda name, value: fields.told.append((name, value)))
    return fields


def choose(field, text):
    field.setCurrentIndex(field.findText(text))
    field.activated.emit(field.currentIndex())


def test_one_region_is_shown_with_all_its_attributes(fields):
    fields.show_regions([ONE], ())
    assert fields.severity.currentText() == "severe"
    assert fields.note.text() == "by the lamp"
    assert fields.attributes["depth"].text() == "3"


def test_several_regions_show_what_they_have_in_common(fields):
    fields.show_regions([ONE, TWO], ())
    assert fields.label.currentText() == SEVERAL
    assert fields.severity.currentText() == "severe"
    assert fields.note.placeholderText() == SEVERAL


def test_severity_may_be_undetermined_or_not_said(fields):
    fields.show_regions([ONE], ())
    choose(fields.severity, "undetermined")
    choose(fields.severity, NOT_SAID)
    assert fields.told == [("severity", "undetermined"), ("severity", "")]


def test_a_note_is_set_when_it_was_typed_and_not_when_it_was_only_visited(fields):
    fields.show_regions([TWO], ())
    fields.note.editingFinished.emit()
    QTest.keyClicks(fields.note, "small")
    QTest.keyClick(fields.note, Qt.Key.Key_Return)
    assert fields.told == [("note", "small")]


def test_a_new_attribute_is_typed_as_name_and_value(fields):
    fields.show_regions([TWO], ())
    QTest.keyClicks(fields.name, "panel: hood")
    QTest.keyClick(fields.name, Qt.Key.Key_Return)
    QTest.keyClicks(fields.name, "nothing")
    QTest.keyClick(fields.name, Qt.Key.Key_Return)
    assert fields.told == [("panel", "hood")]


def test_a_severity_of_other_words_is_kept_and_boxes_of_ticks_are_only_told(fields):
    one = msgspec.structs.replace(ONE, attributes={"severity": "total loss", "parts": {"hood": True, "roof": False}})
    fields.show_regions([one], ())
    assert fields.severity.currentText() == "total loss"
    assert fields.attributes == {}
    assert short({"hood": True, "roof": False}) == "hood"


def test_a_photo_has_severity_and_note_but_no_label(fields):
    fields.show_photo(Photo("p", "p.jpg", "p.jpg", 20, 10, attributes={"note": "wet"}))
    assert fields.note.text() == "wet"
    assert not fields.label.isVisibleTo(fields)


def test_nothing_can_be_typed_into_a_project_that_is_only_read(fields):
    fields.show_regions([ONE], ())
    fields.set_editable(False)
    assert fields.note.isReadOnly()
    assert fields.attributes["depth"].isReadOnly()
    assert not fields.severity.isEnabled()


def test_origin_and_score_are_told():
    predicted = msgspec.structs.replace(ONE, origin=Origin("predicted", model="m", score=0.876))
    assert told_of(predicted) == [("Origin", "predicted, m"), ("Score", "0.88")]


def test_severity_and_note_reach_the_region_or_the_photo(page, session):
    page.canvas.select(("a",))
    choose(page.panel.fields.severity, "moderate")
    assert session.regions("p1")[0].attributes == {"severity": "moderate"}
    assert session.project.undo_text == "Set severity"
    page.canvas.select(())
    QTest.keyClicks(page.panel.fields.note, "rain")
    QTest.keyClick(page.panel.fields.note, Qt.Key.Key_Return)
    assert session.photo("p1").attributes == {"note": "rain"}
    session.undo()
    assert session.photo("p1").attributes == {}


def test_an_attribute_of_several_regions_is_set_in_one_edit_and_a_number_stays_one(page, session):
    page.canvas.select(("a", "b"))
    page.panel.fields.attribute_set.emit("depth", "3")
    before = session.regions("p1")
    numbers = tuple(msgspec.structs.replace(region, attributes={"depth": 3}) for region in before)
    session.edit("p1", before, numbers, "Make numbers")
    page.panel.fields.attribute_set.emit("depth", "4")
    assert [region.attributes for region in session.regions("p1")] == [{"depth": 4}, {"depth": 4}]
    session.undo()
    assert session.regions("p1") == numbers


def typed_note(page, text):
    page.canvas.select(("a",))
    page.panel.fields.note.setFocus()
    QTest.keyClicks(page.panel.fields.note, text)
    return page.panel.fields.note


def note_of(session, region_id="a", photo="p1"):
    return next(r.attributes.get("note") for r in session.regions(photo) if r.id == region_id)


def test_after_enter_the_keys_are_for_the_photo_again(page, session):
    note = typed_note(page, "by the lamp")
    QTest.keyClick(note, Qt.Key.Key_Return)
    assert note_of(session) == "by the lamp"
    assert page.canvas.hasFocus()
    page.panel.labels.field.setFocus()
    QTest.keyClicks(page.panel.labels.field, "rust")
    QTest.keyClick(page.panel.labels.field, Qt.Key.Key_Return)
    assert page.canvas.hasFocus()
    assert session.regions("p1")[0].label == "rust"


def test_escape_takes_a_note_back_before_anything_else(page, session):
    note = typed_note(page, "oops")
    QTest.keyClick(note, Qt.Key.Key_Escape)
    assert note_of(session) is None
    assert note.text() == ""
    assert page.canvas.hasFocus()
    assert page.canvas.selection == ("a",)


def test_a_note_under_way_stays_with_its_region_when_another_photo_is_shown(page, session):
    note = typed_note(page, "by the lamp")
    QTest.keyClick(note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # accept, and on to the next photo
    assert session.current == "p2"
    assert note_of(session) == "by the lamp"
    assert note.text() == ""
    assert "note" not in session.photo("p2").attributes


def test_in_a_low_window_the_panel_scrolls_and_the_selected_region_is_seen(page, session, qtbot):
    """Nothing is squeezed: fields keep their height, and the list its selected row."""
    more = tuple(msgspec.structs.replace(session.regions("p1")[0], id=f"more {i}") for i in range(9))
    session.edit("p1", session.regions("p1"), (*session.regions("p1"), *more), "Copy")
    page.resize(1200, 420)
    QApplication.processEvents()
    page.canvas.select(("more 8",))
    QApplication.processEvents()
    fields, regions = page.panel.fields, page.panel.regions
    assert fields.label.height() >= fields.label.minimumSizeHint().height()
    row = regions.visualRect(regions.selectedIndexes()[0])
    assert regions.viewport().rect().contains(row)
