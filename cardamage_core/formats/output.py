"""How do the files of an export get to their place, so that a failure leaves the old ones?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .. import files
from ..errors import FormatError


def write_files(contents: Iterable[tuple[str, bytes]], path: Path, *, is_folder: bool) -> None:
    """Write (path, content) pairs: the single one to `path`, or all of them into the folder `path`.

    A folder is made whole beside its place first; files of the same names in an old one are replaced, others stay.
    """
    if not is_folder:
        ((_, data),) = contents
        _must_be_no(path, path.is_dir(), "a folder; name a file to write")
        files.write_atomic(path, data)
        return
    _must_be_no(path, path.is_file(), "a file; this format is a folder of files")
    try:
        _fill(contents, path)
    except OSError as error:
        raise FormatError(f"Could not write {path}.", f"{error.strerror or error}.") from error


def _must_be_no(path: Path, is_wrong: bool, what: str) -> None:
    if is_wrong:
        raise FormatError(f"Could not write {path.name}.", f"{path} is {what}.")


def _fill(contents: Iterable[tuple[str, bytes]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}.", dir=path.parent) as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        for inside, data in contents:
            target = whole / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if path.exists():
            _move_into(whole, path)
        else:
            whole.replace(path)


def _move_into(whole: Path, path: Path) -> None:
    for new in sorted(whole.rglob("*")):
        if new.is_file():
            target = path / new.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(new, target)
