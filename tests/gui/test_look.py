from dataclasses import asdict

import pytest
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QApplication, QToolButton, QWidget

from cardamage_gui import look


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.1, section 1.4.3."""

    def luminance(color: str) -> float:
        channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(color).getRgbF()[:3]]
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ground", ["window", "panel", "raised"])
@pytest.mark.parametrize("ink", ["text", "muted"])
def test_text_can_be_read_on_every_surface(theme, ground, ink):
    colors = asdict(look.palette(theme))

    assert contrast(colors[ink], colors[ground]) >= 4.5


def test_a_theme_is_put_on_and_found_again(qapp):
    look.apply(qapp, "light")
    assert look.of(QWidget()) == look.LIGHT

    look.apply(qapp, "dark")
    assert look.of(QWidget()) == look.DARK


def test_every_name_in_the_stylesheet_is_filled_in(qapp):
    look.apply(qapp, "dark")

    assert "@" not in QApplication.instance().styleSheet()


def test_icons_follow_the_theme(qtbot, qapp):
    look.apply(qapp, "dark")
    button = QToolButton()
    qtbot.addWidget(button)
    look.set_icon(button, "cog-outline")
    dark = button.icon().pixmap(16).toImage()

    look.apply(qapp, "light")

    assert button.icon().pixmap(16).toImage() != dark
