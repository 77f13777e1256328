"""Which colour, digit key and role does a new label get?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .model import Label, Role

DAMAGE = "damage"  # the label of regions that come without any

# Told apart on photos and by colour-blind people as far as that goes (after Okabe & Ito).
COLORS = (
    "#e69f00", "#56b4e9", "#f0605a", "#f0e442", "#3cc8a0", "#cc79a7", "#9d7bff", "#b5bd61",
    "#8bc34a", "#b39ddb", "#00bcd4", "#a1887f", "#ffab91", "#9e9d24", "#f06292", "#4db6ac",
)  # fmt: skip
CAR_COLOR = "#ffffff"  # drawn as a dashed line
_CARS = {"car", "vehicle", "auto", "silhouette", "truck", "whole car"}
_PARTS = {
    "bumper", "front bumper", "rear bumper", "back bumper", "hood", "bonnet", "door", "fender", "wing", "roof", "trunk",
    "tailgate", "headlamp", "headlight", "tail lamp", "taillight", "mirror", "wheel", "tyre", "tire",
    "quarter panel", "rocker",
}  # fmt: skip


def new_labels(
    names: Iterable[str], known: Sequence[Label] = (), *, roles: Mapping[str, Role] | None = None
) -> tuple[Label, ...]:
    """Labels for the names that are not known yet: the next colours and free digit keys.

    The role is the one in `roles`, else guessed by name.
    """
    taken = {label.name for label in known}
    keys = iter(sorted(set("123456789") - {label.key for label in known}))
    fresh = [name for name in dict.fromkeys(names) if name and name not in taken]
    start = len(known)
    return tuple(
        Label(name, _color(start + i, role), key=next(keys, ""), role=role)
        for i, (name, role) in enumerate((name, (roles or {}).get(name) or role_of(name)) for name in fresh)
    )


def role_of(name: str) -> Role:
    """A guess from the name alone; the user may change it. What is not plainly a car or a part counts as damage.

    So does "windshield": the founding project means the broken one.
    """
    plain = name.casefold().replace("_", " ").replace("-", " ").strip()
    if plain in _CARS:
        return "car"
    return "part" if plain in _PARTS else "damage"


def _color(index: int, role: Role) -> str:
    return CAR_COLOR if role == "car" else COLORS[index % len(COLORS)]
