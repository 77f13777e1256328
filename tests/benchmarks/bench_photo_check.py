"""How often is the photo check right? python tests/benchmarks/bench_photo_check.py ../shared/data [--kept FOLDER]

Photos of cars whose kind (whole, cut off, close-up, inside) was noted by looking at them (`photo_kinds.json`), and
pictures of other things (those that scikit-image brings, odd images) are outlined by the models in the box and judged.
Prints precision and recall of close-up and cut-off, and what is said of other things. With `--kept`, outlines are
kept there and used again, so that a rule can be tried in seconds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from cardamage_core import imaging
from cardamage_core.annotations.model import Photo, Region
from cardamage_core.assessment import photo_check
from cardamage_core.assessment.damage import Damage, assess
from cardamage_core.claims.creation import labels_of_claims
from cardamage_core.claims.merge import merge_detections
from cardamage_core.inference.client import Predictor
from cardamage_core.models import registry

KINDS = Path(__file__).with_name("photo_kinds.json")
OTHER = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "chessboard_RGB.png", "clock_motion.png",
    "coffee.png", "coins.png", "color.png", "grass.png", "gravel.png", "horse.png", "hubble_deep_field.jpg", "ihc.png",
    "microaneurysms.png", "moon.png", "motorcycle_left.png", "motorcycle_right.png", "page.png", "phantom.png",
    "retina.jpg", "rocket.jpg", "text.png",
)  # fmt: skip
ODD = ("hopper.heif", "frozenpond.mpo", "sugarshack.mpo", "flower.jpg", "pil123rgba.png", "pil_sample_cmyk.jpg")


class Judged(NamedTuple):
    """A picture, what is truly on it, its figure and what the photo check says."""

    name: str
    truth: str
    damage: Damage
    codes: tuple[str, ...]


def main() -> None:
    """Judge all and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--kept", type=Path, help="folder for outlines")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        every = list(judged(given.data, given.kept or Path(work)))
    print(json.dumps(told(every), indent=1, ensure_ascii=False))


def judged(data: Path, kept: Path) -> Iterator[Judged]:
    """All pictures, one after the other."""
    models = registry.completed_by_car(registry.default())
    labels, threshold = labels_of_claims(), models[0].card.threshold or 0.5
    with Predictor(*(model.folder for model in models)) as predictor:
        for path, truth in _pictures(data):
            regions = merge_detections(_outlined(path, kept, predictor), labels)
            photo = Photo(path.name, path.name, path.name, *imaging.size(path))
            damage = assess(photo, regions, labels, threshold=threshold, beside=False)
            codes = tuple(one.code for one in photo_check.of_regions(damage, regions, labels))
            yield Judged(f"{path.parent.name}/{path.name}", truth, damage, codes)


def _pictures(data: Path) -> Iterator[tuple[Path, str]]:
    for name, kind in json.loads(KINDS.read_text()).items():
        yield data / name, kind
    import skimage  # pip install scikit-image, for the pictures that it ships

    shipped = Path(skimage.__file__).parent / "data"
    for path in [*(shipped / name for name in OTHER), *(data / "odd_images" / name for name in ODD)]:
        yield path, "other"


def _outlined(path: Path, kept: Path, predictor: Predictor) -> tuple[Region, ...]:
    file = kept / f"{path.parent.name}_{path.name}.json"
    if not file.exists():
        kept.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(predictor.predict(path)))
    return msgspec.json.decode(file.read_bytes(), type=tuple[Region, ...])


def told(every: Sequence[Judged]) -> dict[str, object]:
    """The figures."""
    cars = [one for one in every if one.truth != "other"]
    other = [one for one in every if one.truth == "other"]
    near = [one for one in cars if one.truth in ("close-up", "inside")]
    return {
        "photos": Counter(one.truth for one in every),
        "no share of the car is given, on close-ups": _rates(
            cars, [one for one in cars if not one.damage.determined], near
        ),
        "cut-off": _rates(
            [one for one in cars if one.damage.determined and one.truth in ("whole", "cut off")],
            [one for one in cars if one.damage.reason == "cut off"],
            [one for one in cars if one.truth == "cut off"],
        ),
        "whole cars without a share": [(one.name, one.damage.reason) for one in cars if one.truth == "whole" and not
                                       one.damage.determined],
        "not-a-car said of cars": [one.name for one in cars if "not-a-car" in one.codes],
        "other things with a share of a car": [one.name for one in other if one.damage.determined],
        "other things, by what is said": Counter(", ".join(one.codes) or "nothing" for one in other),
        "wrong": {one.name: f"{one.truth}, said {one.damage.reason or 'whole'}" for one in cars if not _is_right(one)},
    }  # fmt: skip


def _rates(asked: Sequence[Judged], said: Sequence[Judged], true: Sequence[Judged]) -> dict[str, object]:
    """Precision and recall among those asked."""
    said, true = [one for one in said if one in asked], [one for one in true if one in asked]
    right = sum(one in true for one in said)
    return {
        "said": len(said),
        "true": len(true),
        "right": right,
        "precision": round(right / max(1, len(said)), 2),
        "recall": round(right / max(1, len(true)), 2),
    }


def _is_right(one: Judged) -> bool:
    expected = {"whole": ("",), "cut off": ("cut off",)}.get(one.truth)
    return one.damage.reason in expected if expected else not one.damage.determined


if __name__ == "__main__":
    main()
