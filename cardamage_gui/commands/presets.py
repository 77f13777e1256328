"""Presets of keys known from other programs; actions that they leave out keep their keys.

Sources: labelme 6.3 default configuration, CVAT 2.x shortcut list, VIA 1.0.6 and 2.0.12 help pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Keys = dict[str, tuple[str, ...]]  # by action id, as Qt writes them

PRESETS: dict[str, Keys] = {
    "CarDamage": {},
    "labelme": {
        "tool_polygon": ("Ctrl+N", "P"),
        "tool_rectangle": ("Ctrl+R", "R"),
        "rotate_right": ("Shift+R",),
        "tool_select": ("Ctrl+J", "V"),
        "duplicate": ("Ctrl+D",),
        "fit": ("Ctrl+F", "F"),
        "find": ("Ctrl+Shift+F",),
        "new_project": ("Ctrl+Shift+N",),
        "inspect_outline": ("Ctrl+Alt+D",),
    },
    "CVAT": {
        "next_photo": ("F",),
        "previous_photo": ("D",),
        "inspect_next": ("F",),
        "inspect_previous": ("D",),
        "fit": ("Shift+F",),
        "inspect_fit": ("Shift+F",),
        "tool_polygon": ("N", "P"),
        "inspect_reject": ("Shift+Y",),
        "next_unreviewed": ("Ctrl+Shift+F",),
        "label_1": ("Ctrl+1", "1"),
        "label_2": ("Ctrl+2", "2"),
        "label_3": ("Ctrl+3", "3"),
        "show_annotate": ("Alt+1",),
        "show_train": ("Alt+2",),
        "show_inspect": ("Alt+3",),
    },
    "VIA": {
        "next_photo": ("Right", "PgDown"),
        "previous_photo": ("Left", "PgUp"),
        "delete": ("D", "Del"),
        "select_all": ("A", "Ctrl+A"),
        "zoom_in": ("+", "Ctrl++"),
        "zoom_out": ("-", "Ctrl+-"),
        "fit": ("=", "F"),
        "copy": ("C", "Ctrl+C"),
        "tool_hole": ("Shift+P",),
        "inspect_next": ("Right", "PgDown"),
        "inspect_previous": ("Left", "PgUp"),
        "inspect_fit": ("=", "F"),
    },
}


def keys_of(
    defaults: Mapping[str, Sequence[str]], preset: str, changed: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The keys of every action: its own, those of the preset, and on top what the person changed."""
    given = PRESETS.get(preset, {})
    return {name: tuple(changed.get(name, given.get(name, keys))) for name, keys in defaults.items()}


def conflicts(keys: Mapping[str, Sequence[str]], scopes: Mapping[str, str]) -> dict[str, set[str]]:
    """Actions that share a key with others, with those others. Two pages may use the same key, the window may not.

    `scopes` names each action's page, "" for those that work everywhere.
    """
    by_key: dict[str, list[str]] = {}
    for name, given in keys.items():
        for key in given:
            by_key.setdefault(key.casefold(), []).append(name)
    found: dict[str, set[str]] = {}
    for names in by_key.values():
        for one in names:
            others = {other for other in names if other != one and _meet(scopes[one], scopes[other])}
            if others:
                found.setdefault(one, set()).update(others)
    return found


def as_lines(changed: Mapping[str, Sequence[str]]) -> list[str]:
    """Changed keys as the settings keep them: "fit\\tCtrl+F\\tF"."""
    return ["\t".join((name, *keys)) for name, keys in sorted(changed.items())]


RENAMED = {"next_finding": "next_problem", "turn_right": "rotate_right", "turn_left": "rotate_left"}  # before 0.2


def from_lines(lines: Iterable[str]) -> Keys:
    """The other way round; lines that make no sense are left out, and actions have the names of today."""
    split = [line.split("\t") for line in lines]
    return {RENAMED.get(name, name): tuple(keys) for name, *keys in split if name}


def _meet(one: str, other: str) -> bool:
    return one == other or not one or not other
