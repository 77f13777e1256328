"""Dialogs for decisions that work cannot go on without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from qtpy.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QWidget,
)

from cardamage_core.files import ANNOTATION_SUFFIXES, PHOTO_SUFFIXES

from ..language import tr


def annotation_kinds() -> str:
    """The choices of a file dialog: files of annotations, or all."""
    return _kinds(tr("Annotations"), ANNOTATION_SUFFIXES)


def _kinds(text: str, suffixes: Sequence[str]) -> str:
    """The choices of a file dialog: these files, or all."""
    return tr("{text} ({suffixes});;All files (*)", text=text, suffixes=" ".join(f"*{suffix}" for suffix in suffixes))


class Dialogs:
    """Asks for files, folders and decisions. Tests pass one that answers by itself."""

    _place: Path | None = None  # where files or a folder were chosen last

    def folder(self, parent: QWidget, title: str, start: Path | None = None) -> Path | None:
        """An existing folder, or None."""
        chosen = _path(QFileDialog.getExistingDirectory(parent, title, str(start or self._place or Path.home())))
        self._place = chosen.parent if chosen else self._place
        return chosen

    def new_folder(self, parent: QWidget, title: str, start: Path | None = None) -> Path | None:
        """A folder that may still have to be made, or None."""
        name, _ = QFileDialog.getSaveFileName(
            parent,
            title,
            str(start or Path.home() / tr("New project")),
            tr("Folder (*)"),
            options=QFileDialog.Option.ShowDirsOnly,
        )
        return _path(name)

    def files(self, parent: QWidget, title: str, kinds: str = "") -> list[Path]:
        """Existing files; empty when none was chosen."""
        names, _ = QFileDialog.getOpenFileNames(
            parent, title, str(self._place or Path.home()), kinds or _kinds(tr("Photos"), PHOTO_SUFFIXES)
        )
        self._place = Path(names[0]).parent if names else self._place
        return [Path(name) for name in names]

    def new_file(self, parent: QWidget, title: str, start: Path, kinds: Mapping[str, str]) -> tuple[Path, str] | None:
        """A file to write and which of the kinds (name: text of the filter), or None; asks before one is replaced."""
        texts = {text: name for name, text in kinds.items()}
        name, text = QFileDialog.getSaveFileName(parent, title, str(start), ";;".join(texts))
        path = _path(name)
        return (path, texts.get(text, next(iter(kinds)))) if path else None

    def text(self, parent: QWidget, title: str, label: str, value: str) -> str | None:
        """A line of text, beginning with `value`, or None."""
        found, taken = QInputDialog.getText(parent, title, label, QLineEdit.EchoMode.Normal, value)
        return found if taken else None

    def choose(self, parent: QWidget, text: str, detail: str, answers: Sequence[str]) -> int:
        """Which of the answers was taken, by its index; the last one is also Esc."""
        return self.choose_with(parent, text, detail, answers)[0]

    def choose_with(
        self, parent: QWidget, text: str, detail: str, answers: Sequence[str], *, option: str = "", on: bool = False
    ) -> tuple[int, bool]:
        """As `choose`, beside an option with a tick that may be set; whether it was."""
        box, buttons = _box(parent, text, detail, answers)
        tick = QCheckBox(option)
        tick.setChecked(on)
        if option:
            box.setCheckBox(tick)
        box.exec()
        taken = next((i for i, one in enumerate(buttons) if one is box.clickedButton()), len(answers) - 1)
        return taken, tick.isChecked()

    def sure(self, parent: QWidget, text: str, detail: str, answer: str) -> bool:
        """Whether to do what cannot be undone; Enter is no, as Esc is."""
        box, buttons = _box(parent, text, detail, (answer, tr("Cancel")))
        box.setDefaultButton(buttons[-1])
        box.exec()
        return box.clickedButton() is buttons[0]


def _box(parent: QWidget, text: str, detail: str, answers: Sequence[str]) -> tuple[QMessageBox, list[QPushButton]]:
    """A question and the buttons of its answers: Enter is the first, Esc the last."""
    box = QMessageBox(parent)
    box.setWindowTitle("CarDamage")
    box.setText(text)
    box.setInformativeText(detail)
    buttons = [box.addButton(answer, QMessageBox.ButtonRole.AcceptRole) for answer in answers]
    box.setDefaultButton(buttons[0])
    box.setEscapeButton(buttons[-1])
    return box, buttons


def _path(name: str) -> Path | None:
    return Path(name) if name else None
