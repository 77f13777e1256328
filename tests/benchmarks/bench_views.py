"""How often is a view right that a photo seems to be? python tests/benchmarks/bench_views.py ../shared/data

Photos whose views were noted by looking at them (`photo_views.json`: "all" are the 60 of `photo_kinds.json`, "said" are
others that were taken for a corner) are outlined by the models in the box. Precision and recall of front corners and,
with the kinds of `photo_kinds.json`, of damage near and far; one JSON object.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from cardamage_core import imaging
from cardamage_core.annotations.model import Photo
from cardamage_core.assessment.damage import assess
from cardamage_core.assessment.views import views_of
from cardamage_core.claims.creation import labels_of_claims
from cardamage_core.claims.merge import merge_detections
from cardamage_core.inference.client import Predictor
from cardamage_core.models import registry

VIEWS, KINDS = (Path(__file__).with_name(name) for name in ("photo_views.json", "photo_kinds.json"))
NEAR, FAR = {"close-up"}, {"whole", "cut off"}


def main() -> None:
    """Look at all photos and print how often what is said is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    noted, kinds = json.loads(VIEWS.read_text()), json.loads(KINDS.read_text())
    truth = noted["all"] | noted["said"]
    models = registry.completed_by_car(registry.default())
    with Predictor(*(model.folder for model in models)) as predictor:
        said = {name: _views(data / name, predictor, models[0].card.threshold or 0.5) for name in truth}
    corners = {view: _rates(said, noted["all"], truth, view, lambda one: one) for view in ("front left", "front right")}
    damage = {
        view: _rates({name: said[name] for name in kinds}, kinds, kinds, view, lambda kind, right=right: kind in right)
        for view, right in (("damage near", NEAR), ("damage far", FAR))
    }
    print(json.dumps(corners | damage, indent=1))


def _views(path: Path, predictor: Predictor, threshold: float) -> set[str]:
    photo, labels = Photo(path.name, path.name, path.name, *imaging.size(path)), labels_of_claims()
    regions = merge_detections(predictor.predict(path), labels)
    damage = assess(photo, regions, labels, threshold=threshold, beside=False)
    return set(views_of(photo, regions, labels, damage))


def _rates(
    said: dict[str, set[str]], every: Iterable[str], truth: dict[str, str], view: str, is_right: Callable[[str], object]
) -> dict[str, object]:
    """How many are said, and right; and how many of `every` are true, and found."""
    right = {name for name in truth if is_right(truth[name]) in (True, view)}
    named = {name for name, views in said.items() if view in views}
    return {
        "said": len(named),
        "right": len(named & right),
        "true among all": len(right & set(every)),
        "found of these": len(named & right & set(every)),
        "wrong": sorted(named - right),
    }


if __name__ == "__main__":
    main()
