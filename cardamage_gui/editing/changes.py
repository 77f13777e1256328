"""Changes of regions, labels and attributes as single edits of a session."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

import msgspec

from cardamage_core.annotations import edits
from cardamage_core.annotations.labels import DAMAGE, new_labels
from cardamage_core.annotations.lookup import labels_of
from cardamage_core.annotations.model import Label, Region, Review

from ..language import mark
from ..session import Session

PRIVATE_LABEL = "private"  # of faces and plates, where a project has no other


def relabel(session: Session, photo_id: str, ids: Collection[str], label: str) -> bool:
    """Give these regions of a photo another label, which may be a new one."""
    before = session.regions(photo_id)
    after = tuple(edits.set_label(region, label) if region.id in ids else region for region in before)
    return store(session, photo_id, before, after, mark(f"Label as {label}"))


def review(session: Session, photo_id: str, ids: Collection[str], state: Review) -> bool:
    """Say what a person thinks of these regions."""
    before = session.regions(photo_id)
    after = tuple(edits.set_review(region, state) if region.id in ids else region for region in before)
    return session.edit(photo_id, before, after, mark(f"Mark as {state}"))


def store(session: Session, photo_id: str, before: tuple[Region, ...], after: tuple[Region, ...], text: str) -> bool:
    """Store what a gesture led to, with the labels that are new to the project."""
    new = labels_of(after) - labels_of(before)
    return session.edit(photo_id, before, after, text, labels=new_labels(sorted(new), session.labels()))


def add_labels(session: Session, names: Collection[str]) -> bool:
    """Add labels that are not there yet, with the next colours and keys."""
    known = session.labels()
    fresh = new_labels(names, known)
    return not fresh or session.edit_labels(known, (*known, *fresh), mark(f"Add label {fresh[0].name}"))


def add_private_label(session: Session) -> bool:
    """Add a label for what is blurred."""
    known = session.labels()
    fresh = new_labels([PRIVATE_LABEL], known, roles={PRIVATE_LABEL: "private"})
    return session.edit_labels(known, (*known, *fresh), mark(f"Add label {PRIVATE_LABEL}"))


def change_label(session: Session, name: str, label: Label) -> bool:
    """Change a label's role, key or colour; the key leaves the label that had it."""
    known = session.labels()
    after = tuple(label if one.name == name else _without_key(one, label.key) for one in known)
    return session.edit_labels(known, after, mark(f"Change label {name}"))


def rename_label(session: Session, old: str, new: str) -> bool:
    """Give a label another name; where another label has it, the two become one. The regions of all photos follow."""
    known = {label.name: label for label in session.labels()}
    if old not in known or not new or new == old:
        return False
    if new in known:
        return session.rename_label(old, known[new], mark(f"Merge {old} into {new}"))
    return session.rename_label(old, msgspec.structs.replace(known[old], name=new), mark(f"Rename {old} to {new}"))


def remove_label(session: Session, name: str) -> bool:
    """Take a label away that no region has."""
    known = session.labels()
    return session.edit_labels(
        known, tuple(label for label in known if label.name != name), mark(f"Remove label {name}")
    )


def set_attribute(session: Session, photo_id: str, ids: Collection[str], name: str, value: str) -> bool:
    """Write an attribute of these regions, or with none of the photo; "" takes it away."""
    text = mark(f"Set {name}") if value else mark(f"Remove {name}")
    if not ids:
        photo = session.photo(photo_id)
        after = msgspec.structs.replace(photo, attributes=_with(photo.attributes, name, value))
        return session.edit_photo(photo, after, mark(f"{text} of the photo"))
    before = session.regions(photo_id)
    changed = tuple(
        msgspec.structs.replace(one, attributes=_with(one.attributes, name, value)) if one.id in ids else one
        for one in before
    )
    return session.edit(photo_id, before, changed, text)


def label_for_drawing(labels: Collection[Label], wanted: str) -> str:
    """The label of the next region: the wanted one, else the first for damage."""
    names = [label.name for label in labels]
    if wanted in names:
        return wanted
    return next((label.name for label in labels if label.role == "damage"), names[0] if names else DAMAGE)


def _with(attributes: Mapping[str, object], name: str, value: str) -> dict[str, object]:
    kept = {key: old for key, old in attributes.items() if key != name}
    return {**kept, name: _alike(attributes.get(name), value)} if value else kept


def _alike(old: object, value: str) -> str | int | float:
    """What was a number stays one, if what was typed is one."""
    if isinstance(old, int | float) and not isinstance(old, bool):
        with suppress(ValueError):
            return type(old)(value)
    return value


def _without_key(label: Label, key: str) -> Label:
    return msgspec.structs.replace(label, key="") if key and label.key == key else label
