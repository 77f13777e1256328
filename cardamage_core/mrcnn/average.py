"""Exponential moving average of the weights being trained (Polyak and Juditsky 1992).

The average moves towards the weights after each step; networks that use it judge better than the last weights, which
still jump from photo to photo. The decay grows from 0.1 to its full value during the first steps, so that a short
training is not held back by where it began.
"""

import contextlib
from collections.abc import Iterator, Mapping

import keras
import numpy as np
from keras import ops

from . import native


class WeightAverage:
    """The averages of some weights, by their names."""

    def __init__(self, weights: Mapping[str, keras.Variable], *, decay: float) -> None:
        self._weights, self._decay = dict(weights), decay
        self.variables = {
            name: keras.Variable(ops.copy(v.value), trainable=False, dtype=v.dtype, name="average")
            for name, v in self._weights.items()
        }
        self._move = native.moved(list(self.variables.values()), list(self._weights.values()))

    def follow(self, count: int) -> None:
        """Move towards the weights as they are after step `count` (1…)."""
        self._move(1.0 - decay_at(count, most=self._decay))

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Inside, the weights are the average; afterwards they are what they were, to the last bit."""
        learning = {name: _array(variable) for name, variable in self._weights.items()}
        for name, variable in self._weights.items():
            variable.assign(_array(self.variables[name]))
        try:
            yield
        finally:
            for name, array in learning.items():
                self._weights[name].assign(array)


def decay_at(count: int, *, most: float) -> float:
    """The share of the old average that stays after step `count` (1…): a tenth to begin with, later `most`."""
    return min(most, count / (9.0 + count))


def _array(variable: keras.Variable) -> np.ndarray:
    return np.array(ops.convert_to_numpy(variable))
