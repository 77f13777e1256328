"""The founding table on the Train page: rows of this project's evaluations, what they mean, copied and exported."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel, QPushButton

from .test_evaluation_view import GOOD, guess, stored

SURE = {**GOOD, "a": (guess(20, 20, "dent", 0.95),)}


def shown(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def click(widget, text: str) -> None:
    found = next(one for one in widget.findChildren(QPushButton) if one.text() == text and one.isVisible())
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


@pytest.fixture
def opened(built, folder: Path):
    """The project, with all photos to validate on."""
    built.projects.open(folder)
    before = [built.session.photo(photo.id) for photo in built.session.photos()]
    after = [msgspec.structs.replace(photo, split="val") for photo in before]
    assert built.session.edit_photos(before, after, "To validate")
    return built


@pytest.fixture
def view(opened, wait):
    """The founding table of one evaluation."""
    stored(opened, SURE)
    opened.window.show_page("train")
    opened.watch.look()
    page = opened.train
    wait(lambda: page._evaluations.items.rowCount() == 1)
    click(page, "Founding table")
    wait(lambda: page._founding_view._table.isVisible())
    return page._founding_view


def test_the_founders_measure_stands_beside_ours(view):
    table = view._table.table
    rows = [[table.item(row, column).text() for column in range(7)] for row in range(table.rowCount())]
    assert [row[0] for row in rows] == ["All\ndamage", "Scratched\ndamage"]
    assert rows[0][1:3] == ["0\n1", "92 %\n97 %"]
    assert [text.split("\n")[0] for text in rows[0][3:]] == ["100 %", "100 %", rows[0][5].split("\n")[0], "0 %"]
    assert "never looks where the mask is" in shown(view)
    assert "stand for the founder's totaled cars" in shown(view)
    table.setCurrentCell(1, 0)
    assert "Photos with a region labelled scra, scratch, Scratched." in shown(view)


def test_enter_on_a_row_shows_its_evaluation(opened, view):
    view._table.table.setFocus()
    view._table.table.setCurrentCell(0, 0)
    QTest.keyClick(view._table.table, Qt.Key.Key_Return)
    assert opened.train._stack.currentWidget() is opened.train._evaluation_view


def test_it_is_copied_and_exported(view, answers, tmp_path: Path, wait):
    click(view, "Copy")
    data = QApplication.clipboard().mimeData()
    assert "<td>Scratched</td>" in data.html()
    assert data.text().startswith("type,model,train,validation,published_15")
    answers.new_file = lambda *_: (tmp_path / "table", "csv")
    click(view, "Export…")
    wait((tmp_path / "table.csv").exists)


def test_without_an_evaluation_it_says_what_to_do_and_offers_the_models(opened, wait):
    opened.window.show_page("train")
    opened.train.show_table()
    view = opened.train._founding_view
    wait(lambda: "No evaluation on the split “val” answers a row." in shown(view))
    asked = []
    view.evaluate.connect(asked.append)
    view.evaluate.disconnect(opened.train._evaluate_beside)
    view._fill_models()
    (action,) = view._menu.actions()
    action.trigger()
    assert asked == ["damage"]
