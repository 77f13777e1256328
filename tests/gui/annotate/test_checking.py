"""Problems that are looked for in the background while a project is open."""

import threading

import pytest

from cardamage_core.annotations import edits
from cardamage_gui.annotate.problems import Checking


@pytest.fixture
def checking(session, background, qapp):
    return Checking(session, background)


def codes(checking, photo):
    return [problem.code for problem in checking.of(photo)]


def test_a_whole_look_does_not_overwrite_what_a_later_look_at_one_photo_found(
    checking, session, project_folder, qtbot, monkeypatch
):
    session.open(project_folder)
    begun, go_on = threading.Event(), threading.Event()
    batches = session.project.batches

    def held():
        found = list(batches())  # as it is before the edit
        begun.set()
        assert go_on.wait(20)
        return found

    monkeypatch.setattr(session.project, "batches", held)
    with qtbot.waitSignal(checking.changed):
        qtbot.waitUntil(begun.is_set)
        before = session.regions("p2")
        assert session.edit("p2", before, (edits.set_label(before[0], ""), *before[1:]), "Take the label away")
        with qtbot.waitSignal(checking.photo_checked):
            pass
        assert sorted(codes(checking, "p2")) == ["outside", "unlabelled"]
        go_on.set()
    assert sorted(codes(checking, "p2")) == ["outside", "unlabelled"]
    assert codes(checking, "p4") == ["missing-photo"]


def test_a_photo_that_came_back_is_no_longer_called_lost_when_it_is_shown(checking, session, project_folder, qtbot):
    session.open(project_folder)
    with qtbot.waitSignal(checking.changed):
        pass
    path = session.path_of(session.photo("p3"))
    path.rename(path.with_suffix(".away"))
    with qtbot.waitSignal(checking.photo_checked):
        session.select("p3")
    assert codes(checking, "p3") == ["vanished-photo"]
    path.with_suffix(".away").rename(path)
    session.select("p1")
    with qtbot.waitSignal(checking.photo_checked):
        session.select("p3")
    assert codes(checking, "p3") == []
