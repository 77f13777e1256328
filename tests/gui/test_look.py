from dataclasses import asdict

import pytest
from qtpy.QtGui import QColor, QFont
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
@pytest.mark.parametrize("ink", ["text", "muted", "good", "warn", "bad", "accent"])
def test_text_can_be_read_on_every_surface(theme, ground, ink):
    colors = asdict(look.palette(theme))

    assert contrast(colors[ink], colors[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_chosen_can_be_read_and_messages_on_the_canvas_too(theme):
    colors = look.palette(theme)

    assert contrast(colors.on_accent, colors.fill) >= 4.5
    assert contrast(colors.muted, colors.canvas) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ground", ["window", "panel", "raised", "canvas"])
def test_a_focus_frame_stands_out(theme, ground):
    colors = asdict(look.palette(theme))

    assert contrast(colors["accent"], colors[ground]) >= 3.0  # WCAG 2.1, 1.4.11


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


def test_a_system_without_a_font_of_its_own_gets_one_of_ours(qapp, monkeypatch):
    monkeypatch.setattr(look.QFontDatabase, "systemFont", lambda _kind: QFont("Sans Serif"))

    look.apply(qapp, "dark")

    assert qapp.font().family() in (*look.FONTS, "Sans Serif")
    assert qapp.font().pixelSize() == look.TEXT
