"""How a report's values read: shares, times, names, and the cells of the table of findings, the same in all writers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from ..assessment.claim import SIDED, range_text
from ..words import Words
from .data import Field, FindingRow, PanelRow, Range, ReportData

COLUMNS = ("number", "finding", "panel", "severity", "of car", "of panel", "of photo", "score", "decision",
           "operation")  # fmt: skip


def name_of(data: ReportData) -> str:
    """What a claim is called: its number, else its id."""
    return next((one.value for one in data.fields if one.key == "number"), data.claim)


def share(value: Range, words: Words) -> str:
    """`12.3 % (8.1–17.9)`, a dash where it is not determined."""
    return "–" if value.percent is None else range_text(value.percent, value.low, value.high, words)


def when(time: str, words: Words) -> str:
    """A time of ISO 8601 to the minute, as the language writes it; as it is where it is none."""
    try:
        return datetime.fromisoformat(time).strftime(words("time"))
    except ValueError:
        return time


def value(field: Field, words: Words) -> str:
    """What stands in a field; a date of ISO 8601 as the language writes it."""
    if field.key != "date":
        return field.value
    try:
        return date.fromisoformat(field.value).strftime(words("date"))
    except ValueError:
        return field.value


def parted(panels: Sequence[PanelRow]) -> tuple[list[PanelRow], list[PanelRow]]:
    """The panels with damage, or perhaps with damage, and those without any."""
    hurt = [one for one in panels if (one.share.high or 0.0) >= 0.05]
    return hurt, [one for one in panels if one not in hurt]


def panel_title(panel: PanelRow, words: Words) -> str:
    """The panel with its side, where it has one."""
    if panel.side:
        return f"{panel.title}, {words(f'side.{panel.side}')}"
    return f"{panel.title} ({words('side.untold')})" if panel.panel in SIDED else panel.title


def cells(one: FindingRow, words: Words) -> list[str]:
    """One row of the table of findings, in the order of COLUMNS."""
    return [
        one.number,
        one.label,
        one.panel or "–",
        one.severity,
        share(one.of_car, words),
        share(one.of_panel, words),
        share(one.of_photo, words),
        words("by hand") if one.score is None else words.decimal(one.score, 2),
        one.decision if one.usual_cause else f"{one.decision}, {one.cause}",
        one.operation,
    ]
