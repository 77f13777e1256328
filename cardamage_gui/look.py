"""Colours, fonts, spaces and icons; there is no colour anywhere else.

`apply(app, theme)` sets Fusion, the palette and one stylesheet. Widgets say what they are by the property "role"
(`widgets/common.py` makes the usual ones); a widget that paints asks `of(self)` for the colours that are in force.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

from qtpy import PYQT5
from qtpy.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from qtpy.QtWidgets import QAbstractButton, QApplication, QStyleFactory, QWidget

from cardamage_core.files import resource

if TYPE_CHECKING:
    from qtawesome.iconic_font import IconicFont

GRID = 8  # pixels; spaces are multiples of it
RADIUS = 8
ROW = 48  # a list row with a thumbnail
ROW_SMALL = 28
TEXT, SMALL, FIGURE = 13, 11, 30  # font sizes in pixels
ICON, ICON_LARGE = 16, 20
FONTS = ("Inter", "Segoe UI", "Noto Sans", "Cantarell")  # when the system names none of its own
THEMES = ("system", "dark", "light")

LABEL_COLORS = ("#E69F00", "#56B4E9", "#F0605A", "#F0E442", "#3CC8A0", "#CC79A7", "#9D7BFF", "#B5BD61")
CAR_COLOR = "#FFFFFF"  # the outline of the car, drawn dashed


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as #rrggbb."""

    name: str
    window: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str  # lines and text
    fill: str  # what is chosen, under `on_accent`
    on_accent: str
    canvas: str
    good: str
    warn: str
    bad: str
    halo: str = "#0B0D10"  # under lines on a photo
    vertex: str = "#FFFFFF"


DARK = Palette(
    name="dark",
    window="#15171C",
    panel="#1C1F26",
    raised="#242832",
    line="#2F3440",
    text="#E7EAF0",
    muted="#98A1B0",
    accent="#4C8DFF",
    fill="#2E6BE6",
    on_accent="#FFFFFF",
    canvas="#0E1013",
    good="#3CC8A0",
    warn="#E6A23C",
    bad="#F0605A",
)
LIGHT = Palette(
    name="light",
    window="#EEF0F3",
    panel="#FFFFFF",
    raised="#F4F6F8",
    line="#DBDFE6",
    text="#1B2027",
    muted="#5B6473",
    accent="#0F5CF0",
    fill="#0F5CF0",
    on_accent="#FFFFFF",
    canvas="#DFE3E9",
    good="#0A7A5C",
    warn="#8F5600",
    bad="#C2332D",
)


def palette(theme: str) -> Palette:
    """The colours of "dark", "light" or "system" (whatever the system prefers)."""
    if theme == "system":
        return DARK if _system_is_dark() else LIGHT
    return LIGHT if theme == "light" else DARK


def apply(app: QApplication, theme: str) -> Palette:
    """Dress the whole program; may be called again at any time to change the theme."""
    _system_is_dark()
    colors = palette(theme)
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(_font())
    app.setPalette(_qt_palette(colors))
    app.setStyleSheet(_stylesheet(colors))
    for widget in app.allWidgets():
        if isinstance(widget, QAbstractButton) and widget.property("icon_name"):
            _redraw_icon(widget)
    return colors


def set_system_dark(app: QApplication, *, dark: bool) -> bool:
    """Remember what the system prefers; the result says whether that is news. `apply` again to follow it."""
    news = app.property("system_is_dark") != dark
    app.setProperty("system_is_dark", dark)
    return news


def of(widget: QWidget) -> Palette:
    """The colours in force for `widget`."""
    app = QApplication.instance()
    window = (app.palette() if isinstance(app, QApplication) else widget.palette()).color(QPalette.ColorRole.Window)
    return LIGHT if window == QColor(LIGHT.window) else DARK


def label_color(name_or_hex: str, index: int = 0) -> QColor:
    """A label's colour; one from the list of distinct ones when it has none."""
    return QColor(name_or_hex or LABEL_COLORS[index % len(LABEL_COLORS)])


def icon(name: str, color: str, *, active: str = "") -> QIcon:
    """An icon of the one set we use, e.g. `icon("polygon", colors.text)`; `active` colours its checked state."""
    return _icons().icon(f"mdi6.{name}", color=color, color_on=active or color)


def set_icon(button: QAbstractButton, name: str, *, color: str = "text", active: str = "") -> None:
    """Give a button an icon that follows the theme; `color` and `active` name fields of the palette."""
    button.setProperty("icon_name", name)
    button.setProperty("icon_color", color)
    button.setProperty("icon_active", active or color)
    _redraw_icon(button)


def _redraw_icon(button: QAbstractButton) -> None:
    colors = of(button)
    color, active = (getattr(colors, button.property(name)) for name in ("icon_color", "icon_active"))
    button.setIcon(icon(button.property("icon_name"), color, active=active))


@cache
def _icons() -> IconicFont:
    """The one font we use of those that qtawesome has: reading all of them would cost a start 30 ms."""
    import qtawesome
    from qtawesome.iconic_font import IconicFont

    return IconicFont(*(font for font in qtawesome._BUNDLED_FONTS if font[0] == "mdi6"))


def _system_is_dark() -> bool:
    """What the system told, else what its palette says; that is remembered from before ours covered it."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return True
    if app.property("system_is_dark") is None:
        native = app.palette()
        dark = (
            native.color(QPalette.ColorRole.Window).lightness()
            < native.color(QPalette.ColorRole.WindowText).lightness()
        )
        app.setProperty("system_is_dark", dark)
    return bool(app.property("system_is_dark"))


def _font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family() in ("", "Sans Serif", "Sans", "DejaVu Sans"):
        database = QFontDatabase() if PYQT5 else QFontDatabase  # static in Qt 6
        families = set(database.families())
        font = QFont(next((name for name in FONTS if name in families), font.family()))
    font.setPixelSize(TEXT)
    return font


def _qt_palette(c: Palette) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: c.window,
        QPalette.ColorRole.WindowText: c.text,
        QPalette.ColorRole.Base: c.panel,
        QPalette.ColorRole.AlternateBase: c.raised,
        QPalette.ColorRole.ToolTipBase: c.raised,
        QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.PlaceholderText: c.muted,
        QPalette.ColorRole.Text: c.text,
        QPalette.ColorRole.Button: c.raised,
        QPalette.ColorRole.ButtonText: c.text,
        QPalette.ColorRole.BrightText: c.bad,
        QPalette.ColorRole.Light: c.raised,
        QPalette.ColorRole.Midlight: c.line,
        QPalette.ColorRole.Mid: c.line,
        QPalette.ColorRole.Dark: c.line,
        QPalette.ColorRole.Shadow: c.halo,
        QPalette.ColorRole.Highlight: c.fill,
        QPalette.ColorRole.HighlightedText: c.on_accent,
        QPalette.ColorRole.Link: c.accent,
    }
    qt = QPalette()
    for role, color in roles.items():
        qt.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        qt.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.muted))
    return qt


def _stylesheet(colors: Palette) -> str:
    text = resource("look/window.qss").read_text(encoding="utf-8")
    values = {**asdict(colors), "small": SMALL, "figure": FIGURE, "images": resource("look").as_posix()}
    for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
        text = text.replace(f"@{name}", str(value))
    return text
