"""The field that says where a training runs, with what the user's settings know of clusters."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from cardamage_core.cluster import memory, offer
from cardamage_core.cluster.offer import Offer
from cardamage_core.errors import JobError
from cardamage_gui.train.place import Place


@pytest.fixture
def place(qtbot, background, tmp_path):
    memory.remember_project(tmp_path / "other", "gpu-box")
    memory.remember_project(tmp_path, "http://farm:9000")
    made = Place()
    qtbot.addWidget(made)
    made.use(background)
    made.fill(tmp_path / "other")
    made.show()
    return made


def choose(place, text):
    box = place.findChild(QComboBox)
    box.setCurrentIndex(box.findText(text))


def shown(place):
    return [label.text() for label in place.findChildren(QLabel) if label.isVisible()]


def field(place, name):
    return next(one for one in place.findChildren(QLineEdit) if one.accessibleName() == name)


def test_a_project_s_last_cluster_is_chosen_and_the_others_are_offered(place):
    box = place.findChild(QComboBox)
    assert place.address() == "http://gpu-box:8265"
    assert [box.itemText(n) for n in range(box.count())] == [
        "This computer", "Ray cluster at http://farm:9000", "Ray cluster at http://gpu-box:8265", "A Ray cluster…",
    ]  # fmt: skip
    assert any("photos go to the cluster" in text for text in shown(place))


def test_this_computer_asks_for_nothing(place, tmp_path):
    place.fill(tmp_path / "never seen")
    assert (place.is_here, place.address(), shown(place)) == (True, "", [])
    assert not any(one.isVisible() for one in place.findChildren(QLineEdit))


def test_an_address_can_be_typed(place):
    choose(place, "A Ray cluster…")
    assert (place.address(), place.is_here) == ("", False)
    QTest.keyClicks(field(place, "Address of the cluster"), "head:8265")
    QTest.keyClicks(field(place, "Token of the cluster"), "secret")
    assert (place.address(), place.token()) == ("head:8265", "secret")
    assert field(place, "Token of the cluster").echoMode() == QLineEdit.EchoMode.Password


def test_the_test_says_what_is_there_and_what_is_missing(place, wait, monkeypatch):
    found = Offer("x", "2.60.0", nodes=2, cpus=16, gpus=2, memory=64e9, python="3.11.7", missing=("keras",))
    monkeypatch.setattr(offer, "asked", lambda address, token: found)
    QTest.mouseClick(place.findChild(QPushButton), Qt.MouseButton.LeftButton)
    wait(lambda: any("Missing there: keras." in text for text in shown(place)))
    told = next(text for text in shown(place) if "Missing" in text)
    assert "2 nodes, 16 CPUs, 2 GPUs, 64 GB memory." in told
    assert "Keras does not share one out among several" in told
    choose(place, "This computer")
    assert not any("Missing" in text for text in shown(place))


def test_a_cluster_that_is_not_there_is_said_in_place(place, wait):
    choose(place, "A Ray cluster…")
    QTest.keyClicks(field(place, "Address of the cluster"), "127.0.0.1:9")
    QTest.mouseClick(place.findChild(QPushButton), Qt.MouseButton.LeftButton)
    wait(lambda: any("http://127.0.0.1:9 cannot be reached" in text for text in shown(place)))
    assert place.findChild(QPushButton).isEnabled()


def test_a_training_can_start_on_a_cluster_where_nothing_is_installed_here(opened, qtbot):
    opened.window.show_page("train")
    opened.train.new_training()
    form = opened.train._form
    form.place.fill(opened.session.project.folder)
    form._missing = "Training needs keras."
    form._changed()
    start = next(one for one in form.findChildren(QPushButton) if one.text() == "Start training")
    assert not start.isEnabled()
    choose(form.place, "A Ray cluster…")
    assert not start.isEnabled()
    assert any("Enter the address" in label.text() for label in form.findChildren(QLabel))
    QTest.keyClicks(field(form.place, "Address of the cluster"), "head")
    assert start.isEnabled()


def test_what_is_no_address_is_refused_in_the_form(opened, wait):
    from cardamage_gui.train import work

    with pytest.raises(JobError, match="no address of a Ray cluster"):
        work.made(opened.session.project, (), drafts=False, address="ray://head:10001")
