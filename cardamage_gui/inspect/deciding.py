"""Decisions on findings: accept, reject, severity, cause, operation, panel, note, merging, the way to the next one.

Each decision is one edit of the claim's session, so that undo and the claim's log hold for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any, get_args

from qtpy.QtCore import QObject, QPoint, Signal
from qtpy.QtWidgets import QMenu, QWidget

from cardamage_core import text as english
from cardamage_core.annotations.model import Region, Review
from cardamage_core.claims.model import Cause, Finding, Operation, Severity
from cardamage_core.errors import CarDamageError

from ..commands.actions import Action
from ..language import amount, label_name, mark, tr, translated
from .desk import Desk

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
CAUSES: tuple[Cause, ...] = get_args(Cause)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
DONE = mark("This claim is done. Reopen it (the button beside its name) to change anything.")
REOPEN = mark("Reopen")
WORDS = {"accepted": mark("Accept"), "rejected": mark("Reject")}


class Deciding(QObject):
    """Carries out on the chosen findings what keys, buttons and menus ask for."""

    went = Signal(str)  # the region of the finding that is to be looked at now

    def __init__(
        self,
        desk: Desk,
        chosen: Callable[[], tuple[str, ...]],
        selected: Callable[[], tuple[str, ...]],
        parent: QWidget,
    ) -> None:
        """`chosen` gives the regions of the chosen findings, the current one first, `selected` those on the photo."""
        super().__init__(parent)
        self._selected = selected
        self._desk, self._session, self._chosen, self._page = desk, desk.session, chosen, parent

    # What a person decides

    def decide(self, review: Review) -> None:
        """Accept or reject the chosen findings and go on to the next open one; the same again opens them."""
        found = self._findings()
        if not found:
            self._decide_outlines(review)
            return
        again = all(finding.decision == review for finding in found)
        new: Review = "unreviewed" if again else review
        ids = [finding.region.id for finding in found]
        text = f"{REOPEN if again else WORDS[review]} {_named(found)}"
        if self._edit(lambda regions: _core().decided(regions, ids, new), text) and not again:
            self.next_open()

    def accept_car(self) -> None:
        """The car's outline on this photo is right: shares of the car may be given."""
        roles = {label.name: label.role for label in self._session.labels()}
        regions = self._session.regions(self._session.current)
        cars = [one.id for one in regions if roles.get(one.label) == "car" and one.review != "accepted"]
        if cars:
            self._edit(lambda before: _core().decided(before, cars, "accepted"), mark("Accept the car's outline"))
        else:
            self._session.said.emit(tr("There is no car outline to accept: draw one (X, then P) with the label car."))

    def change(self, field: str, value: str) -> None:
        """Set severity, cause, operation, panel, note or label of the chosen findings."""
        found = self._findings()
        ids = [finding.region.id for finding in found]
        if ids:
            said = value or "none"
            text = mark(f"Set {field} of {_named(found)}") + ("" if field == "note" else f" to {said}")
            self._edit(lambda regions: _core().changed(regions, ids, **{field: value}), text)

    def cycle(self, field: str, values: Sequence[str]) -> None:
        """The next value of a field that has a few."""
        found = self._findings()
        if found:
            now = values.index(getattr(found[0], field))
            self.change(field, values[(now + 1) % len(values)])

    def merge(self) -> None:
        """Make one finding of those that a person would count as one: the chosen ones, else all that overlap."""
        from cardamage_core.claims import merge

        photo = self._session.current
        if not photo:
            return
        before, ids = self._session.regions(photo), self._chosen()
        shown = {finding.region.id for finding in self._desk.findings(photo)}
        listed = [region for region in before if region.id in shown]
        groups = [ids] if len(ids) > 1 else merge.groups_of(listed, self._session.labels())
        try:
            after = reduce(merge.merged, groups, before)
        except CarDamageError as error:
            self._session.said.emit(translated(f"{error.title} {error.detail}".strip()))
            return
        if after == before:
            self._session.said.emit(tr("No two findings overlap here that a person would count as one."))
        elif self._may_change() and self._session.edit(photo, before, after, mark("Merge duplicates")):
            self._session.said.emit(
                tr("{duplicates} merged.", duplicates=amount(len(before) - len(after), "duplicate"))
            )

    def _decide_outlines(self, review: Review) -> None:
        """The outlines of the car or of panels that are selected on the photo."""
        ids = self._selected()
        regions = [one for one in self._session.regions(self._session.current) if one.id in ids]
        if not regions:
            self._session.said.emit(tr("Choose a finding first (Tab)."))
            return
        again = all(one.review == review for one in regions)
        new: Review = "unreviewed" if again else review
        text = f"{REOPEN if again else WORDS[review]} {mark(f'outline of {regions[0].label}')}"
        self._edit(lambda before: _core().decided(before, ids, new), text)

    # The way

    def next_open(self, by: int = 1) -> None:
        """Go on to the next undecided finding, on whatever photo of the claim."""
        every = self._desk.findings()
        current = self._chosen()[:1]
        photo = self._session.current
        here = next((n for n, one in enumerate(every) if (one.region.id,) == current), None)
        if here is None:
            order = [one.id for one in self._session.photos()]
            at = order.index(photo) if photo in order else 0
            before = [n for n, one in enumerate(every) if order.index(one.photo) < at + (by < 0)]
            here = len(before) - (1 if by > 0 else 0)
        ahead = [(here + by * step) % len(every) for step in range(1, len(every) + 1)] if every else []
        found = next((every[n] for n in ahead if every[n].is_open), None)
        if found is None:
            self._session.said.emit(
                tr("Every finding of this claim is decided.") if every else tr("There are no findings.")
            )
            self.went.emit("")  # so that the same key once more does not open the last one again
            return
        self.go_to(found)

    def go_to(self, finding: Finding) -> None:
        """Show a finding."""
        if finding.photo != self._session.current:
            self._session.select(finding.photo)
        self.went.emit(finding.region.id)

    # Menus and keys

    def menu(self, labels: Sequence[str], panels: Sequence[str]) -> QMenu:
        """Everything that can be said about the chosen findings."""
        found = self._findings()
        menu = QMenu(self._page)
        menu.addAction(tr("Accept"), partial(self.decide, "accepted")).setEnabled(bool(found))
        menu.addAction(tr("Reject"), partial(self.decide, "rejected")).setEnabled(bool(found))
        menu.addSeparator()
        first = found[0] if found else None
        for title, field, values in (
            (tr("Damage"), "label", labels),
            (tr("Panel"), "panel", ("", *panels)),
            (tr("Severity"), "severity", SEVERITIES),
            (tr("Cause"), "cause", CAUSES),
            (tr("Operation"), "operation", OPERATIONS),
        ):
            now = None if first is None else first.region.label if field == "label" else getattr(first, field)
            self._submenu(menu, title, field, values, now)
        menu.addSeparator()
        menu.addAction(tr("Merge duplicates"), self.merge)
        menu.addAction(tr("Accept the car's outline"), self.accept_car)
        return menu

    def show_menu(self, at: QPoint, labels: Sequence[str], panels: Sequence[str]) -> None:
        """Open that menu at a place of the screen."""
        menu = self.menu(labels, panels)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def actions(self) -> list[Action]:
        """What keys do."""
        again = tr("Once more: open it again")
        car = tr("It is right: shares of the car may be given")
        every = tr("Make one finding of those that overlap")
        following = tr("The next undecided finding, on whatever photo")
        return [
            Action("inspect_accept", tr("Accept finding"), ("Y",), again, partial(self.decide, "accepted")),
            Action("inspect_reject", tr("Reject finding"), ("N",), again, partial(self.decide, "rejected")),
            Action("inspect_open_next", tr("Next undecided finding"), ("Tab",), following, self.next_open),
            Action(
                "inspect_open_before", tr("Undecided finding before"), ("Shift+Tab",), "", partial(self.next_open, -1)
            ),
            Action("inspect_accept_car", tr("Accept the car's outline"), ("Shift+A",), car, self.accept_car),
            self._cycle("severity", "S", SEVERITIES),
            self._cycle("cause", "C", CAUSES),
            self._cycle("operation", "X", OPERATIONS),
            Action("inspect_merge", tr("Merge duplicates"), ("Shift+M",), every, self.merge),
        ]

    def _cycle(self, field: str, key: str, values: Sequence[str]) -> Action:
        text = tr("{field}: next value", field=translated(field.capitalize()))
        hint = tr("Go through the values of {field}", field=translated(field))
        return Action(f"inspect_{field}", text, (f"Shift+{key}",), hint, partial(self.cycle, field, values))

    def _submenu(self, menu: QMenu, title: str, field: str, values: Sequence[str], now: str | None) -> None:
        sub = menu.addMenu(title)
        sub.setEnabled(now is not None)
        for value in values:
            entry = sub.addAction(label_name(value) or tr("none"), partial(self.change, field, value))
            entry.setCheckable(True)
            entry.setChecked(value == now)

    def _findings(self) -> list[Finding]:
        known = {finding.region.id: finding for finding in self._desk.findings(self._session.current)}
        return [known[i] for i in self._chosen() if i in known] if self._session.current else []

    def _edit(self, change: Callable[[tuple[Region, ...]], tuple[Region, ...]], text: str) -> bool:
        photo = self._session.current
        before = self._session.regions(photo)
        return self._may_change() and self._session.edit(photo, before, change(before), text)

    def _may_change(self) -> bool:
        """A claim that is done must be opened again first; the first decision begins the review of a new one."""
        if self._desk.state == "done":
            self._session.said.emit(tr(DONE))
            return False
        if self._desk.state == "new":
            self._desk.set_state("in review")
        return True


def _named(found: Sequence[Finding]) -> str:
    return found[0].region.label if len(found) == 1 else english.amount(len(found), "finding")


def _core() -> Any:
    from cardamage_core.claims import findings

    return findings
