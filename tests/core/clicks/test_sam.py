"""SAM pairs: what is checked before use, how they are asked, and the process that runs them."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from cardamage_core import geometry
from cardamage_core.clicks import pins
from cardamage_core.clicks.client import ClickPredictor, SamOutliner
from cardamage_core.clicks.sam import SamPair, files_in
from cardamage_core.clicks.views import Click
from cardamage_core.errors import ModelError

sys.path.insert(0, str(Path(__file__).parent))
import tiny_sam


@pytest.fixture
def pair(tmp_path):
    return tiny_sam.write_pair(tmp_path / "tiny")


def photo():
    """A bright box from (160, 64) to (320, 192) on 640 × 480 pixels."""
    pixels = np.full((480, 640, 3), 20, np.uint8)
    pixels[64:192, 160:320] = 230
    return pixels


@pytest.mark.parametrize("hwc", [False, True])
def test_the_better_mask_comes_back_as_an_outline_on_the_photo(tmp_path, hwc):
    folder = tiny_sam.write_pair(tmp_path / "tiny", hwc=hwc)
    with ClickPredictor(folder) as predictor:
        rings = SamOutliner(predictor, photo()).outline([Click((200.0, 100.0)), Click((20.0, 20.0), False)])
    assert geometry.area_of_rings(rings).bounds == pytest.approx((160, 64, 320, 192), abs=4)


def test_an_earlier_answer_is_the_mask_input_of_the_next(pair):
    opened = SamPair.open(pair)
    opened.encode(np.full((1024, 1024, 3), 20, np.uint8))
    first = opened.logits([(1.0, 1.0)], [True], None)
    again = opened.logits([(1.0, 1.0), (2.0, 2.0)], [True, False], np.full((256, 256), 5.0))
    assert again == pytest.approx(first + 5.0)


def test_files_are_remembered_at_first_use_and_refused_once_changed(pair):
    SamPair.open(pair)
    assert set(pins.read(pair.parent)["tiny"]) == {"encoder.onnx", "decoder.onnx"}
    assert "encoder.onnx" in pins.described(pair)
    SamPair.open(pair)
    path = pair / "decoder.onnx"
    changed = onnx.load(str(path))
    changed.doc_string = "other"
    onnx.save(changed, str(path))
    with pytest.raises(ModelError, match="is not the file that was used first") as caught:
        SamPair.open(pair)
    assert "delete" in caught.value.detail


def refused(folder, reason):
    with pytest.raises(ModelError, match=reason) as caught:
        SamPair.open(folder)
    return caught.value.detail


def test_what_is_no_onnx_file_is_refused(pair):
    (pair / "encoder.onnx").write_bytes(b"\x00 nothing of the kind" * 9)
    refused(pair, "is no ONNX file")


def test_operators_of_their_own_are_refused(pair):
    node = helper.make_node("Evil", ["image"], ["embeddings"], domain="com.example")
    outputs = {"embeddings": [1, 3, 64, 64]}
    opsets = [helper.make_opsetid("com.example", 1)]
    made = tiny_sam.model([node], {"image": [1, 3, 1024, 1024]}, outputs, opsets=opsets)
    onnx.save(made, str(pair / "encoder.onnx"))
    assert "com.example" in refused(pair, "was refused")


def test_data_outside_the_folder_is_refused(pair):
    made = tiny_sam.decoder()
    tensor = next(one for one in made.graph.initializer if one.name == "scores")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret.bin")
    (pair / "decoder.onnx").write_bytes(made.SerializeToString())
    assert "../secret.bin" in refused(pair, "was refused")


def test_a_decoder_with_other_inputs_is_refused_with_their_names(pair):
    inputs = {name: shape for name, shape in tiny_sam.DECODER_INPUTS.items() if name != "orig_im_size"}
    onnx.save(tiny_sam.decoder(inputs | {"box": [1, 4]}), str(pair / "decoder.onnx"))
    detail = refused(pair, "is no SAM decoder that fits")
    assert "orig_im_size" in detail
    assert "box" in detail


def test_an_encoder_of_another_size_is_refused_with_what_was_found(pair):
    pool = helper.make_node("AveragePool", ["image"], ["embeddings"], kernel_shape=[8, 8], strides=[8, 8])
    made = tiny_sam.model([pool], {"image": [1, 3, 512, 512]}, {"embeddings": [1, 3, 64, 64]})
    onnx.save(made, str(pair / "encoder.onnx"))
    assert "512" in refused(pair, "is no SAM encoder that fits")


def test_a_folder_without_a_pair_says_what_is_expected(tmp_path):
    (tmp_path / "a.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match="holds no SAM pair"):
        files_in(tmp_path)


def test_a_refusal_reaches_the_client_in_its_own_words(pair):
    (pair / "encoder.onnx").write_bytes(b"\x00 nothing of the kind" * 9)
    with ClickPredictor(pair) as predictor, pytest.raises(ModelError, match="is no ONNX file"):
        predictor.encode(photo())
