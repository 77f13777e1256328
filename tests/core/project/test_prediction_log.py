import sqlite3

import pytest

from cardamage_core.errors import ProjectError
from cardamage_core.project import Project, backups


@pytest.fixture
def damaged(tmp_path):
    """A project in which the last look at a photo is no JSON."""
    Project.create(tmp_path / "p").close()
    with sqlite3.connect(tmp_path / "p" / "project.cardamage") as db:
        db.execute("INSERT INTO looks VALUES('p', '{\"model\": ')")
    db.close()
    return tmp_path / "p"


def test_a_damaged_look_is_told(damaged):
    with Project.open(damaged, read_only=True) as project, pytest.raises(ProjectError, match="damaged"):
        project.looks()


def test_a_copy_with_a_damaged_look_is_no_whole_copy(damaged):
    assert backups.trouble(damaged / "project.cardamage") == "A row of looks is damaged"
