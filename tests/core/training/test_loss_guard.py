"""A loss that grows a thousandfold is told; one that jumps or falls is not."""

from __future__ import annotations

from cardamage_core.training.loss_guard import LossGuard


def test_a_loss_that_grows_a_thousandfold_is_told():
    guard = LossGuard()
    assert [guard.diverged(loss) for loss in (3.0, 4.0, 5.0, 30.0, 3999.0)] == ["", "", "", "", ""]
    assert "more than a thousandfold" in guard.diverged(6000.0)


def test_a_first_step_that_is_ruined_already_is_told():
    assert LossGuard().diverged(862810503000661632.0)


def test_a_small_loss_may_jump():
    guard = LossGuard()
    assert not any(guard.diverged(loss) for loss in [0.001] * 20 + [10.0])
