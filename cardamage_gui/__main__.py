"""The command `cardamage`: opens the window without a sub-command; all sub-commands are core's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cardamage_core import commands, processes
from cardamage_core.commands import streams


def main(argv: list[str] | None = None) -> int:
    """Run the program: `cardamage [PROJECT]` opens the window, `cardamage COMMAND …` does not need one."""
    argv = sys.argv[1:] if argv is None else argv
    if processes.hand_over(argv):  # before anything else: a frozen program starts its workers this way
        return 0
    streams.mend()
    if not argv or (len(argv) == 1 and argv[0] not in commands.MODULES and _is_there(argv[0])):
        return _window(argv)
    status = commands.main(argv)
    if status == 0 and argv[0] == "demo":
        return _show_demo(argv)
    return status


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # a name that is too long
        return False


def _window(argv: list[str]) -> int:
    from cardamage_gui import app  # Qt is loaded only for the window; absolute, since a frozen program runs this file

    return app.main(argv)


def _show_demo(argv: list[str]) -> int:
    from cardamage_core.commands import demo_

    folder = demo_.window_folder(argv, os.environ)
    return 0 if folder is None else _window([str(folder)])


if __name__ == "__main__":
    sys.exit(main())
