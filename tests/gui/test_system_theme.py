"""Does the window follow the system's light or dark, also when it changes while the window is open?"""

import os
import shutil
import subprocess
import sys

import pytest
from qtpy import API_NAME

from cardamage_gui import look
from cardamage_gui.system_theme import SystemTheme, has_bus, preferred

PROGRAM = """
import sys, time
from qtpy import API_NAME
from qtpy.QtWidgets import QApplication
from cardamage_gui import look
from cardamage_gui.system_theme import SystemTheme
app = QApplication(["x"])
theme = SystemTheme(app)
theme.changed.connect(lambda: (print(look.palette("system").name, flush=True), app.quit()))
print("ready", flush=True)
app.exec()
"""


def test_the_window_follows_while_it_is_open(built):
    built.settings.set("theme", "system")
    system = built.window.findChild(SystemTheme)

    system.portal_said(False)
    assert look.of(built.window) == look.LIGHT
    system.portal_said(True)
    assert look.of(built.window) == look.DARK


def test_a_choice_of_the_person_stands_whatever_the_system_says(built):
    system = built.window.findChild(SystemTheme)
    system.portal_said(True)
    built.settings.set("theme", "light")

    system.portal_said(False)
    system.portal_said(True)
    assert look.of(built.window) == look.LIGHT

    built.settings.set("theme", "system")
    assert look.of(built.window) == look.DARK


@pytest.mark.parametrize(
    ("name", "dark"), [("Adwaita:dark", True), ("Yaru-dark", True), ("Adwaita", False), ("Adwaita:light", False)]
)
def test_gtk_theme_is_obeyed_before_all(name, dark):
    assert preferred({"GTK_THEME": name}, not dark) is dark


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GTK's settings are asked on Linux")
@pytest.mark.parametrize(
    ("line", "dark"),
    [
        ("gtk-application-prefer-dark-theme=1", True),
        ("gtk-application-prefer-dark-theme=0", False),
        ("gtk-theme-name=Arc-Dark", True),
    ],
)
def test_settings_of_gtk_are_read_where_no_portal_answers(tmp_path, line, dark):
    (tmp_path / "gtk-3.0").mkdir()
    (tmp_path / "gtk-3.0" / "settings.ini").write_text(f"[Settings]\n{line}\n")

    assert preferred({"XDG_CONFIG_HOME": str(tmp_path)}, None) is dark
    assert preferred({"XDG_CONFIG_HOME": str(tmp_path)}, not dark) is (not dark)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GTK's settings are asked on Linux")
def test_nobody_answers_where_nothing_is_said(tmp_path):
    (tmp_path / "gtk-3.0").mkdir()
    (tmp_path / "gtk-3.0" / "settings.ini").write_text("no section")

    assert preferred({"XDG_CONFIG_HOME": str(tmp_path)}, None) is None


def test_no_bus_is_asked_where_there_is_none(tmp_path):
    assert not has_bus({"XDG_RUNTIME_DIR": str(tmp_path)})
    (tmp_path / "bus").touch()
    assert has_bus({"XDG_RUNTIME_DIR": str(tmp_path)})


@pytest.mark.skipif(API_NAME != "PyQt5", reason="Qt 6 tells of the system's theme by itself; the portal is for Qt 5")
@pytest.mark.skipif(not shutil.which("dbus-daemon") or not shutil.which("dbus-send"), reason="needs D-Bus")
def test_a_change_told_on_the_session_bus_is_heard(tmp_path):
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    address = bus.stdout.readline().strip()
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address, "XDG_CONFIG_HOME": str(tmp_path)}
    window = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert window.stdout.readline() == "ready\n"
        for scheme in (1, 2):  # whichever is news to it
            told = ["string:org.freedesktop.appearance", "string:color-scheme", f"variant:uint32:{scheme}"]
            signal = ["/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings.SettingChanged"]
            subprocess.run(["dbus-send", "--session", "--type=signal", *signal, *told], env=environment, check=True)
        assert window.stdout.readline() in ("dark\n", "light\n")
        assert window.wait(30) == 0
    finally:
        for process in (window, bus):
            process.kill()
            process.wait()
            process.stdout.close()
