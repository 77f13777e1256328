"""What the tests of the Annotate page share: a project of three small photos and the page on it."""

import msgspec
import numpy as np
import pytest
from PIL import Image

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Polygon, Region
from cardamage_core.project import Project
from cardamage_gui import look
from cardamage_gui.annotate.page import AnnotatePage
from cardamage_gui.background import Background
from cardamage_gui.session import Session

LABELS = (Label("dent", "#56B4E9", "1"), Label("scratch", "#E69F00", "2"), Label("car", "#FFFFFF", "9", "car"))
SIDE = 40.0


class Answers:
    """Stands for the dialogs: gives the answers it was told to."""

    def __init__(self):
        self.file = self.place = self.target = self.kind = None
        self.choice = 0
        self.ticked = None  # as it was proposed
        self.asked = []

    def files(self, _parent, title, kinds=""):
        self.asked.append(title)
        return [self.file] if self.file else []

    def folder(self, _parent, title, start=None):
        self.asked.append(title)
        return self.place

    def new_file(self, _parent, title, start, kinds):
        self.asked.append(title)
        return self.target, self.kind or next(iter(kinds))

    def choose(self, _parent, text, detail, answers):
        self.asked.append(text)
        return self.choice

    def choose_with(self, _parent, text, detail, answers, *, option, on):
        self.asked.append(text)
        return self.choice, on if self.ticked is None else self.ticked


def square(region_id, x=10.0, y=10.0, label="dent"):
    """40 × 40 pixels from (x, y)."""
    ring = ((x, y), (x + SIDE, y), (x + SIDE, y + SIDE), (x, y + SIDE))
    return Region(region_id, Polygon((ring,)), label, origin=Origin("imported", "via1"))


@pytest.fixture
def project_folder(tmp_path):
    """Three photos of 200 × 100: one with two regions, one with a region outside it, one without; a fourth is gone."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, grey in (("one.png", 90), ("two.png", 120), ("three.png", 150)):
        Image.fromarray(np.full((100, 200, 3), grey, dtype=np.uint8)).save(photos / name)
    whole = Photo("p1", str(photos / "one.png"), "one.png", 200, 100)
    there = [
        AnnotatedPhoto(whole, (square("a"), square("b", 100.0))),
        AnnotatedPhoto(_named(whole, "p2", "two.png"), (square("c", 180.0, label="scratch"),)),
        AnnotatedPhoto(_named(whole, "p3", "three.png"), ()),
        AnnotatedPhoto(Photo("p4", str(photos / "gone.png"), "gone.png"), (square("d"),)),
    ]
    with Project.create(tmp_path / "project") as project:
        project.add(there, LABELS, "Import")
    return tmp_path / "project"


def _named(photo, photo_id, name):
    path = photo.path.replace("one.png", name)
    return msgspec.structs.replace(photo, id=photo_id, path=path, name=name)


@pytest.fixture
def session():
    """A session that is closed afterwards."""
    session = Session()
    yield session
    session.close()


@pytest.fixture
def background():
    """Threads that are gone afterwards."""
    background = Background()
    yield background
    background.close()


@pytest.fixture
def answers():
    """The dialogs' answers."""
    return Answers()


@pytest.fixture
def page(qtbot, qapp, session, background, answers, project_folder):
    """The page on the project, shown, its first photo loaded."""
    look.apply(qapp, "dark")
    page = AnnotatePage(session, background, answers)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    with qtbot.waitSignal(page.loader.loaded):
        session.open(project_folder)
    page.canvas.setFocus()
    return page


@pytest.fixture
def facts(page):
    """What the page says to the status bar, by name."""
    said = {}
    page.fact_changed.connect(said.__setitem__)
    page.way.tell()  # what was said before anybody listened
    return said
