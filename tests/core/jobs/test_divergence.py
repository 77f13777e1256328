"""A training whose loss grows a thousandfold ends by itself and keeps the state before that."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardamage_core.errors import JobError
from cardamage_core.models import registry
from cardamage_core.mrcnn import TrainStep
from cardamage_core.training import checkpoints, trainer


def test_it_stops_with_one_cause_and_the_next_step(tmp_path: Path, drawn, tiny_job, monkeypatch):
    (tmp_path / "photos").mkdir()
    losses = iter([3.0, 2.5, 2.0, 2.0, 1e9])

    def step(engine: TrainStep, _samples: object) -> dict[str, float]:
        engine.step_count += 1
        return {"loss": next(losses)}

    monkeypatch.setattr(TrainStep, "step", step)
    monkeypatch.setattr(trainer.Trainer, "_preview", lambda *_: None)
    folders = trainer.Folders(tmp_path / "checkpoints", tmp_path / "previews", tmp_path / "models")
    job = tiny_job(epochs=9, learning_rate=0.5)
    with pytest.raises(JobError, match="Stopped at step 5: The loss grew to 1e") as caught:
        trainer.run(job, drawn(tmp_path / "photos", val=0), folders, say=lambda *_, **__: None, stop=lambda: False)
    (model,) = registry.models(folders.models)
    assert model.card.id in caught.value.detail
    assert "0.05 instead of 0.5" in caught.value.detail
    assert model.card.name == "damage (up to step 4)"
    assert checkpoints.latest_step(folders.checkpoints) == 4
