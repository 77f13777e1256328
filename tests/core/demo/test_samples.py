"""Are drawn photos written as VIA writes them?"""

from __future__ import annotations

import json
from pathlib import Path

from cardamage_core import imaging
from cardamage_core.demo import samples, scene
from cardamage_core.project import import_plan


def test_every_photo_is_imported_with_its_regions(tmp_path: Path):
    files = samples.draw_splits(tmp_path, {"train": 2, "val": 1}, seed=5)
    plans = {split: import_plan.plan(file) for split, file in files.items()}
    assert {split: plan.found for split, plan in plans.items()} == {"train": 2, "val": 1}
    assert [plan.missing for plan in plans.values()] == [0, 0]
    for plan in plans.values():
        assert [f for f in plan.problems if f.severity == "error"] == []
        for one in plan.dataset.photos:
            assert imaging.size(Path(one.photo.path)) == (scene.WIDTH, scene.HEIGHT)
            assert one.regions[0].label == scene.CAR


def test_keys_are_name_and_size_as_in_via(tmp_path: Path):
    file = samples.draw_splits(tmp_path, {"train": 1})["train"]
    ((key, entry),) = json.loads(file.read_text()).items()
    size = (file.parent / entry["filename"]).stat().st_size
    assert (key, entry["size"]) == (f"{entry['filename']}{size}", size)


def test_every_eighth_car_is_whole(tmp_path: Path):
    photo = samples._draw_one((tmp_path / "drawn.jpg", 11, 7))
    ((entry),) = photo.values()
    assert [r["region_attributes"]["label"] for r in entry["regions"].values()] == [scene.CAR]


def test_several_processes_draw_what_one_draws(tmp_path: Path):
    one = samples.draw_splits(tmp_path / "one", {"train": 4}, processes=1)["train"]
    two = samples.draw_splits(tmp_path / "two", {"train": 4}, processes=2)["train"]
    assert one.read_bytes() == two.read_bytes()


def test_progress_is_told_and_stopping_ends_early(tmp_path: Path):
    told: list[float] = []
    file = samples.draw_splits(tmp_path, {"train": 3}, progress=told.append, cancelled=lambda: len(told) == 2)["train"]
    assert told == [1 / 3, 2 / 3]
    assert len(json.loads(file.read_text())) == 2


def test_outlines_have_as_many_vertices_as_people_click(tmp_path):
    files = samples.draw_splits(tmp_path, {"train": 3})
    entries = json.loads(files["train"].read_text())
    counts = [len(r["shape_attributes"]["all_points_x"]) for e in entries.values() for r in e["regions"].values()]
    assert counts
    assert max(counts) <= samples.MOST_VERTICES
