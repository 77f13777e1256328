"""The package of our own code that the nodes of a cluster run: that of this installation, whatever is installed there.

Nodes need Python, Ray and what setup.cfg requires; not the program itself. The package goes to every node that works.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import files
from ..models import registry
from .address import ClusterError
from .client import Client

CORE = Path(__file__).resolve().parents[1]
RESOURCES = ("words", "check")  # what core reads where there is no window
FAST = 1  # level of compression: weights hardly get smaller
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file, so that equal code makes equal packages


def uploaded(client: Client, *, models: bool) -> str:
    """The name of the package, which the cluster has afterwards; with the `models` that come along, or without."""
    data = packed(models=models)
    name = f"_ray_pkg_{hashlib.sha1(data, usedforsecurity=False).hexdigest()}.zip"
    if not client.has(name):
        client.put(name, data)
    return name


def packed(*, models: bool) -> bytes:
    """A zip archive of cardamage_core, the small resources and, if wanted, the `models` that come along."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(_contents((*RESOURCES, *([registry.BUNDLED] if models else [])))):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED, FAST)
    return made.getvalue()


def _contents(folders: Sequence[str]) -> Iterator[tuple[str, Path]]:
    sources = list(CORE.rglob("*.py"))
    if not sources:
        raise ClusterError("This program was packed without its source.", "Send jobs to clusters from an installation.")
    for path in sources:
        yield f"cardamage_core/{path.relative_to(CORE).as_posix()}", path
    resources = files.resource("")
    yield "cardamage_resources/__init__.py", resources / "__init__.py"
    for folder in folders:
        for path in (resources / folder).rglob("*.*"):
            yield f"cardamage_resources/{path.relative_to(resources).as_posix()}", path
