"""Do TensorFlow, torch and jax find the same with the same weights?

Each backend runs in a process of its own: with this Python where the backend is installed here, else with the Python
named in CARDAMAGE_BACKENDS_PYTHON. All of the engine's tests on one: KERAS_BACKEND=torch pytest tests/core/mrcnn
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from drawings import drawn_sample, tiny_config

from cardamage_core.mrcnn import MaskRCNN
from cardamage_core.mrcnn.padding import paint, place

QUICK_TO_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"  # for jax
SCRIPT = Path(__file__).with_name("detect_with.py")
REPOSITORY = Path(__file__).resolve().parents[3]
OTHER_PYTHON = "CARDAMAGE_BACKENDS_PYTHON"


def python_with(backend: str) -> str | None:
    """A Python that has this backend."""
    if find_spec(backend):
        return sys.executable
    other = os.environ.get(OTHER_PYTHON)
    trial = [other, "-c", f"import {backend}"]
    return other if other and subprocess.run(trial, capture_output=True).returncode == 0 else None


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A random network that takes everything for damage, so that there are detections to compare."""
    model = MaskRCNN(tiny_config(detection_max=5), seed=3)
    photo = drawn_sample(0).image
    model.measure(paint(photo, place((128, 128), model.config), model.config)[None])
    model.weights["mrcnn_class_logits/bias"].assign(np.float32([-5, 0, 0]))
    path = tmp_path_factory.mktemp("backends") / "w.h5"
    model.save(path)
    return path


def outcome(backend: str, weights: Path) -> dict[str, np.ndarray]:
    """What detect_with.py writes on this backend."""
    python = python_with(backend)
    if python is None:
        pytest.skip(f"{backend} is not installed here, and {OTHER_PYTHON} names no Python that has it")
    out = weights.with_name(f"{backend}.npz")
    if not out.exists():
        paths = os.pathsep.join(map(str, (REPOSITORY, SCRIPT.parent)))
        env = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": paths, "TF_CPP_MIN_LOG_LEVEL": "3"}
        env |= {"XLA_FLAGS": QUICK_TO_COMPILE} if backend == "jax" else {}
        done = subprocess.run([python, SCRIPT, weights, out], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    with np.load(out) as file:
        return dict(file)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_equal_weights_give_equal_detections_and_losses_on_each_backend(backend, weights):
    found, expected = outcome(backend, weights), outcome("tensorflow", weights)
    assert len(expected["scores0"]) == len(expected["scores1"]) == 5
    for i in (0, 1):
        assert found[f"class_ids{i}"].tolist() == expected[f"class_ids{i}"].tolist()
        assert found[f"boxes{i}"] == pytest.approx(expected[f"boxes{i}"], abs=0.01)
        assert found[f"scores{i}"] == pytest.approx(expected[f"scores{i}"], abs=1e-5)
        assert found[f"masks{i}"] == pytest.approx(expected[f"masks{i}"], abs=1e-4)
    assert found["losses"] == pytest.approx(expected["losses"], rel=1e-3)
