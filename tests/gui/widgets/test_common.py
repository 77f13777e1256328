from qtpy.QtWidgets import QWidget

from cardamage_gui.widgets import common


def test_a_long_text_is_cut_and_told_by_the_tooltip(qtbot):
    label = common.ElidedLabel()
    qtbot.addWidget(label)
    label.show()
    label.resize(80, 20)
    label.setText("Claim 2026-1187, front left door and fender")

    assert "…" in label.text()
    assert label.toolTip() == label.full_text() == "Claim 2026-1187, front left door and fender"

    label.resize(900, 20)
    assert label.text() == label.full_text()
    assert label.toolTip() == ""


def test_an_empty_state_says_one_sentence_and_offers_its_button(qtbot):
    pressed = []
    state = common.EmptyState("No photos yet.", common.button("Import…", lambda: pressed.append(1)))
    qtbot.addWidget(state)

    state.findChild(type(common.button("", print))).click()

    assert pressed == [1]


def test_every_icon_button_names_itself(qtbot):
    button = common.icon_button("close", "Dismiss")
    qtbot.addWidget(button)

    assert (button.toolTip(), button.accessibleName(), button.statusTip()) == ("Dismiss",) * 3


def test_what_leaves_a_layout_is_out_of_sight_at_once(qtbot):
    sheet = QWidget()
    qtbot.addWidget(sheet)
    layout = common.rows(sheet)
    old = common.label("before")
    layout.addWidget(old)
    sheet.show()
    common.clear(layout)
    assert not old.isVisible()
    assert layout.count() == 0
