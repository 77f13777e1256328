"""Does `cardamage doctor` tell what is there, and say one sentence about each thing that is not?"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cardamage_core import __version__
from cardamage_core.commands import doctor_, main
from cardamage_core.commands.doctor_ import debian_package

WELL = {
    "versions": {"numpy": "2.4"},
    "training": "",
    "error": "",
    "missing_libraries": [],
    "display": True,
    "other_opencv": [],
    "nvidia_driver": False,
    "devices": ["CPU"],
    "memory_mb": 16_000,
    "disk_free_mb": 50_000,
}


def test_it_reports_versions_backend_and_devices(capsys):
    status = main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert status == (1 if found["missing"] else 0)
    assert found["cardamage"] == __version__
    assert found["versions"]["numpy"]
    assert found["backend"] == "tensorflow"
    assert "CPU" in found["devices"]
    assert found["cpu_cores"] >= 1


def test_asking_does_not_load_a_framework_into_our_own_process():
    code = "import sys; from cardamage_core.commands import doctor_; doctor_.examine(); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'tensorflow'" not in done.stdout
    assert "'keras'" not in done.stdout
    assert "'PyQt5'" not in done.stdout


def test_a_well_machine_has_nothing_to_say():
    assert (doctor_.essential(WELL), doctor_.advice(WELL)) == ([], [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"versions": {"shapely": "", "keras": ""}}, "Not installed: shapely. Run: pip install cardamage-workbench"),
        ({"error": "ImportError: libcuda"}, "Keras does not start: ImportError: libcuda"),
        ({"missing_libraries": ["libxcb-icccm.so.4"]}, "sudo apt-get install libxcb-icccm4"),
    ],
)
def test_what_is_essential_is_one_sentence(change, said):
    (sentence,) = doctor_.essential(WELL | change)
    assert said in sentence


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"missing_libraries": ["libxcb-icccm.so.4"], "display": False}, "libxcb-icccm4"),
        ({"other_opencv": ["opencv-python 4.12"]}, "opencv-python 4.12 is installed besides"),
        ({"nvidia_driver": True}, "cardamage-workbench[gpu]"),
        ({"training": "Training needs keras"}, "Training needs keras"),
        ({"memory_mb": 2000}, "2000 MB of memory"),
        ({"disk_free_mb": 100}, "Only 100 MB"),
    ],
)
def test_what_could_be_better_is_one_sentence(change, said):
    assert doctor_.essential(WELL | change) == []
    (sentence,) = doctor_.advice(WELL | change)
    assert said in sentence


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libGL.so.1", "libgl1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
    ],
)
def test_libraries_are_named_as_debian_packages(library, package):
    assert debian_package(library) == package
