"""Are photos that moved found, and only those?"""

import shutil

import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import Photo
from cardamage_core.errors import ProjectError
from cardamage_core.project.relinking import relinked


@pytest.fixture
def photos(tmp_path):
    """Four photos that lay in `old`: a, b and c lie in `new` now, c with other bytes than noted, d is nowhere."""
    (tmp_path / "new").mkdir()
    for name in ("a", "b", "c"):
        Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / "new" / f"{name}.png")
    sizes = {"c": 7}
    return [Photo(name, f"old/{name}.png", f"{name}.png", size=sizes.get(name, 0)) for name in ("a", "b", "c", "d")]


def test_neighbours_come_along_with_their_sizes(photos, tmp_path):
    found = relinked(photos, photos[0], tmp_path / "new" / "a.png", folder=tmp_path)
    assert [(one.before.id, one.after.path, one.after.width, one.after.height) for one in found] == [
        ("a", "new/a.png", 30, 20),
        ("b", "new/b.png", 30, 20),
    ]


def test_a_photo_that_is_in_its_place_is_left_alone(photos, tmp_path):
    (tmp_path / "old").mkdir()
    shutil.copy(tmp_path / "new" / "b.png", tmp_path / "old" / "b.png")
    found = relinked(photos, photos[0], tmp_path / "new" / "a.png", folder=tmp_path)
    assert [one.before.id for one in found] == ["a"]


def test_a_file_called_otherwise_may_be_named(photos, tmp_path):
    found = relinked(photos, photos[3], tmp_path / "new" / "c.png", folder=tmp_path)
    assert [one.before.id for one in found] == ["d", "a", "b"]


def test_a_file_that_is_no_photo_is_refused(photos, tmp_path):
    (tmp_path / "new" / "d.png").write_bytes(b"nothing")
    with pytest.raises(ProjectError, match="cannot be read as a photo"):
        relinked(photos, photos[3], tmp_path / "new" / "d.png", folder=tmp_path)
