"""Lines of the training form: the name of a field with its explanation, and the field."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QRadioButton, QSpinBox, QVBoxLayout, QWidget

from ..language import mark, tr
from ..widgets import common

FIELD_ROOM = 15  # pixels above and below the text of a field
ABOUT = {  # what each field means, for the pointer over its name
    mark("Name"): mark("Names the training and the model that comes out."),
    mark("Preset"): mark(
        "The network: its size, canvas and usual numbers. Light trains on a laptop without a graphics card."
    ),
    mark("Learn"): mark(
        "One class finds all damage alike and needs the fewest examples; several tell kinds of damage apart."
    ),
    mark("Epochs"): mark("An epoch is so many steps, then a validation and a checkpoint."),
    mark("Photos a step"): mark("More photos a step learn steadier and need more memory."),
    mark("Learn from"): mark("Photos of this split are learned from."),
    mark("Validate on"): mark("Photos of this split are never learned from: they tell how good the model is."),
    mark("Start from"): mark(
        "A network that knows photos, or damage, needs far fewer examples than one of random numbers."
    ),
    mark("Layers"): mark("The heads alone learn quickly; all layers learn more."),
    mark("Early stop"): mark(
        "Ends once mask AP50 on the validation photos has not become better for so many epochs; the best "
        "epoch becomes the model."
    ),
    mark("Rare labels"): mark(
        "Photos of labels on fewer than this share of the photos are shown more often (repeat factors as in "
        "LVIS): for labels with few examples."
    ),
    mark("Learning rate"): mark("How far each step goes: 0.001 is usual, ten times less where the loss grew."),
    mark("Seed"): mark("The same seed on the same machine gives the same training."),
    mark("Where"): mark(
        "On this computer, or on a Ray cluster, which gets the photos and sends everything back while it trains."
    ),
}


def number_box(value: int, least: int, most: int) -> QSpinBox:
    """A field for a whole number."""
    box = common.SpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setMinimumWidth(96)
    return box


def add_row(grid: QGridLayout, row: int, text: str, field: QWidget | QHBoxLayout | QVBoxLayout) -> QWidget:
    """Put a field into a line of the grid, behind its name, which explains it; the name."""
    label = common.label(text, "muted")
    about = next((tr(about) for name, about in ABOUT.items() if tr(name) == text), "")
    label.setToolTip(about)
    label.setStatusTip(about)
    if isinstance(field, QWidget):
        label.setBuddy(field)
        field.setAccessibleName(text)
        grid.addWidget(label, row, 0)
        grid.addWidget(field, row, 1)
    else:
        grid.addWidget(label, row, 0)
        if isinstance(field, QVBoxLayout):
            grid.setAlignment(label, Qt.AlignmentFlag.AlignTop)
            first = item.widget() if (item := field.itemAt(0)) else None
            room = 0 if isinstance(first, QRadioButton) else FIELD_ROOM
            label.setFixedHeight(label.fontMetrics().height() + room)  # beside the first of the fields
        grid.addLayout(field, row, 1)
    return label


def line(*widgets: QWidget) -> QHBoxLayout:
    """Widgets beside each other, room after them."""
    return common.line(*widgets, spacing=10, room_after=True)


def column(*widgets: QWidget) -> QVBoxLayout:
    """Widgets below each other."""
    made = QVBoxLayout()
    made.setSpacing(8)
    for widget in widgets:
        made.addWidget(widget)
    return made
