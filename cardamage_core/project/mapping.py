"""What do the names in a file mean: which attribute is the label, which names are one, what role has each?

A proposal is made from a file and the project's labels; a mapping is what the user decided. Nothing is mapped unasked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ..annotations.label_alike import Alike, alike
from ..annotations.labels import new_labels
from ..annotations.model import AnnotatedPhoto, Dataset, Finding, Label, Region, Role
from ..errors import FormatError
from ..formats.label_names import IN_NAME, text_of, ticked
from ..formats.via_writing import KEY, LABEL_IN

__all__ = ["IN_NAME", "Attribute", "NameMapping", "Proposal", "applied", "findings", "proposal", "ticked_findings"]


class NameMapping(msgspec.Struct, frozen=True):
    """What the user decided.

    `label_in` is the attribute that holds the label ("": found out, `IN_NAME`: its name is the label), `names` leads
    from old labels to new ones, `roles` from (new) labels to what they stand for.
    """

    label_in: str = ""
    names: Mapping[str, str] = {}
    roles: Mapping[str, Role] = {}


class Attribute(msgspec.Struct, frozen=True):
    """An attribute that could hold the label: how many regions have it, and its most frequent values."""

    name: str
    regions: int
    values: tuple[str, ...]


class Proposal(msgspec.Struct, frozen=True):
    """What to ask the user: the attributes (the one in use first), names that look like one, and a role for each."""

    attributes: tuple[Attribute, ...] = ()
    alike: tuple[Alike, ...] = ()
    roles: Mapping[str, Role] = {}


def proposal(dataset: Dataset, known: Sequence[Label] = ()) -> Proposal:
    """What the names in a file may mean, beside the labels that are known already."""
    counts = Counter(region.label for region in _regions(dataset))
    roles = {label.name: label.role for label in (*new_labels(counts), *dataset.labels, *known)}
    return Proposal(_attributes(dataset), alike(counts, [label.name for label in known]), roles)


def applied(dataset: Dataset, mapping: NameMapping) -> Dataset:
    """The data set with names and roles as decided. FormatError when a name is mapped to nothing."""
    names = {old: new.strip() for old, new in mapping.names.items() if old != new.strip()}
    if empty := [old for old, new in names.items() if not new]:
        raise FormatError(f"“{empty[0]}” cannot become a label without a name.", "Say which label it is.")
    labels = [msgspec.structs.replace(label, name=names.get(label.name, label.name)) for label in dataset.labels]
    by_name = {label.name: label for label in reversed(labels)}
    ordered = [by_name[name] for name in dict.fromkeys(label.name for label in labels)]
    with_roles = tuple(
        msgspec.structs.replace(label, role=mapping.roles.get(label.name, label.role)) for label in ordered
    )
    photos = tuple(
        msgspec.structs.replace(one, regions=tuple(_renamed(region, names) for region in one.regions))
        for one in (dataset.photos if names else ())
    )
    return msgspec.structs.replace(dataset, photos=photos or dataset.photos, labels=with_roles)


def findings(proposed: Proposal) -> Iterator[Finding]:
    """One for each pair of names that look like one."""
    for one in proposed.alike:
        yield Finding("label-alike", one.text())


def ticked_findings(photos: Sequence[AnnotatedPhoto]) -> Iterator[Finding]:
    """One for each region whose label was the first of several ticked boxes."""
    for one in photos:
        for region in one.regions:
            value = region.attributes.get(region.extra.get(KEY, {}).get("label_in", LABEL_IN))
            if value is not None and len(boxes := ticked(value)) > 1 and region.label == boxes[0].strip():
                text = f"A region of {one.photo.name} has {', '.join(boxes)} ticked; “{region.label}” was taken."
                yield Finding("several-ticked", text, photo=one.photo.id, region=region.id)


def _renamed(region: Region, names: Mapping[str, str]) -> Region:
    new = names.get(region.label)
    return msgspec.structs.replace(region, label=new) if new else region


def _regions(dataset: Dataset) -> Iterable[Region]:
    return (region for one in dataset.photos for region in one.regions)


def _attributes(dataset: Dataset) -> tuple[Attribute, ...]:
    used: Counter[str] = Counter()
    values: dict[str, Counter[str]] = {}
    for region in _regions(dataset):
        via = region.extra.get(KEY, {})
        if region.origin.source.startswith("via") and not via.get("unlabelled"):
            label_in = IN_NAME if via.get("in_name") else via.get("label_in", LABEL_IN)
            used[label_in] += 1
            values.setdefault(label_in, Counter())[region.label] += 1
        for name, value in region.attributes.items():
            values.setdefault(name, Counter())[text_of(value)] += 1
    order = sorted(values, key=lambda name: (-used[name], -values[name].total()))
    return tuple(
        Attribute(name, values[name].total(), tuple(value for value, _ in values[name].most_common(6) if value))
        for name in order
    )
