"""Evaluations on the Train page: figures, the wall of worst photos, a click to Annotate, export, A against B."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLabel, QPushButton, QTableWidget

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.jobs import evaluation_work, evaluations
from cardamage_core.models import registry


def guess(x: float, y: float, label: str, score: float) -> Region:
    return Region(f"{x} {y}", Rectangle(x, y, 30, 20), label, origin=Origin("predicted", model="damage", score=score))


GOOD = {"a": (guess(20, 20, "dent", 0.9),), "b": (), "c": ()}  # the scratch of photo a is missed
BAD = {"a": (), "b": (guess(5, 5, "dent", 0.8),), "c": ()}


def stored(built, seen) -> Path:
    """A finished evaluation of the model in the box, with predictions written by hand."""
    project = built.session.project
    folder = evaluations.create(project.folder, registry.default(), project.dataset(), split_name="all", threshold=0.5)
    lines = [msgspec.json.encode(evaluations.Seen(photo, regions)) for photo, regions in seen.items()]
    (folder / "predictions.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    assert evaluation_work.carry_out(folder, say=lambda *_: None, stop=lambda: False) is not None
    return folder


def shown(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def button(widget, text: str) -> QPushButton:
    return next(one for one in widget.findChildren(QPushButton) if one.text().startswith(text) and one.isVisible())


@pytest.fixture
def page(opened, wait):
    """The Train page with a good and a bad evaluation, the good one shown."""
    stored(opened, BAD)
    stored(opened, GOOD)
    opened.window.show_page("train")
    opened.watch.look()
    page = opened.train
    wait(lambda: page._evaluations.items.rowCount() == 2)
    page._evaluations.setCurrentIndex(page._evaluations.items.index(0))
    wait(lambda: "damage on all" in shown(page) and page._evaluation_view._body.isVisible())
    return page


def test_figures_stand_with_their_intervals_and_explanations(page):
    assert "100 %" in shown(page)  # of the damaged photos have a right mask
    table = page._evaluation_view._figures.table
    names = [table.item(row, 0).text() for row in range(table.rowCount())]
    row = names.index("Damages found")
    assert (table.item(row, 1).text(), table.item(row, 3).text()) == ("50 %", "2")
    table.setCurrentCell(row, 0)
    assert any("IoU 0.3" in text for text in shown(page._evaluation_view._figures))


def test_a_click_on_the_wall_shows_the_photo_in_annotate(opened, page, wait):
    wall = page._evaluation_view._wall
    assert wall.model().rowCount() == 1
    assert wall.model().index(0, 0).data() == "a.png: 1 missed"
    opened.session.select("b")
    wall.scrollTo(wall.model().index(0, 0))
    wait(lambda: wall._pictures.get(wall.model().index(0, 0).data(Qt.ItemDataRole.UserRole)) is not None)
    QTest.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, pos=wall.visualRect(wall.model().index(0, 0)).center())
    assert opened.session.current == "a"
    assert opened.annotate.isVisible()
    theirs = opened.annotate.comparing._theirs
    wait(lambda: [one.label for one in theirs()] == ["dent"])  # what the model saw, beside what is annotated
    opened.session.select("b")
    wait(lambda: not theirs())


def test_a_kind_of_mistake_can_be_chosen(page):
    QTest.mouseClick(button(page, "Phantom"), Qt.MouseButton.LeftButton)
    assert "No photo has such a mistake." in shown(page)


def test_it_is_exported_as_one_page(page, answers, tmp_path: Path, wait):
    answers.new_file = lambda *_: (tmp_path / "out", "html")
    QTest.mouseClick(button(page, "Export"), Qt.MouseButton.LeftButton)
    wait((tmp_path / "out.html").exists)
    assert "Evaluation of damage" in (tmp_path / "out.html").read_text("utf-8")


def test_two_are_compared_on_the_same_photos(page, wait):
    a, b = (one.folder for one in reversed(page._watch.evaluations()))
    page._compare(a, b)
    view = page._comparison_view
    wait(lambda: view._body.isVisible())
    table = view.findChild(QTableWidget)
    first = [table.item(0, column).text() for column in range(4)]
    assert first == ["Damaged photos with a right mask", "0 %", "100 %", "+100 %"]
    assert view._better.model().rowCount() == 2
    assert not view._worse.isVisible()


def test_one_that_was_stopped_can_go_on(opened, page, wait):
    from cardamage_core.jobs import queue

    project = opened.session.project
    folder = evaluations.create(project.folder, registry.default(), project.dataset(), split_name="val", threshold=0.5)
    queue.request_stop(folder)
    opened.watch.look()
    wait(lambda: page._evaluations.items.rowCount() == 3)
    page._evaluations.setCurrentIndex(page._evaluations.items.index(0))
    wait(lambda: any(text.startswith("Stopped") for text in shown(page)))
    assert button(page, "Go on").isVisible()


def test_one_whose_process_never_began_can_be_started(opened, page, wait):
    project = opened.session.project
    evaluations.create(project.folder, registry.default(), project.dataset(), split_name="val", threshold=0.5)
    opened.watch.look()
    wait(lambda: page._evaluations.items.rowCount() == 3)
    page._evaluations.setCurrentIndex(page._evaluations.items.index(0))
    wait(lambda: "Waiting to begin." in shown(page))
    assert button(page, "Go on").isVisible()


def test_a_deleted_one_comes_back_by_undo(page, wait):
    QTest.mouseClick(button(page, "Delete"), Qt.MouseButton.LeftButton)
    wait(lambda: page._evaluations.items.rowCount() == 1)
    QTest.mouseClick(button(page, "Undo"), Qt.MouseButton.LeftButton)
    wait(lambda: page._evaluations.items.rowCount() == 2)


def test_nothing_is_deleted_from_a_project_that_is_only_read(opened, page, wait):
    assert button(page._evaluation_view, "Delete")
    folder = opened.session.project.folder
    opened.session.close()
    opened.session.open(folder, read_only=True)
    opened.window.show_page("train")
    opened.watch.look()
    wait(lambda: page._evaluations.items.rowCount() == 2)
    page._evaluations.setCurrentIndex(page._evaluations.items.index(0))
    wait(lambda: page._evaluation_view._body.isVisible())
    assert not page._evaluation_view._delete.isVisible()
