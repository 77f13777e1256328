"""Builds all objects of the window and starts it.

1. forget Qt plugin folders that plain opencv-python sets; cv2 is imported only after QApplication exists
2. see that there is a display, else one sentence
3. QApplication, settings, language, colours, crash reporter
4. session, background, watch, window, Annotate and the page to be shown: all empty, nothing is read
5. show the window; after its first paint the other pages are made and the project given (or the last one) is opened,
   then jobs and device are looked at in the background; curves and the predictor are loaded when they are first needed
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cardamage_core.errors import CarDamageError

from . import platform
from .language import tr

if TYPE_CHECKING:
    from qtpy.QtWidgets import QApplication

    from .annotate.page import AnnotatePage
    from .background import Background
    from .canvas import Canvas
    from .editing.loading import PhotoLoader
    from .editing.outliners import Outliners
    from .inspect.page import InspectPage
    from .main_window import MainWindow
    from .projects import Projects
    from .session import Session
    from .settings import Settings
    from .train.jobs import JobsWatch
    from .train.page import TrainPage
    from .widgets.dialogs import Dialogs
    from .widgets.welcome import Welcome


def main(argv: list[str]) -> int:
    """Open the window, with the project, annotations or photos that `argv` names, if any; the exit status."""
    platform.drop_foreign_plugins(os.environ)
    platform.leave_out_gl(os.environ)
    try:
        platform.check()
    except CarDamageError as error:
        print(f"cardamage: {error.title}\n  {error.detail}", file=sys.stderr)  # noqa: T201 there is no window to say it in
        return 1
    return _run(Path(argv[0]).absolute() if argv else None)


@dataclass(frozen=True)
class Built:
    """The objects that `build` made."""

    window: MainWindow
    session: Session
    background: Background
    watch: JobsWatch
    projects: Projects
    settings: Settings
    annotate: AnnotatePage
    welcome: Welcome
    outliners: Outliners

    @property
    def train(self) -> TrainPage:
        """The Train page, made when it is first asked for."""
        return cast("TrainPage", self.window.page("train"))

    @property
    def inspect(self) -> InspectPage:
        """The Inspect page, made when it is first asked for."""
        return cast("InspectPage", self.window.page("inspect"))

    def start(self, given: Path | None) -> None:
        """Make the other pages, take what was given, or open the last project, and look at the device."""
        self.window.make_pages()
        if given is not None:
            self.take(given)
        else:
            self.projects.reopen_last()
        from . import platform

        self.background.run(_models_text, self.welcome.show_models)
        self.background.run(platform.text, lambda text: self.window.foot.show_text("device", text))

    def take(self, given: Path) -> None:
        """Open a project or make one in a new folder; photos and annotations are taken as if they had been dropped."""
        from .projects import kind_of

        if kind_of(given) == "material":
            _dropped(self, [given])
        else:
            self.projects.open_or_create(given)

    def come_up(self, given: Path | None) -> None:
        """Another start of the program: show this window, and take what was given to it."""
        from qtpy.QtCore import Qt

        self.window.make_pages()
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()
        if given is not None:
            self.take(given)

    def close(self) -> None:
        """End what runs in this process; trainings go on."""
        self.watch.close()
        self.annotate.prelabelling.close()
        if self.window.is_made("inspect"):
            self.inspect.close_predictor()
        self.outliners.close()
        self.background.close()
        self.session.close()


def _models_text() -> str:
    from cardamage_core.models import registry

    return registry.bundled_summary()


def build(app: QApplication, *, settings: Settings | None = None, dialogs: Dialogs | None = None) -> Built:
    """Make all objects and tie them together; nothing is shown, and no project is read, yet."""
    from . import look, main_menus
    from .annotate.page import AnnotatePage
    from .background import Background
    from .editing.outliners import Outliners
    from .main_window import MainWindow, PageEntry
    from .projects import Nightly, Projects
    from .session import Session
    from .settings import Settings, default_path
    from .system_theme import SystemTheme
    from .train.jobs import JobsWatch
    from .widgets.dialogs import Dialogs

    settings, dialogs = settings or Settings(default_path()), dialogs or Dialogs()
    system = SystemTheme(app)
    look.apply(app, settings.get("theme"))
    background, session = Background(), Session()
    Nightly(session, background, settings)
    watch = JobsWatch(session, background)
    window = MainWindow(session, watch, settings, dialogs)
    system.setParent(window)
    projects = Projects(session, background, settings, dialogs, window)
    outliners = Outliners.of(lambda: str(settings.get("click_model")))
    annotate = AnnotatePage(session, background, dialogs, outliners=outliners)
    welcome = _made_welcome(projects, settings, annotate, lambda: _inspect_photos(built))
    window.set_welcome(welcome)
    built = Built(window, session, background, watch, projects, settings, annotate, welcome, outliners)
    main_menus.add_work(window, projects, annotate, settings)
    for entry in (
        PageEntry("annotate", tr("Annotate"), "vector-polygon", lambda: annotate),
        PageEntry("train", tr("Train"), "chart-timeline-variant", partial(_made_train, built, dialogs)),
        PageEntry("inspect", tr("Inspect"), "magnify-scan", partial(_made_inspect, built, dialogs), alone=True),
    ):
        window.add_page(entry)
    window.page("annotate")
    main_menus.add_window(window)
    _tie(app, built)
    system.changed.connect(lambda: look.apply(app, "system") if settings.get("theme") == "system" else None)
    start = settings.get("start_page")
    window.show_page(settings.get("page") if start == "last" else start)
    return built


def _made_inspect(built: Built, dialogs: Dialogs) -> InspectPage:
    from .inspect.page import InspectPage
    from .projects import Nightly

    page = InspectPage(built.session, built.background, built.settings, dialogs, outliners=built.outliners)
    Nightly(page.session, built.background, built.settings)
    _follow_settings(built.settings, page.viewer.canvas, page.viewer.loader, page.queue.want)
    return page


def _made_train(built: Built, dialogs: Dialogs) -> TrainPage:
    from .train.page import TrainPage

    def try_model(model_id: str) -> None:
        built.window.show_page("annotate")
        built.annotate.prelabelling.open(model_id)

    page = TrainPage(built.session, built.background, built.watch, dialogs)
    page.try_model.connect(try_model)
    page.photo_chosen.connect(partial(_show_photo, built))
    page.evaluated_chosen.connect(partial(_show_evaluated, built))
    page.dropped.connect(lambda split, paths: built.annotate.transfer.import_paths(paths, split=split))
    return page


def _inspect_photos(built: Built) -> None:
    """The start page's way to a claim."""
    built.window.show_page("inspect")
    built.inspect.open_photos()


def _made_welcome(
    projects: Projects, settings: Settings, annotate: AnnotatePage, inspect_photos: Callable[[], None]
) -> Welcome:
    from .widgets.welcome import Welcome

    transfer = annotate.transfer
    welcome = Welcome(
        inspect=inspect_photos,
        sample=projects.open_sample,
        new=projects.new,
        open_=projects.choose,
        import_=lambda: projects.with_project(transfer.import_files),
        recent=projects.open,
    )
    welcome.show_recent(settings.recent())
    projects.busy.connect(welcome.show_busy)
    return welcome


def _tie(app: QApplication, built: Built) -> None:
    """What one object says and another one does."""
    from . import look
    from .annotate.place import PlaceKeeper
    from .settings import TABLE

    window, settings = built.window, built.settings

    def setting_changed(name: str) -> None:
        if name == "theme":
            look.apply(app, settings.get("theme"))
        elif name == "engine":
            _take_engine(settings)

    def sample_opened() -> None:
        if not settings.get("first_steps"):
            settings.set("first_steps", True)
            window.show_page("annotate")
            built.annotate.first_steps.show()

    transfer = built.annotate.transfer
    built.annotate.first_steps.own_wanted.connect(
        partial(built.projects.begin_with, transfer.asked_folder, transfer.import_paths)
    )
    settings.changed.connect(setting_changed)
    _follow_settings(settings, built.annotate.canvas, built.annotate.loader, built.annotate.prelabelling.want)
    if settings.get("engine") != TABLE["engine"].default:
        _take_engine(settings)
    built.background.failed.connect(window.tell)
    built.projects.failed.connect(window.tell)
    built.projects.opened.connect(PlaceKeeper(built.session, settings, built.annotate).come_back)
    built.projects.sample_opened.connect(sample_opened)
    window.dropped.connect(partial(_dropped, built))


def _follow_settings(settings: Settings, canvas: Canvas, loader: PhotoLoader, want: Callable[[str], None]) -> None:
    """What settings mean for a page with photos, now and when they change."""

    def take(name: str) -> None:
        value = settings.get(name)
        if name == "unfinished":
            canvas.set_completing(value == "complete")
        elif name == "photo_cache":
            loader.most = 1_000_000 * value
        elif name == "model" and value:
            want(value)

    settings.changed.connect(take)
    for name in ("unfinished", "photo_cache", "model"):
        take(name)


def _take_engine(settings: Settings) -> None:
    """The processes that predict read it when they start; what the environment says holds until it is set here."""
    from cardamage_core.inference.worker import ENGINE  # loads what a start should not wait for

    os.environ[ENGINE] = settings.get("engine")


def _show_photo(built: Built, photo_id: str) -> None:
    """A photo that another page speaks of."""
    if built.session.place(photo_id) >= 0:
        built.session.select(photo_id)
        built.window.show_page("annotate")


def _show_evaluated(built: Built, photo_id: str, folder: Path) -> None:
    """A photo that a model was judged by, with what it saw there beside what is annotated."""
    _show_photo(built, photo_id)
    built.annotate.comparing.read(folder)
    built.session.said.emit(tr("Dashed is what the model saw; W hides it, Shift+W compares region by region."))


def _dropped(built: Built, paths: list[Path]) -> None:
    """A project is opened; archives, and on Inspect everything else, become a claim; elsewhere it is imported."""
    from cardamage_core.files import ARCHIVE_SUFFIXES

    window = built.window
    if built.projects.is_project(paths):
        built.projects.open(paths[0])
    elif window.shown == "inspect" or all(path.suffix.lower() in ARCHIVE_SUFFIXES for path in paths):
        window.show_page("inspect")
        built.inspect.take(paths)
    else:
        window.show_page("annotate")
        built.projects.bring_in(paths, built.annotate.transfer.import_paths)


STAYING = 3  # full collections, those of the start and of the first work, whose survivors stay


def keep_what_stays() -> None:
    """Let the garbage collector never look at what is there now, nor again at what survived its first full collections.

    Modules, widgets and models are 200,000 objects: looking at them takes 0.1 to 0.3 s, during which no thread runs.
    """
    gc.freeze()
    left = STAYING

    def collected(phase: str, info: dict[str, int]) -> None:
        nonlocal left
        if phase == "stop" and info["generation"] == 2:
            gc.freeze()
            left -= 1
            if left == 0:
                gc.callbacks.remove(collected)

    gc.callbacks.append(collected)


def _run(folder: Path | None) -> int:
    from qtpy.QtCore import Qt, QTimer
    from qtpy.QtGui import QIcon
    from qtpy.QtWidgets import QApplication

    from cardamage_core import files

    for attribute in (Qt.ApplicationAttribute.AA_EnableHighDpiScaling, Qt.ApplicationAttribute.AA_UseHighDpiPixmaps):
        QApplication.setAttribute(attribute)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the terminal ends the program: nothing is ever unsaved
    app = QApplication(["cardamage"])
    app.setApplicationName("CarDamage")
    app.setDesktopFileName("cardamage")
    app.setWindowIcon(QIcon(str(files.resource("desktop/cardamage.svg"))))
    from . import language
    from .settings import Settings, default_path
    from .single_instance import Door, hand_over, name_for

    name = name_for(default_path())
    if hand_over(name, folder):
        return 0
    from . import crash

    reporter = crash.CrashReporter(crash.default_log())
    reporter.install()
    settings = Settings(default_path())
    language.install(app, settings.get("language"))
    built = build(app, settings=settings)
    door = Door(name, app)
    door.asked.connect(built.come_up)
    reporter.told.connect(built.window.tell)
    built.window.show()
    keep_what_stays()
    QTimer.singleShot(0, lambda: built.start(folder))  # after the first paint
    try:
        return app.exec()
    finally:
        door.close()
        built.close()
        reporter.remove()
