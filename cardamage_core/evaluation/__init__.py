"""Quality of predictions against ground truth."""

from .measure import Metrics, evaluate

__all__ = ["Metrics", "evaluate"]
