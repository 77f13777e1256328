"""Compares a photo's regions with another annotator's or a model's, in a panel at the lower corner of the canvas.

Another project or annotation file is opened and read in the background, photo by photo; it is never changed. A model's
outlines lie in the photo itself, as regions of that origin.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import QObject

from cardamage_core.annotations import agreement, edits
from cardamage_core.annotations.agreement import Comparison, Regions
from cardamage_core.annotations.edits import copied
from cardamage_core.annotations.labels import new_labels
from cardamage_core.annotations.model import Label, Region
from cardamage_core.errors import CarDamageError

from ..background import Background, Latest, Task
from ..canvas import Canvas
from ..commands.actions import Action
from ..language import amount, mark, tr, translated
from ..session import Session
from ..widgets.dialogs import Dialogs, annotation_kinds
from .compare_panel import FILE, MODEL, NONE, PROJECT, ComparedRow, ComparePanel

if TYPE_CHECKING:
    from cardamage_core.project.reference import Reference

OTHERS = "others"  # the chooser's value for another project or file


class Comparing(QObject):
    """Shows the other side's outlines on the canvas and the agreement in the panel."""

    def __init__(self, session: Session, background: Background, dialogs: Dialogs, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._session, self._background, self._dialogs, self._canvas = session, background, dialogs, canvas
        self.panel = ComparePanel(canvas)
        self._source = NONE
        self._others: Reference | None = None
        self._reading: Task | None = None
        self._shown = True
        self._seen: Compared | None = None
        self._latest = Latest(background, self)
        self._latest.found.connect(self._compared)
        self.panel.chosen.connect(self._choose)
        self.panel.pointed.connect(self._point_out)
        self.panel.wanted.connect(self._take_over)
        session.project_changed.connect(self.stop)
        session.current_changed.connect(self._photo_shown)
        session.photo_changed.connect(self._photo_changed)
        session.threshold_changed.connect(self._look)

    def actions(self) -> list[Action]:
        """What can be done."""
        hint = tr("Show another annotator's or a model's outlines over the photo")
        toggle = tr("Show or hide the outlines compared with")
        return [
            Action("compare", tr("Compare with…"), ("Shift+W",), hint, self.open),
            Action("compare_show", tr("Show what is compared"), ("W",), toggle, self.toggle),
        ]

    def open(self) -> None:
        """Show the panel, or put it away."""
        if self.panel.isVisible():
            self.panel.hide()
            return
        self._offer()
        self.panel.open()
        self.panel.source.setFocus()

    def toggle(self) -> None:
        """Show or hide the other side's outlines; without one ask for it."""
        if self._source == NONE:
            self.open()
            return
        self._shown = not self._shown
        self._paint()
        self._session.said.emit("" if self._shown else tr("The outlines compared with are hidden (W shows them)."))

    def stop(self) -> None:
        """Stop comparing."""
        self._latest.drop()
        self._close_others()
        self._source = NONE
        self._forget()

    def read(self, path: Path) -> None:
        """Compare with a project's folder, an annotation file or what a model saw in an evaluation."""
        self.stop()
        self.panel.say(tr("Reading {path}…", path=path.name))
        work = partial(_opened, path)
        self._reading = self._background.run_reporting(work, self._read, self._refused, urgent=True)

    # What a person does

    def _choose(self, key: str) -> None:
        if key == PROJECT:
            path = self._dialogs.folder(self.panel, tr("Compare with the project in"))
        elif key == FILE:
            path = next(
                iter(self._dialogs.files(self.panel, tr("Compare with the annotations in"), annotation_kinds())), None
            )
        else:
            self._use(key)
            return
        if path is not None:
            self.read(path)
        self._offer()

    def _use(self, key: str) -> None:
        if key == self._source:
            return
        self.stop()
        self._source, self._shown = key, True
        self._look()

    def _point_out(self, row: ComparedRow | None) -> None:
        self._canvas.point_out(row.theirs if row and self._shown else "")
        if row and row.ours:
            self._canvas.select((row.ours,))

    def _take_over(self, row: ComparedRow) -> None:
        """A region of a model lies in the photo already: it is accepted. Another one is copied."""
        photo_id = self._session.current
        region = next((one for one in self._theirs() if one.id == row.theirs), None)
        if region is None or not photo_id or self._session.read_only:
            return
        name = region.label or tr("region")
        if self._source.startswith(MODEL):
            before = self._session.regions(photo_id)
            after = edits.replace(before, region, edits.set_review(region, "accepted"))
            done = self._session.edit(photo_id, before, after, mark(f"Take over {name} of {self._name()}"))
        else:
            new, labels = copied([region]), self._new_labels(region)
            done = self._session.add_regions(photo_id, new, labels, mark(f"Take over {name} from {self._name()}"))
        if done:
            self._session.said.emit(
                tr("Took over {name} from {source}. Ctrl+Z takes it back.", name=name, source=self._name())
            )

    # What happened

    def _read(self, found: Reference) -> None:
        self._reading = None
        self._source, self._others, self._shown = OTHERS, found, True
        self._offer()
        self._look()

    def _refused(self, error: CarDamageError) -> None:
        self._reading = None
        self._offer()
        self.panel.say(translated(f"{error.title} {error.detail}".strip()), bad=True)

    def _photo_shown(self, _photo: str) -> None:
        self._latest.drop()
        self._forget()
        if self.panel.isVisible():
            self._offer()
        self._look()

    def _photo_changed(self, photo_id: str) -> None:
        if photo_id == self._session.current:
            if self.panel.isVisible():  # there may be a model more; out of view it is not needed
                self._offer()
            self._look()

    def _look(self) -> None:
        """Compare the photo shown, in the background."""
        photo_id, session = self._session.current, self._session
        if self._source == NONE or not photo_id:
            return
        regions, labels, threshold = session.regions(photo_id), self._labels(), session.threshold
        if self._others is None:
            model = self._source.removeprefix(MODEL)
            self._latest.ask(partial(with_model, photo_id, regions, model, labels, threshold=threshold))
            return
        photo = session.photo(photo_id)
        find = partial(self._others.on, photo, session.path_of(photo))
        self._latest.ask(partial(with_others, photo_id, regions, find, labels, threshold=threshold))

    def _compared(self, found: Compared | CarDamageError) -> None:
        if isinstance(found, CarDamageError):
            self._refused(found)
            return
        if found.photo != self._session.current:
            return
        self._seen = found
        self._paint()
        if found.theirs is None or found.comparison is None:
            self.panel.say(tr("{name} does not know this photo.", name=self._name()))
            return
        rows = rows_of(found, found.comparison)
        figure = found.comparison.agreement
        self.panel.show_comparison(
            tr("{percent:.0f} % agreement", percent=100 * figure) if figure is not None else "",
            rows,
            said=summary_of(found.comparison) if rows else tr("Neither side has a region here."),
            may_take=not self._session.read_only,
        )

    # What there is

    def _theirs(self) -> Regions:
        return (self._seen.theirs or ()) if self._seen else ()

    def _labels(self) -> tuple[Label, ...]:
        """The project's labels, and those that only the other side has."""
        ours = self._session.labels()
        names = {label.name for label in ours}
        theirs = self._others.labels if self._others else ()
        return (*ours, *(label for label in theirs if label.name not in names))

    def _new_labels(self, region: Region) -> tuple[Label, ...]:
        """The label of a region in the next free colour, with the role it has for the other side; () if it is known."""
        roles = {label.name: label.role for label in self._labels()}
        fresh = new_labels([region.label], self._session.labels())
        return tuple(Label(one.name, one.color, one.key, roles.get(one.name, one.role)) for one in fresh)

    def _name(self) -> str:
        return self._others.text if self._others else self._source.removeprefix(MODEL)

    def _offer(self) -> None:
        current = self._session.current
        here = agreement.models(self._session.regions(current)) if current else ()
        chosen = (self._source.removeprefix(MODEL),) if self._source.startswith(MODEL) else ()
        self.panel.offer(tuple(dict.fromkeys((*here, *chosen))), self._source, self._name())

    def _paint(self) -> None:
        self._canvas.show_theirs(self._theirs() if self._shown else (), self._labels())

    def _forget(self) -> None:
        self._seen = None
        self._canvas.show_theirs(())
        self._canvas.point_out("")
        self.panel.show_comparison("", ())

    def _close_others(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self._others is not None:
            self._others.close()
            self._others = None


def _opened(path: Path, task: Task) -> Reference:
    from cardamage_core.jobs import evaluations  # loads every format

    found = evaluations.reference_at(path)
    if task.cancelled():  # the result reaches no one who would close it
        found.close()
    return found


class Compared(NamedTuple):
    """What came of a look at one photo; `theirs` is None where the other side does not know the photo."""

    photo: str
    theirs: Regions | None
    comparison: Comparison | None
    ours: Regions = ()


def with_model(photo_id: str, regions: Regions, model: str, labels: tuple[Label, ...], *, threshold: float) -> Compared:
    """Our side against what a model says on the same photo."""
    ours, theirs = agreement.against_model(regions, model, threshold)
    return Compared(photo_id, theirs, agreement.compare(ours, theirs, labels), ours)


def with_others(
    photo_id: str,
    regions: Regions,
    find: Callable[[], Regions | None],
    labels: tuple[Label, ...],
    *,
    threshold: float,
) -> Compared | CarDamageError:
    """Our side against what `find` gives; the error where that cannot be read."""
    ours = agreement.opinion(regions, threshold)
    try:
        found = find()
    except CarDamageError as error:
        return error
    if found is None:
        return Compared(photo_id, None, None)
    theirs = agreement.opinion(found, threshold)
    return Compared(photo_id, theirs, agreement.compare(ours, theirs, labels), ours)


def rows_of(found: Compared, comparison: Comparison) -> list[ComparedRow]:
    """What only one side has comes first; then partners, the least alike first."""
    ours = {region.id: region.label or tr("region") for region in found.ours}
    theirs = {region.id: region.label or tr("region") for region in found.theirs or ()}
    return [
        *(ComparedRow(tr("{theirs} · only theirs", theirs=theirs[one]), theirs=one) for one in comparison.theirs_alone),
        *(ComparedRow(tr("{ours} · only yours", ours=ours[one]), ours=one) for one in comparison.ours_alone),
        *(
            ComparedRow(_both(ours[pair.ours], theirs[pair.theirs], pair.iou), pair.ours, pair.theirs)
            for pair in sorted(comparison.pairs, key=lambda pair: pair.iou)
        ),
    ]


def _both(ours: str, theirs: str, iou: float) -> str:
    name = ours if ours == theirs else tr("{ours}, for them {theirs}", ours=ours, theirs=theirs)
    return tr("{name} · {percent:.0f} % alike", name=name, percent=100 * iou)


def summary_of(comparison: Comparison) -> str:
    """How many have a partner and how many have none."""
    alone = ((len(comparison.ours_alone), tr("only yours")), (len(comparison.theirs_alone), tr("only theirs")))
    partners = tr("{regions} with a partner", regions=amount(len(comparison.pairs), "region"))
    return ", ".join([partners, *(f"{number} {whose}" for number, whose in alone if number)])
