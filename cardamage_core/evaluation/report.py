"""Writes an evaluation or a comparison of two: one HTML file with charts, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import msgspec
from markupsafe import Markup

from .. import files
from ..errors import CarDamageError
from ..text import count
from ..version import __version__
from . import charts
from .comparison import Comparison, Difference, PhotoDifference
from .evaluation import Curve, Evaluation
from .figures import MEASURES, Figure
from .mistakes import KINDS

_TEMPLATE = "evaluation/report.html"
SHOWN = 100  # photos that a page lists
SUFFIXES = files.EVALUATION_SUFFIXES


class Row(NamedTuple):
    """One line of a table: cells, an explanation below the first, and how the last is coloured."""

    cells: tuple[str, ...]
    why: str = ""
    role: str = ""


class Table(NamedTuple):
    """A table of a report; all columns but the first are numbers."""

    title: str
    head: tuple[str, ...]
    rows: list[Row]
    about: str = ""
    more: str = ""


class Chart(NamedTuple):
    """A chart of a report."""

    title: str
    svg: Markup
    legend: list[tuple[str, str]]
    about: str


def write(value: Evaluation | Comparison, path: Path) -> None:
    """Write as the suffix says. Raises CarDamageError for another suffix or where nothing can be written."""
    kinds: dict[str, Callable[[Any], str]] = {".html": page, ".csv": rows_as_csv, ".json": as_json}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise CarDamageError(
            f"{path.name} says no format for an evaluation.", f"Let it end in {', '.join(SUFFIXES)}, not {path.suffix}."
        )
    files.write_atomic(path, kind(value).encode())


def as_json(value: Evaluation | Comparison) -> str:
    """Everything, for programs."""
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def rows_as_csv(value: Evaluation | Comparison) -> str:
    """The figures, a line each; undefined ones are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if isinstance(value, Evaluation):
        writer.writerow(("measure", "title", "of", "value", "low", "high", "count"))
        writer.writerows((f.key, f.measure.title, safe(f.of), f.value, f.low, f.high, f.count) for f in value.figures)
    else:
        writer.writerow(("measure", "title", "of", "a", "b", "change", "low", "high", "chance", "count", "verdict"))
        writer.writerows(
            (d.key, MEASURES[d.key].title, safe(d.of), d.a, d.b, d.change, d.low, d.high, d.chance, d.count, d.verdict)
            for d in value.differences
        )
    return text.getvalue()


def safe(text: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def page(value: Evaluation | Comparison) -> str:
    """One self-contained page of an evaluation or comparison."""
    return rendered(_of_evaluation(value) if isinstance(value, Evaluation) else _of_comparison(value))


def rendered(told: dict[str, Any]) -> str:
    """A page of title, lead, notes, charts and tables; everything that came from files is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(files.resource(_TEMPLATE).read_text("utf-8"))
    return template.render(version=__version__, **told)


def _of_evaluation(value: Evaluation) -> dict[str, Any]:
    lead = [
        f"{count(len(value.photos), 'photo')} of {value.project or 'a project'}"
        + f" ({value.split})" * bool(value.split),
        count(value.truth, "annotated damage"),
        f"{count(value.predicted, 'prediction')}",
        f"masks count from {value.threshold:.2f}",
        value.created.replace("T", " ").replace("+00:00", " UTC"),
        f"{value.seconds:.0f} s on {value.machine}",
    ]
    notes = [*value.notes]
    if value.suggested_threshold is not None:
        notes.append(f"Suggested threshold: {value.suggested_threshold:.2f}. {value.suggestion}")
    return {
        "title": f"Evaluation of {value.model_name}",
        "lead": " · ".join(lead),
        "notes": notes,
        "charts": list(_charts(value)),
        "tables": [_figures(value.figures), _confusion(value), _worst(value)],
    }


def _charts(value: Evaluation) -> Iterator[Chart]:
    yield _chart(
        "Precision over recall, masks at IoU 0.50",
        value.precision_recall,
        "recall",
        "precision",
        "How many of the masks are right, while more and more of the damages are found.",
    )
    about = "A mask anywhere says little: compare damaged with undamaged photos. The dashed line is the threshold."
    yield _chart("Share over the threshold", value.over_thresholds, "threshold", "share", about, mark=value.threshold)
    right = Curve("predictions", tuple(b.score for b in value.calibration), tuple(b.right for b in value.calibration))
    ideal = Curve("calibrated", (0.0, 1.0), (0.0, 1.0))
    yield _chart("Calibration", (right, ideal), "score", "share that is right", "Scores that mean what they say.")


def _chart(title: str, curves: Sequence[Curve], x: str, y: str, about: str, *, mark: float | None = None) -> Chart:
    legend = [(one.name, charts.COLORS[i % len(charts.COLORS)]) for i, one in enumerate(curves)]
    svg = Markup(charts.lines(curves, x_title=x, y_title=y, mark=mark))
    return Chart(title, svg, legend, about)


def _figures(figures: Sequence[Figure]) -> Table:
    rows, told = [], set()
    for one in figures:
        if one.value is not None:
            why = "" if one.key in told else one.measure.about
            told.add(one.key)
            rows.append(Row((one.title, one.text, one.interval, str(one.count)), why))
    return Table("Figures", ("measure", "value", "95 % interval", "of"), rows)


def _confusion(value: Evaluation) -> Table:
    labels = value.confusion.labels
    rows = [Row((name, *map(str, row))) for name, row in zip(labels, value.confusion.counts, strict=True)]
    about = "Rows are annotated, columns predicted; background stands for what has no counterpart."
    return Table(f"Confusion at {value.threshold:.2f}", ("annotated as", *labels), rows, about)


def _worst(value: Evaluation) -> Table:
    bad = [one for one in value.photos if one.mistakes]
    rows = [
        Row((one.name, *(str(getattr(one, kind)) for kind in KINDS), f"{one.predicted_share - one.true_share:+.1f}"))
        for one in bad[:SHOWN]
    ]
    more = f"… and {len(bad) - SHOWN} more with a mistake." if len(bad) > SHOWN else ""
    about = "; ".join(f"{kind}: {text}" for kind, text in KINDS.items()) + "."
    return Table("Worst photos first", ("photo", *KINDS, "error of the share, points"), rows, about.capitalize(), more)


def _of_comparison(value: Comparison) -> dict[str, Any]:
    return {
        "title": f"{value.b} against {value.a}",
        "lead": f"On the same {count(value.photos, 'photo')}. A is {value.a}, B is {value.b}.",
        "notes": [*value.notes, verdict(value)],
        "charts": [],
        "tables": [
            _differences(value.differences),
            _photos(f"Better with {value.b}", value.better),
            _photos(f"Worse with {value.b}", value.worse),
        ],
    }


def verdict(value: Comparison) -> str:
    """One sentence on what is clearly better or worse."""
    main = [d for d in value.differences if not d.of and d.verdict in ("better", "worse")]
    if not main:
        return "No figure differs clearly: the photos are too few, or the models too alike, to tell them apart."
    said = []
    for kind in ("better", "worse"):
        names = [d.figure.title for d in main if d.verdict == kind]
        said += [f"{value.b} is clearly {kind} in: {'; '.join(names)}."] if names else []
    return " ".join(said)


def difference_text(one: Difference) -> str:
    """The change with its sign, in the scale of the figure."""
    if one.change is None:
        return ""
    text = one.figure.measure.scale.text(abs(one.change))
    return f"{'+' if one.change >= 0 else '−'}{text}"


def _differences(differences: Sequence[Difference]) -> Table:
    rows = []
    for one in differences:
        if one.change is not None:
            scale, low, high = one.figure.measure.scale, one.low, one.high
            between = "" if low is None or high is None else f"{_signed(scale.text, low)} … {_signed(scale.text, high)}"
            chance = "" if one.chance is None else f"{one.chance:.3f}"
            rows.append(
                Row(
                    (
                        one.figure.title,
                        scale.text(one.a),
                        scale.text(one.b),
                        difference_text(one),
                        between,
                        chance,
                        one.verdict,
                    ),
                    role=one.verdict,
                )
            )
    head = ("measure", "A", "B", "B − A", "95 % interval", "by chance", "")
    about = "By chance: how often photos drawn anew turn the sign of the difference; below 0.05 it counts as clear."
    return Table("Figures", head, rows, about)


def _signed(text: Callable[[float], str], value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{text(abs(value))}"


def _photos(title: str, photos: Sequence[PhotoDifference]) -> Table:
    rows = [Row((one.a.name, one.a.text, one.b.text)) for one in photos[:SHOWN]]
    more = f"… and {len(photos) - SHOWN} more." if len(photos) > SHOWN else ""
    return Table(title, ("photo", "A", "B"), rows, "" if rows else "None.", more)
