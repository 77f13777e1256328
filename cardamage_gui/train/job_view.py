"""The view of one training: progress, curves, previews, log, and buttons to stop and resume."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cardamage_core.errors import CarDamageError

from ..background import Background
from ..language import amount, memory, time_left, tr, translated
from ..widgets import common
from ..widgets.dialogs import Dialogs
from .history import History, JobFeed, read_history
from .log_view import LogView
from .previews import Previews

if TYPE_CHECKING:
    from cardamage_core.jobs.queue import JobStatus
    from cardamage_core.training.job import TrainingJob

    from .curves import Curves


class JobView(QFrame):
    """Title, progress, curves, pictures and log of the job being shown."""

    changed = Signal()  # the job was asked to do something: look at it again
    failed = Signal(object)  # CarDamageError
    try_model = Signal(str)  # the id of a finished job's model
    evaluate = Signal(str, str)  # judge this model on photos of a split, "" for those held back
    clone = Signal(object)  # a TrainingJob to begin a new one from
    deleted = Signal(object, str)  # where it lies in the trash, and what it was called
    said = Signal(str)

    def __init__(self, background: Background, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._background, self._dialogs = background, dialogs
        self._job: JobStatus | None = None
        self._stopping: set[str] = set()
        self._curves: Curves | None = None
        self._others: tuple[JobStatus, ...] = ()
        self._may_change = True
        self._overlaid: dict[str, History] = {}
        self._feed = JobFeed(background, self)
        self._feed.changed.connect(self._history_changed)
        self._make_widgets()
        self._feed.log_changed.connect(self._log.show_lines)
        self._arrange()

    def show_job(self, job: JobStatus) -> None:
        """Show another job, or what is new about it."""
        other = self._job is None or self._job.id != job.id
        self._job = job
        if not job.live:
            self._stopping.discard(job.id)
        if other:
            self._overlaid = {}
            self._message_for_curves(None)
            self._feed.follow(job.folder)
        self._feed.keep_looking(job.live)
        self._show_words(job)
        self._show_buttons(job)

    def allow_changes(self, allowed: bool) -> None:
        """Whether the project may be changed; one opened for reading only may not."""
        self._may_change = allowed
        if self._job is not None:
            self._show_buttons(self._job)

    def offer_others(self, jobs: tuple[JobStatus, ...]) -> None:
        """The other trainings, whose curves can be laid over."""
        self._others = tuple(job for job in jobs if job.step and (self._job is None or job.id != self._job.id))
        self._over.setVisible(bool(self._others))

    def _fill_over(self) -> None:
        self._over_menu.clear()
        for job in self._others:
            action = self._over_menu.addAction(f"{job.job.name} – {job.id}")
            action.setCheckable(True)
            action.setChecked(_label_of(job) in self._overlaid)
            action.triggered.connect(partial(self._overlay, job))

    def _overlay(self, job: JobStatus, on: bool) -> None:
        """Lay another run's curves over these, or take them away."""
        if not on:
            self._overlaid.pop(_label_of(job), None)
            self._history_changed()
            return
        done = partial(self._overlay_read, job)
        self._background.run(lambda: read_history(job.folder), done, self.failed.emit, urgent=True)

    def _overlay_read(self, job: JobStatus, history: History) -> None:
        self._overlaid[_label_of(job)] = history
        self._history_changed()

    def rest(self) -> None:
        """Out of view: do not follow until `show_job` is called again."""
        self._feed.rest()

    def close_feed(self) -> None:
        """Follow no job any more."""
        self._job = None
        self._feed.keep_looking(False)
        self._feed.follow(None)

    # What a person asks for

    def stop(self) -> None:
        """Ask the worker to end at its next step."""
        from cardamage_core.jobs import queue

        job = self._job
        if job is not None and job.live:
            self._stopping.add(job.id)
            self._ask(lambda: queue.request_stop(job.folder))

    def resume(self) -> None:
        """Start a draft, or a new worker that goes on from the newest checkpoint, where it is to run."""
        from cardamage_core.jobs import executors

        job = self._job
        if job is not None:
            self._resume.setEnabled(False)
            begin = executors.start if job.state == "draft" else executors.resume
            self._ask(lambda: begin(job.folder))

    def rename(self) -> None:
        """Ask for another name."""
        from cardamage_core.jobs import care

        job = self._job
        name = self._dialogs.text(self, tr("Rename the training"), tr("Name"), job.job.name) if job else None
        if job is not None and name is not None:
            self._ask(lambda: care.rename(job.folder, name))

    def delete(self) -> None:
        """Move it to the trash of the project."""
        from cardamage_core.jobs import care

        if (job := self._job) is not None:
            name = job.job.name
            told = partial(self._thrown_away, name)
            self._background.run(lambda: care.delete(job.folder), told, self._refused, urgent=True)

    def _thrown_away(self, name: str, trashed: Path) -> None:
        self.deleted.emit(trashed, name)
        self.changed.emit()

    def export(self) -> None:
        """Copy the folder of the job."""
        from cardamage_core.jobs import care

        job = self._job
        start = Path.home() / f"{job.job.name}" if job else Path.home()
        target = self._dialogs.new_folder(self, tr("Export the training as a folder"), start) if job else None
        if job is not None and target is not None:
            said = partial(self._exported, target)
            self._background.run(lambda: care.export(job.folder, target), said, self._refused, urgent=True)

    def _exported(self, target: Path, _result: object) -> None:
        self.said.emit(tr("The training was copied to {target}", target=target))

    def _clone(self) -> None:
        if self._job is not None:
            self.clone.emit(self._job.job)

    def _ask(self, what: Callable[[], None]) -> None:
        if self._job is not None:
            self._show_buttons(self._job)
            self._show_words(self._job)
        self._background.run(what, lambda _result: self.changed.emit(), self._refused, urgent=True)

    def _refused(self, error: CarDamageError) -> None:
        self._stopping.clear()
        self.failed.emit(error)
        self.changed.emit()

    # Showing

    def _show_words(self, job: JobStatus) -> None:
        history = self._feed.history
        self._title.setText(job.job.name)
        self._about.setText(about(job, history.photos, history.validation_photos, begun_from=history.begun_from))
        self._bar.setValue(round(1000 * job.fraction))
        common.set_property(self._bar, "state", job.state)
        self._where.setText(tr("stopping…") if job.id in self._stopping else where(job))
        self._speed.setText(speed(job))
        self._said.setText(translated(job.message) if job.state == "failed" else " ".join(_notes(self._feed)))
        self._said.setVisible(bool(self._said.text()))
        common.set_role(self._said, "bad" if job.state == "failed" else "small")

    def _show_buttons(self, job: JobStatus) -> None:
        self._stop.setVisible(job.live)
        self._stop.setEnabled(job.id not in self._stopping and self._may_change)
        self._stop.setText(tr("Stopping…") if job.id in self._stopping else tr("Stop"))
        self._resume.setVisible(job.state in ("draft", "stopped", "failed"))
        self._resume.setText(tr("Start", sense="button") if job.state == "draft" else tr("Resume"))
        self._resume.setEnabled(self._may_change)
        self._try.setVisible(bool(job.model))
        self._judge.setVisible(bool(job.model))
        self._judge.setEnabled(self._may_change)
        for action in self._resting:
            action.setEnabled(job.state != "running" and self._may_change)

    def _history_changed(self) -> None:
        history = self._feed.history
        if self._job is not None:
            self._show_words(self._job)
        if history.loss.x:
            self._shown_curves().show_history(history, self._overlaid)
        self._message_for_curves(history.compiling)
        self._previews.show_files(history.pictures, self._job.job.class_names if self._job else ())

    def _message_for_curves(self, compiling: bool | None) -> None:
        """Before the first step there is nothing to draw: say why."""
        some = bool(self._feed.history.loss.x) and compiling is not None
        if self._curves is not None:
            self._curves.setVisible(some)
        job = self._job
        if compiling and job is not None and job.live:
            said = tr("Compiling the network: the first step takes up to a minute.")
        elif job is not None and job.state == "stopped":
            said = translated(job.message)  # before its first step
        else:
            said = tr("The curves begin with the first step.")
        self._waiting.setText(said)
        self._waiting.setVisible(not some)

    def _shown_curves(self) -> Curves:
        if self._curves is None:
            from .curves import Curves  # pyqtgraph: not before there is something to draw

            self._curves = Curves()
            self._curves_place.addWidget(self._curves)
        return self._curves

    def _toggle_log(self) -> None:
        on = self._log_button.isChecked()
        self._area.unfold(self._log, on=on)
        self._feed.want_log(on)

    # Building

    def _make_widgets(self) -> None:
        self._title = common.ElidedLabel("title")
        self._about = common.label("", "muted", wrap=True)
        self._log_button = common.button(tr("Log"), self._toggle_log, tip=tr("Show what the training prints"))
        self._log_button.setCheckable(True)
        self._stop = common.button(tr("Stop"), self.stop, tip=tr("End at the next step, with a checkpoint"))
        self._resume = common.button(tr("Resume"), self.resume, "primary", tip=tr("Go on from the newest checkpoint"))
        self._judge = common.button(tr("Evaluate"), self._evaluate, tip=tr("Judge its model on the photos held back"))
        self._try = common.button(tr("Try it on photos"), self._try_model, tip=tr("Inspect photos with this model"))
        self._more = QPushButton(tr("More"))
        self._more.setToolTip(tr("Rename, clone, export or delete this training"))
        menu = QMenu(self._more)
        menu.addAction(tr("New training like this…")).triggered.connect(lambda _checked=False: self._clone())
        menu.addAction(tr("Export as a folder…")).triggered.connect(lambda _checked=False: self.export())
        self._resting = [menu.addAction(tr("Rename…")), menu.addAction(tr("Delete"))]
        for action, slot in zip(self._resting, (self.rename, self.delete), strict=True):
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        self._more.setMenu(menu)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._where = common.label("", "muted")
        self._speed = common.label("", "muted", right=True)
        self._said = common.label("", "small", wrap=True)
        self._waiting = common.label("", "muted")
        self._previews = Previews(self._background)
        self._over = QPushButton(tr("Lay over"))
        self._over.setToolTip(tr("Draw the curves of other trainings into the same charts"))
        self._over_menu = QMenu(self._over)
        self._over_menu.aboutToShow.connect(self._fill_over)
        self._over.setMenu(self._over_menu)
        self._over.hide()
        self._log = LogView()

    def _arrange(self) -> None:
        sheet = common.frame("page")
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=10)
        layout.addLayout(self._head())
        layout.addWidget(self._bar)
        line = QHBoxLayout()
        line.addWidget(self._where)
        line.addStretch(1)
        line.addWidget(self._speed)
        layout.addLayout(line)
        layout.addWidget(self._said)
        layout.addSpacing(6)
        layout.addWidget(self._waiting)
        self._curves_place = QVBoxLayout()
        layout.addLayout(self._curves_place)
        layout.addWidget(self._log)
        layout.addSpacing(6)
        layout.addWidget(self._previews)
        layout.addStretch(1)
        self._area = common.Scrolled(sheet, tr("Training"))
        common.rows(self).addWidget(self._area)

    def _head(self) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._about)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addLayout(texts, 1)
        for button in (self._over, self._more, self._log_button, self._judge, self._try, self._resume, self._stop):
            head.addWidget(button)
        return head

    def _evaluate(self) -> None:
        if self._job is not None:
            self.evaluate.emit(self._job.model, "")

    def _try_model(self) -> None:
        if self._job is not None:
            self.try_model.emit(self._job.model)


def _label_of(job: JobStatus) -> str:
    """What tells runs of one name apart in a legend."""
    return f"{job.job.name} {job.id[9:13]}"


def about(job: JobStatus, photos: int, validation: int, *, begun_from: str = "") -> str:
    """What is trained, in one line; `begun_from` are the weights that were found, "" while that is not known."""
    known = {
        "included": tr("from the damage model in the box"),
        "imagenet": tr("from ImageNet"),
        "coco": tr("from COCO"),
        "none": tr("from random weights"),
    }
    said = [tr("{preset} preset", preset=job.job.preset)]
    if begun_from or job.job.start == "none":
        weights = begun_from or job.job.start
        said.append(known.get(weights, tr("from {weights}", weights=weights)))
    if photos:
        said.append(tr("{photos}, {validation} val", photos=amount(photos, "train photo"), validation=validation))
    if job.state == "draft":
        said.append(_planned(job.job))
    if job.started:
        said.append(tr("started {time:%H:%M}", time=datetime.datetime.fromtimestamp(job.started)))
    return " · ".join(said)


def _planned(job: TrainingJob) -> str:
    return tr(
        "{epochs} of {steps}, {photos} a step, from {train}",
        epochs=amount(job.epochs, "epoch"),
        steps=amount(job.steps, "step"),
        photos=amount(job.batch, "photo"),
        train=job.train_split or tr("all photos"),
    )


def where(job: JobStatus) -> str:
    """How far: "Epoch 3 of 5 · step 62 of 100"."""
    if job.state == "draft" or (job.live and not job.stepping):
        return translated(job.message)
    in_epoch = (job.step - 1) % job.job.steps + 1 if job.step else 0
    far: dict[str, Any] = {"epoch": job.epoch, "epochs": job.job.epochs, "in_epoch": in_epoch, "steps": job.job.steps}
    if job.state == "running":
        return tr("Epoch {epoch} of {epochs} · step {in_epoch} of {steps}", **far)
    ended = tr("epoch {epoch} of {epochs} · step {in_epoch} of {steps}", **far)
    return f"{translated(job.state.capitalize())} · {ended}"


def speed(job: JobStatus) -> str:
    """Speed, memory and estimate, as far as known."""
    if not job.stepping:
        return ""
    said = []
    if job.photos_per_second:
        said.append(tr("{speed:.1f} photos/s", speed=job.photos_per_second))
    if job.memory_mb:
        said.append(memory(job.memory_mb))
    if job.seconds_left:
        said.append(tr("{time} left", time=time_left(job.seconds_left)))
    return " · ".join(said)


def _notes(feed: JobFeed) -> list[str]:
    skipped = len(feed.history.skipped)
    extra = [
        tr(
            "{photos} could not be read and is left out."
            if skipped == 1
            else "{photos} could not be read and are left out.",
            photos=amount(skipped, "photo"),
        )
    ]
    return feed.history.notes + (extra if skipped else [])
