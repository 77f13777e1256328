"""Downloads published files with pooch, which checks them; a download that broke off goes on where it ended.

The part fetched so far stays beside the target; the next try asks for the rest (RFC 9110, section 14: Range). Only a
file of the published MD5 sum gets the target's name.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .. import files
from ..errors import ModelError

BLOCK = 1 << 18  # bytes
TIMEOUT = 20.0  # seconds without a byte

Progress = Callable[[float], None]  # 0..1


class Download(NamedTuple):
    """A published file: the name it gets here, where it lies, its length in bytes and its MD5 sum in hex digits."""

    name: str
    url: str
    size: int
    md5: str


def fetch(
    wanted: Download,
    folder: Path,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Fetch a file into a folder and return its path, or None if cancelled, with the part kept for the next time.

    Raises ModelError, with a sentence that says where to put the file, when it cannot be reached or is another one.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")
    target, part = Path(folder) / wanted.name, Path(folder) / f".{wanted.name}.part"

    def download(_url: str, output_file: str, _pooch: object) -> None:
        """What pooch calls to get the file; it checks `output_file` and gives it its name."""
        _fetch_rest(wanted, part, progress=progress or (lambda _: None), cancelled=cancelled)
        part.replace(output_file)

    try:
        pooch.retrieve(wanted.url, f"md5:{wanted.md5}", fname=wanted.name, path=folder, downloader=download)
        files.sync_folder(target.parent)
    except _CancelledError:
        return None
    except (OSError, http.client.HTTPException) as error:  # urllib's errors are OSErrors too
        raise ModelError(f"{wanted.name} could not be fetched: {_reason(error)}.", by_hand(wanted, target)) from error
    except ValueError as error:
        raise ModelError(
            f"What came from {wanted.url} is not the published {wanted.name} and was thrown away.", str(error)
        ) from error
    return target


def by_hand(wanted: Download, target: Path) -> str:
    """What a person without a line can do."""
    return f"Fetch {wanted.url} ({wanted.size:,} bytes) another way and put it at {target}; what has come is kept."


class _CancelledError(Exception):
    """The download was cancelled."""


def _fetch_rest(wanted: Download, part: Path, *, progress: Progress, cancelled: Callable[[], bool]) -> None:
    """Fetch what is missing of the part, and of a longer file no more than shows that it is another one."""
    have = part.stat().st_size if part.exists() else 0
    if have > wanted.size:
        part.unlink()
        have = 0
    if have == wanted.size:
        return
    request = urllib.request.Request(wanted.url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        if have and not _continues(answer, have):
            have = 0  # the server sends the whole file again
        with part.open("ab" if have else "wb") as file:
            while have <= wanted.size and (block := answer.read(min(BLOCK, wanted.size - have + 1))):
                file.write(block)
                have += len(block)
                progress(min(1.0, have / wanted.size))
                if cancelled():
                    raise _CancelledError
    if have < wanted.size:
        raise ConnectionError(f"the line broke after {have:,} of {wanted.size:,} bytes")


def _continues(answer: http.client.HTTPResponse, have: int) -> bool:
    """Whether the answer goes on where our part ends."""
    return answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(reason).rstrip(".") or type(error).__name__
