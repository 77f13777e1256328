"""Notes which photos a model looked at last, what it saw, and where it failed.

Without it a photo that could not be read, one that was never asked about, and one without damage would look alike: all
have no regions. Not part of the edit history: undo takes regions back, not the fact that a model looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ..annotations.model import AnnotatedPhoto
from ..text import count
from .store import Store, Stored, value_of


class Look(msgspec.Struct, frozen=True):
    """The last look at a photo: the model's id, how many regions it saw, or why it could not look ("": it could)."""

    model: str
    regions: int = 0
    problem: str = ""


def remember(store: Store, photo: str, look: Look) -> None:
    """This was the last look at the photo."""
    with store.transaction():
        store.execute("INSERT OR REPLACE INTO looks VALUES(?, ?)", (photo, msgspec.json.encode(look).decode()))


def remembered(store: Store) -> dict[str, Look]:
    """The last look at each photo, by the photos' ids; ProjectError where one of them is damaged."""
    if not store.has_table("looks"):
        return {}
    return {photo: value_of(Stored(0, value), Look) for photo, value in store.query("SELECT photo, value FROM looks")}


def failed(photos: Iterable[AnnotatedPhoto], looks: Mapping[str, Look]) -> list[tuple[AnnotatedPhoto, Look]]:
    """The photos without regions because looking failed: nothing is known of them, least of all that they are whole."""
    seen = ((one, looks.get(one.photo.id)) for one in photos if not one.regions)
    return [(one, look) for one, look in seen if look is not None and look.problem]


def failed_said(number: int) -> str:
    """What an export must say of so many photos on which looking failed."""
    return f"{count(number, 'photo')} could not be outlined and will read as undamaged: outline again, or leave out."
