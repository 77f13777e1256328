"""Labels: defaults for a new one (colour, digit key, role) and detection of misspelt twins.

Two labels are alike when they agree but for case, spaces and signs; or when one letter is changed, missing, added or
swapped in a word of five letters or more and one of both is rare.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from .model import Label, Role

DAMAGE = "damage"  # the label of regions that come without any

# Told apart on photos and by colour-blind people as far as that goes (after Okabe & Ito); 17 apart in CIELAB.
COLORS = (
    "#e69f00", "#56b4e9", "#f0605a", "#f0e442", "#3cc8a0", "#cc79a7", "#9d7bff", "#b5bd61",
    "#8bc34a", "#b39ddb", "#00bcd4", "#a1887f", "#ffab91", "#9e9d24", "#f06292", "#4db6ac",
    "#00ff00", "#ff00ff", "#ff0000", "#782dff", "#c31ea5", "#00f087", "#965a1e", "#00782d",
    "#0069c3", "#a5f000", "#f06900", "#ff96ff", "#00b400", "#69692d", "#ff0096", "#005aff",
    "#c3e1b4", "#b43ce1", "#874ba5", "#ff005a", "#1e6996", "#a54b4b", "#ffc3e1", "#3c785a",
    "#785a87", "#c31e0f", "#ffd287", "#f0964b", "#96f096", "#00f0f0", "#b4965a", "#87f05a",
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
    colors = _Colors(known)
    named = ((name, (roles or {}).get(name) or role_of(name)) for name in fresh)
    return tuple(Label(name, colors.next(role), key=next(keys, ""), role=role) for name, role in named)


def role_of(name: str) -> Role:
    """A guess from the name alone; the user may change it. What is not plainly a car or a part counts as damage.

    So does "windshield": the founding project means the broken one.
    """
    plain = name.casefold().replace("_", " ").replace("-", " ").strip()
    if plain in _CARS:
        return "car"
    return "part" if plain in _PARTS else "damage"


class _Colors:
    """The colours of labels, one after another; those in use come again only once all are."""

    def __init__(self, known: Sequence[Label]) -> None:
        self._used = {label.color.casefold() for label in known}
        self._index = len(known)

    def next(self, role: Role) -> str:
        """The colour of one more label."""
        here = self._index % len(COLORS)
        self._index += 1
        if role == "car":
            return CAR_COLOR
        color = next((one for one in (*COLORS[here:], *COLORS[:here]) if one not in self._used), COLORS[here])
        self._used.add(color)
        return color


SHORTEST = 5  # letters: among shorter words one letter makes another word (dent, bent)
RARE = 5  # times as often must the other one be
MOST = 300  # labels that are compared with each other


class LabelTwin(msgspec.Struct, frozen=True):
    """`old` is probably `new`, how often each is there."""

    old: str
    new: str
    old_count: int
    new_count: int

    def text(self) -> str:
        """One sentence."""
        return f"“{self.old}” ({self.old_count:,}) and “{self.new}” ({self.new_count:,}) look like one label."


def alike(counts: Mapping[str, int], known: Iterable[str] = ()) -> tuple[LabelTwin, ...]:
    """Pairs of labels that look like one, the rarer one first; `known` labels stay, whatever their number."""
    known = [name for name in known if name]
    names = sorted({*counts, *known} - {""}, key=lambda name: (-counts.get(name, 0), name))[:MOST]
    found: dict[str, LabelTwin] = {}
    for new, old in itertools.combinations(names, 2):
        if old in known and new not in known:
            new, old = old, new  # the one we know is right
        if old in counts and old not in found and _is_one(old, new, counts, is_known=new in known):
            found[old] = LabelTwin(old, new, counts[old], counts.get(new, 0))
    return tuple(found.values())


def _is_one(old: str, new: str, counts: Mapping[str, int], *, is_known: bool) -> bool:
    first, second = _plain(old), _plain(new)
    if first == second:
        return True
    is_rare = is_known or counts[old] * RARE <= counts.get(new, 0)
    return is_rare and min(len(first), len(second)) >= SHORTEST and _is_one_letter_off(first, second)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _is_one_letter_off(first: str, second: str) -> bool:
    """One letter changed, added, missing, or two neighbours swapped; a digit at that place tells things apart."""
    start = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
    a, b = first[start:], second[start:]
    if any(letter.isdigit() for letter in a[:1] + b[:1]):
        return False
    is_swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or is_swapped
