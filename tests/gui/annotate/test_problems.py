"""Does the window find what is wrong with photos' files, lead to the photo, repair and report?

What looks wrong with photos is found anew, and a slow look at everything never hides what was found later.
"""

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import Qt

from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Polygon, Region
from cardamage_core.project import Project
from cardamage_gui.annotate.problem_list import PROBLEM

SQUARE = Polygon((((10.0, 10.0), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0)),))


@pytest.fixture
def project_folder(tmp_path):
    """Two photos of the same content, one with a region twice, and one that lies elsewhere than the project says."""
    photos = tmp_path / "photos"
    (photos / "moved").mkdir(parents=True)
    for name, grey in (("one.png", 90), ("two.png", 90), ("moved/lost.png", 30)):
        Image.fromarray(np.full((100, 200, 3), grey, dtype=np.uint8)).save(photos / name)
    size = (photos / "moved" / "lost.png").stat().st_size
    twice = (Region("a", SQUARE, "dent"), Region("b", SQUARE, "dent"))
    there = [
        AnnotatedPhoto(Photo("p1", str(photos / "one.png"), "one.png", 200, 100), twice),
        AnnotatedPhoto(Photo("p2", str(photos / "two.png"), "two.png", 200, 100), ()),
        AnnotatedPhoto(Photo("p3", str(photos / "gone" / "lost.png"), "lost.png", size=size), ()),
    ]
    with Project.create(tmp_path / "project") as project:
        project.add(there, (), "Import")
    return tmp_path / "project"


@pytest.fixture
def checked(page, qtbot):
    """The window with the problems of the project."""
    with qtbot.waitSignal(page.data_check.examined):
        page.data_check.show()
    return page.data_check.window


@pytest.fixture
def wait_checked(page, qtbot):
    """The look at everything when a project opens is over: the files' fingerprints are known."""
    qtbot.waitUntil(lambda: bool(page._checking.of("p1")))


def rows(window):
    """(the photo's id, text) of each problem listed."""
    groups = [window.list.topLevelItem(i) for i in range(window.list.topLevelItemCount())]
    children = [group.child(i) for group in groups for i in range(group.childCount())]
    return [(child.data(0, PROBLEM).photo, child.text(1)) for child in children]


def click_row(qtbot, window, photo):
    """A click on the first problem of a photo."""
    groups = [window.list.topLevelItem(i) for i in range(window.list.topLevelItemCount())]
    items = [group.child(i) for group in groups for i in range(group.childCount())]
    item = next(item for item in items if item.data(0, PROBLEM).photo == photo)
    window.list.scrollToItem(item)
    qtbot.mouseClick(window.list.viewport(), Qt.MouseButton.LeftButton, pos=window.list.visualItemRect(item).center())


def test_problems_of_files_and_regions_are_listed(checked, project_folder):
    found = dict(rows(checked))
    assert found["p2"] == "two.png has the same content as one.png."
    elsewhere = project_folder.parent / "photos" / "moved" / "lost.png"
    assert any(photo == "p3" and text.endswith(f"lies at {elsewhere}.") for photo, text in rows(checked))
    assert any(photo == "p1" for photo in found)


def test_the_check_and_the_list_say_the_same_of_a_photo_that_vanished_and_came_back(page, session, qtbot, wait_checked):
    path = session.path_of(session.photo("p2"))
    path.rename(path.with_suffix(".away"))
    with qtbot.waitSignal(page.data_check.examined):
        page.data_check.show()
    told = [text for photo, text in rows(page.data_check.window) if photo == "p2"]
    assert told == [f"two.png is no longer at {path}. Its regions stay."]
    assert [problem.text for problem in page._checking.of("p2")] == told
    path.with_suffix(".away").rename(path)
    with qtbot.waitSignal(page.data_check.examined):
        page.data_check.check()
    assert [text for photo, text in rows(page.data_check.window) if photo == "p2"] == [
        "two.png has the same content as one.png."
    ]
    assert [problem.code for problem in page._checking.of("p2")] == ["same-content"]


def test_a_click_on_a_problem_shows_its_photo(checked, session, qtbot):
    assert session.current == "p1"
    click_row(qtbot, checked, "p2")
    assert session.current == "p2"


def test_the_photo_list_counts_problems_of_files(checked, page):
    assert [problem.code for problem in page._checking.of("p2")] == ["same-content"]
    assert page._checking.counts()["p2"] == 1
    page.photos.show_kind("problems")
    shown = {page.photos.list.model().index(i, 0).data() for i in range(page.photos.list.model().rowCount())}
    assert any("two.png" in str(text) for text in shown)


def test_safe_problems_are_repaired_in_one_step_that_undo_takes_back(checked, page, session, qtbot):
    with qtbot.waitSignal(page.data_check.examined):
        qtbot.mouseClick(checked.repair, Qt.MouseButton.LeftButton)
    assert [region.id for region in session.regions("p1")] == ["a"]
    assert session.photo("p3").path.endswith("moved/lost.png")
    assert not checked.repair.isEnabled()
    assert [photo for photo, _ in rows(checked)] == ["p2"]
    session.undo()
    assert [region.id for region in session.regions("p1")] == ["a", "b"]
    assert session.photo("p3").path.endswith("gone/lost.png")


def test_the_report_is_saved_as_a_page(checked, page, session, answers, tmp_path, qtbot):
    answers.target = tmp_path / "check.html"
    with qtbot.waitSignal(session.said):
        qtbot.mouseClick(checked.report, Qt.MouseButton.LeftButton)
    text = answers.target.read_text("utf-8")
    assert "two.png has the same content as one.png." in text
    assert str(answers.target) in checked._said.text()


def test_a_check_can_be_stopped_and_begun_again(page, qtbot):
    page.data_check.show()
    assert page.data_check.busy
    page.data_check.window.stopped.emit()
    assert not page.data_check.busy
    assert rows(page.data_check.window) == []
    with qtbot.waitSignal(page.data_check.examined):
        qtbot.mouseClick(page.data_check.window.again, Qt.MouseButton.LeftButton)
    assert len(rows(page.data_check.window)) > 1


def test_without_a_project_one_sentence_is_said(page, session, qtbot):
    session.close()
    with qtbot.waitSignal(session.failed) as told:
        page.data_check.show()
    assert "project" in told.args[0].title
    assert page.data_check.window is None


def test_another_project_empties_the_list(checked, session, tmp_path):
    session.create(tmp_path / "other")
    assert rows(checked) == []
    assert not checked.isVisible()


def test_regions_drawn_before_exif_turned_the_photo_are_turned_when_asked(page, session, answers, tmp_path, qtbot):
    exif = Image.Exif()
    exif[0x0112] = 6  # displayed turned clockwise: 100 × 200
    path = tmp_path / "turned.png"
    Image.new("RGB", (200, 100)).save(path, exif=exif)
    drawn = Polygon((((150.0, 10.0), (190.0, 10.0), (190.0, 50.0), (150.0, 50.0)),))
    session.project.add([AnnotatedPhoto(Photo("t", str(path), path.name, 100, 200), (Region("t1", drawn),))], (), "Add")
    session.refresh()
    with qtbot.waitSignal(page.data_check.examined):
        page.data_check.show()
    window = page.data_check.window
    assert any(photo == "t" and "fit only the photo as stored" in text for photo, text in rows(window))
    with qtbot.waitSignal(page.data_check.examined):
        qtbot.mouseClick(window.turn, Qt.MouseButton.LeftButton)
    assert answers.asked == ["Regions of 1 photo fit only the photo as stored, of 0 both ways."]
    (ring,) = session.regions("t")[0].shape.rings
    assert ring == ((90.0, 150.0), (90.0, 190.0), (50.0, 190.0), (50.0, 150.0))
    assert not window.turn.isEnabled()
