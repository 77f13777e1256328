"""Runtime beside Keras on the same weights: python tests/benchmarks/bench_runtime.py [PHOTO … | --weights FILE]

Each network and engine gets a process of its own. "Ready" is from the start of Python to the first answer; then the
cheapest round over the photos counts, in CPU seconds a photo. Ratios are Keras' figure by the engine's.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LITE = {"backbone": "efficientnet_lite0", "image_min_side": 384, "image_max_side": 384, "canvas": "square"}
FINE = {"anchor_strides": (4, 8, 16, 32, 64), "anchor_sizes": (16, 32, 64, 128, 256)}
NETWORKS = {
    "light: MobileNetV2 320": ("light", {"backbone": "mobilenetv2"}),
    "damage: Lite0 384, P2": ("light", LITE | FINE | {"classes": 6, "anchor_ratios": (0.25, 0.5, 1, 2, 4)}),
    "balanced: ResNet-50 512": ("balanced", {}),
}
ENGINES = ("keras", "onnxruntime", "openvino")
ROUNDS = 5


def main() -> None:
    """Print a line for each network and engine; `--one` is how a process is asked for one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="*", help="photos to predict (default: drawn noise)")
    parser.add_argument("--weights", type=Path, help="measure this weights file instead of random networks")
    parser.add_argument("--one", metavar="ENGINE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, given.weights, given.photos)))
        return
    print(f"{'network':26}{'engine':14}{'ready s':>9}{'CPU s':>8}{'CPU s/photo':>13}{'peak MB':>9}   keras / engine")
    with tempfile.TemporaryDirectory() as folder:
        for name, weights in networks(given.weights, Path(folder)).items():
            report(name, {engine: asked(engine, weights, given.photos) for engine in ENGINES})


def networks(weights: Path | None, folder: Path) -> dict[str, Path]:
    """The weights files to measure, by the network's name."""
    if weights:
        return {weights.stem: weights}
    from cardamage_core.mrcnn import Config, MaskRCNN

    made = {}
    for number, (name, (preset, changes)) in enumerate(NETWORKS.items()):
        made[name] = folder / f"{number}.h5"
        model = MaskRCNN(Config.preset(preset, detection_max=5, **changes))
        model.weights["mrcnn_class_logits/bias"].assign([-1.0] + [0.0] * (model.config.classes - 1))  # finds objects
        model.save(made[name])
    return made


def asked(engine: str, weights: Path, photos: list[Path]) -> dict[str, float] | None:
    """One process's figures; None where the engine is not installed."""
    command = [sys.executable, __file__, "--one", engine, "--weights", str(weights), *map(str, photos)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        print(f"{engine}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return None
    found = json.loads(done.stdout)
    return found | {"ready": found["ready_at"] - started}


def report(name: str, figures: dict[str, dict[str, float] | None]) -> None:
    """A line for each engine."""
    keras = figures["keras"]
    for engine, found in figures.items():
        if found is None or keras is None:
            continue
        ratios = "  ".join(f"{keras[key] / found[key]:.1f}x" for key in ("ready", "cpu_to_ready", "cpu", "peak"))
        line = f"{name:26}{engine:14}{found['ready']:9.2f}{found['cpu_to_ready']:8.2f}{found['cpu']:13.3f}"
        print(f"{line}{found['peak']:9.0f}   {ratios}   ({found['detections']:.1f} detections a photo)")


def measure(engine: str, weights: Path, photos: list[Path]) -> dict[str, float]:
    """Figures of this process."""
    if engine == "keras":
        from cardamage_core.mrcnn import MaskRCNN

        network = MaskRCNN.open(weights)
    else:
        from cardamage_core.runtime import Runtime

        network = Runtime.open(weights, engine=engine)
    images = [loaded(path) for path in photos] or [drawn(number) for number in range(4)]
    network.predict(images[:1], 0.05)
    ready_at, cpu_to_ready = time.monotonic(), time.process_time()
    network.predict(images, 0.05)  # other canvases
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        found = network.predict(images, 0.05)
        rounds.append((time.process_time() - began) / len(images))
    return {
        "ready_at": ready_at,
        "cpu_to_ready": cpu_to_ready,
        "cpu": min(rounds),
        "peak": peak_mb(),
        "detections": sum(map(len, found)) / len(images),
    }


def peak_mb() -> float:
    """The most memory that this process held. On Linux ru_maxrss would count the process that started it, too."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def loaded(path: Path) -> np.ndarray:
    """A photo as displayed."""
    from cardamage_core import imaging

    return imaging.load(path)


def drawn(number: int) -> np.ndarray:
    """A photo of 1024 × 768 with some structure."""
    rng = np.random.default_rng(number)
    return np.kron(rng.integers(0, 255, (24, 32, 3)), np.ones((32, 32, 1))).astype(np.uint8)


if __name__ == "__main__":
    main()
