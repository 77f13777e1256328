"""Mask R-CNN in Keras 3; its public names are imported on first use, so that importing this imports no Keras."""

from typing import TYPE_CHECKING, Any

from .config import Config, EngineError, OutOfMemoryError

if TYPE_CHECKING:
    from .batching import Sample
    from .detections import Detections
    from .matterport import config_from_matterport
    from .model import MaskRCNN
    from .train_step import TrainStep

__all__ = [
    "Config",
    "Detections",
    "EngineError",
    "MaskRCNN",
    "OutOfMemoryError",
    "Sample",
    "TrainStep",
    "config_from_matterport",
]

_LAZY = {
    "Detections": "detections",
    "MaskRCNN": "model",
    "Sample": "batching",
    "TrainStep": "train_step",
    "config_from_matterport": "matterport",
}


def __getattr__(name: str) -> Any:
    """Import the parts that need keras or numpy on first use."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_LAZY[name]}", __name__), name)
