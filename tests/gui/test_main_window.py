from pathlib import Path

import msgspec
import pytest
from qtpy.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QPushButton

from cardamage_core.errors import CarDamageError
from cardamage_core.project import Project
from cardamage_gui.app import build
from cardamage_gui.commands.shortcuts import PRESETS
from cardamage_gui.settings import Settings
from cardamage_gui.widgets.settings_dialog import SettingsDialog


def texts(widget) -> list[str]:
    """All visible labels."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def drop(widget, paths):
    """Drop files as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    widget.dragEnterEvent(
        QDragEnterEvent(
            QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    widget.dropEvent(
        QDropEvent(
            QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def button(widget, text) -> QPushButton:
    """The visible button with this text."""
    return next(one for one in widget.findChildren(QPushButton) if one.text() == text and one.isVisible())


def test_a_first_start_offers_the_sample_a_new_project_and_import(built):
    shown = [one.text() for one in built.window.findChildren(QPushButton) if one.isVisible()]

    assert shown == ["Inspect claim photos…", "Open sample project", "New project…", "Open project…", "Import…"]


def test_a_new_project_is_made_where_the_person_says(built, answers, tmp_path):
    answers.folder_answer = tmp_path / "Mine"

    QTest.mouseClick(button(built.window, "New project…"), Qt.MouseButton.LeftButton)

    assert built.session.project.folder == tmp_path / "Mine"
    assert "Mine · 0 photos" in texts(built.window.top)
    assert built.settings.recent() == (tmp_path / "Mine",)


def test_opening_a_project_fills_the_bars(opened):
    assert "Batch 7 · 3 photos" in texts(opened.window.top)
    assert opened.window.foot.text("place") == "1 / 3"
    assert opened.window.foot.text("disk") == "all edits are on disk"
    assert opened.window.windowTitle() == "Batch 7 – CarDamage"


def test_the_rail_and_its_keys_switch_pages(opened, qtbot):
    window = opened.window
    QTest.mouseClick(window.rail.button("train"), Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is opened.train

    qtbot.waitActive(window)
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is opened.inspect
    assert window.rail.button("inspect").isChecked()


def test_what_was_said_is_over_with_the_next_edit(opened):
    session, foot = opened.session, opened.window.foot
    session.said.emit("A locked region is not changed.")
    assert foot.text() == "A locked region is not changed."
    photo = session.photo(session.current)
    assert session.edit_photo(photo, msgspec.structs.replace(photo, review="accepted"), "Mark as accepted")
    assert foot.text() != "A locked region is not changed."


def test_save_says_that_there_is_nothing_to_save(opened, qtbot):
    qtbot.waitActive(opened.window)
    QTest.keyClick(opened.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert opened.window.foot.text() == "Every edit is on disk already; there is nothing to save."


def test_the_key_of_the_page_shown_takes_nothing_from_the_status_bar(opened, qtbot):
    window = opened.window
    window.show_page("annotate")
    qtbot.waitUntil(lambda: window.foot.text("zoom").endswith(" %"))
    qtbot.waitActive(window)
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.foot.text("zoom").endswith(" %")


def test_a_project_open_elsewhere_is_offered_for_reading(built, folder, answers):
    with Project.open(folder):
        answers.choice = 0
        built.projects.open(folder)

    assert answers.asked == ["Batch 7 is open in another window or command."]
    assert built.session.read_only
    assert built.window.foot.text("disk") == "read-only"


def test_a_project_open_elsewhere_stays_closed_when_nobody_wants_to_read(built, folder, answers):
    with Project.open(folder):
        answers.choice = 1
        built.projects.open(folder)

    assert built.session.project is None
    assert built.window.notice.text() == "Batch 7 is open in another window or command."


def test_opening_the_open_project_again_changes_nothing(opened, folder, answers):
    project = opened.session.project

    opened.projects.open(folder)

    assert opened.session.project is project
    assert answers.asked == []


def test_a_project_opens_on_the_photo_that_was_shown_last(opened, folder, tmp_path):
    opened.session.select("c")
    opened.projects.open_or_create(tmp_path / "another")
    opened.projects.open(folder)
    assert opened.session.current == "c"
    opened.session.select("b")
    opened.session.close()
    opened.projects.open(folder / "project.cardamage")
    assert opened.session.current == "b"


def test_a_folder_that_is_no_project_is_said_in_the_window(built, tmp_path):
    (tmp_path / "holiday.txt").write_text("")

    built.projects.open_or_create(tmp_path)

    assert built.window.notice.text() == f"{tmp_path} is not a CarDamage project."


def test_an_argument_that_is_a_new_folder_makes_a_project(built, tmp_path):
    built.start(tmp_path / "Fresh")

    assert built.session.project.name == "Fresh"


def test_an_argument_that_is_a_photo_is_brought_into_a_new_project(built, answers, folder, tmp_path, wait):
    answers.folder_answer = tmp_path / "Fresh"
    photo = folder.parent / "photos" / "a.png"

    built.start(photo)

    wait(lambda: built.session.project is not None and bool(built.session.photos()))
    assert built.session.project.name == "Fresh"
    assert [one.name for one in built.session.photos()] == [photo.name]


def test_an_argument_that_is_a_project_without_its_file_is_no_folder_to_import(built, folder):
    from cardamage_core.project import backups

    backups.keep(folder)
    (folder / "project.cardamage").unlink()

    built.start(folder)

    assert built.window.notice.text() == f"The project file of {folder} is gone."


def refusing(look, closed):
    def looked(path):
        if closed in (path, *path.parents):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    return looked


def test_a_folder_that_may_not_be_read_is_said_to_be_one(built, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir()

    for name in ("is_file", "iterdir"):  # root may read everything
        monkeypatch.setattr(type(closed), name, refusing(getattr(type(closed), name), closed))
    built.start(closed)

    assert built.window.notice.text() == f"{closed} cannot be read."


def test_an_archive_is_a_claim_wherever_it_is_dropped(built, answers, tmp_path, monkeypatch):
    taken = []
    monkeypatch.setattr(built.inspect, "take", taken.append)
    (tmp_path / "claim.ZIP").write_bytes(b"PK")

    built.start(tmp_path / "claim.ZIP")

    assert built.window.shown == "inspect"
    assert (taken, answers.asked) == ([[tmp_path / "claim.ZIP"]], [])


def test_the_last_project_is_opened_again(built, folder):
    built.settings.remember_project(folder)

    built.start(None)

    assert built.session.project.folder == folder


def test_an_error_stays_until_it_is_dismissed(built):
    built.window.tell(CarDamageError("It broke.", "Mend it."))
    assert built.window.notice.text() == "It broke."

    QTest.mouseClick(built.window.notice.close_button, Qt.MouseButton.LeftButton)
    assert built.window.notice.text() == ""


def test_dropping_a_project_opens_it(built, folder):
    drop(built.window, [folder])

    assert built.session.project.folder == folder


def test_dropping_a_folder_of_photos_imports_it(built, folder, tmp_path, answers, wait):
    answers.folder_answer = tmp_path / "New"

    drop(built.window, [folder.parent / "photos"])

    wait(lambda: len(built.session.photos()) == 3)
    assert built.session.project.folder == tmp_path / "New"
    for dialog in built.window.findChildren(QDialog):
        dialog.close()


def test_undo_works_on_every_page_by_its_key(opened, qtbot):
    session = opened.session
    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")
    opened.window.show_page("train")
    qtbot.waitActive(opened.window)

    QTest.keyClick(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert session.regions("a") == before
    assert opened.window.foot.text() == "Undid: Delete scratch"


def test_the_theme_changes_at_once(opened, qtbot):
    opened.window.show_settings()
    dialog = opened.window.findChild(SettingsDialog)
    qtbot.waitUntil(dialog.isActiveWindow)  # until then keys are the page's
    field = dialog.findChild(QComboBox)
    field.setFocus()
    QTest.keyClicks(field, "Light")

    assert opened.settings.get("theme") == "light"
    dialog.close()


@pytest.mark.parametrize("preset", list(PRESETS))
def test_no_key_means_two_things_in_any_preset(built, preset):
    built.window.shortcuts.set_preset(preset)
    meanings: dict[str, set[str]] = {}
    for entry in built.window.shortcuts.entries():
        for key in entry.keys:
            meanings.setdefault(key, set()).add(entry.action.text.split(" ")[0])

    assert built.window.shortcuts.conflicts() == {}
    assert {key: found for key, found in meanings.items() if len(found) > 1} == {}


def test_the_place_of_the_window_is_remembered(built, tmp_path: Path):
    built.window.close()

    assert built.settings.get("geometry") != ""


@pytest.mark.parametrize("name", ["place", "pointer", "disk"])
def test_nothing_is_said_about_a_photo_while_none_is_open(built, name):
    assert built.window.foot.text(name) == ""


def test_the_place_of_the_pointer_is_told_only_over_the_photo(opened):
    opened.window.show_page("annotate")
    canvas, foot = opened.annotate.canvas, opened.window.foot
    inside, outside = (QPoint(*map(round, canvas.viewport.to_screen(at))) for at in ((60, 40), (-5, 40)))
    for at, expected in ((inside, "x 60, y 40"), (outside, ""), (inside, "x 60, y 40")):
        here = QPointF(at)
        QApplication.sendEvent(
            canvas,
            QMouseEvent(
                QEvent.Type.MouseMove,
                here,
                here,
                Qt.MouseButton.NoButton,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
            ),
        )
        assert foot.text("pointer") == expected
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert foot.text("pointer") == ""


def test_facts_in_the_foot_stay_where_they_are_while_the_pointer_moves(opened):
    foot = opened.window.foot
    foot.show_text("zoom", "100 %")
    foot.show_text("pointer", "x 1000, y 1000")
    QApplication.processEvents()
    place = foot._texts["zoom"].x()
    for text in ("x 1, y 1", "", "x 20, y 333"):
        foot.show_text("pointer", text)
        QApplication.processEvents()
        assert foot._texts["zoom"].x() == place


def test_the_title_says_that_nothing_can_be_changed(built, folder):
    with Project.open(folder):
        built.session.open(folder, read_only=True)
        assert built.window.windowTitle() == "Batch 7 (read-only) – CarDamage"
        built.session.close()


def test_the_first_window_leaves_room_for_its_frame(built):
    """The status bar must not lie below the screen's edge once the window manager has put its frame around."""
    fresh = type(built.window)(built.session, built.watch, built.settings, None)
    screen = QApplication.primaryScreen().availableGeometry()
    assert fresh.height() <= max(screen.height() - 40, fresh.minimumSizeHint().height())
    fresh.close()


def test_a_note_under_way_is_kept_when_the_window_closes(opened, folder):
    opened.window.show_page("annotate")
    opened.annotate.canvas.select(("dent",))
    note = opened.annotate.panel.fields.note
    note.setFocus()
    QTest.keyClicks(note, "by the lamp")
    opened.window.close()
    opened.session.close()
    with Project.open(folder) as project:
        assert [r.attributes.get("note") for r in project.regions("a") if r.id == "dent"] == ["by the lamp"]


@pytest.mark.parametrize("page", ["annotate", "train", "inspect"])
def test_every_page_fits_into_a_window_of_1100_by_700(opened, page):
    opened.window.resize(1100, 700)

    opened.window.show_page(page)
    QApplication.processEvents()

    assert (opened.window.width(), opened.window.height()) == (1100, 700)


@pytest.mark.parametrize(("choice", "project"), [(0, "Batch 7"), (1, "Fresh"), (2, "Batch 7")])
def test_an_import_goes_into_this_project_or_a_new_one(opened, answers, tmp_path, wait, choice, project):
    (tmp_path / "more").mkdir()
    (tmp_path / "photos" / "a.png").rename(tmp_path / "more" / "d.png")
    answers.choice, answers.folder_answer = choice, tmp_path / "Fresh"
    drop(opened.window, [tmp_path / "more" / "d.png"])
    number = {0: 4, 1: 1, 2: 3}[choice]
    wait(lambda: len(opened.session.photos()) == number)
    assert opened.session.project.name == project
    assert answers.asked[0] == "Where shall d.png go?"


def test_a_page_is_made_when_it_is_first_shown(qtbot, qapp, answers, tmp_path):
    made = build(qapp, settings=Settings(tmp_path / "settings.json"), dialogs=answers)
    qtbot.addWidget(made.window)
    made.window.show()
    before = [made.window.is_made(page) for page in ("annotate", "train", "inspect")]

    made.window.show_page("inspect")

    assert before == [True, False, False]
    assert made.window.stack.currentWidget() is made.inspect
    assert [made.window.is_made(page) for page in ("train", "inspect")] == [False, True]
    made.window.close()
    made.close()


def test_a_window_closed_before_a_page_was_made_keeps_how_that_page_was_arranged(qtbot, qapp, answers, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    settings.set("layouts", ["train\tas it was"])
    made = build(qapp, settings=settings, dialogs=answers)
    qtbot.addWidget(made.window)

    made.window.close()
    made.close()

    assert "train\tas it was" in settings.get("layouts")
