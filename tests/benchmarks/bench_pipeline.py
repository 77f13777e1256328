"""Photos a CPU second of the training pipeline: python tests/benchmarks/bench_pipeline.py FOLDER [--photos N]

From files on disk to arrays for a step, with all augmentation: mirrored, random size and colour, close-ups, pasted
damage. Beside it, in turns and in the same process: what plain OpenCV takes to read and shrink the same photos, and
Keras' own layers (flip, zoom, brightness, contrast) on the photos read already. Each figure is that of the cheapest
round. FOLDER holds photos with an annotation file; copies of them enlarged to 1,400 pixels stand for large ones.

`kept` are rounds in which the photos are in memory already, as in every round of a training but the first.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROUNDS = 3
GOAL = {320: 50.0, 1024: 20.0}  # photos a CPU second, of a machine twice as fast as ours
AUGMENTED = {"zoom_share": 0.3, "paste_share": 0.3}


def main() -> None:
    """Print a line for each size and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=48)
    given = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}\n{'way':28}{'size':>6}{'photos / CPU s':>16}{'goal':>6}")
    with tempfile.TemporaryDirectory() as place:
        for side, goal in GOAL.items():
            ways = ways_of(given.folder, side, Path(place), given.photos)
            for name, seconds in cheapest(ways).items():
                own = f"{goal:6.0f}" if name.startswith("ours") else ""
                print(f"{name:28}{side:6}{given.photos / seconds:16.1f}{own}", flush=True)


def cheapest(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """CPU seconds of the cheapest round of each way; they take turns, so that all have the same machine."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            found[name].append(time.process_time() - begun)
    return {name: min(seconds) for name, seconds in found.items()}


def ways_of(folder: Path, side: int, place: Path, count: int) -> dict[str, Callable[[], object]]:
    """The ways to measure, by name."""
    dataset = photos_at(folder, place / str(side), count, large=side > 600)
    paths = [one.photo.path for one in dataset.photos]
    kept = pipeline(dataset, side)
    kept()
    return {
        "ours, files to arrays": lambda: pipeline(dataset, side)(),
        "ours, kept": kept,
        "OpenCV, read and shrink": lambda: [read(path, side) for path in paths],
        "Keras' layers, kept": keras_layers([read(path, side) for path in paths]),
    }


def photos_at(folder: Path, place: Path, count: int, *, large: bool):
    """The first photos of a folder with their regions; enlarged ones are written to `place` first."""
    import cv2
    import msgspec

    from cardamage_core.annotations.model import AnnotatedPhoto, Dataset
    from cardamage_core.api import read as annotations

    found = [one for one in annotations(folder).photos if one.regions and Path(one.photo.path).is_file()][:count]
    if not large:
        return Dataset(tuple(found), ())
    place.mkdir(parents=True)
    made = []
    for one in found:
        image = cv2.imread(one.photo.path)
        factor = 1400 / max(image.shape[:2])
        path = place / one.photo.name
        cv2.imwrite(str(path), cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))
        height, width = round(image.shape[0] * factor), round(image.shape[1] * factor)
        photo = msgspec.structs.replace(one.photo, path=str(path), width=width, height=height)
        made.append(AnnotatedPhoto(photo, tuple(enlarged(region, factor) for region in one.regions)))
    return Dataset(tuple(made), ())


def enlarged(region, factor: float):
    """The region on the enlarged photo."""
    import msgspec

    from cardamage_core.annotations import shapes
    from cardamage_core.annotations.model import Polygon

    rings = tuple(tuple((x * factor, y * factor) for x, y in ring) for ring in shapes.outline(region.shape))
    return msgspec.structs.replace(region, shape=Polygon(rings))


def pipeline(dataset, side: int) -> Callable[[], object]:
    """What the trainer does: samples of the photos, and arrays of eight at a time."""
    from cardamage_core.mrcnn import Config
    from cardamage_core.mrcnn.batching import make_batch
    from cardamage_core.training.dataset import TrainingPhotos
    from cardamage_core.training.network_config import photo_side

    config = Config.preset("light", image_min_side=side * 3 // 4, image_max_side=side, **AUGMENTED)
    labels = {region.label: 1 for one in dataset.photos for region in one.regions}
    photos = TrainingPhotos(dataset, labels, longest_side=photo_side(config), seed=0)
    rng = np.random.default_rng(0)

    def once() -> None:
        for first in range(0, len(photos), 8):
            make_batch(photos.batch(first, 8), config, rng, augment=True)

    return once


def read(path: str, side: int) -> np.ndarray:
    """A photo by OpenCV, its longer side at most so long."""
    import cv2

    image = cv2.imread(path)
    factor = min(1.0, side / max(image.shape[:2]))
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else image


def keras_layers(images: list[np.ndarray]) -> Callable[[], object]:
    """Keras' own augmentation of pictures alone, without outlines."""
    import keras

    shape = images[0].shape[:2]
    resize = keras.layers.Resizing(*shape)
    layers = [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomZoom(0.2),
        keras.layers.RandomBrightness(0.15),
        keras.layers.RandomContrast(0.15),
    ]

    def once() -> None:
        for first in range(0, len(images), 8):
            batch = np.stack([np.asarray(resize(image)) for image in images[first : first + 8]])
            for layer in layers:
                batch = layer(batch, training=True)
            np.asarray(batch)

    return once


if __name__ == "__main__":
    main()
