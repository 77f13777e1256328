"""`cardamage desktop`: puts the program into the menu of a Linux desktop, with its icon and its kind of file."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .. import files
from ..errors import CarDamageError
from . import Output

PLACES = {  # of our files below the user's data folder
    "cardamage.desktop": Path("applications/cardamage.desktop"),
    "cardamage-mime.xml": Path("mime/packages/cardamage.xml"),
    "cardamage.svg": Path("icons/hicolor/scalable/apps/cardamage.svg"),
}
UPDATES = (("update-desktop-database", "applications"), ("update-mime-database", "mime"))


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--remove", action="store_true", help="take the program out of the menu again")


def run(args: argparse.Namespace, out: Output) -> int:
    """Write or remove the three files, and tell the desktop."""
    if not sys.platform.startswith("linux"):
        raise CarDamageError("This is for Linux desktops.", "On Windows and macOS pin the program as any other.")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    done = [data / place for place in PLACES.values()]
    for name, target in zip(PLACES, done, strict=True):
        if args.remove:
            target.unlink(missing_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            files.write_atomic(target, _content(name))
    for program, folder in UPDATES:  # a desktop without them looks again by itself
        if shutil.which(program) and (data / folder).is_dir():
            subprocess.run([program, str(data / folder)], capture_output=True, check=False)
    said = "Removed from" if args.remove else "Added to"
    out.report({"files": [str(path) for path in done], "removed": args.remove}, f"{said} the menu: {data}")
    return 0


def _content(name: str) -> bytes:
    """A file as it is written; the menu entry starts this very program."""
    data = files.resource(f"desktop/{name}").read_bytes()
    return data.replace(b"Exec=cardamage ", f"Exec={_quoted(_program())} ".encode())


def _quoted(program: str) -> str:
    """As the Desktop Entry Specification wants it in Exec: in double quotes, escaped in them and once more as text."""
    escaped = re.sub(r'(["`$\\])', r"\\\1", program).replace("\\", "\\\\").replace("%", "%%")
    return f'"{escaped}"'


def _program() -> str:
    """What starts this program again: for an AppImage its file, since where it is unpacked vanishes with it."""
    if image := os.environ.get("APPIMAGE"):
        return image
    beside = Path(sys.executable).with_name("cardamage")
    return str(beside if beside.is_file() else Path(sys.executable))
