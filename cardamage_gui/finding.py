"""How do the sheet of keys and the palette find an action by what a person types?"""

from __future__ import annotations

from collections.abc import Iterable

from .shortcuts import Entry


def matching(entries: Iterable[Entry], text: str) -> list[Entry]:
    """The entries in which every word occurs (text, group, hint or key); those that begin with it come first."""
    words = text.casefold().split()
    found = [entry for entry in entries if all(word in _said(entry) for word in words)]
    start = text.casefold().strip()
    return sorted(found, key=lambda entry: not entry.action.text.casefold().startswith(start)) if start else found


def _said(entry: Entry) -> str:
    return f"{entry.action.text} {entry.group} {entry.action.hint} {entry.key_text}".casefold()
