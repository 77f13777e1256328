"""Which photos pass the filter, and which one comes next?"""

import pytest

from cardamage_core.project import PhotoSummary
from cardamage_gui.widgets.photo_list import PhotoFilter, PhotoModel, SecondLine, count_kinds, second_line


def photo(photo_id, name, *, review="unreviewed", regions=1, labels=("dent",), missing=False):
    return PhotoSummary(photo_id, name, "train", review, regions, frozenset(labels), missing)


HOOD = photo("1", "hood.jpg", review="accepted", regions=5)
DOOR = photo("2", "Door left.jpg", labels=("scratch", "car"))
WING = photo("3", "wing.jpg", regions=0, labels=())
ALL = (HOOD, DOOR, WING)


@pytest.mark.parametrize(
    ("kind", "text", "names"),
    [
        ("all", "", ["hood.jpg", "Door left.jpg", "wing.jpg"]),
        ("unreviewed", "", ["Door left.jpg", "wing.jpg"]),
        ("no region", "", ["wing.jpg"]),
        ("problems", "", ["hood.jpg"]),
        ("all", "DOOR", ["Door left.jpg"]),
        ("all", "scratch", ["Door left.jpg"]),
        ("all", "left scratch", ["Door left.jpg"]),
        ("unreviewed", "hood", []),
    ],
)
def test_the_list_shows_what_passes_chip_and_search(kind, text, names):
    model = PhotoModel()
    model.show(ALL, {"1": 2}, PhotoFilter(kind, text))
    assert [model.index(row).data() for row in range(model.rowCount())] == names


def test_the_chips_count_all_photos():
    assert count_kinds(ALL, {"1": 2}) == {"all": 3, "unreviewed": 2, "problems": 1, "no region": 1}


def test_next_and_previous_stop_at_the_ends():
    model = PhotoModel()
    model.show(ALL, {}, PhotoFilter())
    assert model.step("1", 1) == "2"
    assert model.step("1", -1) == ""
    assert model.step("3", 1) == ""


def test_from_a_photo_that_is_filtered_out_the_nearest_shown_one_is_next():
    model = PhotoModel()
    model.show(ALL, {}, PhotoFilter("unreviewed"))
    assert model.step("1", 1) == "2"
    model.show(ALL, {"1": 1}, PhotoFilter("problems"))
    assert model.step("3", -1) == "1"


def test_next_unreviewed_goes_round_and_never_stays():
    model = PhotoModel()
    model.show(ALL, {}, PhotoFilter())
    assert model.next_unreviewed("3") == "2"
    model.show((HOOD, DOOR), {}, PhotoFilter())
    assert model.next_unreviewed("2") == ""


def test_rows_that_stay_are_not_reset(qtbot):
    model = PhotoModel()
    model.show(ALL, {}, PhotoFilter())
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show((photo("1", "hood.jpg", regions=6), DOOR, WING), {}, PhotoFilter())
    assert model.index(0).data(256).regions == 6


def test_the_second_line_says_what_is_there():
    assert second_line(HOOD, 0) == SecondLine("5 regions")
    assert second_line(HOOD, 1).text == "5 regions · 1 problem"
    assert second_line(WING, 0).text == "no region"
    assert second_line(photo("4", "gone.jpg", missing=True), 1) == SecondLine("not found · 1 region", bad=True)
