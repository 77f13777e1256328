"""An evaluation in a process of its own: it tells how far it is, can be stopped, and goes on from there."""

from __future__ import annotations

import time
from pathlib import Path

from cardamage_core.jobs import evaluations, queue
from cardamage_core.models import registry

PATIENCE = 120.0


def settled(folder: Path) -> evaluations.EvaluationStatus:
    """The status once nothing more is to come."""
    until = time.monotonic() + PATIENCE
    while (status := evaluations.status(folder)).live and time.monotonic() < until:
        time.sleep(0.1)
    return status


def test_it_runs_beside_us_stops_and_goes_on(tmp_path: Path, drawn, model_folder: Path):
    (tmp_path / "photos").mkdir()
    dataset = drawn(tmp_path / "photos", train=0, val=3)
    folder = evaluations.create(tmp_path, registry.read(model_folder), dataset, split_name="", threshold=0.3)
    queue.request_stop(folder)
    assert evaluations.status(folder).state == "stopped"
    evaluations.start(folder)  # forgets that it was to stop
    status = settled(folder)
    assert (status.state, status.fraction, status.message) == ("finished", 1.0, "Finished.")
    assert len(evaluations.read(folder).photos) == 3
    assert [one.id for one in evaluations.evaluations(tmp_path)] == [folder.name]
    assert len(evaluations.compared(folder, folder).differences) > 10


def test_a_model_that_is_gone_is_one_sentence(tmp_path: Path, drawn, model_folder: Path):
    (tmp_path / "photos").mkdir()
    dataset = drawn(tmp_path / "photos", train=0, val=1)
    model = registry.read(model_folder)._replace(folder=tmp_path / "gone")
    folder = evaluations.create(tmp_path, model, dataset, split_name="", threshold=0.3)
    evaluations.start(folder)
    status = settled(folder)
    assert status.state == "failed"
    assert "gone is not a model" in status.message
