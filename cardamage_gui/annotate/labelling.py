"""How do labels of regions, and the list of labels, change? Values in, one edit of the session out."""

from __future__ import annotations

from collections.abc import Collection

from cardamage_core.annotations import edits
from cardamage_core.annotations.labels import DAMAGE, new_labels
from cardamage_core.annotations.model import Label, Region, Review

from ..session import Session


def relabel(session: Session, photo_id: str, ids: Collection[str], label: str) -> bool:
    """Give these regions of a photo another label."""
    before = session.regions(photo_id)
    after = tuple(edits.set_label(region, label) if region.id in ids else region for region in before)
    return session.edit(photo_id, before, after, f"Label as {label}")


def review(session: Session, photo_id: str, ids: Collection[str], state: Review) -> bool:
    """Say what a person thinks of these regions."""
    before = session.regions(photo_id)
    after = tuple(edits.set_review(region, state) if region.id in ids else region for region in before)
    return session.edit(photo_id, before, after, f"Mark as {state}")


def store(session: Session, photo_id: str, before: tuple[Region, ...], after: tuple[Region, ...], text: str) -> bool:
    """Store what a gesture led to; labels that nobody knows yet are added first."""
    new = {region.label for region in after} - {region.label for region in before}
    return add_labels(session, sorted(new)) and session.edit(photo_id, before, after, text)


def add_labels(session: Session, names: Collection[str]) -> bool:
    """Add labels that are not there yet, with the next colours and keys."""
    known = session.labels()
    fresh = new_labels(names, known)
    return not fresh or session.edit_labels(known, (*known, *fresh), f"Add label {fresh[0].name}")


def change_label(session: Session, name: str, label: Label) -> bool:
    """Change a label's role, key or colour; the key leaves the label that had it."""
    known = session.labels()
    after = tuple(label if one.name == name else _without_key(one, label.key) for one in known)
    return session.edit_labels(known, after, f"Change label {name}")


def label_for_drawing(labels: Collection[Label], wanted: str) -> str:
    """The label of the next region: the wanted one, else the first for damage."""
    names = [label.name for label in labels]
    if wanted in names:
        return wanted
    return next((label.name for label in labels if label.role == "damage"), names[0] if names else DAMAGE)


def _without_key(label: Label, key: str) -> Label:
    import msgspec

    return msgspec.structs.replace(label, key="") if key and label.key == key else label
