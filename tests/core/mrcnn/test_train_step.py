"""Does a step teach, can it be stopped and continued, and does the network learn a few photos by heart?"""

import h5py
import numpy as np
import pytest
from drawings import bitmap, drawn_sample, tiny_config

from cardamage_core.mrcnn import EngineError, MaskRCNN, Sample, TrainStep
from cardamage_core.mrcnn.train_step import rate_at
from cardamage_core.mrcnn.weights import read_notes

SAMPLES = [drawn_sample(number) for number in range(4)]


def test_a_few_photos_are_learnt_by_heart():
    """Loss falls to a tenth and every mask fits: the proof that the whole training path works."""
    model = MaskRCNN(tiny_config(), seed=1)
    trainer = TrainStep(model, learning_rate=1e-3, total_steps=110, seed=0)
    first = trainer.step(SAMPLES)
    for _ in range(109):
        last = trainer.step(SAMPLES)
    assert last["loss"] < 0.1 * first["loss"]
    for sample, found in zip(SAMPLES, model.detect([sample.image for sample in SAMPLES]), strict=True):
        assert sorted(found["class_ids"]) == sorted(sample.class_ids)
        for class_id, rings in zip(sample.class_ids, sample.polygons, strict=True):
            true = bitmap(rings, sample.image.shape[:2])
            mask = found["masks"][:, :, list(found["class_ids"]).index(class_id)]
            assert (true & mask).sum() / (true | mask).sum() > 0.8


def test_a_loaded_checkpoint_goes_on_as_it_did_the_first_time(tmp_path):
    """The state comes back bit for bit, and the next step sees the same photos, jittered and drawn the same way.

    Later steps are not compared: the gradients of one step already differ in their last bits from run to run (threads
    add in any order), and what a step samples from proposals turns that into more.
    """
    trainer = TrainStep(MaskRCNN(tiny_config(flip=True, average_decay=0.9), seed=2), seed=5)
    trainer.step(SAMPLES[:2])
    trainer.save(tmp_path / "c.h5")
    first = trainer.step(SAMPLES[:2])
    trainer.step(SAMPLES[2:])
    trainer.load(tmp_path / "c.h5")
    assert trainer.step_count == 1
    trainer.save(tmp_path / "again.h5")
    assert_equal_files(tmp_path / "c.h5", tmp_path / "again.h5")
    assert trainer.step(SAMPLES[:2]) == pytest.approx(first, rel=1e-4)


def assert_equal_files(one, other):
    """Weights, their average, optimiser's moments, step and random state."""
    assert read_notes(one) == read_notes(other)
    with h5py.File(one) as first, h5py.File(other) as second:
        names = set()
        first.visit(names.add)
        assert any("optimizer" in name for name in names)
        for name in names:
            if isinstance(first[name], h5py.Dataset):
                np.testing.assert_array_equal(first[name][()], second[name][()])


def test_a_checkpoint_of_another_layer_group_is_refused(tiny_model, tmp_path):
    TrainStep(tiny_model, layers="heads").save(tmp_path / "c.h5")
    with pytest.raises(EngineError, match="no training of the layers 'all'"):
        TrainStep(tiny_model).load(tmp_path / "c.h5")


def test_a_photo_without_regions_teaches_and_nan_stops_before_any_harm():
    config = tiny_config(photos_per_step=1)
    model = MaskRCNN(config)
    trainer = TrainStep(model, layers="heads")
    kept = {name: array for name, array in model.arrays().items() if name.startswith("block_")}
    blank = Sample(SAMPLES[0].image, (), ())
    found = trainer.step([blank])
    assert found["mask"] == found["box"] == found["rpn_box"] == 0.0
    assert found["class"] > 0
    taught = model.arrays()
    frozen = [name for name in kept if "moving" not in name]
    assert all((kept[name] == taught[name]).all() for name in frozen)
    model.weights["mrcnn_class_logits/bias"].assign(np.float32([np.nan, 0, 0]))
    before = model.arrays()
    with pytest.raises(EngineError, match="NaN"):
        trainer.step([blank])
    assert trainer.step_count == 1
    assert all(np.array_equal(array, before[name], equal_nan=True) for name, array in model.arrays().items())


def test_evaluating_changes_nothing_and_repeats():
    trainer = TrainStep(MaskRCNN(tiny_config(), seed=4))
    one = trainer.evaluate(SAMPLES[:2])
    assert one == trainer.evaluate(SAMPLES[:2])
    assert set(one) == {"loss", "rpn_class", "rpn_box", "class", "box", "mask"}
    assert one["loss"] == pytest.approx(sum(value for name, value in one.items() if name != "loss"), rel=1e-5)


def test_the_rate_warms_up_and_falls_along_a_cosine():
    rates = [rate_at(step, peak=1.0, total_steps=100) for step in (0, 9, 10, 55, 100)]
    assert rates == pytest.approx([0.1, 1.0, 1.0, 0.5, 0.0])
    assert rate_at(7, peak=0.3, total_steps=None) == 0.3


def test_an_unknown_layer_group_is_an_error(tiny_model):
    with pytest.raises(EngineError, match=r"3\+"):
        TrainStep(tiny_model, layers="7+")
