"""How do the files of an export get to their place, so that a failure leaves the old ones?"""

from __future__ import annotations

import filecmp
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from .. import files
from ..errors import FormatError

Check = Callable[[Sequence[Path]], None]


def unchecked(_paths: Sequence[Path]) -> None:
    """For writers to places where everything may be replaced."""


def write_files(
    contents: Iterable[tuple[str, bytes]],
    path: Path,
    *,
    is_folder: bool,
    unique: Collection[str] = (),
    check: Check = unchecked,
) -> None:
    """Write (path, content) pairs: the single one to `path`, or all of them into the folder `path`.

    A folder is made whole beside its place first; files of the same names in an old one are replaced, others stay.
    Those in `unique`, looked at when all are made, never replace one: FormatError, and nothing written, where another
    file lies in their place. `check` is told the paths before anything is in its place, and may raise.
    """
    must_be_fitting(path, is_folder=is_folder)
    if not is_folder:
        check([path])
        ((_, data),) = contents
        files.write_atomic(path, data)
        return
    try:
        _fill(contents, path, unique, check)
    except OSError as error:
        raise FormatError(f"Could not write {path}.", f"{error.strerror or error}.") from error


def must_be_fitting(path: Path, *, is_folder: bool) -> None:
    """FormatError where a file is to be written and a folder lies, or the other way round."""
    if is_folder:
        _must_be_no(path, path.is_file(), "a file; this format is a folder of files")
    else:
        _must_be_no(path, path.is_dir(), "a folder; name a file to write")


def _must_be_no(path: Path, is_wrong: bool, what: str) -> None:
    if is_wrong:
        raise FormatError(f"Could not write {path.name}.", f"{path} is {what}.")


def _fill(contents: Iterable[tuple[str, bytes]], path: Path, unique: Collection[str], check: Check) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path if path.exists() else path.parent  # on the same disk, so that moving is quick
    with tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}.", dir=beside) as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        for inside, data in contents:
            target = whole / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if path.exists():
            _must_be_free(whole, path, unique)
        check([path / new.relative_to(whole) for new in sorted(whole.rglob("*")) if new.is_file()])
        if path.exists():
            _move_into(whole, path)
        else:
            whole.replace(path)


def _must_be_free(whole: Path, path: Path, unique: Collection[str]) -> None:
    """Where the very same file lies already it stays; where another one does, nothing is written."""
    for inside in sorted(unique):
        old, new = path / inside, whole / inside
        if not old.exists():
            continue
        if not old.is_file() or not filecmp.cmp(old, new, shallow=False):
            raise FormatError(
                f"{old.name} is there already.",
                f"{old} is another file, and photos are never overwritten. Choose an empty folder.",
            )
        new.unlink()


def _move_into(whole: Path, path: Path) -> None:
    for new in sorted(whole.rglob("*")):
        if new.is_file():
            target = path / new.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(new, target)
