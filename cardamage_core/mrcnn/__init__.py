"""What may other packages use of the Mask R-CNN engine? Importing this imports no keras: that happens on first use."""

from typing import TYPE_CHECKING, Any

from .config import Config
from .errors import EngineError, OutOfMemoryError
from .samples import Sample

if TYPE_CHECKING:
    from .detections import Detections
    from .model import MaskRCNN
    from .trainstep import TrainStep

__all__ = ["Config", "Detections", "EngineError", "MaskRCNN", "OutOfMemoryError", "Sample", "TrainStep"]

_LAZY = {"Detections": "detections", "MaskRCNN": "model", "TrainStep": "trainstep"}


def __getattr__(name: str) -> Any:
    """Import the parts that need keras only when somebody asks for them."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_LAZY[name]}", __name__), name)
