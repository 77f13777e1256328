"""Does a configuration refuse what cannot work, and survive JSON?"""

import argparse
import json

import pytest

from cardamage_core.annotations.model import Dataset
from cardamage_core.commands import train_
from cardamage_core.mrcnn import Config, EngineError
from cardamage_core.mrcnn.presets import PRESETS
from cardamage_core.training import trainer


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json(name):
    config = Config.preset(name, classes=5)
    assert Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize("name", PRESETS)
def test_engine_command_line_and_form_take_the_same_photos_a_step(name):
    args = argparse.ArgumentParser()
    train_.arguments(args)
    job = train_.job_of(args.parse_args(["project", "--preset", name]), Dataset(()))
    assert Config.preset(name).photos_per_step == PRESETS[name].batch == job.batch
    assert trainer.config_of(job) == Config.preset(name, steps_per_epoch=job.steps)


def test_an_unknown_name_is_an_error_that_names_it():
    with pytest.raises(EngineError, match=r"learning_rat$"):
        Config.from_dict({"learning_rat": 1e-3})


def test_all_problems_are_told_at_once():
    with pytest.raises(EngineError) as caught:
        Config(classes=1, canvas="round")
    assert "at least 2, not 1" in caught.value.detail
    assert "'round'" in caught.value.detail


def test_one_anchor_size_is_needed_for_each_stride():
    with pytest.raises(EngineError, match="one size for each"):
        Config(anchor_sizes=(32.0,))


def test_an_unknown_preset_is_told_with_the_known_ones():
    with pytest.raises(EngineError, match="light, balanced, matterport"):
        Config.preset("heavy")
