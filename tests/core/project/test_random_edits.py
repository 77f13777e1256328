"""Does undo bring back every state byte for byte, whatever was edited?"""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core.annotations import edits
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
