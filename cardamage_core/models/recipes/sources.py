"""Annotated photo collections that the recipes learn from, with their labels mapped to the models' classes.

Each source is read from its folder below `data` (bilgi, igor, seed, metallo, carparts, undamaged). Photos that look
alike, also across sources, are dealt to one split.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ... import files, formats, geometry, imaging
from ...annotations.model import AnnotatedPhoto, Photo, Region
from ...project import near_duplicates

IGNORED = "ignored"  # taught neither as a class nor as background


class Source(NamedTuple):
    """A collection: annotation files below its folder, licence, attribution, and the photos' part in each split."""

    name: str
    annotations: tuple[str, ...]  # files below the folder; () for photos without regions
    licence: str
    credit: str
    shares: Mapping[str, float]


DEAL = {"train": 0.8, "val": 0.1, "test": 0.1}
SOURCES = {
    one.name: one
    for one in (
        Source(
            "bilgi",
            ("train/_annotations.coco.json",),
            "CC BY 4.0",
            "Bilgi University Car Damage, Roboflow Universe user het-m73ej",
            DEAL,
        ),
        Source("igor", ("via_region_data.json",), "MIT", "IgorVetoshev/extended_mrcnn", DEAL),
        Source(
            "seed",
            ("train/via_region_data.json", "val/via_region_data.json"),
            "MIT",
            "SextonCJ/CarDamageMaskRCNN",
            DEAL,
        ),
        Source(
            "seed_types",
            ("train/via_region_data_types.json", "val/via_region_data_types.json"),
            "MIT",
            "SextonCJ/CarDamageMaskRCNN, types",
            DEAL,
        ),
        Source(
            "metallo",
            ("train/via_region_data.json", "val/via_region_data.json"),
            "MIT",
            "nicolasmetallo/car-damage-detector",
            {"test": 1.0},
        ),
        Source("carparts", ("annotations.json",), "none stated", "dsmlr/Car-Parts-Segmentation", DEAL),
        Source("undamaged", (), "none stated", "whole undamaged cars", {"train": 0.5, "val": 0.2, "test": 0.3}),
    )
}

_IGOR = {"broken_headlamp": "lamp", "front_back_window": "glass", "side_window": "glass"}
DAMAGE_LABELS: dict[str, Callable[[str], str]] = {
    "bilgi": {
        "cizik": "scratch",
        "astar": "scratch",
        "gocuk": "dent",
        "kaput_hasar": "dent",
        "kirik-kayip": "broken",
        "cam_catlagi": "glass",
        "far_hasar": "lamp",
        "airbag": IGNORED,
    }.__getitem__,
    "igor": lambda label: _IGOR.get(label, IGNORED),  # whole panels: another convention of outlining
    "seed": lambda _: "dent",
    "seed_types": {"dist": "dent", "scra": "scratch", "win": "glass", "": "dent"}.__getitem__,
    "metallo": lambda _: "dent",
    "carparts": lambda _: "",
    "undamaged": lambda _: "",
}


def any_damage(_label: str) -> str:
    """Every region is damage of no particular kind."""
    return "damage"


def unlabelled(_label: str) -> str:
    """No region counts."""
    return ""


CAR_PARTS = {
    "front_bumper": "front bumper",
    "back_bumper": "rear bumper",
    "hood": "hood",
    "front_glass": "windscreen",
    "back_glass": "rear window",
    "tailgate": "tailgate",
    "trunk": "tailgate",
    "wheel": "wheel",
}


def panel_label(label: str) -> str:
    """The panel that a part of carparts belongs to; left and right are one, "" for none."""
    if label in CAR_PARTS:
        return CAR_PARTS[label]
    if match := re.fullmatch(r"(front|back)_(?:left|right)_(door|light)", label):
        side = {"front": "front", "back": "rear"}[match[1]]
        return f"{side} {'lamp' if match[2] == 'light' else 'door'}"
    return "mirror" if label.endswith("_mirror") else ""


def read_source(data: Path, name: str, relabel: Callable[[str], str]) -> list[AnnotatedPhoto]:
    """All readable photos of one source with absolute paths, sizes and hashes; regions relabelled, "" left out."""
    source, found = SOURCES[name], []
    folder = data / name.split("_")[0]
    if not source.annotations:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in files.PHOTO_SUFFIXES)
        return [_photo(path, name, ()) for path in paths]
    for relative in source.annotations:
        file = folder / relative
        for one in formats.read(file).photos:
            places = (file.parent / one.photo.path, file.parent / "JPEGImages" / one.photo.path)
            if path := next((place for place in places if place.is_file()), None):
                found.append(_photo(path, name, _relabelled(one.regions, relabel)))
    return found


def grouped_split(photos: Sequence[AnnotatedPhoto], *, seed: int = 0) -> list[AnnotatedPhoto]:
    """The photos with a split each, by the shares of their source; look-alikes share the split of the first of them."""
    hashes = near_duplicates.hashes([one.photo.path for one in photos], step=lambda: None)
    groups = geometry.connected_components(len(photos), list(near_duplicates.pairs(hashes)))
    chosen = [""] * len(photos)
    for group in groups:
        first = photos[min(group, key=lambda i: _order(photos[i], 0))]
        split = _deal(SOURCES[source_of(first)].shares, _order(first, seed))
        for i in group:
            chosen[i] = split
    return [
        msgspec.structs.replace(one, photo=msgspec.structs.replace(one.photo, split=split))
        for one, split in zip(photos, chosen, strict=True)
    ]


def source_of(one: AnnotatedPhoto) -> str:
    """The name of the source that a photo comes from."""
    return str(one.photo.attributes["source"])


def _photo(path: Path, source: str, regions: tuple[Region, ...]) -> AnnotatedPhoto:
    width, height = imaging.size(path)
    return AnnotatedPhoto(
        Photo(
            id=f"{source} {path.parent.name}/{path.name}",
            path=str(path),
            name=path.name,
            width=width,
            height=height,
            sha256=files.sha256(path),
            attributes={"source": source},
        ),
        regions,
    )


def _relabelled(regions: Sequence[Region], relabel: Callable[[str], str]) -> tuple[Region, ...]:
    """Regions with a label of ours, each once."""
    named = [msgspec.structs.replace(one, label=relabel(one.label)) for one in regions]
    return tuple({(one.label, one.shape): one for one in named if one.label}.values())


def _order(one: AnnotatedPhoto, seed: int) -> float:
    """A number 0…1 that follows from the photo's content."""
    return int(hashlib.sha256(f"{seed} {one.photo.sha256}".encode()).hexdigest()[:12], 16) / 16**12


def _deal(shares: Mapping[str, float], place: float) -> str:
    for split, share in shares.items():
        if place < share:
            return split
        place -= share
    return list(shares)[-1]
