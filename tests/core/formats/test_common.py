"""Is the label found among a region's attributes?"""

import pytest

from cardamage_core.formats.common import IN_NAME, LabelPlace, candidates, label_name_of, place, text_of


def test_usual_names_win_in_any_case_and_spelling():
    regions = [{"Side": "left", "Class Name": "dent"}, {"Side": "left", "name": "dent"}]
    assert candidates(regions) == ("name", "Class Name")


def test_without_a_usual_name_the_attribute_with_most_regions_and_fewest_values_wins():
    regions = [{"number": str(i), "Schaden": "Beule"} for i in range(5)]
    assert candidates(regions)[0] == "Schaden"


def test_notes_are_no_labels():
    assert candidates([{"comment": f"seen by {i}"} for i in range(50)]) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("dent ", "dent"),
        (3, "3"),
        ("", ""),
        (None, ""),
        (True, ""),
        ({"a": True, "b": False}, "a"),
        ({"a": False, "b": True, "c": True}, "b"),
        ({"a": False}, ""),
        ([1], ""),
    ],
)
def test_a_label_is_a_text_a_number_or_the_first_ticked_box(value, text):
    assert text_of(value) == text


def test_the_first_candidate_that_a_region_has_is_its_label():
    assert label_name_of({"name": " ", "cls": "roue"}, LabelPlace(("name", "cls"))) == ("cls", "roue")
    assert label_name_of({}, LabelPlace(("name", "cls"))) == ("", "")


def test_where_each_region_has_one_attribute_of_the_same_value_its_name_is_the_label():
    regions = [{"Front": "damage"}, {"Rear": "damage"}, {}]
    assert place(regions) == LabelPlace(in_name=True)
    assert [label_name_of(one, place(regions)) for one in regions] == [("Front", "Front"), ("Rear", "Rear"), ("", "")]
    assert label_name_of({"Front": "no", "Rear": "yes"}, place(regions)) == ("Rear", "Rear")


def test_a_usual_name_is_no_label_itself():
    assert place([{"name": "damage"}, {"Name ": "damage"}, {"cls": "damage"}]).names[0] == "name"


def test_a_wanted_attribute_is_taken_in_any_case():
    assert place([{"Class Name": "dent"}, {"class_name": "dent"}], "class name") == LabelPlace(
        ("class name", "Class Name", "class_name")
    )
    assert place([{"name": "dent"}], IN_NAME).in_name
