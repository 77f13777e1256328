"""The bar above the photo: findings, original or wipe; threshold and opacity; panels and correcting outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QButtonGroup, QFrame, QLabel, QSlider, QToolButton, QToolTip, QWidget

from ..commands.editor import keyed
from ..editing import measured
from ..language import mark, numeral, tr
from ..widgets import common

if TYPE_CHECKING:
    from cardamage_core.models.registry import ModelCard

FINDINGS, ORIGINAL, WIPE = "findings", "original", "wipe"
MODES = {
    FINDINGS: ("eye-outline", mark("Findings"), "M", "inspect_findings", mark("Show findings")),
    ORIGINAL: ("image-outline", mark("Original"), "O", "inspect_original", mark("Show the original")),
    WIPE: ("arrow-split-vertical", mark("Wipe"), "Shift+O", "inspect_wipe", mark("Wipe between original and findings")),
}
BOTH, ICON = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
WORDS = Qt.ToolButtonStyle.ToolButtonTextOnly
LEVELS = (  # are the sliders named, how all buttons look alike, how many sliders are there
    (True, BOTH, 2), (False, BOTH, 2), (True, WORDS, 2), (False, WORDS, 2), (False, WORDS, 1),
    (False, ICON, 2), (False, ICON, 1), (False, ICON, 0),
)  # fmt: skip


class Toolbar(QFrame):
    """Tells what was chosen; what is in force is shown to it."""

    mode_chosen = Signal(str)
    threshold_changed = Signal(float)
    threshold_settled = Signal(float)  # at the end of a drag
    opacity_changed = Signal(float)
    panels_toggled = Signal(bool)
    correcting_toggled = Signal(bool)
    blur_wanted = Signal()
    label_chosen = Signal(str)

    def __init__(self, threshold: float, opacity: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(44)
        self.modes: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        for name, (icon, text, key, action, tip) in MODES.items():
            button = _toggle(icon, tr(text), tr(tip), action, key)
            button.clicked.connect(lambda _checked=False, chosen=name: self.mode_chosen.emit(chosen))
            self._group.addButton(button)
            self.modes[name] = button
        self.modes[FINDINGS].setChecked(True)
        self._threshold, self._threshold_said = _slider(threshold, tr("Show findings from this score on"), 76)
        self._card: ModelCard | None = None  # of the model that looks
        self._is_short = False  # whether the threshold is shown without a word
        self._opacity, self._opacity_said = _slider(opacity, tr("Opacity of masks"), 48)
        self.panels = _toggle("car-door", tr("Panels"), tr("Show the panels of the car"), "inspect_panels", "Shift+V")
        self.correct = _toggle(
            "vector-polyline-edit", tr("Correct outline"), tr("Correct outlines"), "inspect_correct", "X"
        )
        self.blur = _toggle("blur", tr("Blur"), tr("Blur a face or a number plate"), "inspect_blur", "Shift+B")
        self.blur.setCheckable(False)
        self.label = common.ComboBox()
        self.label.setAccessibleName(tr("Label of the next drawing"))
        self.label.setToolTip(tr("Label of the next drawing (digits)"))
        self.label.setMinimumWidth(110)
        self._arrange()
        self._listen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name what there is room for; the tips say the same."""
        super().resizeEvent(event)
        self._fit()

    def mode(self) -> str:
        """What is shown: findings, original or wipe."""
        return next(name for name, button in self.modes.items() if button.isChecked())

    def show_mode(self, mode: str) -> None:
        """Mark what is shown."""
        self.modes[mode].setChecked(True)

    def threshold(self) -> float:
        """The least score shown, 0…1."""
        return self._threshold.value() / 100

    def show_threshold(self, value: float) -> None:
        """Show another one, without telling."""
        blocked = self._threshold.blockSignals(True)
        self._threshold.setValue(round(100 * value))
        self._threshold.blockSignals(blocked)
        self._say_threshold()
        self._say_measured()

    def show_card(self, card: ModelCard | None) -> None:
        """The card of the model that looks: the tip says what it has measured at the threshold."""
        if card != self._card:
            self._card = card
            self._say_measured()

    def show_correcting(self, on: bool) -> None:
        """Whether outlines are being corrected."""
        self.correct.setChecked(on)
        self.label.setVisible(on)
        self._fit()

    def show_labels(self, names: Sequence[str], wanted: str) -> None:
        """The labels of drawings, and the one of the next."""
        if [self.label.itemText(i) for i in range(self.label.count())] != list(names):
            self.label.clear()
            self.label.addItems(list(names))
        if wanted in names:
            self.label.setCurrentIndex(list(names).index(wanted))

    def _fit(self) -> None:
        """The most that there is room for: names of the sliders, then icons go first, and words before sliders do.

        All buttons look alike: words beside bare icons seem to be of another kind.
        """
        buttons = (*self.modes.values(), self.correct, self.blur, self.panels)
        for named, style, sliders in LEVELS:
            self._opacity_name.setVisible(named and sliders > 1)
            self._opacity.setVisible(sliders > 1)
            self._threshold.setVisible(sliders > 0)
            for line in self._lines[:2]:
                line.setVisible(sliders > 1)
            self._threshold_said.setVisible(sliders > 0)
            for button in buttons:
                button.setToolButtonStyle(style)
            self._is_short = style == ICON
            self._say_threshold()
            self._opacity_said.setVisible(named)
            if self.sizeHint().width() <= self.width():
                return

    def _arrange(self) -> None:
        layout = common.columns(self, margins=(8, 0, 8, 0), spacing=3)
        self._lines = (_line(), _line(), _line())
        self._opacity_name = common.label(tr("Opacity"), "muted")
        for widget in (
            *self.modes.values(), self._lines[0], self._threshold, self._threshold_said,
            self._lines[1], self._opacity_name, self._opacity, self._opacity_said, self._lines[2],
            self.panels, self.correct, self.label, self.blur,
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch(1)
        self.label.hide()
        self.setMinimumWidth(240)

    def _listen(self) -> None:
        self._threshold.valueChanged.connect(self._threshold_moved)
        self._threshold.sliderReleased.connect(self._threshold_released)
        self._opacity.valueChanged.connect(self._opacity_moved)
        self.panels.toggled.connect(self.panels_toggled)
        self.correct.clicked.connect(self.correcting_toggled)
        self.blur.clicked.connect(lambda _checked=False: self.blur_wanted.emit())
        self.label.activated.connect(lambda _index: self.label_chosen.emit(self.label.currentText()))

    def _say_threshold(self) -> None:
        """Say it as the column of scores has it, in as much room as the largest needs, so that nothing moves."""
        widest = self._threshold_said.fontMetrics().horizontalAdvance(_from(1.0, short=self._is_short))
        self._threshold_said.setMinimumWidth(widest + 4)
        self._threshold_said.setText(_from(self.threshold(), short=self._is_short))

    def _say_measured(self) -> str:
        """Tell in the tips what was measured at the threshold; the same."""
        said = measured.at_threshold(self._card, self.threshold())
        for widget in (self._threshold, self._threshold_said):
            widget.setToolTip("\n\n".join(filter(None, (self._threshold.accessibleName(), said))))
        return said

    def _threshold_moved(self, value: int) -> None:
        self._say_threshold()
        said = self._say_measured()
        self.threshold_changed.emit(value / 100)
        if not self._threshold.isSliderDown():
            self._threshold_released()
        elif said:
            QToolTip.showText(self._threshold.mapToGlobal(self._threshold.rect().bottomLeft()), said, self._threshold)

    def _threshold_released(self) -> None:
        self.threshold_settled.emit(self.threshold())

    def _opacity_moved(self, value: int) -> None:
        self._opacity_said.setText(f"{value} %")
        self.opacity_changed.emit(value / 100)


def _toggle(icon: str, text: str, tip: str, action: str, key: str) -> QToolButton:
    button = common.icon_button(icon, tip, text=text)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    keyed(button, action, tip, key=key)
    return button


def _slider(value: float, name: str, width: int) -> tuple[QSlider, QLabel]:
    slider = common.Slider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(round(100 * value))
    slider.setFixedWidth(width)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    said = common.label(f"{slider.value()} %", right=True)
    said.setMinimumWidth(40)
    return slider, said


def _from(score: float, *, short: bool) -> str:
    told = numeral(f"{score:.2f}")
    return f"≥ {told}" if short else tr("score ≥ {score}", score=told)


def _line() -> QFrame:
    """A thin upright line with air on both sides."""
    made = QFrame()
    common.columns(made, margins=(3, 0, 3, 0)).addWidget(common.frame("stroke"))
    made.setFixedHeight(20)
    return made
