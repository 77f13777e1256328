"""Why the table of findings is empty."""

import pytest

from cardamage_gui.inspect.panel import nothing_said


@pytest.mark.parametrize(
    ("hidden", "outlined", "said"),
    [
        (0, False, "Nothing is outlined on this photo yet. Outline damage asks the model."),
        (0, True, "No damage is outlined on this photo."),
        (1, False, "1 finding lies below 90 %. Move the slider to see more."),
        (2, True, "2 findings lie below 90 %. Move the slider to see more."),
    ],
)
def test_an_empty_table_says_why(hidden, outlined, said):
    assert nothing_said(hidden, 0.9, outlined=outlined) == said
