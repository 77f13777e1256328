#!/usr/bin/env python3
"""Which keys does every action have, with each preset? Writes the table of docs/editor.md from the tables of actions.

.venv/bin/python scripts/keys_table.py        tests/gui/test_docs.py fails while the page says something else
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "editor.md"
BEGIN, END = "<!-- keys: written by scripts/keys_table.py -->", "<!-- end of keys -->"
SIGNS = {"|": "\\|", "<": "&lt;"}


def main() -> None:
    """Build the window, unseen and with a home of its own, and write what its actions say."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from qtpy.QtWidgets import QApplication

    from cardamage_gui.app import build
    from cardamage_gui.settings import Settings

    app = QApplication([])
    with tempfile.TemporaryDirectory() as home:
        built = build(app, settings=Settings(Path(home) / "settings.json"))
        built.window.make_pages()
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), table(built.window.shortcuts.entries())), "utf-8")
        built.window.close()
        built.close()


def with_table(page: str, lines: Sequence[str]) -> str:
    """The page with these lines between its marks."""
    before, _, rest = page.partition(BEGIN)
    return "\n".join([before + BEGIN, "", *lines, "", END]) + rest.partition(END)[2]


def table(entries: Sequence[object]) -> list[str]:
    """A heading and a Markdown table for each group of actions; keys that differ from ours are bold."""
    from cardamage_gui.commands import shortcuts

    defaults = {entry.action.id: entry.action.keys for entry in entries}
    keys = {name: shortcuts.keys_of(defaults, name, {}) for name in shortcuts.PRESETS}
    groups = dict.fromkeys(entry.group for entry in entries)
    return [line for group in groups for line in _group(group, [e for e in entries if e.group == group], keys)]


def _group(group: str, entries: Sequence[object], keys: dict[str, dict[str, tuple[str, ...]]]) -> Iterator[str]:
    names = list(keys)
    yield from (f"### {group}", "", f"| action | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|")
    for entry in entries:
        ours = keys[names[0]][entry.action.id]
        cells = [_cell(keys[name][entry.action.id], ours) for name in names]
        yield f"| {entry.action.text} | {' | '.join(cells)} |"
    yield ""


def _cell(keys: tuple[str, ...], ours: tuple[str, ...]) -> str:
    shown = ", ".join("".join(SIGNS.get(sign, sign) for sign in key) for key in keys)
    return f"**{shown}**" if shown and keys != ours else shown


if __name__ == "__main__":
    main()
