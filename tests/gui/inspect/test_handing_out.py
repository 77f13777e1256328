"""What leaves a claim: the report with its questions, and findings for the annotators; duplicates merged before."""

from __future__ import annotations

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from cardamage_core.errors import CarDamageError

from ..conftest import rectangle


def test_a_report_is_written_and_stands_in_the_log(claim, tmp_path, answers, wait):
    claim.out.write([tmp_path / "r.json", tmp_path / "r.csv"], "de", "A4")
    wait(lambda: (tmp_path / "r.csv").exists() and claim.out.strip.isHidden())
    assert claim.desk.claim.log[-1].what == "report"
    answers.choice = 1
    claim.out.write([tmp_path / "r.csv"], "en", "A4")
    assert answers.asked == ["r.csv is there already."]
    assert len([one for one in claim.desk.claim.log if one.what == "report"]) == 1


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left(claim, wait):
    errors = []
    claim.session.failed.connect(errors.append)
    inside = claim.desk.claim.folder / "report.pdf"
    claim.out.write([inside], "en", "A4")
    wait(lambda: errors)
    assert not inside.exists()
    assert claim.out.strip.isHidden()


def test_the_dialog_tells_what_is_undecided_and_blurred(claim, wait):
    QTest.keyClick(claim.viewer.canvas, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = claim.out.dialog
    assert [path.suffix for path in dialog.paths()] == [".pdf"]
    dialog.folder.setText("/no such folder")
    assert not dialog.write.isEnabled()
    dialog.reject()
    assert claim.out.dialog is None


def test_the_dialog_shows_the_first_page_as_it_will_be_in_the_language_chosen(claim, wait):
    claim.out.ask_report()
    dialog = claim.out.dialog
    wait(lambda: dialog.page.pixmap() is not None and not dialog.page.pixmap().isNull())
    english = dialog.page.pixmap().toImage()
    dialog.language.setCurrentIndex(dialog.language.findData("de"))
    assert dialog.page.text() == "Drawing the first page…"
    wait(lambda: not dialog.page.text())
    german = dialog.page.pixmap().toImage()
    assert english.width() == dialog.page.pixels_wide
    assert german.size() == english.size()
    assert german != english
    dialog.formats[".pdf"].setChecked(False)
    assert dialog.page.text() == "Only a PDF has pages to show here."
    dialog.reject()


def test_a_first_page_that_cannot_be_drawn_is_told_in_its_place(claim, wait, monkeypatch):
    from cardamage_core.report import write

    def broken(*_args, **_more):
        raise CarDamageError("The disk is full.")

    monkeypatch.setattr(write, "first_page", broken)
    claim.out.ask_report()
    dialog = claim.out.dialog
    wait(lambda: dialog.page.text() == "The first page cannot be shown: The disk is full.")
    dialog.reject()


def test_accepted_findings_go_to_the_annotators_and_undo_takes_them_back(claim, main, folder, wait):
    claim.viewer.canvas.select(("dent",))
    claim.deciding.decide("accepted")
    main.open(folder)
    assert claim.desk.claim is not None  # it stays open
    claim.out.send()
    wait(lambda: len(main.photos()) == 4 and claim.out.strip.isHidden())
    (sent,) = main.regions(main.photos()[3].id)
    assert (sent.id, sent.review, sent.origin.kind) == ("dent", "accepted", "predicted")
    main.undo()
    assert len(main.photos()) == 3


def test_claims_made_without_a_project_stay_in_the_list(claim, main, folder, wait):
    claim.close_claim()
    main.open(folder)
    wait(lambda: claim.claims.model.rowCount() == 1)


@pytest.fixture
def beside(claim):
    """A second dent that lies in the first one."""
    photo = claim.session.current
    before = claim.session.regions(photo)
    inner = msgspec.structs.replace(before[4], id="inner", shape=rectangle("x", "dent", (130, 130, 60, 50)).shape)
    claim.session.edit(photo, before, (*before, inner), "Draw")
    return claim


def test_duplicates_become_one_finding_with_one_undo(beside):
    canvas = beside.viewer.canvas
    assert len(beside.desk.findings(beside.session.current)) == 3
    canvas.select(())
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert len(beside.desk.findings(beside.session.current)) == 2
    beside.session.undo()
    assert len(beside.desk.findings(beside.session.current)) == 3
