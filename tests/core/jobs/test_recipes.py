"""Do layer groups, presets and a small memory lead to the training that was asked for? Without a worker, in process."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cardamage_core.errors import JobError
from cardamage_core.models import registry
from cardamage_core.mrcnn import MaskRCNN, OutOfMemoryError, TrainStep, native
from cardamage_core.training import checkpoints, initial_weights, trainer

pytestmark = pytest.mark.timeout(300)


class Told:
    """Collects the events; after `stop_at` steps it wants to stop."""

    def __init__(self, stop_at: int = 1000) -> None:
        self.events: list[dict] = []
        self._stop_at = stop_at

    def __call__(self, kind: str, **fields: object) -> None:
        self.events.append({"kind": kind} | fields)

    def kinds(self, kind: str) -> list[dict]:
        return [event for event in self.events if event["kind"] == kind]

    def enough(self) -> bool:
        return len(self.kinds("step")) >= self._stop_at


def train(job, dataset, folder, told: Told) -> trainer.Folders:
    folders = trainer.Folders(folder / "checkpoints", folder / "previews", folder / "models")
    for place in folders:
        place.mkdir(exist_ok=True)
    trainer.run(job, dataset, folders, say=told, stop=told.enough)
    return folders


def weights_of(model: registry.Model) -> dict[str, np.ndarray]:
    return MaskRCNN.open(model.weights).arrays()


def test_balanced_heads_learn_alone_and_a_resume_finds_the_optimisers_state(tiny_job, drawn, tmp_path):
    job = tiny_job(preset="balanced", layers="heads", epochs=1, steps=3, batch=1)
    dataset, told = drawn(tmp_path, train=2, val=0), Told(stop_at=2)
    folders = train(job, dataset, tmp_path, told)
    ((step, checkpoint),) = checkpoints.found(folders.checkpoints)
    assert step == 2
    momentum = TrainStep(MaskRCNN(trainer.config_of(job)), layers="heads")
    momentum.load(checkpoint)
    assert any(np.abs(np.asarray(v)).max() > 0 for v in momentum._optimizer.variables[2:])
    train(job, dataset, tmp_path, again := Told())
    assert [event["step"] for event in again.kinds("started") + again.kinds("finished")] == [2, 3]
    models = {model.card.id: model for model in registry.models(folders.models)}
    first = weights_of(models[told.kinds("stopped")[0]["model"]])
    last = weights_of(models[again.kinds("finished")[0]["model"]])
    changed = {name.split("/")[0] for name in first if (first[name] != last[name]).any()}
    assert {"fpn_p2", "rpn_conv_shared", "mrcnn_class_logits"} <= changed
    assert not any(name.startswith(("res", "bn", "conv1")) for name in changed)


def test_the_heads_learn_first_and_a_resume_finds_its_stage(tiny_job, drawn, tmp_path):
    """Stopped in the middle of the second stage; until that begins, the backbone is as it was."""
    job = tiny_job(layers="heads:1,all:1")
    dataset, told = drawn(tmp_path), Told(stop_at=3)
    folders = train(job, dataset, tmp_path, told)
    assert [event["text"] for event in told.kinds("note")] == ["From step 3 on learn: all."]
    (last, after), (first, before) = checkpoints.found(folders.checkpoints)
    assert (first, last) == (2, 3)
    begun = MaskRCNN(trainer.config_of(job), seed=job.seed).arrays()
    heads, everything = (MaskRCNN.open(path).arrays() for path in (before, after))
    backbone = [name for name in begun if name.startswith("lite") and "moving" not in name]
    assert all((begun[name] == heads[name]).all() for name in backbone)
    assert any((begun[name] != heads[name]).any() for name in begun if name.startswith("mrcnn_"))
    assert any((heads[name] != everything[name]).any() for name in backbone)
    train(job, dataset, tmp_path, told := Told())
    assert [event["step"] for event in told.kinds("started") + told.kinds("finished")] == [3, 4]


@pytest.fixture
def small_gpu(monkeypatch):
    """A device that holds a given number of photos from the call on: the only thing mocked."""
    compiled = native.compiled
    room = {"photos": 1000}

    def holding(photos: int) -> None:
        room["photos"] = photos

        def limited(function, example, variables):
            inner = compiled(function, example, variables)

            def call(batch):
                if batch["images"].shape[0] > room["photos"]:
                    raise MemoryError("the device is full")
                return inner(batch)

            return call

        monkeypatch.setattr(native, "compiled", limited)

    return holding


def test_a_batch_too_large_for_the_memory_is_halved_once_and_said(tiny_job, drawn, tmp_path, small_gpu):
    small_gpu(1)
    train(tiny_job(epochs=1, batch=2), drawn(tmp_path), tmp_path, told := Told())
    notes = [event["text"] for event in told.kinds("note")]
    assert "2 photos a step need more memory than there is: going on with 1." in notes
    assert (len(told.kinds("step")), len(told.kinds("finished"))) == (2, 1)


@pytest.fixture
def taught(monkeypatch):
    """The photos that each step learned from, as digests."""
    step, steps = TrainStep.step, []

    def watched(self, samples):
        losses = step(self, samples)
        steps.append([hash(sample.image.tobytes()) for sample in samples])
        return losses

    monkeypatch.setattr(TrainStep, "step", watched)
    return steps


def test_every_photo_is_seen_once_in_a_round_though_the_batch_is_halved_in_it(
    tiny_job, drawn, tmp_path, small_gpu, taught, monkeypatch
):
    monkeypatch.setattr(initial_weights, "find_backbone", lambda _: None)

    class Filling(Told):
        def __call__(self, kind: str, **fields: object) -> None:
            super().__call__(kind, **fields)
            if len(self.kinds("step")) == 2:
                small_gpu(2)

    small_gpu(4)
    job = tiny_job(epochs=1, steps=5, batch=4, start="imagenet")  # of which there are no weights here
    dataset = drawn(tmp_path, train=12, val=0)
    places = train(job, dataset, tmp_path, told := Filling(stop_at=3))
    assert [len(photos) for photos in taught] == [4, 4, 2]
    small_gpu(4)
    train(job, dataset, tmp_path, again := Told(stop_at=1))
    assert [len(photos) for photos in taught] == [4, 4, 2, 2]
    assert len({photo for photos in taught for photo in photos}) == 12
    assert [event["text"][:28] for event in again.kinds("note")] == ["Going on with 2 photos a step"[:28]]
    assert [len(one.kinds("stopped")) for one in (told, again)] == [1, 1]
    assert [one.kinds("started")[0]["begun_from"] for one in (told, again)] == ["none", "none"]
    assert [model.card.parent for model in registry.models(places.models)] == ["none", "none"]


def test_a_memory_too_small_for_half_a_batch_is_a_clear_error(tiny_job, drawn, tmp_path, small_gpu):
    small_gpu(1)
    with pytest.raises(JobError, match="Even 2 photos a step need more memory") as caught:
        train(tiny_job(epochs=1, batch=4), drawn(tmp_path), tmp_path, Told())
    assert isinstance(caught.value.__cause__, OutOfMemoryError)


def test_it_ends_early_with_the_averaged_weights_of_the_best_epoch(tiny_job, drawn, tmp_path):
    """Stopped after epoch 1 and killed before its validation was over; epoch 2 is no better, nothing is found yet."""
    base = tiny_job(epochs=5, steps=1, patience=1)
    job = msgspec.structs.replace(base, changes=base.changes | {"average_decay": 0.9})
    dataset, told = drawn(tmp_path), Told(stop_at=1)
    folders = train(job, dataset, tmp_path, told)
    ((_, checkpoint),) = checkpoints.found(folders.checkpoints)
    (stopped,) = registry.models(folders.models)
    learning, averaged = MaskRCNN.open(checkpoint).arrays(), weights_of(stopped)
    assert any((learning[name] != averaged[name]).any() for name in averaged)
    (folders.previews / "epoch-0001.png").unlink()
    train(job, dataset, tmp_path, again := Told())
    assert [event["epoch"] for event in again.kinds("validation")] == [1, 2]
    assert again.kinds("validation")[0]["loss"] == pytest.approx(told.kinds("validation")[0]["loss"], rel=1e-3)
    (finished,) = again.kinds("finished")
    assert finished["step"] == 2
    assert again.kinds("note")[-1]["text"] == "Stopped early after epoch 2. The model is that of epoch 1, the best one."
    kept = weights_of(registry.find(finished["model"], folders.models))
    assert all((kept[name] == averaged[name]).all() for name in kept)
    assert registry.find(finished["model"], folders.models).card.metrics["step"] == 1
