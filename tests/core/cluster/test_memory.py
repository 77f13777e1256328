"""Do addresses, tokens and placements stay with the user, and never with a project?"""

from __future__ import annotations

import stat

import platformdirs
import pytest

from cardamage_core.cluster import memory
from cardamage_core.cluster.memory import Placement
from cardamage_core.jobs import executors


def kept():
    return platformdirs.user_config_path("cardamage", appauthor=False) / memory.FILE


def test_what_is_remembered_is_readable_by_the_user_alone(tmp_path):
    memory.remember_token("head", "secret")
    memory.remember_project(tmp_path, "head")
    memory.remember_job(tmp_path / "jobs" / "1", Placement("http://head:8265", "x-1", 1))
    assert memory.token_of("http://head:8265") == "secret"
    assert memory.address_of(tmp_path) == "http://head:8265"
    assert memory.placement_of(tmp_path / "jobs" / "1").submission == "x-1"
    assert stat.S_IMODE(kept().stat().st_mode) == 0o600
    assert list(tmp_path.rglob("*")) == []  # nothing in the project


def test_here_forgets_the_cluster_of_a_project_and_an_empty_token_the_token(tmp_path):
    memory.remember_project(tmp_path, "head")
    memory.remember_project(tmp_path, "")
    memory.remember_token("head", "secret")
    memory.remember_token("head", "")
    assert (memory.address_of(tmp_path), memory.token_of("http://head:8265")) == ("", "")
    assert memory.read().addresses == ("http://head:8265",)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"tokens": 3}', b"{" * 100_000, b"\xff"])
def test_a_damaged_file_is_as_none(tmp_path, content):
    kept().parent.mkdir(parents=True, exist_ok=True)
    kept().write_bytes(content)
    assert memory.read() == memory.Memory()
    memory.remember_project(tmp_path, "head")
    assert memory.address_of(tmp_path) == "http://head:8265"


def test_a_project_that_came_from_elsewhere_runs_here(tmp_path):
    (tmp_path / "cluster.json").write_text('{"address": "http://evil:8265"}', "utf-8")
    assert executors.of_project(tmp_path).address == ""
    assert executors.of_job(tmp_path / "jobs" / "1").address == ""
