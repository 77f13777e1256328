"""Speaks with a Ray cluster over HTTP: Ray Jobs, packages, nodes, and the files in a node's log folder.

Only the dashboard's REST interface is used (https://docs.ray.io/en/latest/cluster/running-applications/job-submission/
rest.html and the state API), so Ray need not be installed here, its version may differ, and nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import requests

from .. import files
from .address import ClusterError, UnknownError, UnreachableError, normal_address

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 60.0
MOST_JSON = 64 << 20  # bytes of an answer that is read as a whole
TOKEN = "RAY_AUTH_TOKEN"  # environment variable, Ray's own name

State = Literal["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]


class Node(msgspec.Struct, frozen=True):
    """A node of a cluster that is alive; memory in bytes."""

    id: str
    name: str
    resources: dict[str, float]


class Job(msgspec.Struct, frozen=True):
    """A submitted job: `node` is where it runs, "" before; `exit_code` of its process, None where that was killed."""

    status: State
    message: str = ""
    node: str = ""
    exit_code: int | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self.status not in ("PENDING", "RUNNING")


class Client:
    """One cluster. Methods raise UnreachableError where it does not answer, ClusterError where it refuses."""

    def __init__(self, address: str, *, token: str = "") -> None:
        """Nothing is sent yet; without a `token` that of the environment is used, where there is one."""
        self.address = normal_address(address)
        self._session = requests.Session()
        self._session.trust_env = False  # neither proxies nor .netrc: the address is meant as it stands
        if token := token or os.environ.get(TOKEN, ""):
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def version(self) -> str:
        """The cluster's version of Ray."""
        return str(self._json("GET", "/api/version").get("ray_version", ""))

    def nodes(self) -> list[Node]:
        """The nodes that are alive."""
        told = self._json("GET", "/api/v0/nodes", params={"detail": "true", "limit": 10_000})
        rows = _at(told, "data", "result", "result")
        if not isinstance(rows, list):
            raise self._strange("a list of nodes")
        alive = [row for row in rows if isinstance(row, dict) and row.get("state") == "ALIVE"]
        return [
            Node(str(row.get("node_id")), str(row.get("node_name")), _numbers(row.get("resources_total")))
            for row in alive
        ]

    def submit(
        self,
        command: str,
        *,
        submission: str,
        package: str,
        environment: dict[str, str],
        cpus: float = 1.0,
        gpus: float = 0.0,
    ) -> None:
        """Submit a job that runs `command` in the unpacked `package`, on a node with so many free cores and GPUs."""
        self._json(
            "POST",
            "/api/jobs/",
            json={
                "entrypoint": command,
                "submission_id": submission,
                "runtime_env": {"working_dir": f"gcs://{package}", "env_vars": environment},
                "entrypoint_num_cpus": cpus,
                "entrypoint_num_gpus": gpus,
            },
        )

    def job(self, submission: str) -> Job:
        """How a job is. Raises UnknownError."""
        told = self._json("GET", f"/api/jobs/{submission}")
        known = {
            "status": told.get("status"),
            "message": str(told.get("message") or "")[-2000:],
            "node": str(told.get("driver_node_id") or ""),
            "exit_code": told.get("driver_exit_code"),
        }
        try:
            return msgspec.convert(known, Job)
        except msgspec.ValidationError as error:
            raise self._strange("the state of a job") from error

    def printed(self, node: str, submission: str) -> str:
        """What a job printed on the node that it ran on, a megabyte at most."""
        return self.read(node, f"job-driver-{submission}.log", most=1 << 20).decode("utf-8", "replace")

    def stop(self, submission: str) -> None:
        """End a job by force; one that has ended already, or is not known, is no error."""
        with contextlib.suppress(UnknownError):
            self._json("POST", f"/api/jobs/{submission}/stop")

    def has(self, package: str) -> bool:
        """Whether the cluster keeps a package; it will for some minutes more."""
        try:
            self._request("GET", f"/api/packages/gcs/{package}").close()
        except UnknownError:
            return False
        return True

    def put(self, package: str, data: bytes) -> None:
        """Hand a package to the cluster, which keeps it in the head node's memory. At most 100 MiB."""
        self._request("PUT", f"/api/packages/gcs/{package}", data=data).close()

    def read(self, node: str, name: str, *, most: int) -> bytes:
        """A file below a node's log folder. Raises UnknownError where it is not there, ClusterError above `most`."""
        with self._file(node, name) as answer:
            return b"".join(self._blocks(answer, most=most))

    def fetch(self, node: str, name: str, target: Path, *, size: int, sha256: str) -> bool:
        """Copy a file below a node's log folder, whole or not at all; False where it is not that file any more."""
        try:
            with self._file(node, name) as answer, files.atomic_path(target) as temporary:
                with temporary.open("wb") as file:
                    file.writelines(self._blocks(answer, most=size))
                if temporary.stat().st_size != size or files.sha256(temporary) != sha256:
                    raise _OtherFile
        except (_OtherFile, _TooLongError, UnknownError):
            return False
        return True

    def _file(self, node: str, name: str) -> requests.Response:
        where = {"node_id": node, "filename": name, "lines": "-1", "timeout": "3600"}
        return self._request("GET", "/api/v0/logs/file", params=where, stream=True)

    def _blocks(self, answer: requests.Response, *, most: int) -> Iterator[bytes]:
        read = 0
        try:
            for block in answer.iter_content(1 << 18):
                read += len(block)
                if read > most:
                    raise _TooLongError(f"{self.address} sent more than {most} bytes.")
                yield block
        except (requests.RequestException, OSError) as error:
            raise self._unreachable(error) from error

    def _json(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        with self._request(method, path, stream=True, **more) as answer:
            data = b"".join(self._blocks(answer, most=MOST_JSON))
        try:
            told = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._strange("JSON") from error
        if not isinstance(told, dict):
            raise self._strange("a JSON object")
        return told

    def _request(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            answer = self._session.request(
                method,
                f"{self.address}{path}",
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                **more,
            )
        except (requests.RequestException, OSError) as error:
            raise self._unreachable(error) from error
        if answer.status_code == requests.codes.ok:
            return answer
        with answer:
            raise self._refused(answer.status_code, answer.raw.read(4096, decode_content=True), path)

    def _refused(self, status: int, said: bytes, path: str) -> ClusterError:
        text = " ".join(said.decode("utf-8", "replace").split())[-300:]
        if status in (401, 403):
            detail = f"It wants a token (HTTP {status}). Enter it beside the address, or set {TOKEN}."
            return ClusterError(f"The Ray cluster at {self.address} refused us.", detail)
        if status == 404 or "not found" in text or "does not exist" in text:
            return UnknownError(f"The Ray cluster at {self.address} does not know {path}.", text)
        if status in (502, 503, 504) or "timed out" in text.casefold() or "unavailable" in text.casefold():
            return UnreachableError(f"The Ray cluster at {self.address} does not answer just now.", text)
        return ClusterError(f"The Ray cluster at {self.address} answered with an error (HTTP {status}).", text)

    def _unreachable(self, error: Exception) -> UnreachableError:
        return UnreachableError(
            f"The Ray cluster at {self.address} cannot be reached.",
            f"{type(error).__name__}. Is it running, and is its dashboard's port open from here?",
        )

    def _strange(self, expected: str) -> ClusterError:
        return ClusterError(
            f"What answers at {self.address} does not behave like Ray.", f"Expected {expected}. Check the address."
        )


class _TooLongError(ClusterError):
    """More came than was expected."""


class _OtherFile(Exception):  # noqa: N818 no error: a newer one is there
    """The file changed while it was read."""


def _at(told: Any, *names: str) -> Any:
    for name in names:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _numbers(found: Any) -> dict[str, float]:
    if not isinstance(found, dict):
        return {}
    return {str(name): float(value) for name, value in found.items() if isinstance(value, int | float)}
