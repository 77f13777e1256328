"""The field that says where a training runs: this computer or a Ray cluster, with a test of what the cluster offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLineEdit, QWidget

from cardamage_core.errors import CarDamageError

from ..background import Background, Task
from ..language import mark, tr, translated
from ..widgets import common

if TYPE_CHECKING:
    from pathlib import Path

    from cardamage_core.cluster.offer import Offer

HERE, OTHER = "", "?"
TRUST = mark("The training's photos go to the cluster; everything that reaches it can read them.")


class Place(QWidget):
    """Chooses this computer or a cluster by its address; `changed` tells of another choice."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background: Background | None = None
        self._asking: Task | None = None
        self._choice = common.ComboBox()
        self._choice.setAccessibleName(tr("Where"))
        self._address, self._token = QLineEdit(), QLineEdit()
        self._address.setPlaceholderText(tr("http://head-node:8265, the address of Ray's dashboard"))
        self._address.setAccessibleName(tr("Address of the cluster"))
        self._token.setPlaceholderText(tr("Token, where the cluster wants one"))
        self._token.setAccessibleName(tr("Token of the cluster"))
        self._token.setEchoMode(QLineEdit.EchoMode.Password)
        self._test = common.button(
            tr("Test"), self.test, tip=tr("Ask the cluster what it offers and what is missing there")
        )
        self._found = common.label("", "small", wrap=True)
        self._arrange()
        self._fill_choice((), HERE)
        self._choice.currentIndexChanged.connect(self._chosen)
        self._address.textChanged.connect(self._edited)
        self._token.textChanged.connect(self._edited)

    def use(self, background: Background) -> None:
        """Ask clusters by this."""
        self._background = background

    def fill(self, project_folder: Path) -> None:
        """Offer the clusters that the user's settings know, and choose the one this project used last."""
        from cardamage_core.cluster import memory

        known = memory.read()
        self._token.clear()
        self._fill_choice(known.addresses, memory.address_of(project_folder))

    def address(self) -> str:
        """The address as chosen or typed, "" for this computer."""
        chosen = self._choice.currentData()
        return self._address.text().strip() if chosen == OTHER else chosen or HERE

    def token(self) -> str:
        """The token as typed, "" where none was."""
        return self._token.text().strip()

    @property
    def is_here(self) -> bool:
        """Whether it is this computer."""
        return self._choice.currentData() == HERE

    def test(self) -> None:
        """Ask the cluster, in the background."""
        from cardamage_core.cluster import memory, offer

        if self._background is None or self._asking is not None:
            return
        address, token = self.address(), self.token()
        self._test.setEnabled(False)
        self._show(tr("Asking the cluster… this takes some seconds."), "small")

        def ask() -> Offer:
            return offer.asked(address, token=token or memory.token_of(address))

        self._asking = self._background.run(ask, self._answered, self._refused, urgent=True)

    def _answered(self, found: Offer) -> None:
        self._asking = None
        self._test.setEnabled(True)
        self._show("\n".join(found.sentences), "bad" if found.missing or found.note else "small")

    def _refused(self, error: CarDamageError) -> None:
        self._asking = None
        self._test.setEnabled(True)
        self._show(f"{error.title} {error.detail}".strip(), "bad")

    def _show(self, text: str, role: str) -> None:
        self._found.setText(translated(text))
        common.set_role(self._found, role)
        self._found.setVisible(bool(text))

    def _fill_choice(self, addresses: tuple[str, ...], chosen: str) -> None:
        self._choice.blockSignals(True)
        self._choice.clear()
        self._choice.addItem(tr("This computer"), HERE)
        for address in addresses:
            self._choice.addItem(tr("Ray cluster at {address}", address=address), address)
        self._choice.addItem(tr("A Ray cluster…"), OTHER)
        self._choice.setCurrentIndex(max(0, self._choice.findData(chosen)))
        self._choice.blockSignals(False)
        self._chosen()

    def _chosen(self, *_: object) -> None:
        self._address.setVisible(self._choice.currentData() == OTHER)
        for widget in (self._token, self._test, self._trust):
            widget.setVisible(not self.is_here)
        self._edited()

    def _edited(self, *_: object) -> None:
        """What was found was of another address."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
            self._test.setEnabled(True)
        self._show("", "small")
        self.changed.emit()

    def _arrange(self) -> None:
        self._trust = common.label(tr(TRUST), "small", wrap=True)
        layout = common.rows(self, spacing=8)
        layout.addWidget(self._choice)
        layout.addWidget(self._address)
        line = QWidget()
        row = common.columns(line, spacing=10)
        row.addWidget(self._token, 1)
        row.addWidget(self._test)
        layout.addWidget(line)
        layout.addWidget(self._trust)
        layout.addWidget(self._found)
