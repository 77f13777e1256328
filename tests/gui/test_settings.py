import json

import pytest

from cardamage_gui.settings import TABLE, Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "settings.json"


def test_a_value_is_remembered_for_the_next_start(qapp, path):
    Settings(path).set("theme", "dark")

    assert Settings(path).get("theme") == "dark"


def test_without_a_file_the_defaults_hold(qapp, path):
    settings = Settings(path)

    assert {name: settings.get(name) for name in TABLE} == {name: one.default for name, one in TABLE.items()}
    assert not path.exists()


def test_a_damaged_file_is_put_aside(qapp, path):
    path.parent.mkdir()
    path.write_text("{half")

    assert Settings(path).get("opacity") == 0.22
    assert path.with_suffix(".damaged").read_text() == "{half"


BAD = (
    {"theme": 3}, {"theme": "pink"}, {"recent": [1]}, {"nobody": "knows"}, [],
    {"copies": 0}, {"copies": True}, {"photo_cache": 10**9}, {"reopen": 1},
)  # fmt: skip


@pytest.mark.parametrize("stored", BAD)
def test_values_that_do_not_fit_are_ignored(qapp, path, stored):
    path.parent.mkdir()
    path.write_text(json.dumps(stored))

    settings = Settings(path)

    assert settings.get("theme") == "system"
    assert settings.get("recent") == []


def test_a_change_is_told_once(qapp, path):
    settings, told = Settings(path), []
    settings.changed.connect(told.append)
    settings.set("opacity", 0.5)
    settings.set("opacity", 0.5)

    assert told == ["opacity"]


def test_a_disk_that_refuses_does_not_stop_the_work(qapp, tmp_path):
    (tmp_path / "config").write_text("a file where the folder should be")
    settings = Settings(tmp_path / "config" / "settings.json")

    settings.set("theme", "light")

    assert settings.get("theme") == "light"


def test_recent_projects_are_the_last_ones_that_are_still_there(qapp, path, folder, tmp_path):
    settings = Settings(path)
    settings.remember_project(folder)
    settings.remember_project(tmp_path / "gone")
    settings.remember_project(folder)

    assert settings.recent() == (folder,)
    assert settings.get("recent") == [str(folder), str(tmp_path / "gone")]
