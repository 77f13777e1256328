import sys

import pytest

from cardamage_core.errors import CarDamageError
from cardamage_gui import app, platform

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks about X11")


def test_plugin_folders_of_opencv_are_forgotten_and_others_kept():
    environment = {
        "QT_QPA_PLATFORM_PLUGIN_PATH": "/venv/lib/site-packages/cv2/qt/plugins",
        "QT_QPA_FONTDIR": "/venv/lib/site-packages/cv2/qt/fonts",
        "QT_PLUGIN_PATH": "/usr/lib/qt5/plugins",
    }
    platform.drop_foreign_plugins(environment)

    assert environment == {"QT_PLUGIN_PATH": "/usr/lib/qt5/plugins"}


def test_opengl_is_left_out_unless_somebody_asks_for_it():
    plain, asked = {}, {"QT_XCB_GL_INTEGRATION": "xcb_glx"}
    for environment in (plain, asked):
        platform.leave_out_gl(environment)

    assert plain == {"QT_XCB_GL_INTEGRATION": "none"}
    assert asked == {"QT_XCB_GL_INTEGRATION": "xcb_glx"}


@linux_only
def test_without_a_display_one_sentence_says_so(monkeypatch, capsys):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    assert app.main([]) == 1
    assert capsys.readouterr().err.startswith("cardamage: There is no display to open the window on.\n")


@linux_only
def test_a_display_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":987")

    with pytest.raises(CarDamageError, match=r"display|library"):
        platform.check()


def test_offscreen_needs_no_display(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("DISPLAY", raising=False)

    platform.check()
