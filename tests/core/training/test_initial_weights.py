"""What does a training begin from?"""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from cardamage_core import files
from cardamage_core.errors import JobError, ModelError
from cardamage_core.mrcnn import Config, EngineError, MaskRCNN, TrainStep
from cardamage_core.training import initial_weights
from cardamage_core.training.job import ClassRule, TrainingJob

NARROW = {
    "pyramid_channels": 8,
    "rpn_channels": 8,
    "box_head_units": 8,
    "mask_head_channels": 8,
    "image_max_side": 64,
    "image_min_side": 64,
    "canvas_floor": 64,
}


@pytest.fixture(scope="module")
def three_classes() -> MaskRCNN:
    return MaskRCNN(Config.preset("light", classes=3, **NARROW), seed=1)


@pytest.fixture(scope="module")
def theirs(three_classes, tmp_path_factory):
    """The same weights in Matterport's layout."""
    return in_matterports_layout(three_classes, tmp_path_factory.mktemp("logs") / "mask_rcnn_car_0030.h5")


def in_matterports_layout(model, path, only=None):
    with h5py.File(path, "w") as file:
        for name, array in model.arrays().items():
            if only is not None and name not in only:
                continue
            file[f"{name.split('/')[0]}/{name}:0"] = array
    return path


def begun(model, source, tmp_path):
    """What the job's weights are called, the sentences said, and which layers hold the given model's values."""
    said = []
    name = initial_weights.load(model, TrainingJob(start=str(source)), tmp_path, say=said.append)
    return name, said


def taken_over(model, original):
    """Layers of which every weight equals the original's."""
    was, now = original.arrays(), model.arrays()
    other = {name.split("/")[0] for name in now if now[name].shape != was[name].shape or (now[name] != was[name]).any()}
    return {name.split("/")[0] for name in now} - other


def test_heads_for_another_number_of_classes_are_left_out_and_named(three_classes, theirs, tmp_path):
    model = MaskRCNN(Config.preset("light", classes=2, **NARROW), seed=2)
    name, said = begun(model, theirs, tmp_path)
    assert name == str(theirs)
    assert said == [
        "Left out of mask_rcnn_car_0030.h5, since they do not fit, and begun anew: "
        "mrcnn_class_logits, mrcnn_bbox_fc, mrcnn_mask."
    ]
    layers = {name.split("/")[0] for name in model.shapes()}
    assert taken_over(model, three_classes) == layers - set(initial_weights.OF_CLASSES)


def test_a_file_for_as_many_classes_is_taken_over_whole_whoever_wrote_it(three_classes, theirs, tmp_path):
    three_classes.save(tmp_path / "ours.h5")
    TrainStep(three_classes, layers="heads").save(tmp_path / "checkpoint.h5")
    for path in (theirs, tmp_path / "ours.h5", tmp_path / "checkpoint.h5"):
        model = MaskRCNN(three_classes.config, seed=2)
        _, said = begun(model, path, tmp_path)
        assert "fit the number of classes" in said[0]
        assert taken_over(model, three_classes) == {name.split("/")[0] for name in model.shapes()}


def test_weights_of_another_width_are_refused_with_the_list(theirs, tmp_path):
    model = MaskRCNN(Config.preset("light", classes=3, **NARROW | {"rpn_channels": 4}))
    with pytest.raises(EngineError, match=r"misshapen: rpn_conv_shared/kernel"):
        begun(model, theirs, tmp_path)


def test_weights_of_another_backbone_are_refused_in_one_sentence(three_classes, tmp_path):
    with h5py.File(tmp_path / "r.h5", "w") as file:
        file["res4w_branch2a/res4w_branch2a/kernel:0"] = np.zeros(3, np.float32)
    with pytest.raises(JobError, match="Its backbone is resnet101, the preset's is efficientnet_lite0"):
        begun(three_classes, tmp_path / "r.h5", tmp_path)


def test_coco_weights_are_only_for_the_preset_they_fit(three_classes, tmp_path):
    with pytest.raises(JobError, match="Choose “matterport”"):
        begun(three_classes, "coco", tmp_path)


def test_coco_weights_from_the_users_folder_begin_all_but_the_last_layers(tmp_path, monkeypatch):
    monkeypatch.delenv(initial_weights.VARIABLE, raising=False)
    config = Config.preset("matterport", classes=3, **NARROW)
    coco = MaskRCNN(config, seed=1)
    initial_weights.own_folder().mkdir(parents=True, exist_ok=True)
    path = in_matterports_layout(coco, initial_weights.own_folder() / initial_weights.COCO.name)
    model = MaskRCNN(config, seed=2)
    name, said = begun(model, "coco", tmp_path)
    path.unlink()
    assert name == "coco"
    assert said[0].endswith("begun anew: mrcnn_class_logits, mrcnn_bbox_fc, mrcnn_mask.")
    assert not taken_over(model, coco) & {"mrcnn_class_logits", "mrcnn_mask"}
    assert {"conv1", "res4w_branch2a", "rpn_class_raw", "mrcnn_mask_deconv"} <= taken_over(model, coco)


def test_without_a_line_the_coco_weights_are_told_where_to_go(tmp_path, monkeypatch):
    monkeypatch.delenv(initial_weights.VARIABLE, raising=False)
    monkeypatch.setattr(
        initial_weights, "COCO", initial_weights.COCO._replace(url="http://127.0.0.1:9/mask_rcnn_coco.h5")
    )
    said = []
    with pytest.raises(ModelError, match="could not be fetched") as caught:
        initial_weights._fetch_coco(said.append, lambda: False)
    assert f"put it at {initial_weights.own_folder() / 'mask_rcnn_coco.h5'}" in caught.value.detail
    assert said[0].startswith("Fetching mask_rcnn_coco.h5 from")


@pytest.mark.parametrize("backbone", initial_weights.BACKBONES)
def test_a_backbone_is_found_where_the_variable_points_to_file_or_folder(backbone, tmp_path, monkeypatch):
    path = tmp_path / initial_weights.BACKBONES[backbone]
    path.touch()
    for given in (path, tmp_path):
        monkeypatch.setenv(initial_weights.VARIABLE, str(given))
        assert initial_weights.find_backbone(backbone) == path


def test_published_weights_are_looked_for_where_the_user_or_the_package_keeps_them_and_nowhere_else(monkeypatch):
    monkeypatch.delenv(initial_weights.VARIABLE, raising=False)
    assert initial_weights._places("a.h5") == [
        initial_weights.own_folder() / "a.h5",
        files.resource("weights") / "a.h5",
    ]


def test_the_backbone_is_found_in_the_users_own_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(initial_weights.VARIABLE, raising=False)
    path = initial_weights.own_folder() / initial_weights.BACKBONES["mobilenetv2"]
    assert tmp_path.parent in path.parents  # the throw-away home
    path.parent.mkdir(parents=True)
    path.touch()
    assert initial_weights.find_backbone("mobilenetv2") == path


def test_balanced_begins_from_the_published_resnet_or_is_told_where_to_put_it(tmp_path, monkeypatch):
    monkeypatch.setenv(initial_weights.VARIABLE, str(tmp_path))
    config = Config.preset("balanced", **NARROW)
    published, model = MaskRCNN(config, seed=1), MaskRCNN(config, seed=2)
    name, said = begun(model, "imagenet", tmp_path)
    assert name == "none"
    file = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    assert said == [
        f"{file} was not found, so the network begins from random numbers. "
        f"Put it at {initial_weights.own_folder() / file}, or name its place in {initial_weights.VARIABLE}."
    ]
    of_backbone = {name for name in published.arrays() if name.startswith(("conv1", "bn", "res"))}
    in_matterports_layout(published, tmp_path / file, only=of_backbone)
    assert begun(model, "imagenet", tmp_path) == ("imagenet", [])
    assert "res5c_branch2c" in taken_over(model, published)


@pytest.mark.parametrize(
    ("classes", "begun"),
    [(("dent",), "damage"), (("paint", "chip"), "damage"), (("car", "hood", "wheel"), "car-and-panels")],
)
def test_an_included_start_is_the_model_that_knows_most_of_the_classes(classes, begun, tmp_path):
    model = MaskRCNN(Config.preset("light", classes=len(classes) + 1))
    job = TrainingJob(classes=tuple(ClassRule(name) for name in classes))
    assert initial_weights.load(model, job, tmp_path, say=lambda _text: None) == begun
