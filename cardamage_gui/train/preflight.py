"""What a training will take, said before it starts: steps, time, memory; a trial of a few steps measures it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QWidget

from cardamage_core.errors import CarDamageError, JobError
from cardamage_core.training import forecast
from cardamage_core.training.forecast import Forecast, Measured
from cardamage_core.training.job import VAL_SHARE, TrainingJob

from ..background import Background, Task
from ..language import amount, mark, memory, time_left, tr, translated
from ..widgets import common

if TYPE_CHECKING:
    from cardamage_core.annotations.model import Dataset

TRY = mark("Measure first")
UNKNOWN = mark("How long it takes is known once steps were measured: Measure first tries a few.")
SCALED = mark("Reckoned from steps of another size.")
MEASURING = mark("Measuring the first steps: a minute or so, the network is compiled first.")


class Preflight(QWidget):
    """Steps and photos of the training, what it takes, and whether that fits into the memory."""

    failed = Signal(object)  # CarDamageError of a trial

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background: Background | None = None
        self._dataset: Callable[[], Dataset] | None = None
        self._job: TrainingJob | None = None
        self._photos: Mapping[str, int] = {}  # by split
        self._measured: tuple[Measured, ...] = ()
        self._task: Task | None = None
        self._sum = common.label("", "small", wrap=True)
        self._takes = common.label("", "small", wrap=True)
        self._short = common.label("", "bad", wrap=True)
        self._try = common.button(
            translated(TRY), self._toggle, "link", tip=tr("Try a few steps and say what the training will take")
        )
        layout = common.rows(self, spacing=4)
        for label in (self._sum, self._takes, self._short):
            layout.addWidget(label)
        layout.addWidget(self._try, 0, Qt.AlignmentFlag.AlignLeft)

    def use(self, background: Background, dataset: Callable[[], Dataset]) -> None:
        """Measure with these threads, on this data set."""
        self._background, self._dataset = background, dataset

    def fill(self, photos: Mapping[str, int], measured: Sequence[Measured]) -> None:
        """The photos by split, and what earlier trainings here took, the newest first."""
        self._photos, self._measured = photos, tuple(measured)
        self._show()

    def show_job(self, job: TrainingJob | None) -> None:
        """Say what another training takes; None where the form makes no sense yet, or it runs elsewhere."""
        self._job = job
        self._show()

    def show_steps(self, steps: int, batch: int) -> None:
        """How much there is to do."""
        seen = amount(steps * batch, "photo")
        self._sum.setText(tr("{steps} in all: {photos} seen", steps=amount(steps, "step"), photos=seen))

    def _show(self) -> None:
        job = self._job
        self._try.setVisible(job is not None and self._background is not None)
        if job is None:
            self._say("")
            return
        try:
            found = self._forecast(job)
        except JobError as error:
            self._say("", translated(f"{error.title} {error.detail}".strip()))
            return
        about = UNKNOWN if not found.seconds else "" if found.exact else SCALED
        told = f"{_told(found)} {translated(about)}".strip()
        self._say(translated(MEASURING) if self._task else told, translated(forecast.shortage(found.memory_mb)))

    def _forecast(self, job: TrainingJob) -> Forecast:
        learned, validated = self._photos.get(job.train_split, 0), self._photos.get(job.val_split, 0)
        if set(self._photos) == {""}:  # some are held back
            validated = math.ceil(VAL_SHARE * self._photos[""])
            learned = self._photos[""] - validated
        return forecast.forecast(job, photos=learned, validated=validated, measured=self._measured)

    def _say(self, takes: str, short: str = "") -> None:
        for label, text in ((self._takes, takes), (self._short, short)):
            label.setText(text)
            label.setVisible(bool(text))

    def _toggle(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._ended()
            return
        if self._background is None or self._dataset is None or self._job is None:
            return
        job, dataset = self._job, self._dataset

        def measure(task: Task) -> Measured | None:
            from cardamage_core.jobs import trial

            return trial.measure(job, dataset(), stop=task.cancelled)

        self._task = self._background.run_reporting(measure, self._arrived, self._not_measured, urgent=True)
        self._try.setText(tr("Stop measuring"))
        self._show()

    def _arrived(self, measured: Measured | None) -> None:
        if measured is not None:
            self._measured = (measured, *self._measured)
        self._ended()

    def _not_measured(self, error: CarDamageError) -> None:
        self._ended()
        self.failed.emit(error)

    def _ended(self) -> None:
        self._task = None
        self._try.setText(translated(TRY))
        self._show()


def _told(found: Forecast) -> str:
    """Time and memory in words."""
    peak, free = memory(found.memory_mb), memory(forecast.free_memory())
    if not found.seconds:
        return tr("About {peak} of memory at the peak, {free} are free.", peak=peak, free=free)
    time, part = time_left(found.seconds), time_left(found.validation_seconds, bare=True)
    return tr(
        "It takes {time}, of it {part} to validate; {peak} of memory at the peak, {free} are free.",
        time=time,
        part=part,
        peak=peak,
        free=free,
    )
