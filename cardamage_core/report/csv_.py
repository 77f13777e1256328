"""Writes the findings of a report as CSV, one row each; cells that a spreadsheet would take for formulas are quoted."""

from __future__ import annotations

import csv
import io

from .data import Range, ReportData

COLUMNS = (
    "claim", "photo", "file", "photo state", "number", "label", "panel", "severity", "of car", "of car low",
    "of car high", "of panel", "of panel low", "of panel high", "of photo", "score", "decision", "cause", "operation",
    "counts", "note", "figure",
)  # fmt: skip


def write(data: ReportData) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by; a photo without findings has a row of its own."""
    from .texts import name_of

    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for photo in data.photos:
        start = [name_of(data), photo.number, photo.name, photo.state]
        for one in photo.findings:
            cells = [one.number, one.label, one.panel, one.severity, *_three(one.of_car), *_three(one.of_panel)]
            cells += [_number(one.of_photo.percent), _number(one.score), one.decision, one.cause, one.operation]
            rows.writerow(map(safe, [*start, *cells, "yes" if one.counts else "no", one.note, photo.figure]))
        if not photo.findings:
            rows.writerow(map(safe, [*start, *[""] * 17, photo.problem or photo.figure]))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def safe(value: object) -> str:
    """The cell as text; what begins like a formula gets a mark before it."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _three(share: Range) -> list[str]:
    return [_number(share.percent), _number(share.low), _number(share.high)]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
