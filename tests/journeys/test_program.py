"""Does the program start as people start it?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cardamage_gui.__main__ as program
from cardamage_core import commands

ROOT = Path(__file__).resolve().parents[2]
PIP_CACHE = os.environ.get("PIP_CACHE_DIR") or str(Path.home() / ".cache" / "pip")  # read before the home is replaced
OPEN_AND_CLOSE = """
import sys
{first}
from qtpy.QtCore import QTimer
from cardamage_gui import app
build = app.build
def build_and_close(application, **given):
    QTimer.singleShot(1500, application.quit)
    return build(application, **given)
app.build = build_and_close
status = app.main([])
import cv2
print(cv2.__file__)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def plain_opencv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with plain opencv-python, which brings Qt plugins of its own."""
    folder = tmp_path_factory.mktemp("opencv")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*pip, "--cache-dir", PIP_CACHE, "--target", str(folder), "opencv-python<5"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"needs opencv-python from the network: {done.stderr.strip().splitlines()[-1:]}")
    return folder


def start(code: str, *, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(map(str, filter(None, [packages, ROOT])))
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_the_window_opens_and_closes():
    done = start(OPEN_AND_CLOSE.format(first=""))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("first", ["", "import cv2"], ids=["found later", "imported before Qt"])
def test_the_window_opens_with_plain_opencv_python_beside_it(plain_opencv: Path, first: str):
    assert list(plain_opencv.glob("cv2/qt/plugins/*")), "this opencv-python brings no Qt plugins: nothing is tested"
    done = start(OPEN_AND_CLOSE.format(first=first), packages=plain_opencv)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(plain_opencv)


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]):
    for name in commands.MODULES:
        with pytest.raises(SystemExit) as ended:
            program.main([name, "--help"])
        assert ended.value.code == 0
        assert f"cardamage {name}" in capsys.readouterr().out


def test_a_word_that_is_neither_command_nor_folder_is_explained(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        program.main(["trian"])
    assert ended.value.code == 2
    assert "trian" in capsys.readouterr().err


def test_without_a_display_the_window_says_so_in_one_sentence():
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(
        [sys.executable, "-m", "cardamage_gui"], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert "There is no display" in done.stderr
    assert "Traceback" not in done.stderr
