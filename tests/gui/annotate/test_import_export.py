"""Do annotations come in and go out again through the window?"""

import json

import numpy as np
import pytest
from PIL import Image
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLabel, QProgressBar

from cardamage_core.project import Project
from cardamage_gui.annotate.export_dialog import ExportDialog
from cardamage_gui.annotate.import_dialogs import BECOMES, ROLE, NamingDialog, SummaryDialog


@pytest.fixture
def via_file(tmp_path):
    """A VIA 1 file for a photo that lies in another folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    Image.fromarray(np.full((60, 80, 3), 99, dtype=np.uint8)).save(folder / "car.png")
    size = (folder / "car.png").stat().st_size
    shape = {"name": "polygon", "all_points_x": [5, 40, 40, 5], "all_points_y": [5, 5, 40, 200]}
    region = {"shape_attributes": shape, "region_attributes": {"label": "hail"}}
    entry = {"fileref": "", "size": size, "filename": "car.png", "base64_img_data": "", "file_attributes": {},
             "regions": {"0": region}}  # fmt: skip
    path = tmp_path / "annotations" / "via_region_data.json"
    path.parent.mkdir()
    path.write_text(json.dumps({f"car.png{size}": entry}))
    return path


@pytest.fixture
def export(page, qtbot):
    """Opens the dialog of an export, with a place and a format."""

    def opened(place=None, kind="via1"):
        page.transfer.export()
        dialog = page.findChildren(ExportDialog)[-1]
        dialog.format.setCurrentIndex(dialog.format.findData(kind))
        if place is not None:
            dialog.place.selectAll()
            QTest.keyClicks(dialog.place, str(place))
        return dialog

    return opened


@pytest.fixture
def summary(page, qtbot):
    """Waits for the summary dialog."""

    def wait():
        qtbot.waitUntil(lambda: page.findChild(SummaryDialog) is not None)
        return page.findChild(SummaryDialog)

    return wait


def test_photos_elsewhere_are_asked_for_and_a_summary_follows(page, session, answers, via_file, summary, tmp_path):
    answers.place = tmp_path / "elsewhere"
    page.transfer.import_paths([via_file])
    dialog = summary()
    assert answers.asked == ["1 of 1 photo not found beside via_region_data.json.", "Photos of via_region_data.json"]
    came = session.photos()[-1]
    assert (came.name, came.regions, came.missing) == ("car.png", 1, False)
    assert "hail" in [label.name for label in session.labels()]
    row = dialog.list.topLevelItem(0).child(0)
    assert "outside" in row.text(1)
    dialog.accept()
    session.undo()
    assert len(session.photos()) == 4


def test_an_import_may_be_called_off_when_photos_are_missing(page, session, answers, via_file, qtbot):
    answers.choice = 2
    page.transfer.import_paths([via_file])
    qtbot.waitUntil(lambda: bool(answers.asked))
    assert len(session.photos()) == 4
    assert not page.transfer.busy


@pytest.mark.parametrize("folder_wanted", [False, True])
def test_after_one_file_is_called_off_the_others_come_in_and_none_waits(
    page, session, answers, via_file, summary, qtbot, folder_wanted
):
    answers.choice = 0 if folder_wanted else 2  # choose a folder (and give none), or cancel
    other = via2(via_file.parent.parent / "elsewhere" / "other.json", {"name": "dent"})
    with qtbot.waitSignal(session.said) as said:
        page.transfer.import_paths([via_file, other])
    assert said.args == ["via_region_data.json was not imported."]
    dialog = summary()
    assert "other.json" in dialog.windowTitle() + " ".join(w.text() for w in dialog.findChildren(QLabel))
    dialog.accept()
    assert len(session.photos()) == 5
    assert not page.transfer.busy


def in_val(tmp_path):
    """Annotations beside their photo in a folder called val."""
    (tmp_path / "val").mkdir()
    Image.fromarray(np.full((60, 80, 3), 99, dtype=np.uint8)).save(tmp_path / "val" / "car.png")
    return via2(tmp_path / "val" / "other.json", {"name": "dent"})


@pytest.mark.parametrize(("choice", "split", "photos"), [(0, "val", 5), (1, "", 5), (2, "", 4)])
def test_a_file_in_a_folder_called_val_is_asked_about_each_time(page, session, answers, tmp_path, qtbot, choice, split,
                                                                photos):  # fmt: skip
    path = in_val(tmp_path)
    answers.choice = choice
    page.transfer.import_paths([path])
    qtbot.waitUntil(lambda: not page.transfer.busy)
    assert answers.asked[0] == "“val/other.json” sounds like photos for val."
    assert len(session.photos()) == photos
    assert session.photos()[-1].split == (split if photos == 5 else session.photos()[3].split)
    answers.choice = 2
    page.transfer.import_paths([path])
    assert answers.asked.count(answers.asked[0]) == 2


def test_what_is_dropped_for_a_split_is_not_asked_about(page, session, answers, tmp_path, qtbot):
    page.transfer.import_paths([in_val(tmp_path)], split="train")
    qtbot.waitUntil(lambda: not page.transfer.busy)
    assert not answers.asked
    assert session.photos()[-1].split == "train"


def test_photos_dropped_while_an_import_runs_come_in_after_it(page, session, via_file, qtbot, tmp_path):
    late = tmp_path / "late.png"
    Image.fromarray(np.full((40, 40, 3), 9, dtype=np.uint8)).save(late)
    page.transfer.import_paths([tmp_path / "elsewhere"])
    assert page.transfer.busy
    page.transfer.import_paths([late])
    qtbot.waitUntil(lambda: not page.transfer.busy and "late.png" in [one.name for one in session.photos()])
    assert {"car.png", "late.png"} <= {one.name for one in session.photos()}
    for dialog in page.findChildren(SummaryDialog):
        dialog.accept()


def test_an_export_asked_for_during_an_import_is_answered(page, session, answers, via_file, qtbot):
    page.transfer.import_paths([via_file])
    with qtbot.waitSignal(session.said) as said:
        page.transfer.export()
    assert said.args == ["Export once what runs now is done."]
    assert answers.asked == []
    page.strip.stopped.emit()


def test_a_dropped_folder_and_dropped_photos_come_in(page, session, via_file, summary, tmp_path):
    page.transfer.import_paths([tmp_path / "elsewhere" / "car.png"])
    summary().accept()
    assert session.photos()[-1].name == "car.png"


def test_a_file_that_is_no_annotation_gives_one_sentence(page, session, tmp_path, qtbot):
    other = tmp_path / "other.json"
    other.write_text('{"a": 1}')
    with qtbot.waitSignal(session.failed) as told:
        page.transfer.import_paths([other])
    assert "other.json" in told.args[0].title
    assert page.strip.isHidden()


def test_export_writes_what_the_project_holds(export, session, tmp_path, qtbot):
    dialog = export(tmp_path / "out.json")
    with qtbot.waitSignal(session.said):
        dialog.go.click()
    entries = json.loads((tmp_path / "out.json").read_text())
    assert sorted(entry["filename"] for entry in entries.values()) == ["gone.png", "one.png", "three.png", "two.png"]


def test_export_writes_one_split_alone(page, export, session, tmp_path, qtbot):
    page.photo_menu.set_split("val")
    dialog = export(tmp_path / "out.json")
    assert [dialog.split.itemText(i) for i in range(3)] == ["All: 4 photos", "No split: 3 photos", "val: 1 photo"]
    dialog.split.setCurrentIndex(2)
    with qtbot.waitSignal(session.said):
        dialog.go.click()
    entries = json.loads((tmp_path / "out.json").read_text())
    assert [entry["filename"] for entry in entries.values()] == ["one.png"]


def test_the_bar_is_busy_while_a_file_is_read_and_nobody_knows_how_far_it_is(page, via_file):
    page.transfer.import_paths([via_file])
    bar = page.strip.findChild(QProgressBar)
    assert page.strip.isVisible()
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    page.strip.show_progress(0.25)
    assert (bar.value(), bar.maximum()) == (250, 1000)
    page.strip.stopped.emit()


def test_the_bar_shows_in_a_project_without_photos_too(page, session, tmp_path, via_file):
    Project.create(tmp_path / "empty").close()
    session.open(tmp_path / "empty")
    page.transfer.import_paths([via_file])
    assert page.strip.isVisible()
    page.strip.stopped.emit()
    assert page.strip.isHidden()


def test_stop_leaves_nothing(page, session, answers, via_file):
    page.transfer.import_paths([via_file])
    page.strip.stopped.emit()
    assert not page.transfer.busy
    assert page.strip.isHidden()
    assert len(session.photos()) == 4


def via2(path, *attributes, size=1):
    shape = {"name": "rect", "x": 1, "y": 2, "width": 30, "height": 40}
    regions = [{"shape_attributes": shape, "region_attributes": one} for one in attributes]
    entry = {"filename": "car.png", "size": size, "regions": regions, "file_attributes": {}}
    path.write_text(json.dumps({f"car.png{size}": entry}))
    return path


@pytest.fixture
def naming(page, qtbot):
    """Waits for the question what names mean."""

    def wait():
        qtbot.waitUntil(lambda: any(d.isVisible() for d in page.findChildren(NamingDialog)))
        return next(d for d in page.findChildren(NamingDialog) if d.isVisible())

    return wait


def test_names_that_look_like_one_are_asked_about_and_mapped(page, session, naming, summary, via_file):
    file = via2(via_file.parent.parent / "elsewhere" / "v.json", {"name": "Hull"}, {"name": "hull"}, {"name": "hull"})
    page.transfer.import_paths([file])
    dialog = naming()
    rows = {dialog.labels.item(row, 0).text(): row for row in range(dialog.labels.rowCount())}
    assert dialog.labels.item(rows["Hull"], BECOMES).text() == "hull"  # proposed
    dialog.labels.cellWidget(rows["hull"], ROLE).setCurrentText("car")
    dialog.labels.cellWidget(rows["Hull"], ROLE).setCurrentText("car")
    dialog.accept()
    summary().accept()
    assert [(label.name, label.role) for label in session.labels()][-1] == ("hull", "car")
    assert {region.label for region in session.regions(session.photos()[-1].id)} == {"hull"}


def test_another_attribute_may_be_the_label(page, session, naming, summary, via_file, qtbot):
    file = via2(via_file.parent.parent / "elsewhere" / "v.json", {"name": "left", "kind": "hail"})
    page.transfer.import_paths([file])
    first = naming()
    first.attribute.setCurrentIndex(first.attribute.findData("kind"))
    first.accept()
    second = naming()
    assert second.labels.item(0, 0).text() == "hail"
    second.accept()
    summary().accept()
    assert session.regions(session.photos()[-1].id)[0].label == "hail"


def test_an_import_that_is_called_off_at_the_question_changes_nothing(page, session, naming, via_file):
    page.transfer.import_paths([via2(via_file.parent.parent / "elsewhere" / "v.json", {"name": "a", "kind": "b"})])
    naming().reject()
    assert len(session.photos()) == 4
    assert not page.transfer.busy


def test_an_export_says_what_is_lost_and_what_would_be_written(export, session, tmp_path, qtbot):
    dialog = export(tmp_path / "out", "yolo")
    qtbot.waitUntil(lambda: "data.yaml" in dialog.preview.toPlainText())
    shown = dialog.preview.toPlainText().split("\n")
    assert shown[0] == f"{tmp_path / 'out'}/"
    assert "        one.txt" in shown
    assert "        one.png" in shown
    dialog.photos.setChecked(False)
    qtbot.waitUntil(lambda: "one.png" not in dialog.preview.toPlainText())
    assert not (tmp_path / "out").exists()
    assert dialog.losses.text() not in ("", "This format holds everything."), "a photo without size is lost to YOLO"
    dialog.reject()
    assert not (tmp_path / "out").exists()


def test_the_proposed_place_follows_the_format_until_it_is_chosen(export, answers, session, tmp_path):
    dialog = export()
    assert dialog.place.text() == str(session.project.folder / "via_region_data.json")
    dialog.format.setCurrentIndex(dialog.format.findData("yolo"))
    assert dialog.place.text() == str(session.project.folder / "yolo")
    answers.target = tmp_path / "mine"
    dialog.choose.click()
    dialog.format.setCurrentIndex(dialog.format.findData("coco"))
    assert dialog.place.text() == str(tmp_path / "mine")
    dialog.reject()


def test_files_that_would_be_replaced_are_asked_about(export, session, answers, tmp_path, qtbot):
    out = tmp_path / "out"
    out.mkdir()
    (out / "data.yaml").write_text("mine")

    def asked(_parent, text, _detail, _answers):
        answers.asked.append(text)
        return 1 if answers.asked.count(text) == 1 else 0

    answers.choose = asked
    export(out, "yolo").go.click()
    qtbot.waitUntil(lambda: answers.asked[-1:] == ["1 file is there already."])
    assert (out / "data.yaml").read_text() == "mine"
    with qtbot.waitSignal(session.said):
        export(out, "yolo").go.click()
    assert "names" in (out / "data.yaml").read_text()


@pytest.mark.parametrize("name", ["project.cardamage", "models/m/card.json", "copies/x"])
def test_an_export_over_the_project_itself_is_refused(export, session, qtbot, name):
    before = (session.project.folder / "project.cardamage").read_bytes()
    dialog = export(session.project.folder / name)
    with qtbot.waitSignal(session.failed) as told:
        dialog.go.click()
    assert "is not written over" in told.args[0].title
    assert (session.project.folder / "project.cardamage").read_bytes() == before


@pytest.mark.parametrize(("kind", "ticked", "copied"), [("yolo", None, True), ("yolo", False, False),
                                                        ("via1", None, False), ("via1", True, True)])  # fmt: skip
def test_photos_go_along_where_the_box_is_ticked_as_it_is_for_yolo(export, session, tmp_path, qtbot, kind, ticked,
                                                                    copied):  # fmt: skip
    dialog = export(tmp_path / "out" / "out", kind)
    if ticked is not None:
        dialog.photos.setChecked(ticked)
    with qtbot.waitSignal(session.said):
        dialog.go.click()
    found = sorted(path.name for path in (tmp_path / "out").rglob("*.png"))
    assert found == (["one.png", "three.png", "two.png"] if copied else [])


def test_the_bar_shows_how_far_the_parser_is_in_one_large_file(page, summary, tmp_path, monkeypatch):
    shape = {"name": "point", "cx": 1, "cy": 1}
    regions = [{"shape_attributes": shape, "region_attributes": {"name": "dent"}}] * 1000
    entry = {"filename": "big.png", "size": 1, "regions": regions, "file_attributes": {}}
    (tmp_path / "big.json").write_text(json.dumps({"big.png1": entry}))
    shown, show = [], page.strip.show_progress
    monkeypatch.setattr(page.strip, "show_progress", lambda share, text="": (shown.append(share), show(share, text)))
    page.transfer._dialogs.choice = 1  # import without the photo
    page.transfer.import_paths([tmp_path / "big.json"])
    summary().accept()
    assert len([share for share in shown if 0.05 < share < 0.25]) > 2
