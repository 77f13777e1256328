"""How many CPU seconds does the engine cost next to the original? On demand: python tests/benchmarks/bench_engine.py

The original's figures are those of design/ENGINE.md (mrcnn 0.2, TensorFlow 1.15.5, two cores): of another machine, so a
hint and no ratio; bench_peers.py runs the original and torchvision beside ours. Every case runs in a
process of its own, so that its peak memory is its own; the cheapest of several runs counts.
"""

import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

ORIGINAL = {"R50@512": 2.12, "R50@512, 300 proposals": 2.12, "R101@1024": 6.84, "train R50@512 heads": 47.0}
ORIGINAL |= {"R50@512, bfloat16": 2.12, "100 masks, 12 MP": 17.2}
GOAL = {  # at least this many times cheaper; without an original: at most so many CPU seconds for one photo
    "R50@512": 1.4,
    "R50@512, 300 proposals": 1.6,
    "R50@512, bfloat16": 2.5,
    "R101@1024": 1.1,
    "train R50@512 heads": 4.0,
    "light": 0.10,
    "train light": 0.35,
    "100 masks, 12 MP": 50.0,
}


def main() -> None:
    """Print one line for each case, or one case's figures as JSON when called with its name."""
    if len(sys.argv) > 1:
        print(json.dumps(run(sys.argv[1])))
        return
    print(f"{'case':26}{'CPU s':>8}{'original':>10}{'ratio':>8}{'goal':>8}{'peak MB':>9}")
    for case, goal in GOAL.items():
        done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        original = ORIGINAL.get(case)
        ratio = f"{original / found['cpu']:.2f}×" if original else ""
        print(f"{case:26}{found['cpu']:8.3f}{original or '':>10}{ratio:>8}{goal:>8}{found['peak']:9.0f}", flush=True)


def run(case: str) -> dict[str, float]:
    """CPU seconds for one photo (or for one step of two photos of the original's), and peak memory in MB."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "masks" in case:
        return {"cpu": cheapest(masks()), "peak": peak_of(masks())}
    cpu = cheapest(training(case) if case.startswith("train") else inference(case))
    if case == "train light":
        cpu /= 8
    return {"cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def peak_of(work: Callable[[], object]) -> float:
    """The memory that work adds at its peak, MB."""
    tracemalloc.start()
    work()
    return tracemalloc.get_traced_memory()[1] / 1e6


def cheapest(work: Callable[[], object], times: int = 4) -> float:
    """CPU seconds of the cheapest run but the first, which compiles."""
    work()
    seconds = []
    for _ in range(times):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def inference(case: str) -> Callable[[], object]:
    """The original's settings: 1000 proposals, a square canvas, 100 detections at any score."""
    from cardamage_core.mrcnn import MaskRCNN

    model = MaskRCNN(config_of(case))
    image = square_photo(0) if "square" in case else photo(0)
    if case == "light":
        return lambda: model.predict([image], 0.0)
    return lambda: model.detect([image])


def masks() -> Callable[[], object]:
    """100 detections of all sizes on a photo of 4000 × 3000 pixels become outlines."""
    from cardamage_core.inference import polygons
    from cardamage_core.mrcnn import Detections

    rng = np.random.default_rng(0)
    corner, size = rng.uniform(0, (2000, 2500), (100, 2)), rng.uniform(50, (1000, 1500), (100, 2))
    at = np.linspace(-1, 1, 28)
    blob = 1 / (1 + np.exp(8 * (at[:, None] ** 2 + at**2 - 0.7))) + rng.normal(0, 0.05, (100, 28, 28))
    boxes = np.concatenate([corner, corner + size], axis=1).astype(np.float32)
    scores = np.linspace(1, 0.5, 100, dtype=np.float32)
    found = Detections(boxes, np.ones(100, np.int32), scores, blob.clip(0, 1).astype(np.float32))
    return lambda: polygons.regions(found, ("damage",), model="")


def training(case: str) -> Callable[[], object]:
    """One step: two photos in the original's case, eight in the light preset's."""
    from cardamage_core.mrcnn import MaskRCNN, Sample, TrainStep

    square = ((40.0, 40.0), (160.0, 50.0), (150.0, 140.0), (50.0, 130.0))
    light = "light" in case
    shown = square_photo if "square" in case else photo
    samples = [Sample(shown(i), (1,), ((square,),)) for i in range(8 if light else 2)]
    trainer = TrainStep(MaskRCNN(config_of(case)), layers="heads" if "heads" in case else "all", learning_rate=1e-4)
    return lambda: trainer.step(samples)


def config_of(case: str):
    """The configuration that a case is measured with."""
    from cardamage_core.mrcnn import Config, config_from_matterport

    if "light" in case:
        return Config.preset("light")
    side = 1024 if "1024" in case else 512
    values = {"BACKBONE": "resnet101" if "R101" in case else "resnet50", "NUM_CLASSES": 2}
    values |= {"IMAGE_MIN_DIM": side, "IMAGE_MAX_DIM": side, "DETECTION_MIN_CONFIDENCE": 0.0}
    config = config_from_matterport(values)
    if "bfloat16" in case:
        return config.change(precision="mixed_bfloat16")
    return config.change(proposals_inference=300) if "300" in case else config


def photo(number: int) -> np.ndarray:
    """A photo of the seed's usual size, with some structure."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 255, (13, 18, 3))
    return np.kron(coarse, np.ones((15, 15, 1))).astype(np.uint8)[:194, :259]


def square_photo(number: int) -> np.ndarray:
    """A photo of 512 pixels square, as its peers are shown."""
    coarse = np.random.default_rng(number).integers(0, 255, (16, 16, 3))
    return np.kron(coarse, np.ones((32, 32, 1))).astype(np.uint8)


if __name__ == "__main__":
    main()
