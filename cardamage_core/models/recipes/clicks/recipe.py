"""The recipe of the click network: which photos it learns from, and its stages."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from .... import files
from ....annotations.model import AnnotatedPhoto
from ....mrcnn import weights
from ....runtime.click_graphs import build_features
from ....runtime.sessions import Session, open_session
from ... import registry
from ...registry import ModelCard, SourceNote
from .. import sources
from . import crops

NAME = "clicks"
EVENTS, ROWS = "events.jsonl", "bench_clicks.jsonl"
TAUGHT = ("bilgi", "igor", "carparts")
TRUNK = "car-and-panels"  # the model whose backbone is taken, frozen
SUMMARY = "Proposes the outline of what is clicked; further clicks inside and outside correct it."
WEAKNESSES = (
    "Thin scratches and damage with soft borders take many clicks, or the polygon tool.",
    "Edges of car panels are followed only as far as they are seen: reflections mislead it.",
)
VIEWS = {"val": 256, "train": 12288}


def photos_of(data: Path, out: Path) -> list[AnnotatedPhoto]:
    """All sources of the damage recipe with its splits, labels as they are; kept in `out`."""
    path = out / "dataset.json"
    if not path.is_file():
        photos: list[AnnotatedPhoto] = []
        for name in sources.DAMAGE_LABELS:
            photos += sources.read_source(data, name, lambda label: label or "damage")
        files.write_atomic(path, msgspec.json.encode(sources.grouped_split(photos)))
    return msgspec.json.decode(path.read_bytes(), type=list[AnnotatedPhoto])


def taught(photos: Sequence[AnnotatedPhoto], split: str) -> list[AnnotatedPhoto]:
    """The photos of a split to learn from; regions that hide nothing of a shape are not among them."""
    return [one for one in photos if one.photo.split == split and sources.source_of(one) in TAUGHT]


def backbone_arrays(trunk: str = TRUNK) -> dict[str, np.ndarray]:
    """The backbone's weights, of a model that comes along."""
    model = next(one for one in registry.bundled() if one.folder.name == trunk)
    shapes = {f"weights/{name}": shape for name, shape in build_features().weights.items()}
    known = weights.read_arrays(model.weights, shapes, rename=lambda name: name if name in shapes else None)
    return {name.removeprefix("weights/"): array for name, array in known.items()}


def features_network(arrays: dict[str, np.ndarray]) -> Session:
    """The frozen backbone, ready to run."""
    return open_session(build_features().model(arrays), "onnxruntime")


def prepare(data: Path, out: Path, *, trunk: str = TRUNK, say: Callable[[str], None]) -> None:
    """Views and features of the train and the validation split."""
    photos = photos_of(data, out)
    network = features_network(backbone_arrays(trunk))
    for seed, (split, count) in enumerate(VIEWS.items()):
        pieces = crops.pieces_of(taught(photos, split), count=count, seed=seed)
        crops.write(out / split, pieces, network, seed=seed, say=say)


def run(data: Path, out: Path, *, say: Callable[[str], None]) -> None:
    """Prepare, then train from the newest checkpoint on; Ctrl-C ends with a checkpoint."""
    from . import training

    out.mkdir(parents=True, exist_ok=True)
    stopping: list[int] = []
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: stopping.append(1))
    prepare(data, out, say=say)
    log = training.log_to(out / EVENTS)
    training.Training(out).run(say=log, stop=lambda: bool(stopping))


def bundle(out: Path, folder: Path, *, command: str) -> Path:
    """Write the trained network of `out` as a model, kernels in half precision, to `folder`; the folder."""
    from . import training

    trained = training.Training(out)
    arrays = backbone_arrays() | trained.arrays()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / registry.WEIGHTS
    named = {f"weights/{name}": array for name, array in arrays.items()}
    weights.write_arrays(path, named, notes={"network": NAME}, kernels="float16")
    photos = taught(photos_of(out, out), "train")
    counts = Counter(map(sources.source_of, photos))
    card = ModelCard(
        id=NAME,
        name="outlines from clicks",
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        preset=NAME,
        classes=(),
        config={"trunk": TRUNK, "steps": trained.step},
        metrics=_metrics(out),
        summary=SUMMARY,
        weaknesses=WEAKNESSES,
        sources=tuple(
            SourceNote(name, sources.SOURCES[name].licence, sources.SOURCES[name].credit, count)
            for name, count in sorted(counts.items())
        ),
        command=command,
        parent=TRUNK,
        versions=registry.versions(),
        weights_sha256=files.sha256(path),
    )
    files.write_atomic(folder / registry.CARD, msgspec.json.format(msgspec.json.encode(card)))
    return folder


def _metrics(out: Path) -> dict[str, object]:
    """The last figures of the training, and those of the benchmark where its rows lie in `out`."""
    events = [msgspec.json.decode(line) for line in (out / EVENTS).read_bytes().splitlines()]
    last = {"val_iou_by_clicks_in_one_view": events[-1]["iou_by_clicks"]} if events else {}
    return last | ({"test": noc(out / ROWS)} if (out / ROWS).is_file() else {})


def noc(rows: Path) -> dict[str, dict[str, float]]:
    """Mean clicks to IoU 0.85 and 0.90 by kind, of the rows that `tests/benchmarks/bench_clicks.py --out` wrote."""
    found: dict[str, list[list[int]]] = {}
    for line in rows.read_bytes().splitlines():
        row = msgspec.json.decode(line)
        if row["method"] == "network":
            found.setdefault(row["kind"], []).append(row["noc"])
    return {
        kind: {
            "regions": len(many),
            **{f"noc{goal}": round(float(np.mean([one[i] for one in many])), 2) for i, goal in enumerate((85, 90))},
        }
        for kind, many in sorted(found.items())
    }
