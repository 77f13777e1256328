"""Layers with weights: their arrays in a weights file, and the kernel and bias of an ONNX node made from them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

EPSILON = 1e-3  # of every batch normalisation in our networks
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """A convolution or dense layer, with the batch normalisation that follows it.

    `kernel` is the shape in the file, as Keras lays it out: "conv" (h, w, in, out), "depthwise" (h, w, channels, 1),
    "transpose" (h, w, out, in), "dense" (in, out), "flat" (h, w, in, out), a convolution that covers its whole input.
    """

    name: str
    kind: str
    kernel: Shape
    bias: bool = True
    norm: str = ""  # name of the batch normalisation, "" without

    @property
    def channels(self) -> int:
        """Number of output channels."""
        return self.kernel[2] if self.kind in ("depthwise", "transpose") else self.kernel[-1]

    @property
    def weights(self) -> dict[str, Shape]:
        """The arrays that a weights file must hold, by "layer/weight", with their shapes."""
        names = [f"{self.name}/bias"] if self.bias else []
        if self.norm:
            names += [f"{self.norm}/{part}" for part in ("gamma", "beta", "moving_mean", "moving_variance")]
        return {f"{self.name}/kernel": self.kernel} | dict.fromkeys(names, (self.channels,))

    def folded(self, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Kernel in ONNX's layout and bias (channels,), float32, with the normalisation folded in."""
        kernel = arrays[f"{self.name}/kernel"].astype(np.float64)
        bias = arrays[f"{self.name}/bias"].astype(np.float64) if self.bias else np.zeros(self.channels)
        if self.norm:
            gamma, beta, mean, variance = (
                arrays[f"{self.norm}/{part}"].astype(np.float64)
                for part in ("gamma", "beta", "moving_mean", "moving_variance")
            )
            scale = gamma / np.sqrt(variance + EPSILON)
            kernel = kernel * (scale[:, None] if self.kind in ("depthwise", "transpose") else scale)
            bias = beta + (bias - mean) * scale
        return np.ascontiguousarray(self._for_onnx(kernel), np.float32), bias.astype(np.float32)

    def _for_onnx(self, kernel: np.ndarray) -> np.ndarray:
        match self.kind:
            case "conv" | "transpose":  # (out, in, h, w), or for a transposed convolution (in, out, h, w)
                return kernel.transpose(3, 2, 0, 1)
            case "depthwise":  # (channels, 1, h, w)
                return kernel.transpose(2, 3, 0, 1)
            case "flat":  # pooled regions are flattened channel by channel
                return kernel.transpose(2, 0, 1, 3).reshape(-1, self.channels)
        return kernel
