"""Are settings found, and do they take effect?"""

import pytest
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QCheckBox, QLabel

from cardamage_gui.settings import GROUPS, TABLE
from cardamage_gui.widgets import common
from cardamage_gui.widgets.settings_dialog import SettingsDialog


@pytest.fixture
def dialog(opened):
    opened.window.show_settings()
    made = opened.window.findChild(SettingsDialog)
    yield made
    made.close()


def field_of(dialog, text):
    return next(
        one for kind in (common.ComboBox, common.SpinBox, QCheckBox) for one in dialog.findChildren(kind)
        if one.accessibleName() == text
    )  # fmt: skip


def test_every_setting_with_a_text_has_a_group_and_a_row(dialog):
    told = [one.text for one in TABLE.values() if one.text]
    assert all(one.group in GROUPS for one in TABLE.values() if one.text)
    shown = {label.text() for row in dialog.rows for label in row.widget.findChildren(QLabel)}
    assert {*told, "All keys", "Threshold for scores"} <= shown


@pytest.mark.parametrize(("typed", "rows"), [("dark", 1), ("deutsch", 1), ("memory", 1), ("zzz", 0), ("", 13)])
def test_search_leaves_the_rows_in_which_the_words_occur(dialog, typed, rows):
    QTest.keyClicks(dialog.search, typed)
    assert sum(row.widget.isVisible() for row in dialog.rows) == rows
    assert dialog._nothing.isVisible() == (rows == 0)


def test_settings_take_effect_at_once(dialog, opened):
    field_of(dialog, "Memory for photos").setValue(300)
    assert opened.annotate.loader.most == 300_000_000
    waits = field_of(dialog, "An outline that is left unfinished")
    waits.setCurrentIndex(waits.findData("keep"))
    assert not opened.annotate.canvas._controller.completes
    field_of(dialog, "Threshold for scores").setValue(70)
    assert opened.session.threshold == pytest.approx(0.7)
    spoken = field_of(dialog, "Language")
    spoken.setCurrentIndex(spoken.findData("de"))
    assert opened.settings.get("language") == "de"
    model = field_of(dialog, "Model that outlines damage")
    assert model.count() > 1, "the models in the box"
    model.setCurrentIndex(1)
    assert opened.annotate.prelabelling._wanted == model.itemData(1)
