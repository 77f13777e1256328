"""What a data set holds before a training: photos and regions by label and split, and what is wrong with the splits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ..annotations.confidence import is_open_proposal
from ..annotations.model import SPLITS, AnnotatedPhoto
from ..text import count
from .job import is_taught

FEW = 20  # regions to learn a label from; fewer teach next to nothing
ORDER = ("train", "val", "test", "")


class Amount(msgspec.Struct, frozen=True):
    """Photos that have regions of a label, and the regions."""

    photos: int = 0
    regions: int = 0


class LabelRow(msgspec.Struct, frozen=True):
    """One label (or class) with its amounts by split."""

    name: str
    by_split: dict[str, Amount]

    @property
    def regions(self) -> int:
        """In all splits."""
        return sum(amount.regions for amount in self.by_split.values())


class DataProblem(msgspec.Struct, frozen=True):
    """Something that spoils a training or its judgement, and the photos it is about."""

    text: str
    photos: tuple[str, ...] = ()


class DataSummary(msgspec.Struct, frozen=True):
    """The table: `splits` are those that occur, in order; `photos` and `undamaged` count photos by split."""

    splits: tuple[str, ...]
    photos: dict[str, int]
    undamaged: dict[str, int]
    rows: tuple[LabelRow, ...]
    problems: tuple[DataProblem, ...]


def summarise(photos: Sequence[AnnotatedPhoto], mapping: Mapping[str, str] | None = None) -> DataSummary:
    """Count what would be taught. `mapping` says what each label is learned as; those mapped to "" are left out.

    Without a mapping each label stands for itself.
    """
    numbers: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    on_photos: dict[str, Counter[str]] = defaultdict(Counter)
    regions: dict[str, Counter[str]] = defaultdict(Counter)
    for one in photos:
        split = one.photo.split
        names = [name for r in one.regions if is_taught(r) and (name := _name(r.label, mapping))]
        numbers[split] += 1
        whole[split] += not names
        for name in names:
            regions[name][split] += 1
        for name in set(names):
            on_photos[name][split] += 1
    splits = tuple(sorted(numbers, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)))
    rows = tuple(
        LabelRow(name, {split: Amount(on_photos[name][split], regions[name][split]) for split in splits})
        for name in sorted(regions, key=lambda name: (-regions[name].total(), name))
    )
    found = tuple(_problems(photos, splits, rows, mapping))
    return DataSummary(splits, dict(numbers), dict(whole), rows, found)


def _name(label: str, mapping: Mapping[str, str] | None) -> str:
    return label if mapping is None else mapping.get(label, "")


def _problems(
    photos: Sequence[AnnotatedPhoto],
    splits: Sequence[str],
    rows: Sequence[LabelRow],
    mapping: Mapping[str, str] | None,
) -> Iterator[DataProblem]:
    yield from _of_splits(photos, splits)
    if photos and not rows:
        yield DataProblem("No photo has a region to learn from: draw some, or import annotations.")
    teaches = any(split not in ("val", "test") for split in splits)  # else that is said once, not for each label
    for row in rows:
        taught = sum(amount.regions for split, amount in row.by_split.items() if split not in ("val", "test"))
        if teaches and taught < FEW:
            text = f"“{row.name}” has {count(taught, 'region')} to learn from; below {FEW} little is learned."
            yield DataProblem(text, _with(photos, row.name, mapping))
        if "val" in splits and not row.by_split["val"].regions:
            yield DataProblem(
                f"“{row.name}” does not occur in val: nothing will be known of it.", _with(photos, row.name, mapping)
            )
    open_guesses = [one.photo.id for one in photos if any(map(is_open_proposal, one.regions))]
    if open_guesses:
        yield DataProblem(
            f"{count(len(open_guesses), 'photo')} with proposals nobody decided on: these are not taught.",
            tuple(open_guesses),
        )


def _of_splits(photos: Sequence[AnnotatedPhoto], splits: Sequence[str]) -> Iterator[DataProblem]:
    if not photos:
        yield DataProblem("There are no photos.")
        return
    if "val" not in splits and any(splits):
        yield DataProblem("No photo has the split val: nothing is validated.")
    if "train" not in splits and any(splits):
        yield DataProblem("No photo has the split train: there is nothing to learn from.")
    without = tuple(one.photo.id for one in photos if not one.photo.split)
    if without and any(splits):
        yield DataProblem(f"{count(len(without), 'photo')} without a split: not used by a training.", without)
    by_bytes: dict[str, list[AnnotatedPhoto]] = defaultdict(list)
    for one in photos:
        if one.photo.sha256 and one.photo.split in SPLITS:
            by_bytes[one.photo.sha256].append(one)
    leaks = [each for each in by_bytes.values() if len({one.photo.split for one in each} - {""}) > 1]
    if leaks:
        ids = tuple(one.photo.id for each in leaks for one in each)
        said = f"{count(len(leaks), 'photo')} in more than one split: a model is judged by what it saw."
        yield DataProblem(said, ids)


def _with(photos: Sequence[AnnotatedPhoto], name: str, mapping: Mapping[str, str] | None) -> tuple[str, ...]:
    return tuple(one.photo.id for one in photos if any(_name(r.label, mapping) == name for r in one.regions))
