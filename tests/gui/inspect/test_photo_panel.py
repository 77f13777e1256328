"""The photo panel of the Inspect page: the share of damage beside each photo."""

import pytest

from cardamage_gui.inspect.photo_panel import DamageFigures

from ..conftest import predicted


@pytest.fixture
def figures(session, background):
    return DamageFigures(session, background, session)


def test_a_figure_is_there_after_it_was_asked_for(figures, session, wait):
    assert figures.text(session.summary("a")) == ""

    wait(lambda: figures.text(session.summary("a")) == "11.0 %")  # dent 600 + scratch 60 of the car's 6000


def test_a_photo_without_regions_has_no_figure(figures, session, wait):
    figures.text(session.summary("b"))
    wait(lambda: figures.text(session.summary("a")))

    assert figures.text(session.summary("b")) == ""


def test_an_edit_makes_the_figure_anew(figures, session, wait):
    wait(lambda: figures.text(session.summary("a")))
    before = session.regions("a")
    session.edit("a", before, before[:2], "Delete scratch")

    wait(lambda: figures.text(session.summary("a")) == "10.0 %")


def test_another_threshold_makes_all_figures_anew(figures, session, wait, qtbot):
    session.edit("b", (), (predicted("p", 0.5, (60, 50, 20, 10)),), "Predict")
    wait(lambda: figures.text(session.summary("b")) == "0.0 %")

    session.set_threshold(0.4)
    with qtbot.waitSignal(figures.all_changed):
        figures.forget()

    wait(lambda: figures.text(session.summary("b")) == "2.1 %")  # 200 of 120 × 80
