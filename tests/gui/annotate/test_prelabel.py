"""The Inspect page, with a worker in this process that sees what the test tells it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLabel, QListView, QPushButton, QSlider, QTableView, QToolButton

from cardamage_core.errors import ModelError, PhotoError
from cardamage_core.models import registry
from cardamage_core.models.registry import ModelCard
from cardamage_core.project.prediction_log import Look
from cardamage_gui.inspect.page import InspectPage
from cardamage_gui.settings import Settings
from cardamage_gui.widgets.photo_list import PHOTO

from ..conftest import predicted, rectangle


class Worker:
    """Stands where a process with a GPU would: answers by the photo's name."""

    answers: ClassVar[dict[str, object]] = {}
    asked: ClassVar[list[str]] = []
    closed = 0

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.ready = False

    def start(self) -> None:
        self.ready = True

    def predict(self, photo_path: Path, *, min_score: float) -> tuple:
        self.ready = True
        Worker.asked.append(photo_path.name)
        answer = Worker.answers.get(photo_path.name, ())
        if isinstance(answer, Exception):
            raise answer
        return tuple(region for region in answer if region.origin.score >= min_score)

    def close(self) -> None:
        Worker.closed += 1


@pytest.fixture(autouse=True)
def _fresh_worker():
    Worker.answers, Worker.asked, Worker.closed = {}, [], 0


@pytest.fixture
def model(session, tmp_path):
    """A model registered in the project, with the id that `predicted` regions carry put in by `sees`."""
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"numbers")
    card = ModelCard("m", "damage-light", "2026-01-01T00:00:00", "light", ("dent",), {})
    return registry.register(session.project.models_folder, card, weights)


@pytest.fixture
def page(qtbot, session, background, answers, tmp_path):
    made = InspectPage(session, background, Settings(tmp_path / "settings.json"), answers, worker=Worker)
    qtbot.addWidget(made)
    made.resize(1300, 760)
    session.project_changed.emit()
    session.photos_changed.emit()
    session.current_changed.emit(session.current)
    made.show()
    qtbot.waitActive(made)
    yield made
    made.close()
    made.close_predictor()


def shown(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def table(page) -> list[list[str]]:
    """The findings as text."""
    model = page.findChild(QTableView, "Findings").model()
    return [[model.index(row, column).data() for column in range(5)] for row in range(model.rowCount())]


def button(page, text) -> QPushButton:
    return next(one for one in page.findChildren(QPushButton) if one.text() == text)


def threshold(page) -> QSlider:
    return next(one for one in page.findChildren(QSlider) if one.accessibleName() == "Show masks above")


def test_the_figure_stands_with_its_denominator_and_the_findings_with_theirs(page):
    # dent 600 + scratch 60 of the car's 6000 square pixels
    assert {"Damage, of the car", "11.0 %"} <= set(shown(page))
    assert table(page) == [["1", "dent", "10.0 %", "–", "?"], ["2", "scratch", "1.0 %", "–", "?"]]


def test_without_a_car_outline_it_is_a_share_of_the_photo(page, session):
    before = session.regions("a")
    session.edit("a", before, before[1:], "Delete car")

    # 660 of 120 × 80
    assert {"Damage, of the photo", "6.9 %"} <= set(shown(page))


def test_a_key_accepts_a_finding_and_goes_on_to_the_next(page, session):
    rows = page.findChild(QTableView, "Findings")
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(rows.model().index(0, 1)).center())

    QTest.keyClick(rows, Qt.Key.Key_Y)
    QTest.keyClick(rows, Qt.Key.Key_N)

    assert [region.review for region in session.regions("a")] == ["unreviewed", "accepted", "rejected"]
    assert [row[4] for row in table(page)] == ["✓", "✕"]
    assert "10.0 %" in shown(page)


def test_a_decision_can_be_undone(page, session):
    rows = page.findChild(QTableView, "Findings")
    rows.choose(("dent",))
    QTest.keyClick(rows, Qt.Key.Key_N)
    session.undo()

    assert [row[4] for row in table(page)] == ["?", "?"]


@pytest.fixture
def none_in_the_box(monkeypatch):
    monkeypatch.setattr("cardamage_core.models.registry.bundled", list)


def test_without_a_model_it_says_what_to_do_first(none_in_the_box, page, wait):
    wait(lambda: "There is no model yet: train one, then outline damage with it." in shown(page))
    assert not button(page, "Outline damage").isEnabled()


def test_outlining_stores_what_the_model_sees_as_one_edit(model, page, session, wait):
    Worker.answers["a.png"] = (predicted("p1", 0.95, (60, 15, 20, 10)), predicted("p2", 0.4, (60, 30, 20, 10)))
    wait(lambda: button(page, "Outline damage").isEnabled())

    QTest.mouseClick(button(page, "Outline damage"), Qt.MouseButton.LeftButton)

    wait(lambda: len(session.regions("a")) == 5)
    assert table(page)[2] == ["3", "dent", "3.3 %", "0.95", "?"]
    assert session.project.undo_text == "Outline damage with damage-light"
    session.undo()
    assert len(session.regions("a")) == 3


def test_a_label_that_only_the_model_knows_goes_with_one_undo(model, page, session, wait):
    labels = session.labels()
    hail = msgspec.structs.replace(predicted("p1", 0.95, (60, 15, 20, 10)), label="hail")
    Worker.answers["b.png"] = (hail,)
    session.select("b")
    wait(lambda: button(page, "Outline damage").isEnabled())
    page.outline()
    wait(lambda: session.regions("b"))
    assert [label.name for label in session.labels()] == [*(label.name for label in labels), "hail"]
    session.select("a")
    session.undo()
    assert session.current == "b"
    assert (session.regions("b"), session.labels()) == ((), labels)
    assert session.project.undo_text == "Import"
    session.redo()
    assert [region.label for region in session.regions("b")] == ["hail"]
    assert session.labels()[-1].name == "hail"


def test_outlining_again_replaces_what_was_not_decided(model, page, session, wait):
    Worker.answers["a.png"] = (predicted("p1", 0.95, (60, 15, 20, 10)),)
    wait(lambda: button(page, "Outline damage").isEnabled())
    page.outline()
    wait(lambda: len(session.regions("a")) == 4)
    Worker.answers["a.png"] = (predicted("q1", 0.97, (61, 15, 20, 10)),)

    page.outline()

    wait(lambda: [region.id for region in session.regions("a")] == ["car", "dent", "scratch", "q1"])


def test_the_slider_shows_less_sure_masks_too(model, page, session, wait):
    Worker.answers["a.png"] = (predicted("p1", 0.95, (60, 15, 20, 10)), predicted("p2", 0.4, (60, 30, 20, 10)))
    wait(lambda: button(page, "Outline damage").isEnabled())
    page.outline()
    wait(lambda: len(table(page)) == 3)

    threshold(page).setValue(40)

    assert [row[3] for row in table(page)] == ["–", "–", "0.95", "0.40"]


def test_masks_below_the_slider_are_counted_in_words(model, page, session, wait):
    session.select("b")
    Worker.answers["b.png"] = (predicted("p2", 0.4, (60, 30, 20, 10)),)
    wait(lambda: button(page, "Outline damage").isEnabled())
    page.outline()

    wait(lambda: "1 finding lies below 90 %. Move the slider to see more." in shown(page))


def test_all_photos_are_outlined_one_by_one(model, page, session, wait):
    said = []
    session.said.connect(said.append)
    Worker.answers = {f"{name}.png": (predicted(f"p{name}", 0.95, (60, 15, 20, 10)),) for name in "abc"}
    wait(lambda: button(page, "All photos").isEnabled())

    QTest.mouseClick(button(page, "All photos"), Qt.MouseButton.LeftButton)

    wait(lambda: [photo.regions for photo in session.photos()] == [4, 1, 1])
    assert Worker.asked == ["a.png", "b.png", "c.png"]
    assert said == ["Outlined 3 photos: 3 regions seen"]
    assert session.current == "a"


def test_a_photo_that_cannot_be_read_is_told_and_passed_over(model, page, session, wait):
    errors = []
    session.failed.connect(errors.append)
    Worker.answers = {"a.png": PhotoError("a.png is truncated."), "b.png": (predicted("p", 0.95, (60, 15, 20, 10)),)}
    wait(lambda: button(page, "All photos").isEnabled())
    page.outline_all()

    wait(lambda: len(Worker.asked) == 3 and button(page, "All photos").isVisible())

    assert [error.title for error in errors] == ["a.png is truncated."]
    assert [photo.regions for photo in session.photos()] == [3, 1, 0]


def said_in_list(page, row) -> tuple[str, bool]:
    return page._photos.second_line(page._photos.model.index(row).data(PHOTO))


def test_failed_unseen_and_undamaged_photos_are_told_apart(model, page, session, wait):
    said = []
    session.said.connect(said.append)
    Worker.answers = {"b.png": PhotoError("b.png has 200,000,000 pixels.", "At most 120 million can be read.")}
    wait(lambda: button(page, "All photos").isEnabled())
    assert [said_in_list(page, row).text for row in range(3)] == ["3 regions", "nothing outlined", "nothing outlined"]
    page.outline_all()
    wait(lambda: said)
    assert said == ["Outlined 2 photos: no damage seen; 1 photo could not be"]
    assert said_in_list(page, 1) == ("could not be outlined", True)
    assert said_in_list(page, 2) == ("no damage seen", False)
    session.select("b")
    why = "The damage could not be outlined. b.png has 200,000,000 pixels. At most 120 million can be read."
    assert why in shown(page)
    assert "no damage" not in " ".join(shown(page)).lower()
    session.select("c")
    assert any(text.endswith("saw no damage on this photo.") for text in shown(page))


def test_when_no_photo_could_be_outlined_none_is_said_to_be(model, page, session, wait):
    said = []
    session.said.connect(said.append)
    Worker.answers = {"a.png": ModelError("The process that predicts ended unexpectedly.")}
    wait(lambda: button(page, "Outline damage").isEnabled())
    page.outline()
    wait(lambda: said)
    assert said == ["No photo was outlined; 1 photo could not be"]
    assert said_in_list(page, 0) == ("could not be outlined", True)


@pytest.mark.parametrize(
    ("choice", "asked"), [(0, ["b.png", "c.png"]), (1, ["c.png"]), (2, ["a.png", "b.png", "c.png"]), (3, [])]
)
def test_all_photos_asks_which_ones(model, page, session, answers, wait, choice, asked):
    wait(lambda: button(page, "All photos").isEnabled())
    session.note_look("a", Look(model.card.id, 0))
    session.edit("b", (), (rectangle("drawn", "dent", (5, 5, 10, 10)),), "Draw")
    answers.choice = choice
    page.outline_all()
    wait(lambda: not page._outlining.busy)
    assert answers.asked == ["Outline damage on which photos?"]
    assert Worker.asked == asked


def test_a_worker_that_dies_ends_the_round_and_may_be_asked_again(model, page, session, wait):
    errors = []
    session.failed.connect(errors.append)
    Worker.answers = {"a.png": ModelError("The process that predicts ended unexpectedly.")}
    wait(lambda: button(page, "All photos").isEnabled())
    page.outline_all()
    wait(lambda: errors)

    assert Worker.asked == ["a.png"]
    assert button(page, "Outline damage").isEnabled()


def test_closing_ends_the_worker(model, page, session, wait):
    wait(lambda: button(page, "Outline damage").isEnabled())
    page.outline()
    wait(lambda: Worker.asked)

    page.close_predictor()

    assert Worker.closed == 1


def test_the_original_is_one_key_away(page):
    toggles = {one.text(): one for one in page.findChildren(QToolButton)}
    QTest.keyClick(page, Qt.Key.Key_O)
    assert toggles["Original"].isChecked()

    QTest.keyClick(page, Qt.Key.Key_M)
    assert toggles["Findings"].isChecked()


def test_d_and_a_go_through_the_photos(page, session):
    QTest.keyClick(page, Qt.Key.Key_D)
    QTest.keyClick(page, Qt.Key.Key_D)
    assert session.current == "c"
    QTest.keyClick(page, Qt.Key.Key_D)
    assert session.current == "c"
    QTest.keyClick(page, Qt.Key.Key_A)
    assert session.current == "b"


def test_a_click_in_the_list_shows_the_photo(page, session):
    photos = page.findChild(QListView, "Photos")
    QTest.mouseClick(
        photos.viewport(), Qt.MouseButton.LeftButton, pos=photos.visualRect(photos.model().index(2)).center()
    )

    assert session.current == "c"


def test_a_missing_photo_says_so_and_keeps_its_findings(page, session, tmp_path, wait):
    before = session.photo("a")
    session.edit_photo(before, msgspec.structs.replace(before, path=str(tmp_path / "gone.png")), "Move photo")
    session.select("b")
    session.select("a")

    wait(lambda: "gone.png" in page.canvas_message())
    assert len(table(page)) == 2


def test_opened_photos_come_into_the_project_and_the_first_is_shown(page, session, answers, tmp_path, wait):
    claim = tmp_path / "claim.png"
    claim.write_bytes((tmp_path / "photos" / "b.png").read_bytes())
    answers.files_answer = [claim]

    page.open_photos()

    wait(lambda: len(session.photos()) == 4)
    assert session.photo(session.current).name == "claim.png"
    assert session.photo(session.current).split == ""


def test_a_photo_that_comes_after_the_models_can_be_outlined(model, page, session, wait):
    button = next(b for b in page.findChildren(QPushButton) if b.text() == "Outline damage")
    wait(lambda: button.isEnabled())
    session.select("")
    assert not button.isEnabled()
    session.select("a")
    assert button.isEnabled()
