"""A small attack on every area, for every commit; `python -m tests.attacks` runs the large one."""

from __future__ import annotations

import os

import pytest

if not hasattr(os, "fork"):
    pytest.skip("the attacks fork and kill processes", allow_module_level=True)

from .areas import AREAS
from .harness import attack

HERE = {name: one for name, one in AREAS.items() if one.small}


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # forks while another test's threads end
@pytest.mark.parametrize("name", HERE)
def test_the_attack_is_held(name, caplog):
    one = HERE[name]
    run = attack(name.replace(" ", "-"), one.area, tries=one.small, quick=one.quick)
    assert run.failures == []
