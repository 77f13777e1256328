"""What the menus of the window offer, whatever page is shown; each page adds its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .commands.actions import Action
from .language import tr

if TYPE_CHECKING:
    from .annotate.page import AnnotatePage
    from .main_window import MainWindow
    from .projects import Projects
    from .settings import Settings


def add_work(window: MainWindow, projects: Projects, annotate: AnnotatePage, settings: Settings) -> None:
    """File and Edit, before those of the pages."""
    transfer = annotate.transfer

    def import_files() -> None:
        projects.bring_in(transfer.asked_files(), transfer.import_paths)

    def import_folder() -> None:
        projects.bring_in(transfer.asked_folder(), transfer.import_paths)

    opening = [
        Action("new_project", tr("New project…"), ("Ctrl+N",), tr("Make a project in a new folder"), projects.new),
        Action("open_project", tr("Open project…"), ("Ctrl+O",), tr("Open a project's folder"), projects.choose),
    ]
    moving = [
        Action(
            "import", tr("Import annotations…"), ("Ctrl+I",), tr("VIA, COCO, labelme, CVAT, YOLO, VOC"), import_files
        ),
        Action("import_folder", tr("Import a folder…"), (), tr("Bring in a folder of photos"), import_folder),
        Action("export", tr("Export…"), ("Ctrl+E",), tr("Write the annotations in any format"), transfer.export),
        Action("save", tr("Save"), ("Ctrl+S",), tr("Nothing to do: every edit is on disk at once"), window.say_saved),
        *annotate.data_check.actions(),
    ]
    editing = [
        Action("undo", tr("Undo"), ("Ctrl+Z",), tr("Take the last edit back"), window.undo),
        Action("redo", tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), tr("Do it again"), window.redo),
    ]
    window.menus.add(tr("File"), opening)
    window.menus.add_recent(tr("File"), settings.recent, projects.open)
    window.menus.add(
        tr("File"),
        [Action("open_sample", tr("Open sample project"), (), tr("Drawn cars to try things on"), projects.open_sample)],
    )
    window.menus.add_separator(tr("File"))
    window.menus.add(tr("File"), moving)
    window.menus.add_separator(tr("File"))
    window.menus.add(tr("File"), [Action("quit", tr("Quit"), ("Ctrl+Q",), tr("Trainings go on"), window.close)])
    window.menus.add(tr("Edit"), editing)
    window.menus.add_separator(tr("Edit"))
    window.menus.add_page(tr("Edit"), window.page_actions)
    window.menus.add(tr("Edit"), [Action("settings", tr("Settings…"), ("Ctrl+,",), "", window.show_settings)])


def add_window(window: MainWindow) -> None:
    """View and Help, after those of the pages."""
    whole = tr("Fill the screen, or be a window again")
    panels = (
        ("list", tr("List"), "F8", tr("Show or hide the list beside the work: photos, or jobs and models")),
        ("details", tr("Details"), "F9", tr("Show or hide what is known of the photo: damage, regions, findings")),
        ("history", tr("History"), "Ctrl+H", tr("Show or hide all edits, to go back to any moment of the work")),
    )

    def toggle(name: str) -> None:
        window.panels().toggle(name)

    def is_open(name: str) -> bool:
        return window.panels().is_open(name)

    switches = [
        (Action(f"panel_{name}", text, (key,), hint, partial(toggle, name)), partial(is_open, name))
        for name, text, key, hint in panels
    ]
    window.menus.add_separator(tr("View"))
    window.menus.add_switches(tr("View"), switches)
    window.menus.add_separator(tr("View"))
    window.menus.add(
        tr("View"),
        [
            Action("full_screen", tr("Full screen"), ("F11",), whole, window.toggle_full_screen),
            Action(
                "reset_layout", tr("Reset layout"), (), tr("Put every panel back in its place"), window.reset_layout
            ),
        ],
    )
    window.menus.add(
        tr("Help"),
        [
            Action("keys", tr("All keys"), ("F1", "?"), tr("See, search and change the keys"), window.show_keys),
            Action(
                "commands",
                tr("Commands…"),
                ("Ctrl+K",),
                tr("Find what to do by a part of its name"),
                window.show_commands,
            ),
        ],
    )
