"""How are findings told on one HTML page?"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import jinja2

from .. import __version__, files
from ..annotations.finding_kinds import grouped, kind_of
from ..annotations.model import Dataset, Finding
from ..words import count

_TEMPLATE = "check/report.html"
MOST = 2000  # findings of one kind that are listed


def write_report(path: Path, dataset: Dataset, findings: Sequence[Finding], *, title: str) -> None:
    """Write the page; everything that came from files is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(files.resource(_TEMPLATE).read_text("utf-8"))
    names = {one.photo.id: one.photo.name for one in dataset.photos}
    page = template.render(
        title=title,
        version=__version__,
        date=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        photos=count(len(dataset.photos), "photo"),
        regions=count(sum(len(one.regions) for one in dataset.photos), "region"),
        number=count(len(findings), "finding"),
        kinds=[_kind(code, found, names) for code, found in grouped(findings).items()],
    )
    files.write_atomic(path, page.encode())


def _kind(code: str, found: Sequence[Finding], names: dict[str, str]) -> dict[str, object]:
    kind = kind_of(code)
    return {
        "code": code,
        "title": kind.title,
        "advice": kind.advice,
        "severity": found[0].severity,
        "number": len(found),
        "rows": [(names.get(one.photo, ""), one.text) for one in found[:MOST]],
        "more": max(0, len(found) - MOST),
    }
