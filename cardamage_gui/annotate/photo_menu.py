"""The menu of a row of the photo list; finds the file of a photo that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec
from qtpy.QtCore import QObject, QPoint, Qt, QUrl
from qtpy.QtGui import QAction, QDesktopServices
from qtpy.QtWidgets import QApplication, QMenu

from cardamage_core import files, text
from cardamage_core.annotations.model import SPLITS
from cardamage_core.errors import CarDamageError

from ..language import amount, mark, tr
from ..session import Session
from ..widgets.dialogs import Dialogs
from ..widgets.photo_list import PhotoList

REVIEWS = ("review_accepted", "review_needs_work", "review_rejected", "review_unreviewed")


class PhotoMenu(QObject):
    """Opens on a right click or the menu key; what it does is for the photo that is shown then."""

    def __init__(self, session: Session, dialogs: Dialogs, rows: PhotoList, actions: Mapping[str, QAction]) -> None:
        """`actions` are those of the page by their ids."""
        super().__init__(rows)
        self._session, self._dialogs, self._rows, self._actions = session, dialogs, rows, actions
        self.menu: QMenu | None = None  # the one that was opened last
        rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows.customContextMenuRequested.connect(self._open)

    def made(self) -> QMenu:
        """The menu for the photo that is shown."""
        menu = QMenu(self._rows)
        if self.is_lost():
            self._add(menu, "find_file")
            menu.addSeparator()
        if not self._session.read_only:
            for name in ("outline", "accept_photo", *REVIEWS):
                self._add(menu, name)
            self._add_splits(menu)
            menu.addSeparator()
        menu.addAction(tr("Show in its folder"), self.show_folder)
        menu.addAction(tr("Copy its path"), self.copy_path)
        menu.addSeparator()
        self._add(menu, "remove_photo")
        return menu

    def is_lost(self) -> bool:
        """Whether the file of the photo shown is not where it should be, in a project that may be changed."""
        session = self._session
        if not session.current or session.read_only:
            return False
        return not files.is_there(session.path_of(session.photo(session.current)))

    def find(self) -> None:
        """Ask where the photo shown lies now, and take all that were lost with it from there: one edit."""
        session, project = self._session, self._session.project
        if project is None or not session.current:
            return
        photo = session.photo(session.current)
        chosen = self._dialogs.files(self._rows, tr("Where is {photo}?", photo=photo.name))
        if not chosen:
            return
        from cardamage_core.project.relinking import relinked  # reads headers, which a start need not wait for

        others = (session.photo(one.id) for one in session.photos())
        try:
            found = relinked(others, photo, chosen[0], folder=project.folder)
        except CarDamageError as error:
            session.failed.emit(error)
            return
        before, after = [one.before for one in found], [one.after for one in found]
        if session.edit_photos(before, after, mark(f"Find {text.amount(len(found), 'photo')}")):
            session.said.emit(
                tr(
                    "Found {photos} in {parent}. Ctrl+Z takes it back.",
                    photos=amount(len(found), "photo"),
                    parent=chosen[0].parent,
                )
            )

    def show_folder(self) -> None:
        """Open the photo's folder in the system's file manager."""
        if self._session.current:
            folder = self._session.path_of(self._session.photo(self._session.current)).parent
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                self._session.said.emit(tr("The folder {folder} could not be opened.", folder=folder))

    def copy_path(self) -> None:
        """Put the photo's path on the clipboard."""
        if self._session.current:
            path = self._session.path_of(self._session.photo(self._session.current))
            QApplication.clipboard().setText(str(path))
            self._session.said.emit(tr("Copied {path}", path=path))

    def set_split(self, split: str) -> None:
        """Say what the photo shown is for; "" for nothing yet."""
        before = self._session.photo(self._session.current)
        after = msgspec.structs.replace(before, split=split)
        if self._session.edit_photo(before, after, mark(f"Set split of {before.name}")):
            self._session.said.emit(f"{before.name}: {split or tr('no split')}")

    def _add(self, menu: QMenu, name: str) -> None:
        if name in self._actions:
            menu.addAction(self._actions[name])

    def _add_splits(self, menu: QMenu) -> None:
        summary = self._session.summary(self._session.current)
        splits = menu.addMenu(tr("Split", sense="of the data"))
        for split in SPLITS:
            entry = splits.addAction(split or tr("no split"), partial(self.set_split, split))
            entry.setCheckable(True)
            entry.setChecked(summary is not None and summary.split == split)

    def _open(self, at: QPoint) -> None:
        if not self._rows.indexAt(at).isValid():
            return
        self.menu = self.made()
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu.popup(self._rows.viewport().mapToGlobal(at))
