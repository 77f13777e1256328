"""The click network ready to run; features of the last views are kept, since most clicks fall into the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import numpy as np

from ..errors import ModelError
from ..models import registry
from ..mrcnn import EngineError, weights
from ..runtime.click_graphs import SIZES, build_click_graphs
from ..runtime.sessions import ENGINES, open_session
from .views import GREY

KEPT = 6  # views whose features are kept, 0.7 MB each
SCALE = 128.0


class ClickNetwork:
    """Backbone and decoder, run by onnxruntime."""

    def __init__(self, arrays: Mapping[str, np.ndarray], *, engine: str = ENGINES[0]) -> None:
        """`arrays` by "layer/weight"."""
        features, decoder = build_click_graphs().models(arrays)
        self._features, self._decoder = open_session(features, engine), open_session(decoder, engine)
        self._kept: OrderedDict[bytes, dict[str, np.ndarray]] = OrderedDict()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The network of a model folder, whose weights are those its card speaks of. Raises ModelError."""
        model = registry.read(folder)
        model.verify()
        shapes = {f"weights/{name}": shape for graph in build_click_graphs() for name, shape in graph.weights.items()}
        try:
            found = weights.read_arrays(model.weights, shapes)
        except EngineError as error:
            raise ModelError(f"The model {folder} cannot be loaded.", f"{error.title} {error.detail}") from error
        return cls({name.removeprefix("weights/"): array for name, array in found.items()})

    def mask(self, image: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Probabilities (64, 64) of a view (256, 256, 3) uint8 with its guide (64, 64, 3), see `views`."""
        inputs = {**self._features_of(image), "guide": np.ascontiguousarray(guide.transpose(2, 0, 1)[None], np.float32)}
        (logits,) = self._decoder(inputs)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits[0, 0], -30, 30))), np.float32)

    def _features_of(self, image: np.ndarray) -> dict[str, np.ndarray]:
        key = image.tobytes()
        if key not in self._kept:
            found = self._features({"image": (image[None].astype(np.float32) - GREY) / np.float32(SCALE)})
            self._kept[key] = dict(zip(SIZES, found, strict=True))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
