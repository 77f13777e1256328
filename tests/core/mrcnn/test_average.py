"""Does the average follow the weights, and do they come back to the last bit?"""

import contextlib

import keras
import numpy as np
import pytest

from cardamage_core.mrcnn import Config, EngineError
from cardamage_core.mrcnn.average import WeightAverage, decay_at


def test_it_moves_towards_the_weights_by_one_minus_the_decay():
    weight = keras.Variable(np.zeros(2, np.float32))
    average = WeightAverage({"a/kernel": weight}, decay=0.5)
    for count, value in ((1, 10.0), (2, 0.0), (100, 8.0)):
        weight.assign(np.full(2, value, np.float32))
        average.follow(count)
    first = 0.9 * 10  # a tenth of where it began stays
    second = first * 2 / 11
    np.testing.assert_allclose(average.variables["a/kernel"].numpy(), (second + 8) / 2, rtol=1e-6)
    assert [decay_at(count, most=0.99) for count in (1, 9, 10_000)] == [0.1, 0.5, 0.99]


def test_the_average_is_shown_and_the_weights_come_back_even_after_an_error():
    weight = keras.Variable(np.float32([1 / 3]))
    average = WeightAverage({"a/kernel": weight}, decay=0.9)
    average.variables["a/kernel"].assign(np.float32([7]))
    seen = []
    with contextlib.suppress(ZeroDivisionError), average.shown():
        seen.append(weight.numpy().tolist())
        _ = 1 / 0
    assert seen == [[7]]
    assert weight.numpy()[0] == np.float32(1 / 3)
    assert average.variables["a/kernel"].numpy().tolist() == [7]


def test_a_decay_of_one_is_refused():
    with pytest.raises(EngineError, match="not possible"):
        Config(average_decay=1.0)
