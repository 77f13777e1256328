"""The dialog of an export: format, photos, place, what is lost, and the folder as it would be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QCheckBox, QDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from cardamage_core import formats

from ..language import amount, tr, translated
from ..widgets import common
from ..widgets.dialogs import Dialogs

USUAL = "via_region_data"  # the name that VIA's own files have
PAUSE = 250  # milliseconds after the last change until it is looked at what would come of it


@dataclass(frozen=True)
class Wish:
    """What is to be exported, how and where to; `split` is None for all photos."""

    path: Path
    format: str
    split: str | None = None
    copy_photos: bool = False


@dataclass(frozen=True)
class Foreseen:
    """What would come of a wish: files below its folder, sentences on what is lost."""

    files: tuple[str, ...]
    losses: tuple[str, ...]


class ExportDialog(QDialog):
    """Asks everything at once; `changed` wants `show_foreseen` to be called, `decided` tells what is to be done."""

    changed = Signal(object)  # Wish
    decided = Signal(object, bool)  # Wish, whether the file dialog has asked about a file that is there

    def __init__(self, folder: Path, splits: Mapping[str, int], dialogs: Dialogs, parent: QWidget) -> None:
        """`folder` is proposed as the place; `splits` says how many photos each split has."""
        super().__init__(parent)
        self.setWindowTitle(tr("Export annotations"))
        self.resize(620, 560)
        self._dialogs, self._folder, self._splits = dialogs, folder, dict(splits)
        self._named = Path()  # the file that was chosen in the file dialog
        self._own_place = False  # it was typed or chosen, and stays when the format changes
        self.format, self.split = common.ComboBox(), common.ComboBox()
        self.place = common.Field(tr("Write to"))
        self.choose = common.button(tr("Choose…"), self._choose_place)
        self.photos = QCheckBox(tr("Copy the photos too"))
        self.losses = common.label("", wrap=True)
        self.preview = QPlainTextEdit()
        self.go = common.button(tr("Export"), self._decide, "primary")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._fill()
        self._arrange()
        self._listen()
        self._format_chosen()

    def wish(self) -> Wish:
        """What the dialog says now."""
        return Wish(
            Path(self.place.text().strip()).expanduser(),
            self.format.currentData(),
            self.split.currentData(),
            self.photos.isChecked(),
        )

    def show_foreseen(self, wish: Wish, foreseen: Foreseen) -> None:
        """What would come of it, unless something else is wanted meanwhile."""
        if wish != self.wish():
            return
        self.losses.setText("\n".join(map(translated, foreseen.losses)) or tr("This format holds everything."))
        common.set_role(self.losses, "warn" if foreseen.losses else "good")
        self.preview.setPlainText("\n".join(tree(wish, foreseen.files)))

    def show_failure(self, wish: Wish, text: str) -> None:
        """Why nothing would come of it."""
        if wish == self.wish():
            self.losses.setText(translated(text))
            common.set_role(self.losses, "bad")
            self.preview.setPlainText("")

    def _choose_place(self) -> None:
        target = formats.FORMATS[self.format.currentData()]
        kinds = {target.name: f"{translated(target.text)} (*{target.suffix})"}
        chosen = self._dialogs.new_file(self, tr("Export to"), self.wish().path, kinds)
        if chosen is not None:
            self._named, self._own_place = chosen[0], True
            self.place.setText(str(chosen[0]))

    def _format_chosen(self) -> None:
        target = formats.FORMATS[self.format.currentData()]
        self.photos.setChecked(target.needs_photos)
        if not self._own_place:
            self.place.setText(str(self._folder / proposed_name(target)))
        self._changed()

    def _typed(self, _text: str) -> None:
        self._own_place = True

    def _changed(self, _what: object = None) -> None:
        note = formats.photo_note(format=self.format.currentData(), copy_photos=self.photos.isChecked())
        self._note.setText(translated(note))
        self.go.setEnabled(bool(self.place.text().strip()) and self._number() > 0)
        self._timer.start()

    def _number(self) -> int:
        split = self.split.currentData()
        return sum(self._splits.values()) if split is None else self._splits.get(split, 0)

    def _look(self) -> None:
        self.changed.emit(self.wish())

    def _decide(self) -> None:
        wish = self.wish()
        self.accept()
        self.decided.emit(wish, wish.path == self._named)

    def _fill(self) -> None:
        for name in formats.WRITABLE:
            self.format.addItem(translated(formats.FORMATS[name].text), name)
        number = amount(sum(self._splits.values()), "photo")
        self.split.addItem(tr("All: {number}", number=number), None)
        for split, photos in sorted(self._splits.items()):
            self.split.addItem(f"{split or tr('No split')}: {amount(photos, 'photo')}", split)

    def _arrange(self) -> None:
        self.preview.setReadOnly(True)
        self.preview.setAccessibleName(tr("What would be written"))
        self._note = common.label("", "small", wrap=True)
        column = common.rows(self, margins=(24, 20, 24, 16), spacing=10)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.place, 1)
        place.addWidget(self.choose)
        for row, (text, field) in enumerate(((tr("Format"), self.format), (tr("Photos"), self.split))):
            label = common.label(text, "muted")
            label.setBuddy(field)
            field.setAccessibleName(text)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(common.label(tr("Write to"), "muted"), 2, 0)
        grid.addLayout(place, 2, 1)
        grid.addWidget(self.photos, 3, 1)
        grid.addWidget(self._note, 4, 1)
        column.addLayout(grid)
        column.addWidget(common.section(tr("What the format cannot hold")))
        column.addWidget(self.losses)
        column.addWidget(common.section(tr("What would be written")))
        column.addWidget(self.preview, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(common.button(tr("Cancel"), self.reject))
        self.go.setDefault(True)
        buttons.addWidget(self.go)
        column.addLayout(buttons)

    def _listen(self) -> None:
        self.format.currentIndexChanged.connect(self._format_chosen)
        self.split.currentIndexChanged.connect(self._changed)
        self.place.textEdited.connect(self._typed)
        self.place.textChanged.connect(self._changed)
        self.photos.toggled.connect(self._changed)
        self._timer.timeout.connect(self._look)


def proposed_name(target: formats.Format) -> str:
    """How a file or folder of a format is called where nothing else is said."""
    if target.suffix:
        return (USUAL if target.name.startswith("via") else target.name) + target.suffix
    return target.name


def tree(wish: Wish, files: Sequence[str]) -> list[str]:
    """The files as an indented list below their folder; `files` end with a sentence on how many more there are."""
    is_file = bool(formats.FORMATS[wish.format].suffix)
    lines, above = [f"{wish.path.parent if is_file else wish.path}/"], ""
    for name in map(translated, files):
        folder, _, base = name.rpartition("/")
        if folder and folder != above:
            lines.append(f"    {folder}/")
        above = folder
        lines.append(("        " if folder else "    ") + base)
    return lines
