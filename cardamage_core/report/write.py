"""Writes reports of a claim to files, each whole or not at all, in the format that its name says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np

from ..claims.claim import Claim
from ..errors import CarDamageError, PhotoError
from ..files import REPORT_SUFFIXES, write_atomic
from ..project.outputs import Outputs
from . import build, csv_, html, pdf, pictures, seal
from .data import PhotoPart, ReportData
from .pdf import Paper
from .pictures import PhotoPictures

_PDFIUM = threading.Lock()  # which is not made for several threads
_THREADS = 2  # decoding and drawing leave Python's lock to others


def write(
    claim: Claim,
    paths: Sequence[Path],
    *,
    language: str = "en",
    paper: Paper = "A4",
    replace: bool | Collection[Path] = False,
    progress: Callable[[float], None] = lambda _: None,
) -> ReportData:
    """Write the claim's report to each path (PDF, HTML, JSON or CSV) and note it in the log of a claim that is open
    for writing; what it says.

    Nothing is written over that belongs to a project or is a photo, other files only with `replace`
    (`FileExistsAlreadyError`). CarDamageError for another suffix or a disk that is full. `progress` hears the share
    done, 0…1, and may raise to stop; it is not asked once the first file is there.
    """
    check(claim, paths, replace=replace)
    data, shown = collect(claim, language=language, progress=lambda share: progress(0.7 * share))
    made = {path: encoded(data, shown, path.suffix.lower(), paper=paper) for path in paths}
    progress(0.95)
    for path, content in made.items():
        write_atomic(path, content)
    if not claim.read_only:
        claim.note("report", {"files": [path.name for path in paths], "language": language})
    return data


def first_page(
    claim: Claim,
    *,
    language: str = "en",
    paper: Paper = "A4",
    width: int = 800,
    progress: Callable[[float], None] = lambda _: None,
) -> np.ndarray:
    """The first page of the claim's report as a PDF, drawn `width` pixels wide: (h, w, 3) uint8 RGB.

    `progress` hears the share done, 0…1, and may raise to stop.
    """
    import pypdfium2

    data, shown = collect(claim, language=language, progress=lambda share: progress(0.7 * share))
    content = pdf.write(data, shown, paper=paper)
    progress(0.95)
    with _PDFIUM, closing(pypdfium2.PdfDocument(content)) as document:
        page = document[0]
        drawn = page.render(scale=width / page.get_width(), rev_byteorder=True).to_numpy()
        return np.array(drawn[:, :, :3])


def check(claim: Claim, paths: Sequence[Path], *, replace: bool | Collection[Path] = False) -> None:
    """CarDamageError where one of the paths must not be written or has no suffix of a report."""
    for path in paths:
        if path.suffix.lower() not in REPORT_SUFFIXES:
            raise CarDamageError(
                f"{path.name} is no name for a report.", f"{path}: it must end in {', '.join(REPORT_SUFFIXES)}."
            )
    photos = [claim.path_of(photo) for photo in claim.photos()]
    Outputs(photos, project=claim.folder, folders=[claim.folder], replace=replace).check(list(paths))


def collect(
    claim: Claim, *, language: str = "en", progress: Callable[[float], None] = lambda _: None
) -> tuple[ReportData, dict[str, PhotoPictures]]:
    """What a report says and shows: the value, and the pictures of each photo that can be shown, by its id."""
    data = build.build(claim, language=language)
    photos, labels = claim.photos(), claim.labels()
    shown: dict[str, PhotoPictures] = {}
    problems: dict[str, str] = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = [
            pool.submit(pictures.of_photo, photo, claim.path_of(photo), claim.regions(photo.id), labels, _numbers(part))
            for photo, part in zip(photos, data.photos, strict=True)
        ]
        for done, (photo, made) in enumerate(zip(photos, waiting, strict=True), start=1):
            try:
                shown[photo.id] = made.result()
            except PhotoError as error:
                problems[photo.id] = str(error)
            progress(done / len(photos))
    parts = tuple(
        msgspec.structs.replace(part, problem=part.problem or problems.get(part.id, "")) for part in data.photos
    )
    return msgspec.structs.replace(data, photos=parts), shown


def _numbers(part: PhotoPart) -> dict[str, str]:
    return {one.region: f"{'' if one.counts else '-'}{one.number}" for one in part.findings}


def encoded(data: ReportData, shown: dict[str, PhotoPictures], suffix: str, *, paper: Paper = "A4") -> bytes:
    """The report as the content of a file with this suffix."""
    if suffix == ".pdf":
        return pdf.write(data, shown, paper=paper)
    if suffix == ".html":
        return html.write(data, shown)
    if suffix == ".json":
        return seal.sealed(msgspec.json.format(msgspec.json.encode(data)))
    return csv_.write(data)
