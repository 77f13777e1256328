"""What the user's settings know of clusters: addresses, tokens, which project uses which, and where a job runs.

One JSON file in the user's configuration folder, readable by the user alone. Nothing of it is ever read from a project:
a project that comes from elsewhere can neither name a cluster that photos are sent to nor learn a token.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import platformdirs
from filelock import FileLock

from .. import files
from .address import normal_address

FILE = "clusters.json"
MOST_JOBS = 500  # the newest are remembered


class Placement(msgspec.Struct, frozen=True):
    """Where a job was sent: the cluster, the name of the Ray job, and how often it was sent."""

    address: str
    submission: str = ""
    attempt: int = 0


class Memory(msgspec.Struct, frozen=True):
    """All that is remembered; `projects` and `jobs` by absolute path, `tokens` by address."""

    addresses: tuple[str, ...] = ()
    tokens: dict[str, str] = {}
    projects: dict[str, str] = {}
    jobs: dict[str, Placement] = {}


def read() -> Memory:
    """What is remembered; nothing where the file is missing or damaged."""
    with contextlib.suppress(OSError, msgspec.DecodeError, RecursionError):
        return msgspec.json.decode(_path().read_bytes(), type=Memory)
    return Memory()


def token_of(address: str) -> str:
    """The token to show to a cluster, "" where none was entered."""
    return read().tokens.get(address, "")


def address_of(project_folder: Path) -> str:
    """The cluster that a project's trainings run on, "" for this computer."""
    return read().projects.get(_key(project_folder), "")


def placement_of(job_folder: Path) -> Placement | None:
    """Where a job was sent, None for those of this computer."""
    return read().jobs.get(_key(job_folder))


def remember_token(address: str, token: str) -> None:
    """Keep the token of a cluster; "" forgets it."""
    address = normal_address(address)

    def changed(known: Memory) -> Memory:
        tokens = {name: text for name, text in known.tokens.items() if name != address}
        return msgspec.structs.replace(known, tokens=tokens | ({address: token} if token else {}))

    _change(changed)


def remember_project(project_folder: Path, address: str) -> None:
    """Where the trainings of a project run from now on, "" for this computer."""
    address = normal_address(address) if address else ""

    def changed(known: Memory) -> Memory:
        projects = {name: place for name, place in known.projects.items() if name != _key(project_folder)}
        others = tuple(one for one in known.addresses if one != address)
        return msgspec.structs.replace(
            known,
            projects=projects | ({_key(project_folder): address} if address else {}),
            addresses=(address, *others) if address else known.addresses,
        )

    _change(changed)


def remember_job(job_folder: Path, placement: Placement | None) -> None:
    """Where a job was sent, None for this computer."""

    def changed(known: Memory) -> Memory:
        jobs = {name: place for name, place in known.jobs.items() if name != _key(job_folder)}
        jobs |= {_key(job_folder): placement} if placement else {}
        return msgspec.structs.replace(known, jobs=dict(list(jobs.items())[-MOST_JOBS:]))

    _change(changed)


def _change(changed: Callable[[Memory], Memory]) -> None:
    """Read, change and write while no other process does. Raises CarDamageError where it cannot be written."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")), files.atomic_path(path) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(changed(read()))))
    path.chmod(0o600)  # it holds tokens


def _path() -> Path:
    return platformdirs.user_config_path("cardamage", appauthor=False) / FILE


def _key(folder: Path) -> str:
    return str(Path(folder).absolute())
