import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from cardamage_core import processes
from cardamage_core.commands import main, setup_training_
from cardamage_core.training import requirements

ROOT = Path(__file__).parents[3]


@pytest.fixture
def without_keras(monkeypatch):
    monkeypatch.setattr(requirements, "missing", lambda: ("keras", "tensorflow"))


@pytest.fixture
def frozen(monkeypatch, tmp_path, without_keras):
    """As in a frozen program whose user has an empty data folder; `pip` of the environment is not run."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "cardamage_workbench-0-py3-none-any.whl").write_bytes(b"")
    installed = []
    monkeypatch.setattr(setup_training_, "_install", lambda python, **_: installed.append(python))
    return installed


def test_what_is_there_is_not_installed_again(capsys):
    assert main(["setup-training"]) == 0
    assert "possible already" in capsys.readouterr().out


def test_the_packages_are_those_of_the_extra():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert tuple(setup["options.extras_require"]["train"].split()) == requirements.PACKAGES


def test_a_failed_installation_says_what_pip_said(without_keras, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(requirements, "PACKAGES", ("cardamage-needs-nothing-of-this-name",))
    assert main(["setup-training", "--from", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "What trainings need could not be installed." in said
    assert "cardamage-needs-nothing-of-this-name" in said


def test_a_folder_of_wheels_that_is_none_is_refused(without_keras, tmp_path, capsys):
    assert main(["setup-training", "--from", str(tmp_path / "none")]) == 1
    assert "is not a folder" in capsys.readouterr().err


def test_a_frozen_program_makes_an_environment_that_its_trainings_use(frozen, capsys):
    assert processes.training_python() == ""
    assert main(["setup-training", "--python", sys.executable]) == 0
    made = processes.training_python()
    assert frozen == [made]
    assert subprocess.run([made, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True).stdout.strip()
    assert processes.command_of("cardamage_core.jobs.worker", "x", python=made)[:2] == [made, "-P"]


def test_without_a_python_that_fits_the_frozen_program_says_where_to_get_one(frozen, capsys):
    assert main(["setup-training", "--python", "/bin/false"]) == 1
    assert "Trainings need Python 3.11, 3.12 or 3.13" in capsys.readouterr().err


def test_a_frozen_program_runs_its_own_modules_and_no_others(frozen, monkeypatch):
    assert processes.command_of("cardamage_core.jobs.worker", "x") == [
        sys.executable,
        "--run-module",
        "cardamage_core.jobs.worker",
        "x",
    ]
    assert not processes.hand_over(["predict", "x"])
    with pytest.raises(SystemExit, match="not os"):
        processes.hand_over(["--run-module", "os"])
