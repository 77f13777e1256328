"""Does `cardamage check --repair` bring a damaged project file back?"""

import pytest

from cardamage_core import commands
from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Rectangle, Region
from cardamage_core.project import Project


@pytest.mark.parametrize("what", ["damaged", "gone"])
def test_a_damaged_project_file_is_restored_from_its_copy(tmp_path, capsys, what):
    folder = tmp_path / "cars"
    regions = tuple(Region(f"r{i}", Rectangle(1.0, 2.0, 3.0, 4.0 + i), "dent") for i in range(300))
    with Project.create(folder) as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg", 900, 900), regions)], [], "Import")
    file = folder / "project.cardamage"
    if what == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:4096] + b"\xaa" * (file.stat().st_size - 4096))
    assert commands.main(["check", str(folder)]) != 0
    assert commands.main(["check", str(folder), "--repair", "--no-files"]) == 0
    assert "was put in its place" in capsys.readouterr().err
    with Project.open(folder) as project:
        assert project.regions("p") == regions
