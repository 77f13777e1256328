"""The data set before a training: photos and regions by label and split, what is wrong, and splits set by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QWidget

from cardamage_core import text as english
from cardamage_core.errors import CarDamageError
from cardamage_core.training.job import ClassRule

from ..background import Background, Task
from ..language import amount, mark, tr, translated
from ..session import Session
from ..widgets import common
from ..widgets.dialogs import Dialogs
from .data_photos import SplitPhotos
from .data_table import DataTable

if TYPE_CHECKING:
    from cardamage_core.project import Project
    from cardamage_core.project.frozen_splits import Restored
    from cardamage_core.project.splits import Preview
    from cardamage_core.training.data_summary import DataSummary

SPLITS = {
    "train": mark("Train", sense="split"),
    "val": mark("Validate", sense="split"),
    "test": mark("Test", sense="split"),
    "": mark("None", sense="split"),
}
MOST_PROBLEMS = 12


class DataView(QFrame):
    """Table, problems, and the list of photos whose splits can be set."""

    photo_chosen = Signal(str)  # show this photo in Annotate
    dropped = Signal(str, list)  # import these paths for a split
    train = Signal(object)  # the class rules to begin a training with
    failed = Signal(object)  # CarDamageError
    said = Signal(str)

    def __init__(
        self, session: Session, background: Background, dialogs: Dialogs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._session, self._background, self._dialogs = session, background, dialogs
        self._working: Task | None = None
        self._dealt: Preview | None = None
        self._stale = True
        self._problem_photos: list[tuple[str, ...]] = []
        self._soon = QTimer(self, singleShot=True)  # one edit tells of photos, labels and the photo shown
        self._soon.timeout.connect(self.look)
        self._make_widgets()
        self._arrange()
        for signal in (session.photos_changed, session.photo_changed, session.labels_changed, session.project_changed):
            signal.connect(self._data_changed)

    def look(self) -> None:
        """Count again, if anything changed since."""
        project = self._session.project
        if project is None or not self._stale:
            return
        self._stale = False
        mapping = self._table.mapping()
        self._photos.show_photos(self._session.photos())
        self._background.run(lambda: _summary(project, mapping), self._show, self.failed.emit)

    def _data_changed(self, *_: object) -> None:
        self._stale = True
        self._dealt = None
        self._deal_bar.hide()
        if self.isVisible():
            self._soon.start()

    def _show(self, summary: DataSummary) -> None:
        total = sum(summary.photos.values())
        named = ", ".join(f"{summary.photos[name]} {name or tr('without a split')}" for name in summary.splits)
        self._about.setText(f"{amount(total, 'photo')}: {named}" if total else tr("No photos yet."))
        self._table.show_summary(summary, self._session.labels())
        self._problem_photos = [one.photos for one in summary.problems[:MOST_PROBLEMS]]
        lines = [(translated(one.text), bool(one.photos)) for one in summary.problems[:MOST_PROBLEMS]]
        more = len(summary.problems) - MOST_PROBLEMS
        self._problems.show_lines(lines, tr("… and {more} more.", more=more) if more > 0 else "")
        self._problems.setVisible(bool(lines))
        writable = not self._session.read_only
        for button in (self._deal, self._kept, *self._set.values()):
            button.setEnabled(writable)

    # Splits

    def _set_split(self, split: str) -> None:
        ids = self._photos.chosen()
        if not ids:
            self.said.emit(tr("Choose photos in the list first; Shift and Ctrl choose several."))
            return
        before = [self._session.photo(photo_id) for photo_id in ids]
        after = [msgspec.structs.replace(photo, split=split) for photo in before]
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        text = mark(f"{english.amount(len(changed), 'photo')} for {split or 'no split'}")
        if changed and self._session.edit_photos([old for old, _ in changed], [new for _, new in changed], text):
            self.said.emit(tr("{text}. Undo takes it back.", text=translated(text)))

    def _preview_deal(self) -> None:
        """Work out a deal and show what it would do."""
        project = self._session.project
        if project is None or self._working is not None:
            return
        again = not any(photo.split == "" for photo in self._session.photos())
        self._deal.setEnabled(False)
        self._deal.setText(tr("Looking at the photos …"))
        work = partial(_preview, project, again=again)
        self._working = self._background.run(work, self._show_deal, self._not_dealt, urgent=True)

    def _show_deal(self, dealt: Preview) -> None:
        self._ended()
        self._dealt = dealt
        numbers = {name: sum(split == name for split in dealt.splits.values()) for name in ("train", "val", "test")}
        said = ", ".join(f"{number} {name}" for name, number in numbers.items() if number)
        twins = tr(", {twins} kept on one side", twins=amount(dealt.twins, "look-alike")) if dealt.twins else ""
        self._deal_text.setText(
            tr(
                "Would become: {splits}{twins}; {photos} would change.",
                splits=said,
                twins=twins,
                photos=amount(len(dealt.changed), "photo"),
            )
        )
        self._deal_bar.show()

    def _not_dealt(self, error: CarDamageError) -> None:
        self._ended()
        self.failed.emit(error)

    def _ended(self) -> None:
        self._working = None
        self._deal.setEnabled(True)
        self._deal.setText(tr("Deal …"))

    def _carry_out(self) -> None:
        from cardamage_core.project import splits

        project, dealt = self._session.project, self._dealt
        self._deal_bar.hide()
        if project is not None and dealt is not None:
            done = self._refresh
            self._background.run(lambda: splits.carry_out(project, dealt), done, self.failed.emit, urgent=True)

    def _refresh(self, _result: object) -> None:
        self._session.refresh()

    def _fill_kept(self) -> None:
        from cardamage_core.project import frozen_splits

        project = self._session.project
        self._kept_menu.clear()
        self._kept_menu.addAction(tr("Keep the present splits as …")).triggered.connect(
            lambda _on=False: self._freeze()
        )
        if project is not None:
            for name in frozen_splits.frozen(project.folder):
                action = self._kept_menu.addAction(tr("Back to “{name}”", name=name))
                action.triggered.connect(lambda _on=False, name=name: self._restore(name))

    def _freeze(self) -> None:
        from cardamage_core.project import frozen_splits

        project = self._session.project
        name = self._dialogs.text(self, tr("Keep the splits"), tr("Name"), tr("first split")) if project else None
        if project is not None and name:
            done = partial(self._say, tr("The splits are kept as “{name}”.", name=name))
            self._background.run(lambda: frozen_splits.freeze(project, name), done, self.failed.emit, urgent=True)

    def _restore(self, name: str) -> None:
        from cardamage_core.project import frozen_splits

        project = self._session.project

        def done(restored: Restored) -> None:
            self._session.refresh()
            self.said.emit(frozen_splits.told(restored, name))

        if project is not None:
            self._background.run(lambda: frozen_splits.restore(project, name), done, self.failed.emit, urgent=True)

    def _say(self, text: str, _result: object) -> None:
        self.said.emit(text)

    def _problem_clicked(self, number: str) -> None:
        self._photos.only(self._problem_photos[int(number)])

    def _mapping_changed(self) -> None:
        self._stale = True
        self.look()

    def _train(self) -> None:
        rules: dict[str, list[str]] = {}
        for label, name in self._table.mapping().items():
            if name:
                rules.setdefault(name, []).append(label)
        self.train.emit(tuple(ClassRule(name, tuple(labels)) for name, labels in rules.items()))

    # Building

    def _make_widgets(self) -> None:
        self._about = common.label("", "muted", wrap=True)
        self._table = DataTable()
        self._table.changed.connect(self._mapping_changed)
        self._problems = common.links(tr("Problems of the data set"), "small")
        self._problems.linkActivated.connect(self._problem_clicked)
        self._photos = SplitPhotos()
        self._photos.opened.connect(self.photo_chosen)
        self._set = {
            name: common.button(
                tr(text, sense="split"),
                partial(self._set_split, name),
                "chip",
                tip=tr("The chosen photos: {split}", split=translated(name) or tr("no split")),
            )
            for name, text in SPLITS.items()
        }
        self._deal = common.button(
            tr("Deal …"), self._preview_deal, tip=tr("Every fifth photo to val, look-alikes together")
        )
        self._kept = QPushButton(tr("Kept splits"))
        self._kept_menu = QMenu(self._kept)
        self._kept_menu.aboutToShow.connect(self._fill_kept)
        self._kept.setMenu(self._kept_menu)
        self._deal_bar = common.frame("card")
        self._deal_text = common.label("", wrap=True)
        self._one = common.button(tr("One class"), self._table.as_one, tip=tr("Learn all damage as one class"))
        self._each = common.button(
            tr("Each by itself"), self._table.each, tip=tr("Learn every label as a class of its own")
        )
        self._begin = common.button(tr("Train with these classes"), self._train, "primary")

    def _arrange(self) -> None:
        sheet = common.frame("page")
        layout = common.rows(sheet, margins=(20, 20, 20, 20), spacing=12)
        layout.addWidget(common.label(tr("Data set"), "title"))
        layout.addWidget(self._about)
        layout.addWidget(self._problems)
        layout.addWidget(self._table)
        layout.addLayout(common.line(self._one, self._each, self._begin, room_after=True))
        layout.addWidget(common.section(tr("Splits")))
        bar = common.columns(self._deal_bar, margins=(14, 8, 8, 8), spacing=10)
        bar.addWidget(self._deal_text, 1)
        bar.addWidget(common.button(tr("Deal like this"), self._carry_out, "primary"))
        bar.addWidget(common.button(tr("Cancel"), self._deal_bar.hide))
        self._deal_bar.hide()
        layout.addLayout(
            common.line(
                common.label(tr("Chosen photos to"), "muted"),
                *self._set.values(),
                self._deal,
                self._kept,
                room_after=True,
            )
        )
        layout.addWidget(self._deal_bar)
        targets = QHBoxLayout()
        targets.setSpacing(10)
        for split in ("train", "val", "test"):
            target = DropTarget(split)
            target.dropped.connect(self.dropped)
            targets.addWidget(target, 1)
        layout.addLayout(targets)
        layout.addWidget(self._photos)
        layout.addStretch(1)
        common.rows(self).addWidget(common.Scrolled(sheet, tr("Data set")))


class DropTarget(QFrame):
    """Takes files and folders for one split."""

    dropped = Signal(str, list)  # the split and the paths

    def __init__(self, split: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._split = split
        self.setProperty("role", "card")
        self.setAcceptDrops(True)
        self.setAccessibleName(tr("Drop photos for {split}", split=split))
        text = common.label(tr("Drop files here as {split}", split=split), "small")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        common.rows(self, margins=(10, 10, 10, 10)).addWidget(text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files only."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        paths = common.dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(self._split, paths)


def _summary(project: Project, mapping: dict[str, str] | None) -> DataSummary:
    from cardamage_core.training.data_summary import summarise

    return summarise(project.dataset().photos, mapping or None)


def _preview(project: Project, *, again: bool) -> Preview:
    from cardamage_core.project import splits

    return splits.preview(project, {"train": 0.8, "val": 0.2, "test": 0.0}, again=again, step=lambda: None)
