"""The Inspect page: photos in, outlined at once, every finding decided with keys, nothing asked about folders."""

from __future__ import annotations

import msgspec
import pytest
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel

from cardamage_core.claims.claim import Claim
from cardamage_core.errors import ModelError, PhotoError, ProcessEndedError
from cardamage_gui.inspect.claim_form import title
from cardamage_gui.widgets.photo_list import PHOTO

from ..outliners import Worker
from .conftest import CAR, DENT


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def rows(page):
    """The table of findings as text."""
    model = page.findings.table.model()
    return [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]


def said(page, row):
    """What stands under a photo's name."""
    return page.photos.list.itemDelegate()._second_line(page.photos.model.index(row).data(PHOTO))


def drop(widget, paths, at=(50, 50)):
    """Drop files as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    none, left, copy = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(*at), copy, data, left, none))
    QApplication.sendEvent(widget, QDropEvent(QPointF(*at), copy, data, left, none))


def told_of(button):
    """All of a text that is cut where there is no room for it."""
    return button.toolTip() or button.text()


def test_a_dropped_folder_becomes_a_claim_and_is_outlined_without_a_question(page, photos, answers, wait):
    drop(page, [photos])
    wait(lambda: len(Worker.asked) == 3 and not page.queue.outlining.busy)
    assert answers.asked == []
    assert [photo.name for photo in page.session.photos()] == ["a.png", "b.png", "c.png"]
    assert page.desk.claim.folder.parent == page.desk.library / "claims"
    assert [said(page, row).text for row in range(3)] == ["2 findings", "1 finding", "no damage seen"]


def test_the_findings_stand_with_panel_share_and_score(claim, wait):
    assert rows(claim) == [
        ["1", "dent, hood", "–", "10.0 %", "0.90", "?"],
        ["2", "scratch, no panel", "–", "2.0 %", "0.80", "?"],
    ]
    wait(lambda: claim.findings.card.figure() == "12.0 %")
    assert claim.findings.card.head() == "Damage, of the car"
    assert "0 of 3 decided" in texts(claim.findings)


def test_panels_are_stored_but_shown_only_when_asked_for(claim):
    canvas = claim.viewer.canvas
    assert "hood" in [region.id for region in claim.session.regions(claim.session.current)]
    assert "hood" not in [region.id for region in canvas.shown]
    QTest.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert "hood" in [region.id for region in canvas.shown]


def test_tab_and_y_decide_everything_on_all_photos(claim, wait):
    canvas = claim.viewer.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.selection == ("dent",)
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert canvas.selection == ("scratch",)
    QTest.keyClick(canvas, Qt.Key.Key_N)
    assert canvas.selection == ("dent2",)
    assert claim.session.photo(claim.session.current).name == "b.png"
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert claim.desk.decided() == (3, 3)
    assert claim.desk.state == "in review"
    QTest.keyClick(canvas, Qt.Key.Key_A)
    wait(lambda: claim.findings.card.figure() == "10.0 %")  # the scratch does not count any more


def test_shift_tab_goes_back_and_the_same_key_opens_a_finding_again(claim):
    canvas = claim.viewer.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    QTest.keyClick(canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.selection == ("dent2",)
    claim._went("dent")
    claim.session.select(claim.session.photos()[0].id)
    canvas.select(("dent",))
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert claim.desk.decided() == (0, 3)


def test_every_decision_can_be_taken_back_and_is_in_the_log(claim, stored):
    canvas = claim.viewer.canvas
    canvas.select(("dent",))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    claim.session.undo()
    assert claim.desk.decided() == (0, 3)
    with stored() as again:
        assert [one.what for one in again.log if one.region == "dent"][-2:] == ["accepted", "undone"]


def test_keys_go_back_to_the_photo_after_fields_and_outlining(claim, wait):
    canvas, editor = claim.viewer.canvas, claim.findings.editor
    canvas.select(("dent",))
    editor.note.setFocus()
    QTest.keyClicks(editor.note, "y old")
    QTest.keyClick(editor.note, Qt.Key.Key_Return)
    assert claim.focusWidget() is canvas
    assert claim.desk.findings(claim.session.current)[0].note == "y old"
    QTest.keyClick(canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: len(Worker.asked) == 4 and not claim.queue.outlining.busy)
    assert claim.focusWidget() is canvas
    QTest.keyClick(canvas, Qt.Key.Key_D)
    assert claim.session.photo(claim.session.current).name == "b.png"


@pytest.mark.parametrize(
    ("key", "field", "values"),
    [
        (Qt.Key.Key_S, "severity", ["minor", "moderate", "severe", "undetermined"]),
        (Qt.Key.Key_C, "cause", ["earlier damage", "dirt, reflection", "this event"]),
        (Qt.Key.Key_X, "operation", ["repair", "replace", "remove and refit", "blend", ""]),
    ],
)
def test_keys_go_through_the_values(claim, key, field, values):
    canvas = claim.viewer.canvas
    canvas.select(("dent",))
    canvas.setFocus()
    found = []
    for _ in values:
        QTest.keyClick(canvas, key, Qt.KeyboardModifier.ShiftModifier)
        found.append(getattr(claim.desk.findings(claim.session.current)[0], field))
    assert found == values


def test_severities_take_room_from_the_names_of_damages_only_where_there_are_some(claim):
    severity = 2
    assert claim.findings.table.isColumnHidden(severity)
    claim.viewer.canvas.select(("dent",))
    claim.viewer.canvas.setFocus()
    QTest.keyClick(claim.viewer.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert not claim.findings.table.isColumnHidden(severity)
    assert rows(claim)[0][severity] == "minor"


def test_a_person_who_accepts_the_cars_outline_has_a_share_of_it(page, photos, worker, wait):
    worker.answers["c.png"] = (CAR, DENT)  # no panel is recognised
    page.take([photos / "c.png"])
    wait(lambda: worker.asked and not page.queue.outlining.busy)
    wait(lambda: page.findings.card.figure() == "not determined")
    page.viewer.canvas.setFocus()
    QTest.keyClick(page.viewer.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    wait(lambda: page.findings.card.figure() == "10.0 %")
    page.viewer.canvas.select(("car",))
    QTest.keyClick(page.viewer.canvas, Qt.Key.Key_Y)
    wait(lambda: page.findings.card.figure() == "not determined")


def test_earlier_damage_does_not_count(claim, wait):
    claim.viewer.canvas.select(("dent",))
    claim.deciding.change("cause", "earlier damage")
    wait(lambda: claim.findings.card.figure() == "2.0 %")


def test_the_slider_shows_less_sure_findings_and_the_figure_follows_at_once(claim):
    slider = claim.viewer.toolbar._threshold
    slider.setSliderDown(True)
    slider.setValue(10)
    assert [row[4] for row in rows(claim)] == ["0.90", "0.80", "0.20"]
    assert claim.findings.card.figure() == "14.0 %"
    assert claim.session.threshold != 0.1  # not before it is let go
    slider.setSliderDown(False)
    assert claim.session.threshold == 0.1


def test_a_photo_that_cannot_be_read_is_failed_everywhere(page, photos, worker, wait):
    worker.answers["b.png"] = PhotoError("b.png is truncated.", "It ends too early.")
    page.take([photos])
    wait(lambda: len(Worker.asked) == 3 and not page.queue.outlining.busy)
    assert said(page, 1) == ("failed", True)
    page.session.select(page.session.photos()[1].id)
    assert "The damage could not be outlined. b.png is truncated. It ends too early." in texts(page.findings)
    wait(lambda: page.findings.card.figure() == "not determined")
    assert "no damage" not in " ".join(texts(page)).lower()


def test_a_worker_that_dies_is_started_again_and_nothing_is_lost(page, photos, worker, wait):
    said_ = []
    page.session.said.connect(said_.append)
    page.desk.said.connect(said_.append)
    worker.answers["b.png"] = [
        ProcessEndedError("The process that predicts ended unexpectedly."),
        worker.answers["b.png"],
    ]
    page.take([photos])
    wait(lambda: Worker.asked == ["a.png", "b.png", "b.png", "c.png"] and not page.queue.outlining.busy)
    assert "The process that outlines ended unexpectedly and was started again; nothing was lost." in said_
    assert page.desk.decided() == (0, 3)


def test_a_model_that_was_removed_is_told_and_no_photo_is_to_blame(page, photos, worker, wait, tmp_path):
    failed = []
    page.session.failed.connect(failed.append)
    wait(lambda: page.queue.model is not None)
    page.queue.outlining.use(page.queue.model._replace(folder=tmp_path / "gone"))
    worker.answers["b.png"] = ModelError(f"{tmp_path / 'gone'} is not a model.")
    page.take([photos])
    wait(lambda: failed and not page.queue.outlining.busy)
    assert failed[0].title == f"The model {page.queue.model.card.name} is not there any more."
    assert str(tmp_path / "gone") in failed[0].detail
    assert [said(page, row)[0] for row in (1, 2)] == ["not outlined yet"] * 2
    assert len(failed) == 1


def test_outlining_goes_on_when_another_claim_is_opened(page, photos, worker, wait, tmp_path):
    page.take([photos])
    wait(lambda: page.desk.claim is not None)
    first = page.desk.claim.folder
    page.take([photos / "c.png"])
    wait(lambda: page.desk.claim is not None and page.desk.claim.folder != first)
    wait(lambda: len(Worker.asked) == 4 and not page.queue.outlining.busy)
    with Claim.open(first, read_only=True) as left:
        assert [len(left.findings(photo=photo.id)) for photo in left.photos()] == [2, 1, 0]


def test_photos_come_into_the_open_claim_and_go_again(claim, photos, answers, wait):
    (photos / "d.png").write_bytes((photos / "a.png").read_bytes())
    answers.files_answer = [photos / "d.png"]
    claim.add_photos()
    wait(lambda: len(claim.session.photos()) == 4 and not claim.queue.outlining.busy)
    assert claim.session.photo(claim.session.current).name == "d.png"
    claim.photos.remove_wanted.emit(claim.session.current)
    assert len(claim.session.photos()) == 3
    claim.session.undo()
    assert len(claim.session.photos()) == 4


def test_a_file_that_is_no_photo_is_said_beside_the_photos(page, photos, wait):
    (photos / "notes.jpg").write_text("only words")
    page.take([photos])
    wait(lambda: page.desk.claim is not None and not page.queue.outlining.busy)
    wait(lambda: any("notes.jpg" in text for text in page.check.texts()))
    assert len(page.session.photos()) == 3


def test_nothing_but_files_that_are_no_photos_makes_no_claim(page, photos, wait):
    errors = []
    page.session.failed.connect(errors.append)
    (photos / "notes.jpg").write_text("only words")
    page.take([photos / "notes.jpg"])
    wait(lambda: errors)
    assert errors[0].title == "There is no photo that a claim could be made of."
    assert page.desk.claim is None


def test_fields_and_state_are_kept(claim, stored):
    claim.form.show_fields(True)
    claim.form.fields["number"].setFocus()
    QTest.keyClicks(claim.form.fields["number"], "2026-1187")
    QTest.keyClick(claim.form.fields["number"], Qt.Key.Key_Tab)
    assert claim.form.fields["vehicle"].hasFocus()
    assert claim.open_text()[0] == "Claim 2026-1187"
    claim.form.state_chosen.emit("done")
    assert claim.form.state.text() == "Done ▾"
    with stored() as again:
        assert (again.record.fields.number, again.record.state) == ("2026-1187", "done")


def test_a_claim_that_is_done_changes_only_once_it_is_reopened(claim):
    canvas, heard = claim.viewer.canvas, []
    claim.session.said.connect(heard.append)
    claim.desk.set_state("done")
    canvas.select(("dent",))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    QTest.keyClick(canvas, Qt.Key.Key_X)
    assert claim.desk.decided() == (0, 3)
    assert not claim.viewer.correcting
    assert "This claim is done." in heard[0]
    claim.desk.set_state("in review")
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert claim.desk.decided() == (1, 3)


def test_a_view_is_ticked_for_the_photo_shown(claim, stored):
    photo = claim.session.current
    claim.check.view_ticked.emit("front left", True)
    assert told_of(claim.check.views) == "Shows: front left ▾"
    assert said(claim, 0).text == "front left · 2 findings"
    with stored() as again:
        assert again.record.views == {"front left": photo}


def test_what_a_photo_seems_to_show_is_proposed_and_ticked_from_the_menu(claim, stored, wait):
    photo = claim.session.current
    wait(lambda: told_of(claim.check.views) == "Seems to show: damage far ▾")
    claim.check.views.menu().aboutToShow.emit()
    claim.check.views.menu().actions()[0].trigger()
    assert told_of(claim.check.views) == "Shows: damage far ▾"
    with stored() as again:
        assert again.record.views == {"damage far": photo}


def test_the_photo_check_is_never_wider_than_its_panel(claim, stored, wait):
    for view in ("front right", "damage near", "damage far", "odometer", "rear left"):
        claim.desk.tick_view(view, claim.session.current)
    area = claim.check.parentWidget()
    assert claim.check.width() <= area.width()
    assert claim.check.views.text().endswith("▾")
    assert "odometer" in claim.check.views.toolTip()


def test_a_photo_that_vanishes_is_said_where_it_would_be(claim, wait):
    photo = claim.session.photo(claim.session.photos()[2].id)
    claim.session.path_of(photo).unlink()
    claim.session.select(photo.id)
    wait(lambda: "c.png" in claim.viewer.canvas.message)
    assert claim.session.regions(photo.id)


def test_the_list_shows_claims_with_figure_and_decisions_and_opens_them(claim, wait):
    claim.viewer.canvas.select(("dent",))
    claim.deciding.decide("accepted")
    QTest.keyClick(claim.viewer.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert claim.desk.claim is None
    index = claim.claims.model.index(0)
    wait(lambda: "1/3 decided" in index.data(Qt.ItemDataRole.AccessibleTextRole))
    view = claim.claims.list
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())
    assert claim.desk.decided() == (1, 3)


def test_a_deleted_claim_leaves_nothing(claim, answers, wait):
    folder, record = claim.desk.claim.folder, claim.desk.claim.record
    called = title(record.fields, record.created)
    claim.delete_claim(claim.desk.claim.id)
    assert not folder.exists()
    assert answers.asked == [f"Delete the claim {called}?"]
    wait(lambda: claim.claims.model.rowCount() == 0)


def test_a_dropped_photo_can_join_the_open_claim(claim, photos, wait):
    extra = photos.parent / "extra.png"
    extra.write_bytes((photos / "c.png").read_bytes())
    drop(claim, [extra], at=(1200, 300))  # the right half
    wait(lambda: len(claim.session.photos()) == 4)


def test_photos_not_looked_at_yet_are_taken_up_when_the_claim_is_opened_again(claim, worker, wait):
    folder = claim.desk.claim.folder
    claim.session.close()
    with Claim.open(folder) as again:
        photo = again.photos()[2].id
        again.project._store.execute("DELETE FROM looks WHERE photo = ?", (photo,))
    worker.asked.clear()
    claim.desk.open(folder)
    wait(lambda: worker.asked == ["c.png"] and not claim.queue.outlining.busy)


def test_the_history_tells_who_decided_what(claim):
    claim.viewer.canvas.select(("dent",))
    claim.deciding.decide("accepted")
    claim.history.show()
    first = claim.history.model.index(0).data()
    claim.history.hide()
    assert first.endswith("accepted 1.1")
    assert msgspec.structs.asdict(claim.desk.claim.log[-1])["what"] == "accepted"


def test_the_threshold_says_what_the_model_has_measured_there(claim):
    slider = claim.viewer.toolbar._threshold
    card = claim.queue.model.card
    slider.setValue(round(100 * card.threshold))
    right, alarms = (round(100 * card.metrics[key]["value"]) for key in ("right_mask", "false_alarms"))
    assert f"a right mask on {right} of 100 damaged photos" in slider.toolTip()
    assert f"a false alarm on {alarms} of 100 undamaged photos" in slider.toolTip()
    slider.setValue(20)
    assert f"a false alarm on {alarms} of 100" not in slider.toolTip()
