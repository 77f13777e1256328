"""Does a fetched file arrive whole or not at all? Against a server of our own on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cardamage_core.errors import ModelError
from cardamage_core.models.download import Download, fetch

DATA = bytes(range(256)) * 4096  # 1 MiB


class Server(ThreadingHTTPServer):
    """Serves DATA; remembers which ranges were asked for, and may break off."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []
        self.breaks_after: int | None = None
        self.knows_ranges = True

    def wanted(self, path: str = "/weights.h5") -> Download:
        """What to fetch from here."""
        md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
        return Download("weights.h5", f"http://127.0.0.1:{self.server_address[1]}{path}", len(DATA), md5)


class Handler(BaseHTTPRequestHandler):
    """Answers GET as a file server does."""

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        if self.path != "/weights.h5":
            self.send_error(404)
            return
        first = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.server.knows_ranges else 0
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(DATA) - 1}/{len(DATA)}")
        self.send_header("Content-Length", str(len(DATA) - first))
        self.end_headers()
        self.wfile.write(DATA[first : self.server.breaks_after])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_file_arrives_whole_and_says_how_far_it_is(server, tmp_path):
    shares = []
    path = fetch(server.wanted(), tmp_path / "models", progress=shares.append)
    assert path.read_bytes() == DATA
    assert shares == sorted(shares)
    assert (len(shares), shares[-1]) == (4, 1.0)
    assert [p.name for p in path.parent.iterdir()] == ["weights.h5"]


def test_a_broken_line_is_told_and_the_next_try_fetches_only_the_rest(server, tmp_path):
    server.breaks_after = 1000
    with pytest.raises(ModelError, match="could not be fetched") as caught:
        fetch(server.wanted(), tmp_path)
    assert f"put it at {tmp_path / 'weights.h5'}" in caught.value.detail
    assert not (tmp_path / "weights.h5").exists()
    server.breaks_after = None
    assert fetch(server.wanted(), tmp_path).read_bytes() == DATA
    assert server.ranges == [None, "bytes=1000-"]


def test_a_server_without_ranges_sends_everything_again(server, tmp_path):
    server.knows_ranges = False
    (tmp_path / ".weights.h5.part").write_bytes(b"x" * 1000)
    assert fetch(server.wanted(), tmp_path).read_bytes() == DATA


def test_a_cancelled_fetch_keeps_its_part(server, tmp_path):
    assert fetch(server.wanted(), tmp_path, cancelled=lambda: True) is None
    part = tmp_path / ".weights.h5.part"
    assert part.read_bytes() == DATA[: part.stat().st_size]
    assert part.stat().st_size == 1 << 18


def test_another_file_of_the_same_length_is_thrown_away(server, tmp_path):
    (tmp_path / ".weights.h5.part").write_bytes(b"x" * 1000)
    with pytest.raises(ModelError, match="is not the published"):
        fetch(server.wanted(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_longer_file_is_thrown_away_without_reading_on(server, tmp_path):
    with pytest.raises(ModelError, match="is not the published"):
        fetch(server.wanted()._replace(size=5000), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_address_without_file_and_a_machine_without_server_are_told(server, tmp_path):
    with pytest.raises(ModelError, match="the server answers 404"):
        fetch(server.wanted("/elsewhere"), tmp_path)
    nobody = server.wanted()._replace(url="http://127.0.0.1:9/weights.h5")
    with pytest.raises(ModelError, match="refused"):
        fetch(nobody, tmp_path)
