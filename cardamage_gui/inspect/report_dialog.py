"""Asks how the report of a claim is to be written: formats, language, paper, place."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QImage, QPixmap
from qtpy.QtWidgets import QCheckBox, QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cardamage_core.errors import CarDamageError
from cardamage_core.words import languages

from ..language import current, mark, tr
from ..widgets import common
from ..widgets.dialogs import Dialogs

FORMATS = {".pdf": "PDF", ".html": mark("HTML, one file"), ".json": "JSON", ".csv": "CSV"}
PAPERS = ("A4", mark("Letter"))
NAMES = {"en": "English", "de": "Deutsch"}
PAGE = QSize(360, 510)  # of the picture of a page, as A4


class FirstPage(QLabel):
    """The first page of the report as it will be, or a sentence that says why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "muted")
        self.setFixedSize(PAGE)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAccessibleName(tr("First page of the report"))

    @property
    def pixels_wide(self) -> int:
        """How many pixels of the screen a page is wide."""
        return round(PAGE.width() * self.devicePixelRatioF())

    def show_page(self, pixels: np.ndarray) -> None:
        """Show a page (h, w, 3) uint8 RGB, `pixels_wide` wide."""
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        page = QPixmap.fromImage(image)
        page.setDevicePixelRatio(self.devicePixelRatioF())
        self.setPixmap(page)


class ReportDialog(QDialog):
    """Tells what was chosen; writing and drawing the first page is the caller's work."""

    wanted = Signal(object, str, str)  # list of paths, language, paper
    page_wanted = Signal(str, str, int)  # language, paper, pixels that the first page is to be wide

    def __init__(
        self, name: str, folder: Path, dialogs: Dialogs, parent: QWidget, *, verdict: str, undecided: int, private: int
    ) -> None:
        """`name` is proposed for the files; `undecided` findings and `private` boxes are told."""
        super().__init__(parent)
        self.setWindowTitle(tr("Write report"))
        self.setMinimumWidth(480 + PAGE.width())
        self._dialogs = dialogs
        self.formats = {suffix: QCheckBox(tr(text)) for suffix, text in FORMATS.items()}
        self.formats[".pdf"].setChecked(True)
        self.language, self.paper = common.ComboBox(), common.ComboBox()
        for code in languages():
            self.language.addItem(NAMES.get(code, code), code)
        self.language.setCurrentIndex(max(0, self.language.findData(current())))
        for paper in PAPERS:
            self.paper.addItem(tr(paper), paper)
        self.name = common.Field(tr("Name"))
        self.name.put(file_name(name))
        self.folder = common.Field(tr("Folder"))
        self.folder.put(str(folder))
        self.write = common.button(tr("Write report"), self._write, "primary")
        self.page = FirstPage()
        self._arrange(verdict, undecided, private)
        for chosen in (self.formats[".pdf"].toggled, self.language.currentIndexChanged, self.paper.currentIndexChanged):
            chosen.connect(self.ask_page)
        for box in self.formats.values():
            box.toggled.connect(self._changed)
        for field in (self.name, self.folder):
            field.textChanged.connect(self._changed)
        self._changed()

    def paths(self) -> list[Path]:
        """The files that would be written."""
        stem = Path(self.folder.text().strip()) / file_name(self.name.text())
        return [stem.with_name(stem.name + suffix) for suffix, box in self.formats.items() if box.isChecked()]

    def ask_page(self, _changed: object = None) -> None:
        """Ask for the first page as it would be now."""
        if self.formats[".pdf"].isChecked():
            self.page.setText(tr("Drawing the first page…"))
            self.page_wanted.emit(self.language.currentData(), self.paper.currentData(), self.page.pixels_wide)
        else:
            self.page.setText(tr("Only a PDF has pages to show here."))

    def show_page(self, pixels: np.ndarray) -> None:
        """Show the page that was asked for last, (h, w, 3) uint8 RGB."""
        if self.formats[".pdf"].isChecked():
            self.page.show_page(pixels)

    def show_no_page(self, error: CarDamageError) -> None:
        """Say why there is no page to show."""
        self.page.setText(tr("The first page cannot be shown: {reason}", reason=error.title))

    def _changed(self) -> None:
        folder = Path(self.folder.text().strip())
        self._told.setText("" if folder.is_dir() else tr("There is no such folder."))
        self._told.setVisible(not folder.is_dir())
        self.write.setEnabled(bool(self.paths()) and bool(self.name.text().strip()) and folder.is_dir())
        self.paper.setEnabled(self.formats[".pdf"].isChecked())

    def _choose(self) -> None:
        chosen = self._dialogs.folder(self, tr("Folder for the report"), Path(self.folder.text()))
        if chosen is not None:
            self.folder.setText(str(chosen))

    def _write(self) -> None:
        self.accept()
        self.wanted.emit(self.paths(), self.language.currentData(), self.paper.currentData())

    def _arrange(self, verdict: str, undecided: int, private: int) -> None:
        both = common.columns(self, margins=(24, 20, 24, 16), spacing=24)
        layout = QVBoxLayout()
        layout.setSpacing(12)
        both.addLayout(layout, 1)
        both.addWidget(self.page, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(common.label(verdict, wrap=True))
        if undecided:
            some = tr("{undecided} findings are not decided yet; the report says so.", undecided=undecided)
            one = tr("1 finding is not decided yet; the report says so.")
            layout.addWidget(common.label(one if undecided == 1 else some, "warn", wrap=True))
        layout.addWidget(common.frame("rule"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        kinds = QHBoxLayout()
        kinds.setSpacing(16)
        for box in self.formats.values():
            kinds.addWidget(box)
        kinds.addStretch(1)
        grid.addWidget(common.label(tr("Formats")), 0, 0)
        grid.addLayout(kinds, 0, 1)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.folder, 1)
        place.addWidget(common.button(tr("Choose…"), self._choose))
        for row, (text, widget) in enumerate(
            ((tr("Language"), self.language), (tr("Paper"), self.paper), (tr("Name"), self.name)), start=1
        ):
            grid.addWidget(common.label(text), row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(common.label(tr("Folder")), 4, 0)
        grid.addLayout(place, 4, 1)
        self._told = common.label("", "bad")
        grid.addWidget(self._told, 5, 1)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        one = tr("1 box is blurred in every picture.")
        boxes = tr("{private} boxes are blurred in every picture.", private=private)
        blurred = (
            (one if private == 1 else boxes) if private else tr("Nothing is boxed to be blurred (Shift+B on a photo).")
        )
        layout.addWidget(
            common.label(tr("{blurred} The photos themselves stay as they are.", blurred=blurred), "small", wrap=True)
        )
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(common.button(tr("Cancel"), self.reject))
        buttons.addWidget(self.write)
        layout.addLayout(buttons)


def file_name(text: str) -> str:
    """A name that any system takes."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "-", text).strip(" .")[:80] or "report"
