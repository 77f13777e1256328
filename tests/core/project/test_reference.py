"""Is what somebody else outlined found on the same photo, and only there?"""

import json

import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Photo, Rectangle, Region
from cardamage_core.errors import FormatError
from cardamage_core.project import Project, reference

BOX = Rectangle(1.0, 2.0, 30.0, 20.0)


def photo_file(folder, name, grey, *, orientation=0):
    folder.mkdir(exist_ok=True)
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    Image.fromarray(np.full((40, 80, 3), grey, np.uint8)).save(folder / name, exif=exif)
    return folder / name


def photo(path, **more):
    return Photo(path.stem, str(path), path.name, 80, 40, **more)


def project_of(folder, *paths):
    with Project.create(folder) as project:
        label = Label("dent", "#56b4e9")
        photos = [AnnotatedPhoto(photo(path), (Region(f"of {path.stem}", BOX, "dent"),)) for path in paths]
        project.add(photos, (label,), "Import")
    return folder


def via(path, *names):
    shape = {"name": "rect", "x": 1, "y": 2, "width": 30, "height": 20}
    entries = {
        f"{name}-1": {
            "filename": name,
            "size": -1,
            "regions": [{"shape_attributes": shape, "region_attributes": {"type": "dent"}}],
            "file_attributes": {},
        }
        for name in names
    }
    path.write_text(json.dumps(entries))
    return path


def ids(regions):
    return None if regions is None else [region.id for region in regions]


@pytest.fixture
def mine(tmp_path):
    return photo_file(tmp_path / "mine", "car.png", 90)


def test_the_same_file_is_found_under_any_name_and_beats_the_same_name(tmp_path, mine):
    other = tmp_path / "other"
    renamed, namesake = photo_file(other, "IMG_1.png", 90), photo_file(other, "car.png", 200)
    found = reference.read(project_of(tmp_path / "their project", namesake, renamed))
    assert found.text == "their project"
    assert [label.name for label in found.labels] == ["dent"]
    assert ids(found.on(photo(mine), mine)) == ["of IMG_1"]
    found.close()


def test_the_name_counts_where_no_file_is_the_same(tmp_path, mine):
    found = reference.read(project_of(tmp_path / "p", photo_file(tmp_path / "other", "CAR.png", 200)))
    assert ids(found.on(photo(mine), mine)) == ["of CAR"]
    assert found.on(Photo("b", "b.png", "b.png", 80, 40), tmp_path / "b.png") is None
    found.close()


def test_two_of_one_name_are_nobodys(tmp_path, mine):
    a, b = photo_file(tmp_path / "a", "car.png", 100), photo_file(tmp_path / "b", "Car.png", 200)
    found = reference.read(project_of(tmp_path / "p", a, b))
    assert found.on(photo(mine), mine) is None
    found.close()


def test_a_project_is_only_read(tmp_path, mine):
    folder = project_of(tmp_path / "p", mine)
    found = reference.read(folder)
    with Project.open(folder) as project:  # whoever works on it is not kept out, and seen at once
        before = project.regions("car")
        project.edit_regions("car", before, (), "Delete")
        assert found.on(photo(mine), mine) == ()
    found.close()


def test_an_annotation_file_is_read_with_and_without_its_photos(tmp_path, mine):
    found = reference.read(via(tmp_path / "theirs.json", "car.png", "x.png"))
    assert found.text == "theirs.json"
    (region,) = found.on(photo(mine), mine)
    assert (region.shape, region.label) == (BOX, "dent")
    renamed = photo_file(tmp_path / "files", "x.png", 90)
    found = reference.read(via(renamed.parent / "theirs.json", "x.png"))
    assert len(found.on(photo(mine), mine)) == 1


def test_regions_that_fit_only_the_stored_photo_are_turned_with_it(tmp_path):
    """Stored 80 × 40, displayed 40 × 80 by orientation 6: (x, y) → (40 - y, x); x from 50 to 78 fits only as stored."""
    path = photo_file(tmp_path, "phone.png", 90, orientation=6)
    target = via(tmp_path / "t.json", "phone.png")
    target.write_text(target.read_text().replace('"x": 1,', '"x": 48,'))
    (region,) = reference.read(target).on(Photo("p", str(path), "phone.png", 40, 80), path)
    assert region.shape == Rectangle(18.0, 48.0, 20.0, 30.0)


def test_what_is_neither_says_so_in_words(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "empty").mkdir()
    for name in ("notes.txt", "empty"):
        with pytest.raises(FormatError, match="not an annotation file"):
            reference.read(tmp_path / name)
