"""The Inspect page: predicted damage on photos, findings to decide on, and the damage figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from qtpy.QtWidgets import QStackedWidget, QWidget

from cardamage_core.annotations.confidence import is_above
from cardamage_core.annotations.model import Review
from cardamage_core.text import amount

from ..background import Background
from ..commands import actions
from ..commands.actions import Action
from ..commands.editor import keyed
from ..session import Session
from ..settings import Settings
from ..widgets import common
from ..widgets.dialogs import Dialogs
from ..widgets.docks import LEFT, RIGHT, Docks, Panel
from ..widgets.thumbnails import Thumbnails
from .findings import FindingsPanel, decided, findings_of
from .photo_panel import DamageFigures, PhotoPanel
from .prediction_run import Outliner, Outlining
from .viewer import Viewer

if TYPE_CHECKING:
    from cardamage_core.models.registry import Model
    from cardamage_core.project import PhotoSummary, Project
    from cardamage_core.project.prediction_log import Look

NO_MODEL = "There is no model yet: train one, then outline damage with it."
BESIDE = "Where regions are already, the model's stand beside them, and count only once somebody accepts them."


def choices_for(photos: Sequence[PhotoSummary], looks: Mapping[str, Look], model: str) -> dict[str, list[str]]:
    """On which photos a model can be asked, by the text of the choice: new ones, those without regions, all."""
    readable = [photo for photo in photos if not photo.missing]
    done = {photo for photo, look in looks.items() if look.model == model and not look.problem}
    return {
        "New photos": [photo.id for photo in readable if photo.id not in done],
        "Photos without regions": [photo.id for photo in readable if not photo.regions],
        "All photos": [photo.id for photo in readable],
    }


class InspectPage(QWidget):
    """Photos at the left, the photo with its findings in the middle, what they mean at the right."""

    hint_changed = Signal(str)
    pointer_moved = Signal(float, float)
    fact_changed = Signal(str, str)  # name and text of a fact for the status bar

    def __init__(
        self,
        session: Session,
        background: Background,
        settings: Settings,
        dialogs: Dialogs,
        *,
        worker: Callable[[Path], Outliner] | None = None,
    ) -> None:
        super().__init__()
        self._session, self._background, self._settings, self._dialogs = session, background, settings, dialogs
        self._wanted_model = ""
        self._showing = ""  # the photo being shown; not the session's while the page is out of view
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self._outlining = Outlining(session, background, self, worker=worker or _predictor)
        self._make()
        self._arrange()
        self._listen()
        self._actions = self._offered()
        self.docks.share(actions.bind(self, self._actions).values())

    def offered_actions(self) -> list[Action]:
        """What can be done here."""
        return list(self._actions)

    def use_model(self, model_id: str) -> None:
        """Choose a model by its id, as soon as it is listed."""
        self._wanted_model = model_id
        self._read_models()

    def canvas_message(self) -> str:
        """What stands where the photo would be, "" when it is shown."""
        return self._viewer.message

    def close_predictor(self) -> None:
        """End the worker process."""
        self._outlining.close()

    # What a person asks for

    def open_photos(self) -> None:
        """Ask for photos and bring them into the project."""
        if self._session.project is not None:
            self.add_photos(self._dialogs.files(self, "Open photos"))

    def add_photos(self, paths: Sequence[Path]) -> None:
        """Bring photos into the project and show the first of them."""
        project = self._session.project
        if not paths or project is None:
            return
        from cardamage_core.project.import_apply import add_photos

        done = partial(self._added, project)
        self._background.run(lambda: add_photos(project, paths), done, self._session.failed.emit, urgent=True)

    def outline(self) -> None:
        """Outline the damage on the current photo."""
        self._outlining.outline([self._session.current] if self._session.current else [])

    def outline_all(self) -> None:
        """Outline the damage on all photos that can be read, or those of them that are asked for."""
        model = self._outline_bar.model()
        if model is not None and not self._outlining.busy:
            choices = choices_for(self._session.photos(), self._session.looks(), model.card.id)
            self._outlining.outline(self._chosen_photos(choices))

    def _chosen_photos(self, choices: Mapping[str, list[str]]) -> list[str]:
        """Ask on which photos, where that makes a difference."""
        offered = {text: photos for text, photos in choices.items() if photos}
        if len({tuple(photos) for photos in offered.values()}) < 2:
            return next(iter(offered.values()), [])
        answers = (*(f"{text} ({len(photos)})" for text, photos in offered.items()), "Cancel")
        choice = self._dialogs.choose(self, "Outline damage on which photos?", BESIDE, answers)
        return list(offered.values())[choice] if choice < len(offered) else []

    def decide(self, review: Review) -> None:
        """Accept or reject the current finding and go on to the next open one."""
        row = self._panel.table.current()
        photo = self._session.current
        if row is None or not photo:
            return
        before = self._session.regions(photo)
        after = decided(before, row.region.id, review)
        text = f"{'Accept' if review == 'accepted' else 'Reject'} {row.region.label}"
        if self._session.edit(photo, before, after, text):
            self._panel.table.next_open()

    def step(self, by: int) -> None:
        """Show the next or previous photo."""
        ids = [photo.id for photo in self._session.photos()]
        if self._session.current in ids:
            at = ids.index(self._session.current) + by
            self._session.select(ids[max(0, min(len(ids) - 1, at))])

    # What happened

    def _project_changed(self) -> None:
        self._outlining.close()
        self._outlining.use(None)
        self._outline_bar.show_models((), "")
        self._showing = ""
        self._read_models()

    def _photos_changed(self) -> None:
        self._stack.setCurrentWidget(self.docks if self._session.photos() else self._empty)

    def _photo_changed(self, photo_id: str) -> None:
        if photo_id == self._showing:
            self._show_findings()

    def _show_photo(self, photo_id: str) -> None:
        """Out of view nothing is loaded or worked out; `showEvent` makes up for it."""
        self._showing = photo_id if self.isVisible() else ""
        if self._showing:
            photo = self._session.photo(photo_id)
            self._viewer.show_photo(photo, self._session.path_of(photo))
        else:
            self._viewer.show_no_photo()
        self._show_findings()

    def _show_findings(self) -> None:
        photo_id = self._session.current
        if not photo_id or photo_id != self._showing:
            self._panel.show_nothing()
            return
        from cardamage_core.assessment.damage import assess

        photo, regions, labels = self._session.photo(photo_id), self._session.regions(photo_id), self._session.labels()
        threshold = self._viewer.toolbar.threshold()
        damage = assess(photo, regions, labels, threshold=threshold)
        hidden = sum(not is_above(region, threshold) for region in regions)
        self._viewer.canvas.show_regions(regions, labels)
        rows = findings_of(regions, labels, damage, threshold)
        self._viewer.canvas.set_numbers({row.region.id: str(row.number) for row in rows})
        look = self._session.looks().get(photo_id)
        self._panel.show_findings(damage, rows, hidden=hidden, threshold=threshold, look=look)

    def _threshold_changed(self, value: float) -> None:
        self._viewer.show_threshold(value)
        self._figures.forget()
        self._show_findings()

    def _row_chosen(self, region_id: str) -> None:
        self._viewer.canvas.select((region_id,) if region_id else ())

    def _model_chosen(self, model: Model | None) -> None:
        self._outlining.use(model)
        self._show_work()
        if model is not None and self.isVisible():
            self._outlining.warm_up()

    def _read_models(self) -> None:
        project = self._session.project
        if project is not None:
            folder = project.models_folder
            self._background.run(lambda: _models(folder), partial(self._show_models, project))

    def _show_models(self, project: Project | None, models: list[Model]) -> None:
        if project is not self._session.project:
            return
        chosen = self._outline_bar.model()
        self._outline_bar.show_models(models, self._wanted_model or (chosen.card.id if chosen else ""))
        self._wanted_model = ""

    def _show_work(self, _photo: str = "") -> None:
        model = self._outline_bar.model()
        why_not = "" if model else NO_MODEL
        possible = model is not None and bool(self._session.current) and not self._session.read_only
        self._outline_bar.show_work(busy=self._outlining.busy, possible=possible, why_not=why_not)
        self._viewer.show_work(self._outlining.text(), self._outlining.fraction())

    def _outlined(self, photos: int, regions: int, failures: int) -> None:
        self._session.said.emit(outlined_said(photos, regions, failures))

    def _added(self, project: Project, first: str) -> None:
        if project is not self._session.project:
            return
        self._session.refresh()
        if first:
            self._session.select(first)

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        """Coming into view: show what was chosen meanwhile, list new models, load the one in use."""
        super().showEvent(event)
        if self._session.project is None:
            return
        self._read_models()
        if self._showing != self._session.current:
            self._show_photo(self._session.current)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take photos; annotations and folders are the window's."""
        if _photos_in(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the photos that were dropped."""
        event.acceptProposedAction()
        self.add_photos(_photos_in(event))

    # Building

    def _make(self) -> None:
        self._viewer = Viewer(self._background, self._settings)
        self._panel = FindingsPanel()
        self._outline_bar = self._panel.outline_bar
        self._figures = DamageFigures(self._session, self._background, self)
        add = common.icon_button("image-plus-outline", "Open photos…", self.open_photos)
        keyed(add, "inspect_open", "Open photos…", key="Ctrl+Shift+O")
        thumbnails = Thumbnails(self._session, self._background, self)
        self._photos = PhotoPanel(self._session, thumbnails, self._figures, add)
        self._empty = common.EmptyState(
            "Open the photos of a car, or drop them here, to see its damage outlined.",
            common.button("Open photos…", self.open_photos, "primary"),
            title="No photos yet",
        )

    def _arrange(self) -> None:
        panels = (
            Panel("list", "Photos", self._photos, LEFT, 270),
            Panel("details", "Findings", self._panel, RIGHT, 330),
        )
        self.docks = Docks(self._viewer, panels)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.docks)
        common.rows(self).addWidget(self._stack)

    def _listen(self) -> None:
        session = self._session
        session.project_changed.connect(self._project_changed)
        session.photos_changed.connect(self._photos_changed)
        session.current_changed.connect(self._show_photo)
        session.current_changed.connect(self._show_work)
        session.photo_changed.connect(self._photo_changed)
        session.labels_changed.connect(self._show_findings)
        canvas, toolbar, bar = self._viewer.canvas, self._viewer.toolbar, self._outline_bar
        self._panel.table.chosen.connect(self._row_chosen)
        canvas.selection_changed.connect(self._panel.table.choose)
        canvas.hint_changed.connect(self.hint_changed)
        canvas.pointer_moved.connect(self.pointer_moved)
        toolbar.threshold_changed.connect(self._show_findings)
        toolbar.threshold_settled.connect(session.set_threshold)
        session.threshold_changed.connect(self._threshold_changed)
        self._outlining.changed.connect(self._show_work)
        self._outlining.failed.connect(session.failed)
        self._outlining.finished.connect(self._outlined)
        bar.model_chosen.connect(self._model_chosen)
        bar.outline.connect(self.outline)
        bar.outline_all.connect(self.outline_all)
        bar.stop.connect(self._outlining.stop)

    def _offered(self) -> list[Action]:
        return [
            Action("next_photo", "Next photo", ("D",), "Show the next photo of the list", partial(self.step, 1)),
            Action("previous_photo", "Previous photo", ("A",), "Show the photo before", partial(self.step, -1)),
            Action("inspect_accept", "Accept finding", ("Y",), "Accept the finding", partial(self.decide, "accepted")),
            Action("inspect_reject", "Reject finding", ("N",), "Reject the finding", partial(self.decide, "rejected")),
            Action("inspect_findings", "Show findings", ("M",), "", partial(self._viewer.show_overlay, True)),
            Action("inspect_original", "Show the original", ("O",), "", partial(self._viewer.show_overlay, False)),
            Action("fit", "Fit", ("F",), "Show the whole photo", self._viewer.canvas.fit),
            Action("inspect_outline", "Outline damage", ("Ctrl+D",), "Outline this photo", self.outline),
            Action("inspect_open", "Open photos…", ("Ctrl+Shift+O",), "", self.open_photos),
        ]


def outlined_said(photos: int, regions: int, failures: int) -> str:
    """What came of outlining: photos that were, regions seen on them, and photos that could not be outlined."""
    found = amount(regions, "region") if regions else "no damage"
    said = f"Outlined {amount(photos, 'photo')}: {found} seen" if photos else "No photo was outlined"
    return f"{said}; {amount(failures, 'photo')} could not be" if failures else said


def _photos_in(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    from cardamage_core.files import PHOTO_SUFFIXES

    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    photos = [path for path in paths if path.suffix.lower() in PHOTO_SUFFIXES]
    return photos if len(photos) == len(paths) else []


def _predictor(*models: Path) -> Outliner:
    from cardamage_core.inference.client import Predictor

    return Predictor(*models)


def _models(folder: Path) -> list[Model]:
    from cardamage_core.models import registry

    return registry.damage_models(folder)
