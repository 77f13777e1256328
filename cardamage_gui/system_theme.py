"""The system's light or dark theme, and its changes.

The first source that answers counts: GTK_THEME; the desktop portal (freedesktop, `org.freedesktop.appearance
color-scheme`); GTK's settings.ini; Windows' registry; macOS's preferences. Without an answer look.py judges by Qt's own
palette. The portal reports changes by itself; the others are asked again whenever the window comes to the front.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from qtpy import QT5
from qtpy.QtCore import QObject, QSettings, Qt, Signal, Slot
from qtpy.QtWidgets import QApplication

from . import look

SERVICE, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
INTERFACE, NAMESPACE, KEY = "org.freedesktop.portal.Settings", "org.freedesktop.appearance", "color-scheme"
WAIT = 250  # milliseconds for the portal to answer at start
WINDOWS = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
SCHEMES = {1: True, 2: False}  # prefer dark, prefer light; 0 is no preference
HINTS = {} if QT5 else {Qt.ColorScheme.Dark: True, Qt.ColorScheme.Light: False}


class SystemTheme(QObject):
    """Tells look.py what the system wants; `changed` when that is something else than before."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._told: bool | None = None
        if QT5:
            self._portal = _Portal(self) if has_bus(os.environ) else None
            self._told = self._portal.dark if self._portal else None
        else:  # Qt 6 asks the portal itself
            hints = app.styleHints()
            self._told = HINTS.get(hints.colorScheme())
            hints.colorSchemeChanged.connect(self._hint_changed)
        self._look_again()
        app.applicationStateChanged.connect(self._state_changed)

    def portal_said(self, dark: bool | None) -> None:
        """The portal told of another preference; None: of none."""
        self._told = dark
        self._look_again()

    def _hint_changed(self, scheme: Qt.ColorScheme) -> None:
        self.portal_said(HINTS.get(scheme))

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._look_again()

    def _look_again(self) -> None:
        dark = preferred(os.environ, self._told)
        if dark is not None and look.set_system_dark(self._app, dark=dark):
            self.changed.emit()


def preferred(environment: Any, told: bool | None) -> bool | None:
    """Whether the system prefers dark, as far as it says so; `told` is the portal's answer."""
    theme = environment.get("GTK_THEME", "")
    if theme:
        return _dark_name(theme)
    if told is not None:
        return told
    if sys.platform == "win32":
        light = QSettings(WINDOWS, QSettings.Format.NativeFormat).value("AppsUseLightTheme")
        return None if light is None else not int(light)
    if sys.platform == "darwin":
        plist = Path.home() / "Library/Preferences/.GlobalPreferences.plist"
        return QSettings(str(plist), QSettings.Format.NativeFormat).value("AppleInterfaceStyle") == "Dark"
    return _gtk(Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"))


def has_bus(environment: Any) -> bool:
    """Is there a session bus to ask? Qt says a warning where there is none."""
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    return bool(environment.get("DBUS_SESSION_BUS_ADDRESS")) or bool(runtime and Path(runtime, "bus").exists())


def _gtk(config: Path) -> bool | None:
    for version in ("gtk-4.0", "gtk-3.0"):
        try:
            lines = (config / version / "settings.ini").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        said = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
        wanted, name = said.get("gtk-application-prefer-dark-theme", ""), said.get("gtk-theme-name", "")
        if wanted or name:
            return wanted.lower() in ("1", "true") or _dark_name(name)
    return None


def _dark_name(theme: str) -> bool:
    return theme.lower().endswith(("dark", "noir"))


class _Portal(QObject):
    """The desktop portal on the session bus, for Qt 5; QtDBus is loaded only where there is a bus."""

    def __init__(self, theme: SystemTheme) -> None:
        super().__init__(theme)
        from qtpy.QtDBus import QDBus, QDBusConnection, QDBusMessage

        class Listener(QObject):
            @Slot(QDBusMessage)
            def heard(self, message: QDBusMessage) -> None:
                names = message.arguments()
                if names[:2] == [NAMESPACE, KEY]:
                    theme.portal_said(_scheme(names[2]))

        self.dark: bool | None = None
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        asking = QDBusMessage.createMethodCall(SERVICE, PATH, INTERFACE, "Read")
        asking.setArguments([NAMESPACE, KEY])
        answer = bus.call(asking, QDBus.CallMode.Block, WAIT)
        if answer.type() == QDBusMessage.MessageType.ReplyMessage and answer.arguments():
            self.dark = _scheme(answer.arguments()[0])
        self._listener = Listener(self)
        bus.connect("", PATH, INTERFACE, "SettingChanged", self._listener.heard)  # type: ignore[call-overload]  # PyQt5's


def _scheme(value: Any) -> bool | None:
    """The number may come wrapped in variants."""
    while hasattr(value, "variant"):
        value = value.variant()
    return SCHEMES.get(value if isinstance(value, int) else -1)
