"""Lasso and box: what they ask for, and what the answers make of them. No window, no mouse."""

from little_gestures import drag, start

from cardamage_core.annotations.model import Polygon
from cardamage_gui.canvas.tools.base import Answer
from cardamage_gui.canvas.tools.lasso import DrawBox, Lasso


def test_a_box_is_only_a_wish():
    gesture = DrawBox(start((50.0, 40.0)))
    assert gesture.wants() is None
    made = drag(gesture, (10.0, 20.0))
    assert gesture.wants().payload == (10.0, 20.0, 50.0, 40.0)
    assert made.regions is None


class Corner:
    """A tracer that goes along x first, then along y."""

    def __init__(self, seed):
        self.seed = seed

    def path(self, to):
        return (self.seed, (to[0], self.seed[1]), to)


def test_the_lasso_is_straight_until_its_ways_are_there():
    gesture = Lasso(start((0.0, 0.0)))
    request = gesture.wants()
    assert request.payload.at == (0.0, 0.0)
    assert gesture.wants() is None
    gesture.move((30.0, 20.0), 4.0)
    assert gesture.preview().path == ((0.0, 0.0), (30.0, 20.0))
    assert not gesture.take(Answer(request, Corner((0.0, 0.0))))
    assert gesture.preview().path == ((0.0, 0.0), (30.0, 0.0), (30.0, 20.0))
    assert gesture.preview().marks == ((0.0, 0.0),)


def test_the_lasso_closes_along_the_edge_too():
    gesture = Lasso(start((0.0, 0.0)))
    gesture.take(Answer(gesture.wants(), Corner((0.0, 0.0))))
    assert not gesture.press((30.0, 20.0), 4.0)
    request = gesture.wants()
    assert request.payload.at == (30.0, 20.0)
    gesture.take(Answer(request, Corner((30.0, 20.0))))
    assert gesture.press((1.0, 1.0), 4.0)
    ring = ((0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (0.0, 20.0))
    assert gesture.outcome().regions[-1].shape == Polygon((ring,))
    assert gesture.back()
