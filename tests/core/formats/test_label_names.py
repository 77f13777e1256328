"""Is the label found among a region's attributes?"""

import pytest

from cardamage_core.formats.label_names import candidates, label_of, text_of


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
        ({"a": True, "b": True}, ""),
        ([1], ""),
    ],
)
def test_a_label_is_a_text_a_number_or_one_ticked_box(value, text):
    assert text_of(value) == text


def test_the_first_candidate_that_a_region_has_is_its_label():
    assert label_of({"name": " ", "cls": "roue"}, ("name", "cls")) == ("cls", "roue")
    assert label_of({}, ("name", "cls")) == ("", "")
