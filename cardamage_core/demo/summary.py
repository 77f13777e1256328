"""How is the result of a demonstration told on one page?"""

from __future__ import annotations

from pathlib import Path

import jinja2

from .. import __version__, files
from ..assessment.wording import NOT_AN_ESTIMATE, figure
from .judging import Judged
from .run import Outcome

PAGE = "summary.html"
_TEMPLATE = "demo/summary.html"


def write(outcome: Outcome, folder: Path) -> Path:
    """Write the page beside the pictures in `folder`; its path."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(files.resource(_TEMPLATE).read_text("utf-8"))
    page = template.render(
        version=__version__,
        model=outcome.model.card,
        threshold=f"{outcome.threshold:.2f}",
        metrics=outcome.metrics,
        classes=sorted(outcome.metrics.mask_ap50_by_class.items()),
        photos=[_photo(one) for one in outcome.judged],
        seconds=outcome.seconds,
        limits=NOT_AN_ESTIMATE,
    )
    files.write_atomic(folder / PAGE, page.encode())
    return folder / PAGE


def _photo(one: Judged) -> dict[str, object]:
    return {
        "name": one.photo.name,
        "picture": one.picture.name,
        "figure": figure(one.damage.percent, one.damage.low, one.damage.high, one.damage.words),
        "drawn": figure(one.drawn.percent, one.drawn.low, one.drawn.high, one.drawn.words),
        "explanation": one.damage.explanation,
        "regions": [(region.label, f"{region.origin.score or 0:.2f}") for region in one.regions],
    }
