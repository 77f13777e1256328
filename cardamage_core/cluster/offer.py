"""What a Ray cluster offers for trainings and assessments, and what is missing there: asked when a user tests it."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Sequence
from importlib import metadata

import msgspec

from ..text import amount
from . import code_package
from .address import ClusterError, UnreachableError
from .client import Client, Node
from .probe import PREFIX

SECONDS = 60.0  # for the probe to run
COMMAND = "python -m cardamage_core.cluster.probe"
WINDOW = ("PyQt5", "qtpy", "pyqtgraph", "qtawesome", "fpdf2")  # packages that no node needs
EXTRAS = ("train", "ray")
DISTRIBUTION = "cardamage-workbench"
ONE_GPU = "A training uses one GPU: with TensorFlow, Keras does not share one out among several."


class Offer(msgspec.Struct, frozen=True):
    """What a cluster has in all. `missing` are packages that its nodes lack; `note` says why they were not asked."""

    address: str
    ray: str
    nodes: int
    cpus: float
    gpus: float
    memory: float  # bytes
    python: str = ""
    program: str = ""  # version of ours that is installed there; jobs bring their own
    missing: tuple[str, ...] = ()
    note: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it for people."""
        size = (
            f"{amount(self.nodes, 'node')}, {self.cpus:g} CPUs, {self.gpus:g} GPUs, {self.memory / 1e9:.0f} GB memory."
        )
        told = [size, f"Ray {self.ray}" + (f", Python {self.python}." if self.python else ".")]
        if self.python:
            program = (
                f"CarDamage {self.program} is installed there" if self.program else "CarDamage is not installed there"
            )
            told.append(f"{program}; jobs bring that of this computer.")
        if self.missing:
            told.append(f"Missing there: {', '.join(self.missing)}.")
        here = ".".join(map(str, sys.version_info[:2]))
        if self.python and not self.python.startswith(f"{here}."):
            told.append(f"This computer has Python {here}: that may differ.")
        if self.gpus > 1:
            told.append(ONE_GPU)
        return (*told, *filter(None, [self.note]))


def asked(address: str, *, token: str = "", seconds: float = SECONDS) -> Offer:
    """Ask a cluster, by its REST interface and by a small job. Raises ClusterError where it cannot be used."""
    client = Client(address, token=token)
    try:
        offer = _counted(client.address, client.version(), client.nodes())
        try:
            return _probed(client, offer, seconds)
        except UnreachableError:
            raise
        except ClusterError as error:
            return msgspec.structs.replace(offer, note=f"{error.title} {error.detail}".strip())
    finally:
        client.close()


def needed() -> tuple[str, ...]:
    """The packages that nodes need, from this installation's own metadata; () where it has none."""
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return ()
    names = []
    for line in required:
        name = (re.match(r"[\w.-]+", line) or [""])[0]
        extra = re.search(r"extra == ['\"](\w+)['\"]", line)
        if (not extra or extra[1] in EXTRAS) and name not in (*WINDOW, DISTRIBUTION, "ray"):
            names.append(name)
    return tuple(dict.fromkeys(names))


def _counted(address: str, ray: str, nodes: Sequence[Node]) -> Offer:
    def total(what: str) -> float:
        return sum(node.resources.get(what, 0.0) for node in nodes)

    return Offer(address, ray, len(nodes), total("CPU"), total("GPU"), total("memory"))


def _probed(client: Client, offer: Offer, seconds: float) -> Offer:
    """With what a job found on a node that can take one."""
    name = f"cardamage-probe-{secrets.token_hex(4)}"
    package = code_package.uploaded(client, models=False)
    command = " ".join([COMMAND, *needed()])
    client.submit(command, submission=name, package=package, environment={}, cpus=1.0)
    until = time.monotonic() + seconds
    while not (job := client.job(name)).ended:
        if time.monotonic() > until:
            client.stop(name)
            waits = "No node was free for a small job" if job.status == "PENDING" else "A small job did not end"
            raise ClusterError(f"{waits} within {seconds:.0f} seconds, so its packages are not known.")
        time.sleep(0.3)
    return _told(offer, client.printed(job.node, name))


def _told(offer: Offer, log: str) -> Offer:
    line = next((line for line in reversed(log.splitlines()) if line.startswith(PREFIX)), "")
    try:
        found = msgspec.json.decode(line.removeprefix(PREFIX), type=_Found)
    except (msgspec.DecodeError, RecursionError):
        last = " ".join(log.split())[-300:]
        raise ClusterError("A small job failed on the cluster.", f"Its last words: {last}") from None
    versions = found.versions
    missing = tuple(name for name, version in versions.items() if not version and name != DISTRIBUTION)
    program = versions.get(DISTRIBUTION, "")
    return msgspec.structs.replace(offer, python=found.python, missing=missing, program=program)


class _Found(msgspec.Struct, frozen=True):
    python: str
    versions: dict[str, str]
