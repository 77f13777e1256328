"""How do the sheet of keys and the palette find an action by what a person types?"""

from __future__ import annotations

from collections.abc import Iterable

from .shortcuts import Entry


def matching(entries: Iterable[Entry], text: str) -> list[Entry]:
    """The entries in which every word occurs (text, group, hint or key); the more of it is in the name, the earlier."""
    words = text.casefold().split()
    found = [entry for entry in entries if all(word in _said(entry) for word in words)]
    return sorted(found, key=lambda entry: _rank(entry.action.text.casefold(), words)) if words else found


def _rank(name: str, words: list[str]) -> int:
    """0 where the name begins with what was typed, 1 where it holds all of it, 2 where only hint, group or key do."""
    if name.startswith(" ".join(words)):
        return 0
    return 1 if all(word in name for word in words) else 2


def _said(entry: Entry) -> str:
    return f"{entry.action.text} {entry.group} {entry.action.hint} {entry.key_text}".casefold()
