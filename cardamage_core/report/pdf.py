"""Writes a report as PDF: selectable text, embedded fonts, bookmarks; A4 or US Letter."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from .. import files
from ..assessment import schematic
from ..words import Words, words_of
from . import seal, texts
from .data import BLANK, FindingRow, ModelPart, PhotoPart, ReportData
from .pictures import PhotoPictures, Picture

Paper = Literal["A4", "Letter"]
MARGIN = 16.0  # mm
INK, MUTED, RULE, PALE, ACCENT = "#1d232b", "#5b6470", "#c9ced6", "#f3f5f8", "#1f4e79"
BAD, BAD_PALE = "#8c1d18", "#fbeceb"
GAP = 4.0
TALLEST = 82.0  # mm of a photo on the page
CROPS = 5  # in a row


def write(data: ReportData, pictures: Mapping[str, PhotoPictures], *, paper: Paper = "A4") -> bytes:
    """The file, sealed. `pictures` holds those of each photo that can be shown, by its id."""
    words = words_of(data.language)
    page = _Page(data, words, paper)
    _cover(page, data, words)
    for photo in data.photos:
        _photo(page, photo, pictures.get(photo.id), words)
    _method(page, data, words)
    _log(page, data, words)
    _integrity(page, data, words)
    page.embed_file(bytes=seal.manifest(data).encode(), basename="manifest.txt", compress=False)
    return seal.sealed(bytes(page.output()) + f"%{BLANK}\n".encode())


class _Page(FPDF):
    """The document with its fonts, its footer and a few ways to set text."""

    def __init__(self, data: ReportData, words: Words, paper: Paper) -> None:
        super().__init__(format=paper)
        self._foot = f"{texts.name_of(data)} · {data.program} · {data.limits}"
        self._words = words
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.c_margin = 0  # text begins where pictures and rules do
        self.set_auto_page_break(True, 18)
        folder = files.resource("fonts")
        self.add_font("text", "", folder / "DejaVuSansCondensed.ttf")
        self.add_font("text", "B", folder / "DejaVuSansCondensed-Bold.ttf")
        self._known = set(getattr(self.fonts["text"], "cmap", ()))
        self.set_title(self.safe(f"{words('title')} {texts.name_of(data)}"))
        self.set_creator(data.program)
        self.set_lang(data.language)
        self.set_font("text", size=9)
        self.set_draw_color(RULE)
        self.add_page()

    def footer(self) -> None:
        """A rule, what the report is, and the number of the page."""
        self.set_y(-13)
        self.set_draw_color(RULE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.set_font("text", size=7)
        self.set_text_color(MUTED)
        self.set_y(-11.5)
        self.cell(self.epw - 30, 4, self.fitting(self._foot, self.epw - 30))
        text = self._words("page", page=self.page_no(), pages="{nb}")
        self.cell(30, 4, text, align=Align.R)

    def safe(self, text: str) -> str:
        """The text with a sign for each character that the fonts do not have."""
        return "".join(one if ord(one) in self._known or one == "\n" else "□" for one in text)

    def fitting(self, text: str, width: float) -> str:
        """The text on one line, shortened to this many mm."""
        text = self.safe(text.replace("\n", " "))
        while len(text) > 1 and self.get_string_width(text) > width:
            text = text[: max(1, int(len(text) * 0.95) - 1)].rstrip("…") + "…"
        return text

    def say(self, text: str, *, size: float = 9, bold: bool = False, colour: str = INK, after: float = 1.5) -> None:
        """A paragraph over the whole width."""
        self.set_font("text", "B" if bold else "", size)
        self.set_text_color(colour)
        self.multi_cell(0, size * 0.47, self.safe(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def heading(self, text: str, *, level: int = 0, room: float = 30) -> None:
        """A heading with a bookmark, never alone at the foot of a page."""
        if self.will_page_break(room):
            self.add_page()
        elif self.get_y() > MARGIN + 1:
            self.ln(3)
        self.set_font("text", "B", 13 if level == 0 else 11)
        self.set_text_color(ACCENT)
        self.start_section(self.safe(text), level=level)
        self.cell(0, 7, self.fitting(text, self.epw), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(ACCENT if level == 0 else RULE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.ln(2.5)

    def rows(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], *, right: Sequence[int] = ()
    ) -> None:
        """A table whose head is repeated on each page; `widths` are relative, `right` the columns set to the right."""
        self.set_font("text", size=7.5)
        self.set_text_color(INK)
        self.set_draw_color(RULE)
        aligns = [Align.R if i in right else Align.L for i in range(len(head))]
        with self.table(
            col_widths=tuple(widths), text_align=tuple(aligns), borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=MUTED, size_pt=7), line_height=3.7,
            padding=(0.9, 2.0, 0.9, 0), cell_fill_mode=TableCellFillMode.NONE,
        ) as table:  # fmt: skip
            for row in ([head], rows):
                for cells in row:
                    line = table.row()
                    for cell in cells:
                        line.cell(self.safe(cell))
        self.ln(2)

    def place(self, picture: Picture, x: float, y: float, width: float, height: float) -> None:
        """A picture as large as fits, at the upper left."""
        factor = min(width / picture.width, height / picture.height)
        self.image(io.BytesIO(picture.data), x, y, picture.width * factor, picture.height * factor)


# ---- Cover ---------------------------------------------------------------------------------------------------------


def _cover(page: _Page, data: ReportData, words: Words) -> None:
    page.set_fill_color(ACCENT)
    page.rect(0, 0, page.w, 3, style="F")
    page.set_y(13)
    page.start_section(words("result"))
    page.say(words("title"), size=20, bold=True, after=0)
    page.say(words("subtitle"), size=10, colour=MUTED, after=4)
    _fields(page, data, words)
    _verdict(page, data, words)
    _schematic(page, data, words)
    page.heading(words("panels"), level=1, room=24)
    if data.panels:
        page.say(words("panels.hint"), size=7.5, colour=MUTED)
        _panels(page, data, words)
    else:
        page.say(words("panels.none"))
    if data.warnings:
        page.say(words("refused.title"), size=8, bold=True, after=0.3)
        page.say("\n".join(f"– {one.text}" for one in data.warnings), size=8)


def _fields(page: _Page, data: ReportData, words: Words) -> None:
    rows = [(one.title, texts.value(one, words)) for one in data.fields]
    rows.append((words("field.created"), f"{texts.when(data.created, words)} UTC"))
    half = (page.epw - GAP) / 2
    top, lowest = page.get_y(), page.get_y()
    for column in (0, 1):
        page.set_y(top)
        for title, value in rows[column::2]:
            page.set_x(MARGIN + column * (half + GAP))
            page.set_font("text", size=8)
            page.set_text_color(MUTED)
            page.cell(30, 4.6, page.fitting(title, 29))
            page.set_text_color(INK)
            page.set_font("text", "B", 8.5)
            page.multi_cell(half - 30, 4.6, page.safe(value), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            page.ln(0.6)
        lowest = max(lowest, page.get_y())
    page.set_y(lowest + 3)


def _verdict(page: _Page, data: ReportData, words: Words) -> None:
    page.set_font("text", "B", 11)
    text = page.safe(data.verdict)
    lines = page.multi_cell(page.epw - 10, 5.4, text, dry_run=True, output="LINES")
    assert isinstance(lines, list)
    top, height = page.get_y(), 5.4 * len(lines) + 12
    page.set_fill_color(PALE)
    page.rect(MARGIN, top, page.epw, height, style="F")
    page.set_fill_color(ACCENT)
    page.rect(MARGIN, top, 1.2, height, style="F")
    page.set_xy(MARGIN + 5, top + 3)
    page.set_font("text", size=8)
    page.set_text_color(MUTED)
    page.cell(0, 4, words("result"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_x(MARGIN + 5)
    page.set_font("text", "B", 11)
    page.set_text_color(INK)
    page.multi_cell(page.epw - 10, 5.4, text, align=Align.L)
    page.set_y(top + height + 4)


def _schematic(page: _Page, data: ReportData, words: Words) -> None:
    width = min(page.epw - 44, 128.0)
    factor = width / schematic.WIDTH
    left, top = MARGIN, page.get_y()
    with page.local_context(line_width=0.15):
        for one in schematic.painted(data.figure):
            page.set_fill_color(one.fill)
            page.set_draw_color(schematic.LINE)
            ring = [(left + x * factor, top + y * factor) for x, y in one.ring]
            page.polygon(ring, style="DF")
            if one.hatched:
                _hatch(page, ring)
    page.set_font("text", size=7)
    page.set_text_color(MUTED)
    for caption in schematic.CAPTIONS:
        page.set_xy(left + caption.x * factor - 20, top + caption.y * factor - 3)
        page.cell(40, 3, words(f"view.{caption.view}"), align=Align.C)
    bottom = top + schematic.HEIGHT * factor
    _legend(page, left + width + 4, top + 6, words)
    page.set_xy(MARGIN, bottom + 1)


def _hatch(page: _Page, ring: Sequence[tuple[float, float]]) -> None:
    """White lines across a polygon, clipped to it."""
    import shapely

    area = shapely.Polygon(ring).buffer(0)
    x0, y0, x1, y1 = area.bounds
    page.set_draw_color("#ffffff")
    step, at = 1.3, x0 - (y1 - y0)
    with page.local_context(line_width=0.45):
        while at < x1:
            cut = area.intersection(shapely.LineString([(at, y1), (at + y1 - y0, y0)]))
            for part in getattr(cut, "geoms", [cut]):
                if part.geom_type == "LineString" and not part.is_empty:
                    (ax, ay), (bx, by) = part.coords[0], part.coords[-1]
                    page.line(ax, ay, bx, by)
            at += step


def _legend(page: _Page, x: float, y: float, words: Words) -> None:
    entries = [(colour, words("legend.from", percent=f"{least:.0f}")) for least, colour in schematic.SCALE[:-1]]
    entries.append((schematic.SCALE[-1][1], words("legend.to", percent=f"{schematic.SCALE[-2][0]:.0f}")))
    entries += [(schematic.SEEN, words("legend.whole")), (schematic.UNSEEN, words("legend.unseen"))]
    page.set_font("text", size=7.5)
    page.set_text_color(INK)
    page.set_draw_color(schematic.LINE)
    for colour, text in entries:
        page.set_fill_color(colour)
        page.rect(x, y, 4, 4, style="DF")
        page.set_xy(x + 5.5, y - 0.2)
        page.multi_cell(page.w - MARGIN - x - 5.5, 3.4, text, align=Align.L)
        y = max(y + 6, page.get_y() + 1.6)
    page.set_xy(x, y)
    page.set_text_color(MUTED)
    page.multi_cell(page.w - MARGIN - x, 3.4, words("legend.hatched"), align=Align.L)


def _panels(page: _Page, data: ReportData, words: Words) -> None:
    damaged, whole = texts.parted(data.panels)
    rows = [
        (
            texts.panel_title(one, words),
            texts.share(one.share, words) + (f" · {words('cut off')}" if one.cut_off else ""),
            str(one.photo),
        )
        for one in damaged
    ]
    head = (words("column.panel"), words("column.share"), words("column.photo"))
    if rows:
        page.rows(head, rows, (5, 5, 1), right=(2,))
    if whole:
        names = ", ".join(texts.panel_title(one, words) for one in whole)
        page.say(words("panels.whole", panels=names), size=8, colour=MUTED)


# ---- Photos --------------------------------------------------------------------------------------------------------


def _photo(page: _Page, photo: PhotoPart, shown: PhotoPictures | None, words: Words) -> None:
    title = f"{words('photo', number=photo.number)} · {photo.name}"
    page.heading(title, room=110 if shown else 40)
    views = f"{words('views')}: {', '.join(photo.views)}" if photo.views else ""
    if photo.state == "failed":
        _alarm(page, words("photo.failed", problem=photo.problem))
    elif photo.state == "untouched":
        _alarm(page, words("photo.untouched"))
    else:
        page.say(photo.figure, size=11, bold=True, after=0.5)
        page.say(photo.counted, size=8, colour=MUTED, after=1)
    if aside := [*([views] if views else []), *([words("photo.blurred")] if photo.blurred else [])]:
        page.say(" · ".join(aside), size=7.5, colour=MUTED)
    if shown:
        _pair(page, shown, words)
    elif photo.state != "failed":
        page.say(words("photo.gone", problem=photo.problem), colour=BAD)
    if photo.findings:
        _findings(page, photo.findings, words)
        _crops(page, photo.findings, shown, words)
    elif photo.state == "assessed":
        page.say(words("photo.no findings"), colour=MUTED)
    if photo.warnings:
        page.say(words("warnings"), size=8, bold=True, after=0.3)
        page.say("\n".join(f"– {one.text}" for one in photo.warnings), size=8)


def _alarm(page: _Page, text: str) -> None:
    page.set_font("text", size=9)
    page.set_fill_color(BAD_PALE)
    page.set_text_color(BAD)
    page.multi_cell(0, 5, page.safe(text), fill=True, padding=2, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(2)


def _pair(page: _Page, shown: PhotoPictures, words: Words) -> None:
    width = (page.epw - GAP) / 2
    height = min(TALLEST, width * shown.original.height / shown.original.width)
    if page.will_page_break(height + 6):
        page.add_page()
    top = page.get_y()
    page.place(shown.original, MARGIN, top, width, height)
    if shown.overlay:
        page.place(shown.overlay, MARGIN + width + GAP, top, width, height)
    page.set_xy(MARGIN, top + height + 0.8)
    page.set_font("text", size=7)
    page.set_text_color(MUTED)
    page.cell(width + GAP, 3.5, words("original"))
    page.cell(width, 3.5, words("overlay") if shown.overlay else "", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(2)


def _findings(page: _Page, findings: Sequence[FindingRow], words: Words) -> None:
    head = [words(f"column.{name}") for name in texts.COLUMNS]
    rows = [texts.cells(one, words) for one in findings]
    has_notes = any(one.note for one in findings)
    widths: tuple[float, ...] = (10, 22, 22, 16, 24, 24, 24, 15, 22, 19)
    if has_notes:
        head, rows = [*head, words("column.note")], [[*row, one.note] for row, one in zip(rows, findings, strict=True)]
        widths = (10, 19, 19, 16, 20, 20, 19, 13, 22, 19, 27)
    page.rows(head, rows, widths, right=(4, 5, 6, 7))


def _crops(page: _Page, findings: Sequence[FindingRow], shown: PhotoPictures | None, words: Words) -> None:
    crops = [(one, shown.crops[one.region]) for one in findings if shown and one.region in shown.crops]
    width = (page.epw - GAP * (CROPS - 1)) / CROPS
    height = width * 0.75
    for first in range(0, len(crops), CROPS):
        if page.will_page_break(height + 6):
            page.add_page()
        top = page.get_y()
        for place, (one, crop) in enumerate(crops[first : first + CROPS]):
            x = MARGIN + place * (width + GAP)
            page.place(crop, x, top, width, height)
            page.set_xy(x, top + height + 0.4)
            page.set_font("text", size=7)
            page.set_text_color(MUTED)
            page.cell(width, 3.5, page.fitting(f"{one.number} {one.label}", width))
        page.set_xy(MARGIN, top + height + 5.5)


# ---- Method, log, integrity ----------------------------------------------------------------------------------------


def _method(page: _Page, data: ReportData, words: Words) -> None:
    page.heading(words("method"), room=60)
    for text in data.method:
        page.say(text, size=8.5)
    for model in data.models:
        _model(page, model, words)
    if data.versions:
        told = ", ".join(f"{name} {version}" for name, version in data.versions.items())
        page.say(f"{words('versions')}: {told}", size=7.5, colour=MUTED)


def _model(page: _Page, model: ModelPart, words: Words) -> None:
    if page.will_page_break(28):
        page.add_page()
    page.ln(1)
    page.say(f"{words('column.model')}: {model.name}", size=9.5, bold=True, after=0.5)
    if model.measures:
        measured = "; ".join(one.text for one in model.measures)
        page.say(f"{words('model.measured')}: {measured}.", size=8.5, after=0.5)
    if model.weaknesses:
        page.say(f"{words('model.weak')}: {' '.join(model.weaknesses)}", size=8.5, after=0.5)
    page.say(f"{words('model.sha')}: {model.sha256 or '–'}", size=7, colour=MUTED)


def _log(page: _Page, data: ReportData, words: Words) -> None:
    page.heading(words("log"))
    if data.log_trouble:
        _alarm(page, words("log.broken", trouble=data.log_trouble))
    if not data.decisions:
        page.say(words("log.none"))
        return
    rows = [
        (texts.when(one.time, words), one.who, one.what, " · ".join(filter(None, (one.photo, one.finding))), one.detail)
        for one in data.decisions
    ]
    head = [words(f"column.{name}") for name in ("time", "who", "what", "photo")] + [""]
    page.rows(head, rows, (26, 16, 24, 20, 84))
    page.say(words("log.whole", head=data.log_head), size=7, colour=MUTED)


def _integrity(page: _Page, data: ReportData, words: Words) -> None:
    page.heading(words("hashes"), room=40)
    page.say(words("hashes.hint"), size=8.5)
    rows = [(str(one.number), one.name, one.sha256) for one in data.photos]
    page.rows((words("column.photo"), words("column.name"), "SHA-256"), rows, (10, 50, 110))
