"""How good a model is."""

from .measure import Metrics, evaluate

__all__ = ["Metrics", "evaluate"]
