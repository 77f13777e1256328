"""The Data set view: counts, splits set by hand and dealt, what labels are learned as, drops for a split."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QPushButton

from cardamage_gui.train.data_view import DropTarget


@pytest.fixture
def view(opened, wait):
    opened.window.show_page("train")
    opened.train.show_data()
    view = opened.train._data_view
    wait(lambda: view._table.table.rowCount() == 3)
    return view


def cells(view, row: int) -> list[str]:
    table = view._table.table
    return [table.item(row, column).text() for column in range(table.columnCount())]


def press(view, text: str) -> None:
    button = next(one for one in view.findChildren(QPushButton) if one.text() == text and one.isVisible())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_regions_are_counted_by_label_and_split(view):
    assert view._about.text() == "3 photos: 2 train, 1 val"
    assert cells(view, 0) == ["dent", "dent", "1 (1)", "0 (0)"]
    assert cells(view, 2) == ["none of these", "undamaged", "1", "1"]


def test_labels_learned_as_one_are_counted_together_and_go_into_the_form(opened, view, wait):
    press(view, "One class")
    wait(lambda: cells(view, 0)[2] == "2 (1)")
    assert cells(view, 1)[2] == "↑"
    press(view, "Train with these classes")
    (rule,) = opened.train._form.job().classes
    assert (rule.name, sorted(rule.labels)) == ("damage", ["dent", "scratch"])


def test_chosen_photos_get_a_split_in_one_undoable_edit(opened, view, wait):
    view._photos.only(["a", "b"])
    assert view._photos.chosen() == ["a", "b"]
    press(view, "Test")
    wait(lambda: view._about.text() == "3 photos: 1 val, 2 test")
    opened.session.undo()
    wait(lambda: view._about.text() == "3 photos: 2 train, 1 val")


def test_one_edit_counts_and_lists_the_photos_once(view, wait, monkeypatch):
    listed = []
    monkeypatch.setattr(view._photos, "show_photos", lambda photos: listed.append([one.split for one in photos]))
    view._photos.only(["a", "b"])
    press(view, "Test")
    wait(lambda: view._about.text() == "3 photos: 1 val, 2 test")
    assert listed == [["test", "test", "val"]]


def test_rows_apart_stay_chosen(view):
    view._photos._choose({"a", "c"})
    assert view._photos.chosen() == ["a", "c"]
    view._photos.show_photos(view._session.photos())
    assert view._photos.chosen() == ["a", "c"]


def test_a_click_on_a_problem_shows_its_photos(view, wait):
    number = next(i for i, ids in enumerate(view._problem_photos) if ids == ("a",))
    view._problem_clicked(str(number))
    assert view._photos.chosen() == ["a"]


def test_a_deal_is_shown_before_it_is_carried_out(opened, view, wait):
    press(view, "Deal …")
    wait(lambda: view._deal_bar.isVisible())
    assert "Would become:" in view._deal_text.text()
    before = [photo.split for photo in opened.session.photos()]
    assert before == ["train", "train", "val"]
    press(view, "Deal like this")
    wait(lambda: not view._deal_bar.isVisible())


def test_splits_are_kept_and_put_back(opened, view, answers, wait):
    answers.text_answer = "mine"
    view._freeze()
    wait((opened.session.project.folder / "splits" / "mine.json").exists)
    view._photos.only(["c"])
    press(view, "None")
    view._restore("mine")
    wait(lambda: opened.session.photos()[2].split == "val")


def test_files_dropped_on_a_target_come_in_with_its_split(opened, view, tmp_path, wait):
    from PIL import Image

    path = tmp_path / "new.png"
    Image.new("RGB", (40, 30), "red").save(path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    target = next(one for one in view.findChildren(DropTarget) if one._split == "test")
    target.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    wait(lambda: len(opened.session.photos()) == 4)
    assert opened.session.photos()[3].split == "test"
