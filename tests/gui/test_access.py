"""Can the window be used by keyboard and screen reader? Each place the focus goes to has a name; Tab reaches all."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractButton, QAbstractScrollArea, QComboBox, QLabel, QLineEdit, QWidget


def takes_focus(widget):
    """Whether Tab stops at a widget; parts that Qt makes inside its own widgets are theirs."""
    inner = isinstance(widget.parent(), QComboBox | QAbstractScrollArea) or widget.objectName().startswith("qt_")
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not inner and widget.isVisible()


def name_of(widget):
    """What a screen reader says."""
    buddies = [label.text() for label in widget.window().findChildren(QLabel) if label.buddy() is widget]
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text or " ".join(buddies)


@pytest.mark.parametrize("page", ["annotate", "train", "inspect"])
def test_every_stop_of_the_tab_key_has_a_name(opened, page):
    opened.window.show_page(page)
    shown = opened.window.stack.currentWidget()
    stops = [widget for widget in shown.findChildren(QWidget) if takes_focus(widget)]
    assert len(stops) >= 5
    assert [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in stops if not name_of(w)] == []


def test_tab_goes_from_the_search_through_the_chips_to_the_list(opened):
    opened.window.show_page("annotate")
    photos = opened.annotate.photos
    seen, widget = [], photos.search
    for _ in range(40):
        widget = widget.nextInFocusChain()
        if takes_focus(widget):
            seen.append(widget)
    wanted = [photos.filter, *photos.chips.buttons(), photos.list]
    places = [seen.index(widget) for widget in wanted]
    assert places == sorted(places)


def test_the_fields_of_search_have_a_name_beyond_their_placeholder(opened):
    opened.window.show_page("annotate")
    fields = [field for field in opened.annotate.findChildren(QLineEdit) if takes_focus(field)]
    assert all(field.accessibleName() for field in fields)
