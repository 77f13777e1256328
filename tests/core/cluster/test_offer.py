"""Does the test of a cluster say what it offers, what is missing, and what is wrong with an address?"""

from __future__ import annotations

import http.server
import threading

import pytest

from cardamage_core.cluster import address, offer
from cardamage_core.cluster.address import ClusterError, UnreachableError
from cardamage_core.cluster.client import Client


def test_a_real_cluster_tells_its_nodes_and_versions(ray_cluster):
    found = offer.asked(ray_cluster.address)
    assert (found.cpus, found.gpus) == (len(ray_cluster.alive()), 0)
    assert found.memory > 1e9
    assert found.missing == ()
    assert found.note == ""
    assert found.python.startswith("3.")
    assert found.ray == Client(ray_cluster.address).version()


def test_what_is_missing_on_the_nodes_is_named(ray_cluster, monkeypatch):
    monkeypatch.setattr(offer, "needed", lambda: ("numpy", "no-such-package"))
    found = offer.asked(ray_cluster.address)
    assert found.missing == ("no-such-package",)
    assert any("Missing there: no-such-package." in text for text in found.sentences)


def test_nodes_need_no_window_and_no_test_packages():
    names = offer.needed()
    assert {"numpy", "keras", "tensorflow", "onnxruntime", "pyarrow"} <= set(names)
    assert not {"PyQt5", "qtpy", "pytest", "openvino"} & set(names)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("head", "http://head:8265"),
        (" head:9/ ", "http://head:9"),
        ("https://ray.example.org", "https://ray.example.org:443"),
        ("https://ray.example.org/proxy/", "https://ray.example.org:443/proxy"),
        ("http://[::1]:8265", "http://[::1]:8265"),
    ],
)
def test_an_address_is_that_of_the_dashboard(text, found):
    assert address.normal_address(text) == found


@pytest.mark.parametrize("text", ["", "ray://head:10001", "http://", "head:port", "head:99999", "http://me:pw@head"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ClusterError, match="no address of a Ray cluster"):
        address.normal_address(text)


def test_nothing_there_is_said_as_that():
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        offer.asked("127.0.0.1:9")


@pytest.fixture
def answering():
    """A server that is no Ray: it answers with a status and a text."""

    class Handler(http.server.BaseHTTPRequestHandler):
        answer = (200, b"<html>hello</html>")
        asked: list[str]

        def do_GET(self) -> None:
            status, text = self.answer
            Handler.asked.append(self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    Handler.asked = []
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Handler, f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("text", [b"<html>hello</html>", b"[1]", b"{" * 100_000, b'{"a": ' * 3000, b""])
def test_what_is_no_ray_is_said_as_that(answering, text):
    handler, where = answering
    handler.answer = (200, text)
    with pytest.raises(ClusterError, match="does not behave like Ray"):
        offer.asked(where)


def test_a_token_is_sent_and_a_refusal_says_what_to_do(answering, monkeypatch):
    handler, where = answering
    handler.answer = (401, b"no")
    with pytest.raises(ClusterError, match="wants a token"):
        offer.asked(where, token="mine")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "of the environment")
    with pytest.raises(ClusterError, match="wants a token"):
        offer.asked(where)
    assert handler.asked == ["Bearer mine", "Bearer of the environment"]
