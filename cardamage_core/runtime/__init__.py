"""The network without Keras: ONNX graphs built from a weights file of ours, run by onnxruntime."""

from .network import Runtime
from .sessions import ENGINES

__all__ = ["ENGINES", "Runtime"]
