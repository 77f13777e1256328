"""How are the recordings of the original engine opened? (See shared/oracle/README.md.)"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from cardamage_core.mrcnn import MaskRCNN, config_from_matterport

LAYOUTS = {"A": "layout_resnet50.json", "B": "layout_resnet101.json"}


def recorded_model(folder: Path, letter: str, scratch: Path) -> MaskRCNN:
    """The network of a recorded configuration with the weights that it was recorded with."""
    command = [sys.executable, folder / "make_weights.py", folder / LAYOUTS[letter], scratch / "w.h5"]
    subprocess.run(command, check=True)
    model = MaskRCNN(config_from_matterport(json.loads((folder / f"config_{letter}.json").read_text())))
    model.load_matterport(scratch / "w.h5")
    (scratch / "w.h5").unlink()
    return model


def sampled(record, name: str, values) -> tuple[np.ndarray, np.ndarray]:
    """Our values and the recorded ones at the places where a tensor was sampled."""
    values = np.asarray(values)
    assert values.shape == tuple(record[f"{name}__shape"])
    return values.ravel()[record[f"{name}__idx"]], record[f"{name}__val"]


def recorded_masks(record) -> np.ndarray:
    """The recorded full-frame masks, (h, w, n) bool."""
    shape = tuple(record["result_masks_shape"])
    return np.unpackbits(record["result_masks_packed"])[: np.prod(shape)].reshape(shape).astype(bool)
