import subprocess
import sys
from pathlib import Path

import pytest

from cardamage_gui.single_instance import Door, hand_over, name_for

KNOCK = """
import sys
from pathlib import Path
from qtpy.QtCore import QCoreApplication
from cardamage_gui.single_instance import hand_over
app = QCoreApplication([])
folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
sys.exit(0 if hand_over(sys.argv[1], folder) else 1)
"""


@pytest.fixture
def name(tmp_path):
    return name_for(tmp_path / "settings.json")


@pytest.fixture
def door(qapp, name):
    door = Door(name)
    yield door
    door.close()


def knock(qtbot, *arguments):
    """Another process knocks while this one's events go on; its exit status."""
    process = subprocess.Popen([sys.executable, "-c", KNOCK, *map(str, arguments)])
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
    return process.returncode


def test_a_second_start_hands_its_project_over(qtbot, door, name, tmp_path):
    asked = []
    door.asked.connect(asked.append)
    assert knock(qtbot, name, tmp_path / "Mäßig große Autos") == 0
    assert knock(qtbot, name) == 0
    assert asked == [tmp_path / "Mäßig große Autos", None]


def test_without_a_window_the_program_starts_by_itself(qapp, name):
    assert not hand_over(name, Path("anything"))


def test_what_a_crashed_window_left_behind_is_in_nobodys_way(qtbot, name):
    code = "import os; from qtpy.QtCore import QCoreApplication; from cardamage_gui.single_instance import Door; "
    code += f"app = QCoreApplication([]); door = Door({name!r}); os._exit(9 if door.is_open else 1)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    door = Door(name)
    assert door.is_open
    assert knock(qtbot, name) == 0
    door.close()


def test_the_window_comes_up_with_the_project(opened, tmp_path):
    opened.window.showMinimized()
    opened.come_up(tmp_path / "other")
    assert not opened.window.isMinimized()
    assert opened.session.project.folder == tmp_path / "other"
