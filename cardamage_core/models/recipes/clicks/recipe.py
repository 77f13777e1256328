"""The recipe of the click network: which photos it learns from, and its stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from .... import files
from ....annotations.model import AnnotatedPhoto
from ....mrcnn import weights
from ....runtime.click_graphs import build_features
from ....runtime.sessions import Session, open_session
from ... import registry
from .. import sources
from . import crops

NAME = "clicks"
TAUGHT = ("bilgi", "igor", "carparts")
TRUNK = "car-and-panels"  # the model whose backbone is taken, frozen
STEPS = 6000
VIEWS = {"val": 256, "train": 12288}


def photos_of(data: Path, out: Path) -> list[AnnotatedPhoto]:
    """All sources of the damage recipe with its splits, labels as they are; kept in `out`."""
    path = out / "dataset.json"
    if not path.is_file():
        photos: list[AnnotatedPhoto] = []
        for name in sources.DAMAGE_LABELS:
            photos += sources.read_source(data, name, lambda label: label or "damage")
        files.write_atomic(path, msgspec.json.encode(sources.grouped_split(photos)))
    return msgspec.json.decode(path.read_bytes(), type=list[AnnotatedPhoto])


def taught(photos: Sequence[AnnotatedPhoto], split: str) -> list[AnnotatedPhoto]:
    """The photos of a split to learn from; regions that hide nothing of a shape are not among them."""
    return [one for one in photos if one.photo.split == split and sources.source_of(one) in TAUGHT]


def backbone_arrays(trunk: str = TRUNK) -> dict[str, np.ndarray]:
    """The backbone's weights, of a model that comes along."""
    model = next(one for one in registry.bundled() if one.folder.name == trunk)
    shapes = {f"weights/{name}": shape for name, shape in build_features().weights.items()}
    known = weights.read_arrays(model.weights, shapes, rename=lambda name: name if name in shapes else None)
    return {name.removeprefix("weights/"): array for name, array in known.items()}


def features_network(arrays: dict[str, np.ndarray]) -> Session:
    """The frozen backbone, ready to run."""
    return open_session(build_features().model(arrays), "onnxruntime")


def prepare(data: Path, out: Path, *, trunk: str = TRUNK, say: Callable[[str], None]) -> None:
    """Views and features of the train and the validation split."""
    photos = photos_of(data, out)
    network = features_network(backbone_arrays(trunk))
    for seed, (split, count) in enumerate(VIEWS.items()):
        pieces = crops.pieces_of(taught(photos, split), count=count, seed=seed)
        crops.write(out / split, pieces, network, seed=seed, say=say)
