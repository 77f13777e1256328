"""Pre-labelling on the Annotate page, with a worker in this process that sees what the test tells it."""

from __future__ import annotations

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from cardamage_core.annotations.model import Origin, Rectangle, Region
from cardamage_core.errors import PhotoError, ProcessEndedError
from cardamage_core.models import registry
from cardamage_core.models.registry import ModelCard
from cardamage_core.project.prediction_log import Look
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.annotate.prelabel import NO_MODEL, choices_for

from ..outliners import Worker


def guess(region_id, score, box=(60, 15, 20, 10)):
    """A dent that the model "m" sees."""
    return Region(region_id, Rectangle(*map(float, box)), "dent", origin=Origin("predicted", model="m", score=score))


@pytest.fixture(autouse=True)
def worker():
    return Worker.fresh()


@pytest.fixture
def page(qtbot, session, background, answers, project_folder):
    made = AnnotatePage(session, background, answers, worker=Worker)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    session.open(project_folder)
    qtbot.waitActive(made)
    yield made
    made.prelabelling.close()
    made.close()


@pytest.fixture
def model(session, page, tmp_path):
    """A model registered in the project, whose regions carry its id."""
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"numbers")
    card = ModelCard("m", "damage-light", "2026-01-01T00:00:00", "light", ("dent",), {})
    return registry.register(session.project.models_folder, card, weights)


@pytest.fixture
def none_in_the_box(monkeypatch):
    monkeypatch.setattr("cardamage_core.models.registry.bundled", list)


@pytest.fixture
def wait(qtbot):
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=10_000)


def idle(page):
    return not page.prelabelling.outlining.busy


def outlined(page, wait):
    """Press Ctrl+D and wait for the model."""
    asked = len(Worker.asked)
    QTest.keyClick(page.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: len(Worker.asked) > asked and idle(page))


def asked(page, wait):
    """Open the dialog and give it back."""
    page.prelabelling.open()
    wait(lambda: page.prelabelling.dialog is not None)
    return page.prelabelling.dialog


def test_outlining_stores_what_the_model_sees_as_one_edit(model, page, session, wait):
    Worker.answers["one.png"] = (guess("p1", 0.95), guess("p2", 0.4))
    outlined(page, wait)
    assert [region.id for region in session.regions("p1")] == ["a", "b", "p1", "p2"]
    assert session.project.undo_text == "Outline damage with damage-light"
    session.undo()
    assert [region.id for region in session.regions("p1")] == ["a", "b"]


def test_a_label_that_only_the_model_knows_goes_with_one_undo(model, page, session, wait):
    labels = session.labels()
    Worker.answers["three.png"] = (msgspec.structs.replace(guess("p1", 0.95), label="hail"),)
    session.select("p3")
    outlined(page, wait)
    assert [label.name for label in session.labels()] == [*(label.name for label in labels), "hail"]
    session.undo()
    assert (session.regions("p3"), session.labels()) == ((), labels)


def test_outlining_again_replaces_what_was_not_decided(model, page, session, wait):
    Worker.answers["one.png"] = (guess("p1", 0.95),)
    outlined(page, wait)
    Worker.answers["one.png"] = (guess("q1", 0.97, (61, 15, 20, 10)),)
    outlined(page, wait)
    assert [region.id for region in session.regions("p1")] == ["a", "b", "q1"]


def test_many_photos_are_outlined_one_by_one_and_those_that_fail_are_passed_over(model, page, session, wait):
    said, errors = [], []
    session.said.connect(said.append)
    session.failed.connect(errors.append)
    Worker.answers = {"one.png": (guess("p1", 0.95),), "two.png": PhotoError("two.png is truncated.")}
    dialog = asked(page, wait)
    dialog.choices()[2].click()
    QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    wait(lambda: len(Worker.asked) == 3 and idle(page))
    assert Worker.asked == ["one.png", "two.png", "three.png"]
    assert said[-1] == "Outlined 2 photos: 1 region seen by the model; 1 photo could not be"
    assert [error.title for error in errors] == ["two.png is truncated."]
    assert session.looks()["p2"].problem == "two.png is truncated."


def test_a_worker_that_dies_twice_on_one_photo_ends_the_round(model, page, session, wait):
    errors = []
    session.failed.connect(errors.append)
    Worker.answers = {"one.png": ProcessEndedError("The process that predicts ended unexpectedly.")}
    dialog = asked(page, wait)
    dialog.choices()[2].click()
    dialog.start.click()
    wait(lambda: errors and idle(page))
    assert Worker.asked == ["one.png", "one.png"]
    page.prelabelling.outline_here()  # it may be asked again
    wait(lambda: len(Worker.asked) == 4 and idle(page))


@pytest.mark.parametrize(
    ("choice", "photos"), [(0, ["two.png", "three.png"]), (1, ["three.png"]), (2, ["one.png", "two.png", "three.png"])]
)
def test_the_dialog_offers_new_photos_those_without_regions_and_all(model, page, session, wait, choice, photos):
    session.note_look("p1", Look("m", 0))
    dialog = asked(page, wait)
    texts = [button.text() for button in dialog.choices()]
    assert texts == ["New photos (2)", "Photos without regions (1)", "All photos (3)"]
    dialog.choices()[choice].click()
    dialog.start.click()
    wait(lambda: len(Worker.asked) == len(photos) and idle(page))
    assert Worker.asked == photos


def test_the_dialog_sets_from_which_score_on_predictions_count(model, page, session, wait):
    dialog = asked(page, wait)
    dialog.threshold.setValue(40)
    dialog.start.click()
    assert session.threshold == 0.4
    wait(lambda: idle(page))


def test_without_a_model_it_says_what_to_do_first(none_in_the_box, page, session, wait):
    said = []
    session.said.connect(said.append)
    page.prelabelling.outline_here()
    wait(lambda: said == [NO_MODEL])
    dialog = asked(page, wait)
    assert not dialog.start.isEnabled()
    dialog.close()


def test_closing_ends_the_worker(model, page, wait):
    outlined(page, wait)
    page.prelabelling.close()
    assert Worker.closed == 1


def test_photos_that_are_gone_are_never_offered(session, project_folder):
    session.open(project_folder)
    assert "p4" not in choices_for(session.photos(), {}, "m")["All photos"]
