"""Does a bulk assessment on a real Ray cluster give every photo one row, also where a node dies in the middle?"""

from __future__ import annotations

import collections
import json
import threading

import cv2
import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="needs the extra `ray`: pip install 'cardamage-workbench[ray]'")

from cardamage_core.bulk import assessor, table
from cardamage_core.bulk.manifest import Item
from cardamage_core.bulk.table import Table
from cardamage_core.cluster import assessment
from cardamage_core.cluster.assessment import Order
from cardamage_core.commands import main

pytestmark = pytest.mark.timeout(1200)
PHOTOS = 30


@pytest.fixture
def cluster(ray_cluster):
    while len(ray_cluster.alive()) < 2:
        ray_cluster.nodes.append(ray_cluster.add_node())
    return ray_cluster


@pytest.fixture
def items(tmp_path) -> list[Item]:
    found = []
    for number in range(PHOTOS):
        path = tmp_path / f"photo {number}.png"
        pixels = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        found.append(Item(str(path), f"claim {number % 3}"))
    return found


def test_every_photo_has_one_row_though_a_node_is_killed_in_the_middle(cluster, items, tmp_path, monkeypatch):
    monkeypatch.setattr(table, "SECONDS", 0.0)
    missing, broken = Item(str(tmp_path / "none.png")), Item(str(tmp_path / "broken.png"))
    (tmp_path / "broken.png").write_bytes(b"no photo")
    everything = [*items[:10], missing, broken, *items[10:]]
    into = Table(tmp_path / "out", assessor.conditions_of(assessor.usual_models(), None))
    said: list[str] = []
    killer: list[threading.Thread] = []

    def add(rows) -> None:
        """The first rows are here: a node that works on others dies."""
        if not killer and any(row.status == "assessed" for row in rows):
            node = next(node for node in cluster.alive() if _has_actor(node))
            killer.append(threading.Thread(target=cluster.kill_node, args=(node,)))
            killer[0].start()

    assessment.run(Order(cluster.address), everything, into, say=said.append, add=add, stop=lambda: False)
    killer[0].join()
    rows = collections.Counter(Item(row.photo, row.claim) for row in into.rows())
    assert rows == collections.Counter(everything)
    failed = {row.photo: row.problem for row in into.rows() if row.status == "failed"}
    assert failed.keys() == {missing.photo, broken.photo}


def test_the_command_assesses_on_the_cluster_as_here(cluster, items, tmp_path, capsys):
    listed = tmp_path / "list.csv"
    listed.write_text("photo,claim\n" + "".join(f"{one.photo},{one.claim}\n" for one in items[:4]), "utf-8")
    there, here = ["--out", str(tmp_path / "there")], ["--out", str(tmp_path / "here")]
    assert main(["assess", str(listed), *there, "--on", cluster.address, "--json", "--photos-there"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 4
    assert main(["assess", str(listed), *here]) == 0
    conditions = assessor.conditions_of(assessor.usual_models(), None)
    rows = [{row.photo: row for row in Table(tmp_path / name, conditions).rows()} for name in ("there", "here")]
    assert rows[0].keys() == rows[1].keys()
    for photo, row in rows[0].items():
        assert (row.sha256, row.percent, row.reason) == (rows[1][photo].sha256, rows[1][photo].percent, row.reason)


def _has_actor(node) -> bool:
    return any("ray::Actor" in " ".join(child.cmdline()) for child in node.children(recursive=True))
