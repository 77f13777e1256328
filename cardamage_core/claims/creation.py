"""Makes the folder of a new claim, which appears whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Label, new_id
from ..errors import CarDamageError, ProjectError, reason_of
from ..files import sync_folder
from ..models import registry
from ..project import Project
from ..project.import_plan import Cancelled, Progress, stop_if
from . import checks, intake, records, summary
from .decisions import added, now
from .log import DecisionLog
from .model import PRIVATE, ClaimFields, ClaimRecord, Decision, PhotoWarning

FOLDER = "claims"
HEAD = "log_head"  # setting of the claim's project: the hash of the last line of the log
PRIVATE_LABELS = ("face", "number plate")


def made(
    place: Path, sources: Sequence[Path], fields: ClaimFields, *, who: str, step: Callable[[int, int], None]
) -> Path:
    """The folder of a new claim in `place`. ProjectError, and nothing left, where there is no photo or no room."""
    record = ClaimRecord(f"{datetime.now(UTC):%Y-%m-%d}-{new_id()[:8]}", now(), fields)
    part = place / f".{record.id}.part"
    try:
        _fill(part, record, sources, who=who, step=step)
        part.rename(place / record.id)
        sync_folder(place)
    except (OSError, CarDamageError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError):
            raise
        text = f"{place}: {reason_of(cause)}. Nothing of it was kept."
        raise ProjectError("The claim could not be made.", text) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return place / record.id


def _fill(
    folder: Path, record: ClaimRecord, sources: Sequence[Path], *, who: str, step: Callable[[int, int], None]
) -> None:
    """Make everything of a claim in a folder that is not listed yet."""
    with Project.create(folder) as project:  # whose lock says that the folder is not forgotten (`library.clean`)
        taken = intake.take(sources, folder, step=step)
        if not taken.photos:
            raise ProjectError("There is no photo that a claim could be made of.", _reasons(taken.refused))
        project.add([AnnotatedPhoto(photo) for photo in taken.photos], labels_of_claims(), "Photos added")
        remember_files(project)
        project.begin_journal()
        log = DecisionLog(folder)
        created = {"id": record.id, **records.flat(record)}
        log.append([Decision(record.created, who, "created", after=created), *added(taken.photos, taken.refused, who)])
        project.keep_setting(HEAD, msgspec.json.encode(log.head).decode())
    kept = checks.Checks(taken.checks, taken.refused)
    records.write(folder, record)
    checks.write(folder, kept)
    told = summary.of_record(record)
    summary.write(folder, msgspec.structs.replace(told, photos=checks.hashes(taken.photos, kept)))
    summary.draw(folder, folder / taken.photos[0].path)


def remember_files(project: Project) -> None:
    """How the files of the photos look now, so that one that is replaced later is noticed."""
    for problem in project.file_problems():
        raise ProjectError(problem.text)  # a file that vanished while the claim was made


@contextlib.contextmanager
def all_or_nothing(folder: Path) -> Iterator[None]:
    """Remove the files that came into a folder where something fails afterwards; ProjectError where the disk did."""
    folder.mkdir(exist_ok=True)
    before = set(folder.iterdir())
    try:
        yield
    except BaseException as error:
        for path in set(folder.iterdir()) - before:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            text = f"{reason_of(error)}. None of them was."
            raise ProjectError("The photos could not be added.", text) from error
        raise


def labels_of_claims() -> tuple[Label, ...]:
    """The labels that a claim has from the start: those of the models in the box, and those of what is blurred."""
    labels: tuple[Label, ...] = ()
    for model in registry.bundled():
        labels += new_labels(model.card.classes, labels, roles={c: model.card.role_of(c) for c in model.card.classes})
    return labels + new_labels(PRIVATE_LABELS, labels, roles=dict.fromkeys(PRIVATE_LABELS, PRIVATE))


def _reasons(refused: Sequence[PhotoWarning]) -> str:
    return " ".join(one.text for one in refused[:5]) or "Choose photos, a folder or a zip archive with photos."


def stepping(progress: Progress | None, cancelled: Cancelled | None) -> Callable[[int, int], None]:
    """To be called with how many of how many things are done; raises ImportStoppedError when `cancelled` says so."""

    def step(done: int, of: int) -> None:
        stop_if(cancelled)
        if progress:
            progress(done / max(1, of))

    return step
