"""Writes a report as one HTML file: pictures inside, no script, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache

import jinja2
from markupsafe import Markup

from .. import files
from ..assessment import schematic
from ..words import Words, words_of
from . import seal, texts
from .data import BLANK, ReportData
from .pictures import PhotoPictures, Picture

_TEMPLATE = "report/report.html"


def write(data: ReportData, pictures: Mapping[str, PhotoPictures]) -> bytes:
    """The file, sealed. `pictures` holds those of each photo that can be shown, by its id."""
    words = words_of(data.language)
    page = _template().render(
        data=data, pictures=pictures, words=words, texts=texts, url=_url, drawing=Markup(_drawing(data, words)),
        legend=_legend(words), names=lambda some: ", ".join(texts.panel_title(one, words) for one in some),
        manifest=Markup(seal.manifest(data)), blank=BLANK,
    )  # fmt: skip
    return seal.sealed(page.encode())


def _drawing(data: ReportData, words: Words) -> str:
    titles = {one.panel: one.title for one in data.panels}
    captions = {caption.view: words(f"view.{caption.view}") for caption in schematic.CAPTIONS}
    return schematic.svg(data.figure, captions, titles=titles)


def _legend(words: Words) -> list[tuple[str, str]]:
    entries = [(colour, words("legend.from", percent=f"{least:.0f}")) for least, colour in schematic.SCALE[:-1]]
    entries.append((schematic.SCALE[-1][1], words("legend.to", percent=f"{schematic.SCALE[-2][0]:.0f}")))
    return [*entries, (schematic.SEEN, words("legend.whole")), (schematic.UNSEEN, words("legend.unseen"))]


def _url(picture: Picture) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.data).decode()


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(files.resource(_TEMPLATE).read_text("utf-8"))
