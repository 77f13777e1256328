"""A training on a Ray cluster: `python -m cardamage_core.cluster.training_driver SUBMISSION JOB_ID`, run by Ray Jobs.

It takes in the job's folder and photos, runs the same worker as at home, and shows events, log, checkpoints, previews
and models while they come.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from .. import files
from ..annotations.model import AnnotatedPhoto, Dataset
from ..jobs.folder import JobFolder
from ..jobs.metrics_csv import NAME as METRICS
from ..training import requirements
from ..training.initial_weights import VARIABLE
from . import driver, parcel
from .driver import Driver

PROJECT, PHOTOS, WEIGHTS = "project", "photos", "weights"  # folders of the parcel
EVENTS, LOG = "events", "log"  # streams


def main(arguments: list[str]) -> int:
    """Train the job that is on its way under this name."""
    submission, job = arguments
    return driver.run(submission, lambda at: _Training(at, job).run())


class _Training:
    def __init__(self, at: Driver, job: str) -> None:
        self._driver = at
        self._folder = JobFolder(at.shown / PROJECT / "jobs" / job)
        self._sent = {EVENTS: 0, LOG: 0}

    def run(self) -> Sequence[Path]:
        """Take in, train, and give what came out."""
        requirements.check()
        self._take_in()
        worker = self._worker()
        while worker.poll() is None:
            if self._driver.asked(parcel.STOP):
                self._folder.stop.touch()
            self._show()
            driver.pause()
        self._show()
        return list(self._files())

    def _take_in(self) -> None:
        at = self._driver
        for name in parcel.receive(at.entries(), at.hidden, at.part, taken=at.taken):
            if name.startswith(f"{PROJECT}/"):
                target = at.shown / name
                target.parent.mkdir(parents=True, exist_ok=True)
                (at.hidden / name).replace(target)
        dataset = self._folder.dataset()
        photos = tuple(self._found(one) for one in dataset.photos)
        self._write("dataset.json", msgspec.structs.replace(dataset, photos=photos))
        job = self._folder.job()
        if job.start.startswith(f"{WEIGHTS}/"):
            self._write("job.json", msgspec.structs.replace(job, start=str(at.hidden / job.start)))

    def _found(self, one: AnnotatedPhoto) -> AnnotatedPhoto:
        path = str(self._driver.hidden / one.photo.path)
        return msgspec.structs.replace(one, photo=msgspec.structs.replace(one.photo, path=path))

    def _write(self, name: str, value: Dataset | msgspec.Struct) -> None:
        files.write_atomic(self._folder.path / name, msgspec.json.encode(value))

    def _worker(self) -> subprocess.Popen[bytes]:
        """In our process group, so that Ray ends it together with us."""
        command = [sys.executable, "-m", "cardamage_core.jobs.worker", str(self._folder.path), "--attached"]
        environment = os.environ | {VARIABLE: str(self._driver.hidden / WEIGHTS)}
        with self._folder.log.open("ab") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def _show(self) -> None:
        for stream, path in ((EVENTS, self._folder.events), (LOG, self._folder.log)):
            if path.is_file():
                with path.open("rb") as file:
                    file.seek(self._sent[stream])
                    new = file.read()
                self._driver.outbox.append(stream, new)
                self._sent[stream] += len(new)
        self._driver.tell(self._files())

    def _files(self) -> Iterator[Path]:
        """Whole files only: checkpoints and models have their names once they are whole."""
        at = self._folder
        if at.models.is_dir():
            yield from (path for path in at.models.glob("[!.]*/*") if not path.name.startswith("."))
        yield from at.previews.glob("[!.]*.png")
        yield from filter(Path.is_file, [at.path / METRICS])
        yield from at.checkpoints.glob("[!.]*.*")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
