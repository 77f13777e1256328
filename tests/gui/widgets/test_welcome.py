"""Are the first steps shown with the sample, ticked off by what a hand does, and never again?"""

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from cardamage_gui import projects
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.widgets.welcome import DRAG, FIGURE, UNDO


@pytest.fixture
def sample(built, folder, monkeypatch):
    """The window after "Open sample project"; the sample is the little project."""
    monkeypatch.setattr(projects, "sample_folder", lambda: folder)
    built.projects.open_sample()
    return built


def at(page: AnnotatePage, x: float, y: float) -> QPoint:
    """Where a point of the photo lies on the canvas."""
    return QPoint(*(round(value) for value in page.canvas.viewport.to_screen((x, y))))


def done(built) -> list[bool]:
    return [built.annotate.first_steps.card.done(step) for step in (DRAG, FIGURE, UNDO)]


def test_steps_are_ticked_off_by_what_a_hand_does(sample, wait):
    page, canvas = sample.annotate, sample.annotate.canvas
    wait(lambda: page.panel.card.figure() not in ("", "–", "…"))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(page, 75, 43))
    assert done(sample) == [False, False, False]

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(page, 80, 46))
    QTest.mouseMove(canvas, at(page, 95, 60))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(page, 95, 60))
    wait(lambda: done(sample) == [True, True, False])

    sample.session.undo()
    assert done(sample) == [True, True, True]


def test_steps_stand_in_the_corner_also_when_the_canvas_changes(sample, qtbot):
    card, canvas = sample.annotate.first_steps.card, sample.annotate.canvas
    sample.annotate.docks.toggle("details")
    qtbot.waitUntil(lambda: card.geometry().right() == canvas.width() - 13)
    assert card.geometry().bottom() == canvas.height() - 13


def test_steps_put_away_never_come_back(sample):
    QTest.mouseClick(sample.annotate.first_steps.card.close_button, Qt.MouseButton.LeftButton)
    assert sample.annotate.first_steps.card is None

    sample.session.close()
    sample.projects.open_sample()

    assert sample.annotate.first_steps.card is None


def test_steps_go_with_the_sample(sample, tmp_path):
    sample.session.create(tmp_path / "Mine")

    assert sample.annotate.first_steps.card is None


def test_another_project_shows_no_steps(opened):
    assert opened.annotate.first_steps.card is None


def test_the_last_step_leads_to_photos_of_ones_own(sample, answers, tmp_path, wait):
    card = sample.annotate.first_steps.card
    for step in range(3):
        card.tick(step)
    assert card.own_button.isVisible()
    answers.folder_answer = tmp_path / "Mine"
    card.own_button.click()
    assert sample.session.project.folder == tmp_path / "Mine"
    assert answers.asked == ["New project: choose its folder", "Import a folder of photos"]
    assert sample.annotate.first_steps.card is None
    sample.annotate.transfer.stop()
