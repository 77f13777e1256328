"""Do the processes of the pool assess every photo once, survive a photo that kills one, and stop when asked?"""

from __future__ import annotations

import json

import cv2
import numpy as np
import psutil
import pytest

from cardamage_core.bulk import assessor, claim_figures, pool
from cardamage_core.bulk.assessor import Assessor
from cardamage_core.bulk.manifest import Item
from cardamage_core.commands import main
from cardamage_core.errors import ModelError
from cardamage_core.models import registry


@pytest.fixture
def photos(tmp_path) -> list[Item]:
    items = []
    for number in range(5):
        path = tmp_path / f"{number}.png"
        pixels = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        items.append(Item(str(path), "A" if number < 3 else "B"))
    return items


def test_two_processes_assess_every_photo_once_and_name_those_that_fail(photos, model_folder, tmp_path):
    (tmp_path / "no.jpg").write_bytes(b"no photo")
    items = [*photos, Item(str(tmp_path / "no.jpg"), "B"), Item(str(tmp_path / "missing.jpg"), "B")]
    model = registry.read(model_folder)
    rows = list(pool.rows(items, [model], threshold=0.0, workers=2, stop=lambda: False))
    assert sorted(row.photo for row in rows) == sorted(item.photo for item in items)
    failed = {row.photo.rpartition("/")[2]: row.problem for row in rows if row.status == "failed"}
    assert failed.keys() == {"no.jpg", "missing.jpg"}
    assert "is missing" in failed["missing.jpg"]
    good = next(row for row in rows if row.status == "assessed")
    assert (good.width, good.height, len(good.sha256)) == (64, 48, 64)
    document = claim_figures.document("B", [row for row in rows if row.claim == "B"])
    assert (len(document["photos"]), len(document["failed"])) == (2, 2)
    assert document["figure"]["photos"] == 2


def test_a_stop_ends_it_after_the_photos_under_way(photos, model_folder):
    model = registry.read(model_folder)
    found = []
    for row in pool.rows(photos * 40, [model], threshold=0.5, workers=1, stop=lambda: len(found) >= 2):
        found.append(row)
    assert 2 <= len(found) < 20


def test_a_model_that_cannot_be_loaded_ends_the_run_in_words(photos, model_folder, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "card.json").write_bytes((model_folder / "card.json").read_bytes())
    (tmp_path / "broken" / "weights.h5").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="damaged"):
        list(pool.rows(photos, [registry.read(tmp_path / "broken")], threshold=0.5, workers=2, stop=lambda: False))


def test_a_photo_on_which_the_process_dies_is_tried_again_in_a_new_one(photos, model_folder, tmp_path):
    one = Assessor([registry.read(model_folder)], 0.5)
    one.load()
    for process in psutil.Process().children(recursive=True):
        if str(model_folder) in " ".join(process.cmdline()):
            process.kill()
            process.wait()
    row = one.row(photos[0], tmp_path / "0.png")
    one.close()
    assert row.status == "assessed"


def test_the_command_goes_on_where_it_was_and_tells_of_claims(photos, model_folder, tmp_path, capsys, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(assessor, "usual_models", lambda: (registry.read(model_folder),))
    listed = tmp_path / "list.csv"
    listed.write_text("photo,claim\n" + "".join(f"{one.photo},{one.claim}\n" for one in photos), "utf-8")
    out = ["--out", str(tmp_path / "out"), "--json", "--workers", "1"]
    assert main(["assess", str(listed), *out, "--claim", "A"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["photos"], told["done"], [one["claim"] for one in told["claims"]]) == (3, 3, ["A"])
    assert json.loads((tmp_path / "out" / "claims" / "A.json").read_text("utf-8"))["verdict"]
    assert main(["assess", str(listed), *out]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["done"] == 5
    assert "3 photos of 5 are assessed already." in captured.err
    assert main(["assess", str(listed), *out, "--claim", "C"]) == 1
    assert "The list has no claim C." in capsys.readouterr().err
    assert main(["assess", str(listed)]) == 1
    assert "It is not said where" in capsys.readouterr().err
