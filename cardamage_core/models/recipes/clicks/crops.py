"""Views of annotated regions with the features of the frozen backbone, in half precision on disk.

Each region is shown several times: from near, with what is around it, and on the whole photo. Since the backbone does
not learn, its features are calculated once and only the small decoder is trained on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import msgspec
import numpy as np

from .... import files, imaging
from ....annotations import shapes
from ....annotations.model import AnnotatedPhoto, Region, Ring
from ....clicks import views
from ....clicks.views import GRID, SIDE, View
from ....runtime.click_graphs import SIZES
from ....runtime.sessions import Session
from .. import sources

FINER = 4  # times finer than the grid are truths drawn before they are averaged
BATCH = 16
SHARD = 1024  # views in a folder of their own, so that training can begin before all are there
LEAST_CELLS = 6.0  # cells that a region covers in a view it is learned from
WHOLE = 0.35  # of the views show the whole photo
DONE, TRUTHS = "labels.json", "truths.npy"
Say = Callable[[str], None]


class Piece(msgspec.Struct, frozen=True):
    """A region in a view of a photo; `flipped` views are mirrored from left to right."""

    path: str
    source: str
    label: str
    rings: tuple[Ring, ...]
    view: tuple[float, float, float]
    flipped: bool


class Pieces(NamedTuple):
    """Views on disk: truths (n, GRID, GRID) uint8, share of each cell times 255; features (n, h, w, c) float16."""

    labels: list[str]
    truths: np.ndarray
    features: list[np.ndarray]


def truth(rings: Sequence[Ring], view: View, cells: int = GRID) -> np.ndarray:
    """The share of each cell of a view that rings (even-odd, photo pixels) cover, (cells, cells) float32."""
    fine = cells * FINER
    mask = np.zeros((fine, fine), np.uint8)
    corners = [
        np.round(((np.array(ring) - (view.left, view.top)) / view.side * fine - 0.5) * 16).astype(np.int32)
        for ring in rings
        if len(ring) >= 3
    ]
    if corners:
        cv2.fillPoly(mask, corners, 1, lineType=cv2.LINE_8, shift=4)
    return cv2.resize(mask.astype(np.float32), (cells, cells), interpolation=cv2.INTER_AREA)


def pieces_of(photos: Sequence[AnnotatedPhoto], *, count: int, seed: int) -> list[Piece]:
    """At most `count` views of regions that have an area, in random order; regions of rare labels come more often."""
    rng = np.random.default_rng(seed)
    regions = [(one, region) for one in photos for region in one.regions]
    counts = Counter(region.label for _, region in regions)
    chances = np.array([counts[region.label] ** -0.5 for _, region in regions])
    chosen = rng.choice(len(regions), count, p=chances / chances.sum())
    found = (_piece(regions[i][0], regions[i][1], rng) for i in chosen)
    return [piece for piece in found if piece is not None]


def _piece(one: AnnotatedPhoto, region: Region, rng: np.random.Generator) -> Piece | None:
    rings = shapes.outline(region.shape)
    x0, y0, x1, y1 = shapes.bounds(region.shape)
    size = max(x1 - x0, y1 - y0)
    area = shapes.area(region.shape).area
    if size < 8 or area < 24:
        return None
    view = views.whole(one.photo.width, one.photo.height)
    if rng.random() > WHOLE or area * (GRID / view.side) ** 2 < LEAST_CELLS:
        side = max(views.LEAST, size * float(np.exp(rng.uniform(np.log(1.1), np.log(3.0)))))
        slack = max(0.0, side - 0.9 * size) / 2
        middle = np.array([x0 + x1, y0 + y1]) / 2 + rng.uniform(-0.7, 0.7, 2) * min(slack, 0.3 * side)
        view = View(float(middle[0] - side / 2), float(middle[1] - side / 2), float(side))
    return Piece(
        one.photo.path,
        sources.source_of(one),
        region.label,
        rings,
        (view.left, view.top, view.side),
        bool(rng.random() < 0.5),
    )


def write(folder: Path, pieces: Sequence[Piece], network: Session, *, seed: int, say: Say) -> None:
    """Calculate features and truths of all pieces in shards; those that an earlier call finished are kept."""
    for number, first in enumerate(range(0, len(pieces), SHARD)):
        shard = folder / f"{number:03}"
        if not (shard / DONE).is_file():
            shard.mkdir(parents=True, exist_ok=True)
            _write_shard(shard, pieces[first : first + SHARD], network, np.random.default_rng((seed, number)))
            say(f"Features of {min(first + SHARD, len(pieces))} of {len(pieces)} views are there.")


def _write_shard(folder: Path, pieces: Sequence[Piece], network: Session, rng: np.random.Generator) -> None:
    stores = [_store(folder / f"{name}.npy", (len(pieces), n, n, c)) for name, (n, c) in SIZES.items()]
    truths = np.zeros((len(pieces), GRID, GRID), np.uint8)
    images = np.zeros((BATCH, SIDE, SIDE, 3), np.uint8)
    for i, piece in enumerate(pieces):
        images[i % BATCH], mask = _drawn(piece, rng)
        truths[i] = np.round(mask * 255)
        if i % BATCH == BATCH - 1 or i == len(pieces) - 1:
            count, first = i % BATCH + 1, i - i % BATCH
            for store, values in zip(stores, network({"image": normalised(images[:count])}), strict=True):
                store[first : first + count] = values.transpose(0, 2, 3, 1)
    for store in stores:
        store.flush()
    np.save(folder / TRUTHS, truths)
    files.write_atomic(folder / DONE, msgspec.json.encode([piece.label for piece in pieces]))


def read(folder: Path) -> list[Pieces]:
    """The shards that `write` has finished, features memory-mapped."""
    found = []
    for done in sorted(folder.glob(f"*/{DONE}")):
        labels = msgspec.json.decode(done.read_bytes(), type=list[str])
        features = [np.load(done.parent / f"{name}.npy", mmap_mode="r") for name in SIZES]
        found.append(Pieces(labels, np.load(done.parent / TRUTHS), features))
    return found


def normalised(images: np.ndarray) -> np.ndarray:
    """Pixels (n, SIDE, SIDE, 3) as the backbone wants them, float32."""
    return (images.astype(np.float32) - views.GREY) / np.float32(128)


def _store(path: Path, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)


def _drawn(piece: Piece, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and truth of a piece, brightness and contrast varied."""
    photo, view = imaging.load(Path(piece.path)), View(*piece.view)
    image, mask = view.pixels(photo), truth(piece.rings, view)
    gain, offset = rng.uniform(0.8, 1.2), rng.uniform(-16, 16)
    image = np.clip((image.astype(np.float32) - views.GREY) * gain + views.GREY + offset, 0, 255).astype(np.uint8)
    return (image[:, ::-1], mask[:, ::-1]) if piece.flipped else (image, mask)
