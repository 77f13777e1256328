"""Which attribute of a region is its label?

Files do not say. The usual names come first, in any case and spelling; failing these, the attribute that most regions
have with the fewest different values. In some files the *name* of the attribute is the label: `{"Front": "damage"}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

USUAL = ("label", "name", "class", "classname", "cls", "category", "type", "damage", "damagetype", "object", "part")
MOST_LABELS = 40  # more different values than that, mostly seen once, are notes and not labels
IN_NAME = "*"  # given as the label's attribute: its name is the label


class Place(NamedTuple):
    """Where labels are: in the first of these attributes that a region has, or in the name of its one attribute."""

    names: tuple[str, ...] = ()
    in_name: bool = False


def place(regions: Sequence[Mapping[str, Any]], wanted: str = "") -> Place:
    """Where the labels of these regions are. `wanted` is an attribute's name (in any case), `IN_NAME`, or "": guess."""
    if wanted == IN_NAME or (not wanted and _is_in_name(regions)):
        return Place(in_name=True)
    if not wanted:
        return Place(candidates(regions))
    names = dict.fromkeys(name for attributes in regions for name in attributes)
    alike = [name for name in names if name != wanted and _plain(name) == _plain(wanted)]
    return Place((wanted, *alike))


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
    """The label a value stands for: text, a number, or the first checkbox that is ticked; "" when none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return next(iter(ticked(value)), "").strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value)


def ticked(value: Any) -> list[str]:
    """The checkboxes that are ticked, in the file's order."""
    return [key for key, is_on in value.items() if is_on is True] if isinstance(value, dict) else []


def label_of(attributes: Mapping[str, Any], where: Place) -> tuple[str, str]:
    """(attribute name, label) of one region, ("", "") when it has none."""
    if where.in_name:
        on = [name for name, value in attributes.items() if value not in _OFF]
        return (on[0], on[0].strip()) if len(on) == 1 else ("", "")
    for name in where.names:
        if label := text_of(attributes.get(name)):
            return name, label
    return "", ""


_OFF = (False, None, "", 0, "0", "false", "no")  # values that say an attribute does not apply


def _is_in_name(regions: Sequence[Mapping[str, Any]]) -> bool:
    """Has each region one attribute, called this or that, and all the same value in it?"""
    filled = [attributes for attributes in regions if attributes]
    if not filled or any(len(attributes) != 1 for attributes in filled):
        return False
    names = {name for attributes in filled for name in attributes}
    values = {str(value) for attributes in filled for value in attributes.values()}
    return 1 < len({_plain(name) for name in names}) <= MOST_LABELS and len(values) == 1 and not _usual(names)


def _usual(names: Iterable[str]) -> bool:
    return any(_plain(name) in USUAL for name in names)


def _are_notes(values: Sequence[str]) -> bool:
    different = len(set(values))
    return different > MOST_LABELS and different > len(values) / 2


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
