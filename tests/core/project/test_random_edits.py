"""Does undo bring back every state byte for byte, whatever was edited?"""

import hashlib
import os
import random
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core.annotations import edits
from cardamage_core.annotations.labels import new_labels
from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Polygon, Region
from cardamage_core.project import Project

NUMBER = st.floats(-1e6, 1e6)
STEP = st.tuples(
    st.sampled_from(["draw", "under", "delete", "move", "label", "note", "reverse"]), st.integers(0, 9), NUMBER
)


def changed(regions, step, number):
    """The regions after one random edit."""
    kind, index, value = step
    square = Polygon((((0.0, 0.0), (value, 0.0), (value, 7.5)),))
    new = Region(f"r{number}", square, "dent")
    if kind == "draw" or not regions:
        return edits.add(regions, new)
    if kind == "under":
        return (new, *regions)
    if kind == "reverse":
        return regions[::-1]
    one = regions[index % len(regions)]
    if kind == "delete":
        return edits.remove(regions, one)
    edited = {
        "move": lambda: edits.move(one, value, -value),
        "label": lambda: edits.set_label(one, f"label {index}"),
        "note": lambda: edits.set_attribute(one, "note", f"„{value}“"),
    }[kind]()
    return edits.replace(regions, one, edited)


def state(project):
    """All rows as they lie in the file, and the regions as the project tells them."""
    store = project._store
    return [store.rows(kind) for kind in ("photo", "region", "label")], project.regions("p")


@settings(max_examples=25, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12))
def test_undo_and_redo_walk_through_the_same_states(steps):
    with tempfile.TemporaryDirectory() as folder, Project.create(Path(folder) / "p") as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg"))], [], "Import")
        states = [state(project)]
        for number, step in enumerate(steps):
            before = project.regions("p")
            if project.edit_regions("p", before, changed(before, step, number), step[0]):
                states.append(state(project))
        for expected in reversed(states[:-1]):
            project.undo()
            assert state(project) == expected
        for expected in states[1:]:
            project.redo()
            assert state(project) == expected
        assert project.redo() is None


EDITS = int(os.environ.get("CARDAMAGE_EDITS", "400"))  # the editor promises it of 10,000: about two minutes
MOST = 25  # regions on a photo


def digest(project):
    """Every row of the file in a line."""
    rows = [list(project._store.rows(kind)) for kind in ("photo", "region", "label")]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def one_more(project, dice, number):
    """Something at random: of the regions of a photo, of a photo itself, of the labels."""
    photo, kind = dice.choice(("p", "q")), dice.random()
    before = project.regions(photo)
    if kind < 0.05:
        old = project.photo(photo)
        return project.edit_photo(
            old, msgspec.structs.replace(old, review=dice.choice(("accepted", "rejected"))), "Mark"
        )
    if kind < 0.08:
        old = project.labels()
        return project.edit_labels(old, (*old, *new_labels([f"label {number % 7}"], old)), "Add label")
    if kind < 0.10 and len(project.labels()) > 1:
        first, second = dice.sample(list(project.labels()), 2)
        return project.rename_label(first.name, second, "Merge")
    wanted = ["move", "label", "note", "reverse", "delete", *(["draw", "under"] * (len(before) < MOST))]
    step = (dice.choice(wanted), dice.randrange(MOST), dice.uniform(-1e6, 1e6))
    return project.edit_regions(photo, before, changed(before, step, number), step[0])


@pytest.mark.timeout(300 + EDITS // 8)
@pytest.mark.parametrize("seed", [7])
def test_after_thousands_of_random_edits_undo_restores_every_byte_also_after_a_restart(tmp_path, seed):
    dice = random.Random(seed)
    with Project.create(tmp_path / "p") as project:
        project.add([AnnotatedPhoto(Photo(name, f"{name}.jpg", f"{name}.jpg")) for name in "pq"], [], "Import")
        states = [digest(project)]
        while len(states) <= EDITS:
            if one_more(project, dice, len(states)) is not None:
                states.append(digest(project))
    with Project.open(tmp_path / "p") as project:
        for expected in reversed(states[:-1]):
            project.undo()
            assert digest(project) == expected
        for expected in states[1:]:
            project.redo()
            assert digest(project) == expected
