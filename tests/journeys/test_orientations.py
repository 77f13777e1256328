"""Do window, thumbnails, trainer, prediction and report see identical pixels, however a camera stored the photo?

What Pillow itself makes of a photo (`ImageOps.exif_transpose`) is the reference for all of them.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageOps

from cardamage_core import imaging
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo
from cardamage_core.commands import main
from cardamage_core.inference.client import Predictor
from cardamage_core.project import Project
from cardamage_core.training.dataset import TrainingPhotos
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.background import Background
from cardamage_gui.editing.loading import _pixels
from cardamage_gui.session import Session
from cardamage_gui.widgets.dialogs import Dialogs
from cardamage_gui.widgets.thumbnails import small_picture

from ..core.conftest import model_folder  # noqa: F401 a fixture

ORIENTATIONS = range(1, 9)
EXIF_ORIENTATION = 0x0112
WIDTH, HEIGHT = 96, 64


def write_photo(path, orientation):
    """A JPEG stored 96 × 64 with a different colour in each corner, to be displayed in this orientation."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:20, :30] = (250, 10, 10)
    pixels[:20, -30:] = (10, 250, 10)
    pixels[-20:, :30] = (10, 10, 250)
    pixels[20:40, 30:60] = np.random.default_rng(orientation).integers(0, 255, (20, 30, 3))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    Image.fromarray(pixels).save(path, quality=95, exif=exif)


def as_displayed(path):
    """(H, W, 3) as Pillow turns it."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def known(path):
    height, width = as_displayed(path).shape[:2]
    return AnnotatedPhoto(Photo(path.stem, str(path), path.name, width, height))


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """The eight files, and beside each what it looks like as a PNG without EXIF data."""
    folder = tmp_path_factory.mktemp("turned")
    (folder / "upright").mkdir()
    for orientation in ORIENTATIONS:
        path = folder / f"{orientation}.jpg"
        write_photo(path, orientation)
        Image.fromarray(as_displayed(path)).save(folder / "upright" / f"{orientation}.png")
    return folder


@pytest.fixture
def page(qtbot, tmp_path):
    """The Annotate page without a project."""
    session, background = Session(), Background()
    made = AnnotatePage(session, background, Dialogs())
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    yield made
    background.close()
    session.close()


def shown_in_window(page, qtbot, paths, project_folder):
    """The pixels that the canvas paints for each photo, by the photo's id."""
    session = page._session
    with Project.create(project_folder) as project:
        project.add([known(path) for path in paths], (), "Import")
    session.open(project_folder)
    result = {}
    for path in paths:
        session.select(path.stem)
        qtbot.waitUntil(lambda key=path.stem: key in page.loader._kept and page.canvas.pixels is not None)
        result[path.stem] = page.canvas.pixels.copy()
    return result


def test_the_corners_of_the_reference_are_where_exif_says(photos):
    red = {n: as_displayed(photos / f"{n}.jpg")[5:-5, 5:-5] for n in ORIENTATIONS}
    corners = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    for orientation, (y, x) in corners.items():
        assert red[orientation][y, x][0] > 200, orientation
        assert red[orientation][y, x][1] < 60, orientation


def test_the_window_shows_each_photo_as_displayed(photos, page, qtbot, tmp_path):
    paths = [photos / f"{n}.jpg" for n in ORIENTATIONS]
    shown = shown_in_window(page, qtbot, paths, tmp_path / "project")
    for path in paths:
        assert np.array_equal(shown[path.stem], as_displayed(path)), path.name
        assert np.array_equal(_pixels(path), as_displayed(path)), path.name  # the Inspect page


def test_thumbnails_show_each_photo_as_displayed(photos):
    for orientation in ORIENTATIONS:
        path = photos / f"{orientation}.jpg"
        assert np.array_equal(small_picture(path, None), as_displayed(path)), path.name


def test_the_trainer_learns_from_each_photo_as_displayed(photos):
    for orientation in ORIENTATIONS:
        path = photos / f"{orientation}.jpg"
        (sample,) = TrainingPhotos(Dataset((known(path),)), {}, longest_side=512, seed=1).batch(0, 1)
        assert np.array_equal(sample.image, as_displayed(path)), path.name


def test_prediction_sees_each_photo_as_displayed(photos, model_folder):  # noqa: F811
    with Predictor(model_folder) as predictor:
        for orientation in ORIENTATIONS:
            turned = predictor.predict(photos / f"{orientation}.jpg", min_score=0.0)
            upright = predictor.predict(photos / "upright" / f"{orientation}.png", min_score=0.0)
            assert turned, orientation
            assert [(r.shape, r.label, r.origin) for r in turned] == [(r.shape, r.label, r.origin) for r in upright]


def test_report_pictures_show_each_photo_as_displayed(photos, model_folder, tmp_path, capsys):  # noqa: F811
    paths = [photos / f"{n}.jpg" for n in ORIENTATIONS]
    arguments = ["--model", str(model_folder), "--out", str(tmp_path), "--threshold", "1", "--json"]
    assert main(["predict", *map(str, paths), *arguments]) == 0  # nothing reaches 1: the photo alone, and a caption
    told = json.loads(capsys.readouterr().out)["photos"]
    assert len(told) == len(paths)
    for path, one in zip(paths, told, strict=True):
        expected = as_displayed(path)
        assert np.array_equal(imaging.load(one["picture"])[: expected.shape[0]], expected), path.name


def test_real_turned_photos_are_the_same_everywhere(shared, page, qtbot, tmp_path):
    paths = sorted((shared / "data" / "odd_images").glob("hopper_orientation_*"))
    assert len(paths) == 14
    by_name = {f"{path.stem}{path.suffix[1:]}": path for path in paths}
    links = tmp_path / "photos"
    links.mkdir()
    copies = []
    for name, path in by_name.items():  # the list needs one name for each
        copy = links / f"{name}{path.suffix}"
        copy.write_bytes(path.read_bytes())
        copies.append(copy)
    shown = shown_in_window(page, qtbot, copies, tmp_path / "project")
    for path in copies:
        expected = as_displayed(path)
        (sample,) = TrainingPhotos(Dataset((known(path),)), {}, longest_side=512, seed=1).batch(0, 1)
        assert np.array_equal(shown[path.stem], expected), path.name
        assert np.array_equal(sample.image, expected), path.name
        assert np.array_equal(small_picture(path, None), imaging.thumbnail(path)), path.name
