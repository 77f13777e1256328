"""What tests of the window get: a small project on disk, and the window with dialogs that answer by themselves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import QCoreApplication, QEvent

from cardamage_core.annotations.model import AnnotatedPhoto, Label, Origin, Photo, Rectangle, Region
from cardamage_core.project import Project
from cardamage_gui.app import Built, build
from cardamage_gui.background import Background
from cardamage_gui.session import Session
from cardamage_gui.settings import Settings
from cardamage_gui.widgets.dialogs import Dialogs

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))  # Qt warns where there is none
WIDTH, HEIGHT = 120, 80
LABELS = (Label("car", "#ffffff", "9", "car"), Label("dent", "#56b4e9", "1"), Label("scratch", "#e69f00", "2"))


class Answers(Dialogs):
    """Dialogs that give prepared answers and remember what they were asked."""

    def __init__(self) -> None:
        self.folder_answer: Path | None = None
        self.files_answer: list[Path] = []
        self.choice = 0
        self.text_answer: str | None = None
        self.asked: list[str] = []

    def folder(self, _parent, title, start=None):
        self.asked.append(title)
        return self.folder_answer

    def new_folder(self, _parent, title, start=None):
        self.asked.append(title)
        return self.folder_answer

    def files(self, _parent, title, kinds=""):
        self.asked.append(title)
        return self.files_answer

    def text(self, _parent, title, label, value):
        self.asked.append(title)
        return self.text_answer

    def choose(self, _parent, text, detail, answers):
        self.asked.append(text)
        return self.choice

    def sure(self, _parent, text, detail, answer):
        self.asked.append(text)
        return self.choice == 0


def rectangle(region_id: str, label: str, box: Sequence[float], **more: object) -> Region:
    """A region of x, y, width, height."""
    return Region(region_id, Rectangle(*map(float, box)), label, **more)


def predicted(region_id: str, score: float, box: Sequence[float], **more: object) -> Region:
    """A dent that the model "m" sees."""
    return rectangle(region_id, "dent", box, origin=Origin("predicted", model="m", score=score), **more)


@pytest.fixture(autouse=True)
def no_widget_left(qapp) -> Iterator[None]:
    """Pages of a window outlive it until Python collects them, and each makes styling the next window slower."""
    yield
    for widget in qapp.topLevelWidgets():
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with photos a, b, c of 120 × 80; a shows a car (100 × 60), a dent (30 × 20) and a scratch (10 × 6)."""
    photos = []
    for number, name in enumerate("abc"):
        path = tmp_path / "photos" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((HEIGHT, WIDTH, 3), 60 + 40 * number, np.uint8)).save(path)
        photos.append(Photo(name, str(path), path.name, WIDTH, HEIGHT, split="train" if name != "c" else "val"))
    regions = (
        rectangle("car", "car", (10, 10, 100, 60)),
        rectangle("dent", "dent", (20, 20, 30, 20)),
        rectangle("scratch", "scratch", (70, 40, 10, 6)),
    )
    project = tmp_path / "Batch 7"
    with Project.create(project) as made:
        annotated = [AnnotatedPhoto(photos[0], regions), *(AnnotatedPhoto(photo) for photo in photos[1:])]
        made.add(annotated, LABELS, "Import")
    return project


@pytest.fixture
def session(qapp, folder: Path) -> Iterator[Session]:
    """A session with the project open."""
    made = Session()
    made.open(folder)
    yield made
    made.close()


@pytest.fixture
def background(qapp) -> Iterator[Background]:
    """Threads, closed at the end."""
    made = Background()
    yield made
    made.close()


@pytest.fixture
def answers() -> Answers:
    """The dialogs of `built`."""
    return Answers()


@pytest.fixture
def built(qtbot, tmp_path: Path, answers: Answers) -> Iterator[Built]:
    """The whole window, shown, without a project."""
    made = build(qtbot_app(), settings=Settings(tmp_path / "settings.json"), dialogs=answers)
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    qtbot.waitExposed(made.window)
    made.window.make_pages()  # as `start` does
    yield made
    made.window.close()
    made.close()


@pytest.fixture
def opened(built: Built, folder: Path) -> Built:
    """The window with the project open."""
    built.projects.open(folder)
    return built


def qtbot_app():
    """The running QApplication."""
    from qtpy.QtWidgets import QApplication

    return QApplication.instance()


@pytest.fixture
def wait(qtbot) -> Callable[[Callable[[], object]], None]:
    """Wait until something holds."""
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=90_000)
