import pytest

from cardamage_core.text import amount, memory, percent, time_left


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3, "less than a minute"),
        (60, "about 1 min"),
        (500, "about 8 min"),
        (3600, "about 1 h"),
        (7860, "about 2 h 10 min"),
        (7190, "about 2 h"),
    ],
)
def test_an_estimate_is_said_without_false_precision(seconds, text):
    assert time_left(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "no figure yet"), (0, "0.0 %"), (0.004, "< 0.01 %"), (0.04, "0.04 %"), (18.94, "18.9 %"), (100, "100.0 %")],
)
def test_a_figure_keeps_small_damage_visible(value, text):
    assert percent(value) == text


def test_memory_and_counts_have_units():
    assert memory(640) == "640 MB"
    assert memory(2100) == "2.1 GB"
    assert amount(1, "photo") == "1 photo"
    assert amount(12_000, "photo") == "12\u202f000 photos"
