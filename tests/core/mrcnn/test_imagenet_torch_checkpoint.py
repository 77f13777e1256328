"""The reader of PyTorch checkpoints reads published weights and executes nothing."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from cardamage_core.mrcnn import Config, EngineError, MaskRCNN
from cardamage_core.mrcnn.backbones import stage_of
from cardamage_core.mrcnn.imagenet import MAGIC, PROTOCOL, lite_name, read_torch_checkpoint
from cardamage_core.training import initial_weights

LITE = ("efficientnet_lite0", "efficientnet_lite2")


@pytest.fixture(params=LITE)
def backbone(request: pytest.FixtureRequest) -> str:
    return request.param


def published(backbone: str) -> Path:
    path = initial_weights.find_backbone(backbone)
    if path is None:
        pytest.skip(f"needs the package {initial_weights.LITE[backbone][0]}")
    return path


def legacy(*objects: object) -> bytes:
    file = io.BytesIO()
    for one in (MAGIC, PROTOCOL, {}, *objects):
        pickle.dump(one, file, protocol=2)
    return file.getvalue()


class Evil:
    def __reduce__(self) -> tuple:
        return os.mkdir, ("made-by-a-pickle",)


def test_published_weights_equal_the_reference_arrays(backbone: str, shared: Path) -> None:
    found = read_torch_checkpoint(published(backbone))
    reference = np.load(shared / "weights" / f"{backbone}_imagenet.npz")
    assert len(found) == len(reference.files)
    for name in reference.files:
        parts = name.split(".")
        ours = "_" + name if not name.startswith("block") else f"_blocks.{parts[0][5:]}._{'.'.join(parts[1:])}"
        array = found[ours]
        if array.ndim == 4:
            array = array.transpose((2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0))
        assert np.array_equal(array.T if array.ndim == 2 else array, reference[name]), name


def test_a_network_takes_every_published_backbone_weight(backbone: str) -> None:
    model = MaskRCNN(Config.preset("light", backbone=backbone, pyramid_channels=16, rpn_channels=8))
    model.load_backbone(published(backbone))
    stem = model.arrays()["lite1_stem/kernel"]
    assert stem.shape == (3, 3, 3, 32)
    assert np.array_equal(stem.transpose(3, 2, 0, 1), read_torch_checkpoint(published(backbone))["_conv_stem.weight"])
    assert {stage_of(name) for name in model.shapes() if name.startswith("lite")} == {1, 2, 3, 4, 5}


def test_names_of_layers_lead_to_names_in_the_checkpoint() -> None:
    assert lite_name("lite1_stem/kernel") == "_conv_stem.weight"
    assert lite_name("lite1_stem_bn/moving_variance") == "_bn0.running_var"
    assert lite_name("lite3_4_depthwise/kernel") == "_blocks.4._depthwise_conv.weight"
    assert lite_name("lite3_4_project_bn/beta") == "_blocks.4._bn2.bias"


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 a zip", legacy({"a": 1}, []), legacy(Evil(), []), legacy(), pickle.dumps(MAGIC)],
    ids=["empty", "zip", "no tensors", "code", "no state", "too short"],
)
def test_anything_else_is_refused_and_nothing_runs(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "weights.pth"
    path.write_bytes(data)
    with pytest.raises(EngineError, match="not a PyTorch checkpoint"):
        read_torch_checkpoint(path)
    assert [one.name for one in tmp_path.iterdir()] == ["weights.pth"]


def test_a_file_that_is_cut_off_is_refused(backbone: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(published(backbone).read_bytes()[:-4000])
    with pytest.raises(EngineError):
        read_torch_checkpoint(path)
