"""A real Ray cluster on loopback: a head without cores, two nodes with a core each, and a wire that can be cut."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

QUICK = {  # a node that died is noticed within seconds
    "RAY_health_check_initial_delay_ms": "2000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",
    "RAY_USAGE_STATS_ENABLED": "0",
}


class RayCluster:
    """Nodes as they would be on machines of their own; not children of ours, since Ray's processes come and go."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # sockets need a short path
        self.port, self.dashboard = _free_port(), _free_port()
        head = ["--head", f"--port={self.port}", "--num-cpus=0", "--dashboard-host=127.0.0.1"]
        head += [f"--dashboard-port={self.dashboard}", f"--ray-client-server-port={_free_port()}"]
        try:
            self._start("head", head)
            self.nodes = [self.add_node() for _ in range(2)]
        except BaseException:  # e.g. on a machine so busy that Ray gives up after 30 seconds
            self.close()
            raise

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.dashboard}"

    def add_node(self) -> psutil.Process:
        """One more node; the process that is its heart."""
        before = {process.pid for process in self._raylets()}
        self._start(f"node{len(before)}{os.urandom(2).hex()}", [f"--address=127.0.0.1:{self.port}", "--num-cpus=1"])
        return next(process for process in self._raylets() if process.pid not in before)

    def alive(self) -> list[psutil.Process]:
        """The nodes that were not killed."""
        return [node for node in self.nodes if node.is_running() and node.status() != psutil.STATUS_ZOMBIE]

    def kill_node(self, raylet: psutil.Process) -> None:
        """As if its power went: everything that runs on it."""
        everything = [raylet, *raylet.children(recursive=True)]
        for process in everything:
            process.kill()
        psutil.wait_procs(everything, timeout=10)

    def close(self) -> None:
        left = [process for process in psutil.process_iter(["cmdline", "environ"]) if self._is_ours(process)]
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, name: str, arguments: list[str]) -> None:
        """Nodes have folders of their own, as on machines of their own: they unpack the same packages."""
        ports = [f"--dashboard-agent-listen-port={_free_port()}", "--min-worker-port=0", "--max-worker-port=0"]
        usual = ["--node-ip-address=127.0.0.1", "--object-store-memory=80000000", "--disable-usage-stats", *ports]
        usual.append(f"--temp-dir={self.folder / name}")
        scripts = str(Path(sys.executable).parent)
        own = {"PATH": f"{scripts}:{os.environ['PATH']}", "CARDAMAGE_TEST": str(self.folder)}
        environment = os.environ | QUICK | own
        command = [f"{scripts}/ray", "start", *arguments, *usual]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr

    def _raylets(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] == "raylet" and str(self.folder) in " ".join(process.info["cmdline"] or []):
                found.append(process)
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        said = " ".join(process.info["cmdline"] or [])
        return str(self.folder) in said or (process.info["environ"] or {}).get("CARDAMAGE_TEST") == str(self.folder)


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RayCluster]:
    """Skips where Ray is not installed."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("needs the extra `ray`: pip install 'cardamage-workbench[ray]'")
    if not sys.platform.startswith("linux"):
        pytest.skip("the processes of a test cluster are counted on Linux only")
    cluster = RayCluster()
    yield cluster
    cluster.close()


class Wire:
    """Passes TCP connections on to a port until it is cut; mended, it takes new ones."""

    def __init__(self, target: int) -> None:
        self._target, self.port = target, _free_port()
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.mend()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        self._do(self._listen())

    def cut(self) -> None:
        self._do(self._cut())

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0.05)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, back}
        await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)
        self._writers -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture(scope="module")
def wire(ray_cluster: RayCluster) -> Iterator[Wire]:
    """A connection to the cluster's dashboard that can be cut."""
    made = Wire(ray_cluster.dashboard)
    yield made
    made.close()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def until(reached, *, seconds: float = 240.0, said=lambda: "") -> None:
    """Wait for something; what `said` tells when it does not come."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, said()
        time.sleep(0.05)


@pytest.fixture(scope="session", name="until")
def until_fixture():
    return until
