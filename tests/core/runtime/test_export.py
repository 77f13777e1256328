"""An exported model runs without this program's code, by what its README says."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import onnx
import onnxruntime
import pytest

from cardamage_core.commands import main
from cardamage_core.errors import ModelError
from cardamage_core.models import registry
from cardamage_core.mrcnn import Config, MaskRCNN
from cardamage_core.runtime import Runtime
from cardamage_core.runtime.export import export_model


@pytest.fixture(scope="module")
def exported(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "onnx"
    assert main(["models", "export", str(model_folder), str(folder), "--json"]) == 0
    return folder


def test_three_valid_graphs_a_card_and_a_readme_are_written(exported: Path, model_folder: Path):
    names = ["README.md", "box_head.onnx", "card.json", "mask_head.onnx", "trunk.onnx"]
    assert sorted(path.name for path in exported.iterdir()) == names
    for path in exported.glob("*.onnx"):
        onnx.checker.check_model(onnx.load(path), full_check=True)
    assert (exported / "card.json").read_bytes() == (model_folder / "card.json").read_bytes()


def test_the_readme_names_every_input_and_output_and_every_number(exported: Path, model_folder: Path):
    text = (exported / "README.md").read_text("utf-8")
    for path in exported.glob("*.onnx"):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for value in (*session.get_inputs(), *session.get_outputs()):
            assert f"| {value.name} | {' × '.join(map(str, value.shape))} |" in text
    config = registry.read(model_folder).card.config
    for name in ("proposals_before_nms", "proposals_inference", "rpn_nms_threshold", "detection_nms_threshold"):
        assert f"{config[name]:g}" in text


def test_a_stranger_with_the_readme_gets_the_same_detections(exported: Path, model_folder: Path):
    image = np.random.default_rng(2).integers(0, 255, (64, 64, 3), np.uint8)
    model = registry.read(model_folder)
    (expected,) = Runtime.open(model.weights).predict([image], min_score=0.0)
    assert len(expected) > 2
    boxes, scores, masks = predicted_by_a_stranger(exported, image, Config.from_dict(model.card.config))
    np.testing.assert_allclose(scores, expected.scores, atol=1e-4)
    np.testing.assert_allclose(boxes, expected.boxes, atol=0.05)
    np.testing.assert_allclose(masks, expected.masks, atol=1e-3)


def test_a_partner_is_exported_too_and_the_readme_says_how_looks_become_one(model_folder: Path, tmp_path: Path):
    image = np.random.default_rng(2).integers(0, 255, (64, 64, 3), np.uint8)
    card = registry.read(model_folder).card
    config = Config.from_dict(card.config).change(detection_rule="object")
    first, second = MaskRCNN(config, seed=1), MaskRCNN(config, seed=2)
    first.save(tmp_path / "both.h5", partner=second)
    card = msgspec.structs.replace(
        card, id="", config=config.to_dict(), partner=True, mirror_side=48, weights_sha256="", created=""
    )
    model = registry.register(tmp_path / "models", card, tmp_path / "both.h5")
    folder = tmp_path / "export"
    assert len(export_model(model, folder)) == 8
    text = (folder / "README.md").read_text("utf-8")
    assert "9. **Several looks.**" in text
    assert "scaled to 48 pixels" in text
    assert "1 - the background's probability" in text
    for prefix, partner in (("", False), ("partner_", True)):
        (expected,) = Runtime.open(model.weights, partner=partner).predict([image], min_score=0.0)
        boxes, scores, masks = predicted_by_a_stranger(folder, image, config, prefix=prefix)
        assert len(expected) > 2
        np.testing.assert_allclose(scores, expected.scores, atol=1e-4)
        np.testing.assert_allclose(boxes, expected.boxes, atol=0.05)
        np.testing.assert_allclose(masks, expected.masks, atol=1e-3)


def test_a_model_that_looks_once_has_no_ninth_step(exported: Path):
    assert "Several looks" not in (exported / "README.md").read_text("utf-8")


def predicted_by_a_stranger(
    folder: Path, image: np.ndarray, c: Config, *, prefix: str = ""
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The README's steps 1 to 8 for a photo that fills its canvas, in plain loops."""
    trunk, box_head, mask_head = (
        onnxruntime.InferenceSession(folder / f"{prefix}{name}.onnx", providers=["CPUExecutionProvider"])
        for name in ("trunk", "box_head", "mask_head")
    )
    height, width = image.shape[:2]
    canvas = ((image - np.array(c.pixel_mean)) / c.pixel_scale).astype(np.float32)
    *levels, scores, deltas = trunk.run(None, {"image": canvas[None]})
    pyramid = {value.name: level for value, level in zip(trunk.get_outputs(), levels, strict=False)}
    anchors = np.array(
        [
            ((y * s - h / 2) / height, (x * s - w / 2) / width, (y * s + h / 2) / height, (x * s + w / 2) / width)
            for s, size in zip(c.anchor_strides, c.anchor_sizes, strict=True)
            for y in range(height // s)
            for x in range(width // s)
            for ratio in c.anchor_ratios
            for h, w in [(size / math.sqrt(ratio), size * math.sqrt(ratio))]
        ]
    )
    order = np.argsort(-scores, kind="stable")[: c.proposals_before_nms]
    rois = [moved(anchors[i], deltas[i] * c.rpn_box_std) for i in order]
    rois = [box for box in suppressed(rois, c.rpn_nms_threshold)[: c.proposals_inference] if size_of(box) > 0]
    probabilities, deltas, rois = headed(box_head, pyramid, rois, c.pool_size, c, (height, width))
    found = []
    for box, own, delta in zip(rois, probabilities, deltas, strict=True):
        is_object = c.detection_rule == "object"
        k = 1 + int(own[1:].argmax()) if is_object else int(own.argmax())
        if k > 0:
            found.append((float(1 - own[0] if is_object else own[k]), k, moved(box, delta[k] * c.box_std)))
    found.sort(key=lambda one: -one[0])
    kept: list[tuple[float, int, np.ndarray]] = []
    for score, k, box in found:
        rivals = [other for _, other_k, other in kept if other_k == k or is_object]
        if size_of(box) > 0 and all(iou(box, other) < c.detection_nms_threshold for other in rivals):
            kept.append((score, k, box))
    kept = kept[: c.detection_max]
    (masks, sorted_boxes) = headed(mask_head, pyramid, [box for *_, box in kept], c.mask_pool_size, c, (height, width))
    own = []
    for _, k, box in kept:
        place = next(i for i, other in enumerate(sorted_boxes) if other is box)
        own.append(masks[place, k])
    pixels = np.array([box for *_, box in kept]) * [height, width, height, width]
    return pixels, np.array([score for score, *_ in kept]), np.array(own)


def headed(head, pyramid, rois, size: int, c: Config, canvas: tuple[int, int]):
    """Step 5 and the head: its outputs, and the regions in their order."""
    by_level: dict[int, list] = {s.bit_length() - 1: [] for s in c.anchor_strides[:-1]}
    for box in rois:
        side = math.sqrt(size_of(box) * canvas[0] * canvas[1])
        level = 4 + round(math.log2(side / c.roi_level_size))
        by_level[min(max(level, min(by_level)), max(by_level))].append(box)
    inputs = dict(pyramid)
    for level, boxes in by_level.items():
        edges = [[along(box[i], box[i + 2], canvas[i], 2**level, size) for i in (0, 1)] for box in boxes]
        rows = [(x[0], y[0], x[1], y[1]) for y, x in edges]
        inputs[f"regions{level}"] = np.array(rows, np.float32).reshape(-1, 4)
    return (*head.run(None, inputs), [box for boxes in by_level.values() for box in boxes])


def along(a: float, b: float, length: int, s: int, size: int) -> tuple[float, float]:
    n = length // s
    first = min(max(((a + (b - a) / (2 * size)) * n - 0.5) / (n - 1), 0), 0.999999)
    last = min(max(((b - (b - a) / (2 * size)) * n - 0.5) / (n - 1), 0), 0.999999)
    step = (last - first) * (n - 1) / (size - 1)
    return s * (first * (n - 1) + 0.5 - step / 2), s * (last * (n - 1) + 0.5 + step / 2)


def moved(box, delta) -> np.ndarray:
    centre, side = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    centre = centre + delta[:2] * side
    side = side * np.exp(np.minimum(delta[2:], math.log(1000 / 16)))
    return np.clip(np.concatenate([centre - side / 2, centre + side / 2]), 0, 1)


def suppressed(boxes, threshold: float) -> list:
    kept: list = []
    for box in boxes:
        if all(iou(box, other) <= threshold for other in kept):
            kept.append(box)
    return kept


def size_of(box) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def iou(a, b) -> float:
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    return shared / max(size_of(a) + size_of(b) - shared, 1e-12)


def test_a_folder_that_holds_something_is_left_alone(model_folder: Path, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ModelError, match="not an empty folder"):
        export_model(registry.read(model_folder), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_export_is_no_model(exported: Path):
    with pytest.raises(ModelError, match=r"has no weights.*ONNX files are an export"):
        registry.find(exported)


def test_an_onnx_file_is_refused_as_a_model_and_as_weights(exported: Path, tmp_path: Path, photo: Path, capsys):
    trunk = exported / "trunk.onnx"
    assert main(["predict", str(photo), "--model", str(trunk), "--out", str(tmp_path / "out")]) == 1
    assert "trunk.onnx was not opened: ONNX files are programs" in capsys.readouterr().err
    from cardamage_core.mrcnn import EngineError

    with pytest.raises(EngineError, match="ONNX files are programs"):
        Runtime.open(trunk)


def test_wrong_words_are_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["models", "export", "only-a-model"])
    assert ended.value.code == 2
    assert "export MODEL DIR" in capsys.readouterr().err
