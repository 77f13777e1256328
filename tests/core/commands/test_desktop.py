import configparser
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from cardamage_core.commands import main
from cardamage_core.project import Project
from cardamage_core.project.store import APPLICATION_ID

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Linux desktops")
NAMES = {"applications/cardamage.desktop", "mime/packages/cardamage.xml", "icons/hicolor/scalable/apps/cardamage.svg"}


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")  # no databases are updated
    return tmp_path


def written(data):
    return {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}


def test_the_menu_gets_an_entry_that_starts_this_program_and_loses_it_again(data):
    assert main(["desktop"]) == 0
    assert written(data) == NAMES
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(data / "applications/cardamage.desktop")
    program, argument = entry["Desktop Entry"]["Exec"].rsplit(" ", 1)
    assert argument == "%f"
    assert program.startswith(f'"{sys.prefix}')
    assert main(["desktop", "--remove"]) == 0
    assert written(data) == set()


def test_the_entry_of_an_appimage_starts_its_file_and_not_where_it_is_unpacked(data, monkeypatch):
    monkeypatch.setenv("APPIMAGE", "/home/me/My $apps/100%.AppImage")
    assert main(["desktop"]) == 0
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(data / "applications/cardamage.desktop")
    assert entry["Desktop Entry"]["Exec"] == r'"/home/me/My \\$apps/100%%.AppImage" %f'


def test_the_kind_of_file_is_told_by_what_our_project_files_begin_with(data, tmp_path):
    main(["desktop"])
    tree = ElementTree.parse(data / "mime/packages/cardamage.xml")
    match = next(iter(tree.iter("{http://www.freedesktop.org/standards/shared-mime-info}match")))
    assert int(match.get("value"), 16) == APPLICATION_ID
    Project.create(tmp_path / "p").close()
    head = (tmp_path / "p" / "project.cardamage").read_bytes()[: int(match.get("offset")) + 4]
    assert head[-4:] == APPLICATION_ID.to_bytes(4, "big")
