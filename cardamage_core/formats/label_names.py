"""Which attribute of a region is its label?

Files do not say. The usual names come first, in any case and spelling; failing these, the attribute that most regions
have with the fewest different values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

USUAL = ("label", "name", "class", "classname", "cls", "category", "type", "damage", "damagetype", "object", "part")
MOST_LABELS = 40  # more different values than that, mostly seen once, are notes and not labels


def candidates(regions: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The attribute names that may hold the label, the best first, judged from all regions of a file."""
    names = {name: None for attributes in regions for name in attributes}
    usual = [name for name in names if _plain(name) in USUAL]
    if usual:
        return tuple(sorted(usual, key=lambda name: USUAL.index(_plain(name))))
    values = {name: [v for a in regions if (v := text_of(a.get(name)))] for name in names}
    proposed = [name for name, found in values.items() if found and not _are_notes(found)]
    return tuple(sorted(proposed, key=lambda name: (-len(values[name]), len(set(values[name])))))


def text_of(value: Any) -> str:
    """The label a value stands for: text, a number, or the one checkbox that is ticked; "" when none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        ticked = [key for key, is_on in value.items() if is_on is True]
        return ticked[0].strip() if len(ticked) == 1 else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value)


def label_of(attributes: Mapping[str, Any], names: Sequence[str]) -> tuple[str, str]:
    """(attribute name, label) of one region, ("", "") when it has none."""
    for name in names:
        if label := text_of(attributes.get(name)):
            return name, label
    return "", ""


def _are_notes(values: Sequence[str]) -> bool:
    different = len(set(values))
    return different > MOST_LABELS and different > len(values) / 2


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
