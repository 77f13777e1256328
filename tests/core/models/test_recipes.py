"""The recipes of the models in the box: label mapping, splits, measures and calibration, worked out by hand."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Origin, Photo, Rectangle, Region
from cardamage_core.errors import ModelError
from cardamage_core.evaluation import sights as quality
from cardamage_core.models import registry
from cardamage_core.models.recipes import bundle, sources
from cardamage_core.models.recipes.__main__ import _train
from cardamage_core.models.recipes.recipe import CAR, DAMAGE, LICENSED, PANELS, PARTNER, finishing_job, repeated
from cardamage_core.mrcnn import Config, MaskRCNN
from cardamage_core.training import trainer


def region(x: float, y: float, side: float, *, score: float | None = None, label: str = "dent") -> Region:
    origin = Origin() if score is None else Origin("predicted", model="m", score=score)
    return Region(f"{x} {y} {side} {score}", Rectangle(x, y, side, side), label, origin=origin)


def photo(name: str, *regions: Region) -> AnnotatedPhoto:
    return AnnotatedPhoto(Photo(name, name, name, 100, 100, attributes={"source": "bilgi"}), regions)


DAMAGED = photo("damaged", region(0, 0, 20), region(50, 50, 5))  # 4 % and a quarter of a percent of the photo
WHOLE = photo("whole")
FOUND = {"damaged": [region(0, 0, 18, score=0.8), region(80, 80, 9, score=0.6)], "whole": [region(9, 9, 9, score=0.4)]}


@pytest.fixture
def seen() -> list[quality.Sight]:
    return quality.sights([DAMAGED, WHOLE], FOUND)


def test_shares_follow_the_threshold(seen):
    assert quality.right_share(seen, 0.5).value == 1.0
    assert quality.right_share(seen, 0.9).value == 0.0
    assert quality.alarm_share(seen, 0.3).value == 1.0
    assert quality.alarm_share(seen, 0.5).value == 0.0
    assert quality.right_share(seen, 0.5).photos == quality.alarm_share(seen, 0.5).photos == 1


def test_recall_of_small_damage_counts_small_damage_only(seen):
    assert quality.recall(seen, 0.5).value == 0.5
    assert quality.recall(seen, 0.5, smaller=quality.SMALL) == (0.0, 0.0, 0.0, 1)


def test_predictions_in_ignored_regions_do_not_count():
    one = photo("p", region(0, 0, 50, label="ignored"))
    (sight,) = quality.sights([one], {"p": [region(10, 10, 10, score=0.9), region(80, 80, 10, score=0.9)]})
    assert len(sight.areas) == 0
    assert sight.scores.tolist() == [0.9]


def test_calibration_says_how_often_scores_are_right(seen):
    found = quality.calibration(seen, bins=3)
    assert found == [(0.4, 0.0, 1), (0.6, 0.0, 1), (0.8, 1.0, 1)]


def test_what_is_scored_alike_stands_in_one_bin_of_the_calibration():
    """Sorted by score and then by right, a plateau of scores would be a bin of wrong ones and one of right ones."""
    boxes = [region(0, 0, 50, score=0.5), *(region(10 * i, 80, 9, score=0.5) for i in range(5))]
    seen = quality.sights([photo("p", region(0, 0, 50))], {"p": [*boxes, region(0, 0, 48, score=0.9)]})
    assert quality.calibration(seen, bins=7) == [(0.5, pytest.approx(1 / 6), 6), (0.9, 1.0, 1)]
    assert quality.calibration(quality.sights([photo("p")], {})) == []


def test_isotonic_values_never_fall():
    rising = bundle._isotonic(np.array([0.1, 0.5, 0.3, 0.9]), np.array([1.0, 1.0, 3.0, 1.0]))
    assert rising.tolist() == pytest.approx([0.1, 0.35, 0.35, 0.9])


def test_the_threshold_is_the_lowest_with_few_alarms(seen):
    assert bundle._threshold(seen) == 0.41


def test_an_interval_holds_its_mean():
    share = quality.share_of([True] * 30 + [False] * 10)
    assert share.low < share.value == 0.75 < share.high


def test_every_label_of_a_source_has_a_class_or_none():
    classes = {rule.name for rule in DAMAGE.job.classes} | {sources.IGNORED, ""}
    known = {"bilgi": "gocuk", "igor": "door_light", "seed": "", "seed_types": "dist", "metallo": "damage"}
    for source, label in known.items():
        assert sources.DAMAGE_LABELS[source](label) in classes
    assert sources.DAMAGE_LABELS["igor"]("door_light") == sources.IGNORED


def test_left_and_right_parts_are_one_panel():
    assert sources.panel_label("front_left_door") == sources.panel_label("front_right_door") == "front door"
    assert sources.panel_label("back_left_light") == "rear lamp"
    assert sources.panel_label("left_mirror") == "mirror"
    assert sources.panel_label("_background_") == ""
    assert {rule.name for rule in CAR.job.classes} == {"car", *PANELS}


def test_photos_are_dealt_by_their_content():
    assert sources._deal({"train": 0.8, "test": 0.2}, 0.79) == "train"
    assert sources._deal({"train": 0.8, "test": 0.2}, 0.81) == "test"
    assert sources._deal({"test": 1.0}, 0.9999) == "test"


def test_without_keras_the_recipes_say_what_to_install(tmp_path):
    code = "import sys; sys.modules['keras'] = None; from cardamage_core.models.recipes.__main__ import main; "
    code += f"sys.exit(main(['damage', '--data', {str(tmp_path)!r}, '--out', {str(tmp_path / 'out')!r}]))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Training needs keras")
    assert not (tmp_path / "out").exists()


def test_the_licensed_variant_learns_from_sources_with_a_licence_alone():
    taught = {source for source in LICENSED.labels if LICENSED.repeats.get(source, 1)}
    assert taught == {"bilgi", "igor"}
    assert all("no licence" not in sources.SOURCES[name].licence.lower() for name in taught)
    assert LICENSED.job.start == "imagenet"  # nothing of the other model comes along
    assert LICENSED.labels == DAMAGE.labels  # chosen and judged by the same photos


def test_photos_to_learn_from_stand_as_often_as_their_source_says():
    def of(source: str, split: str) -> AnnotatedPhoto:
        return AnnotatedPhoto(Photo(source, source, source, 100, 100, split=split, attributes={"source": source}))

    train, val, other = of("a", "train"), of("a", "val"), of("b", "train")
    assert repeated(Dataset((train, val, other), ()), {"a": 3}).photos == (train, train, train, val, other)


def test_the_trainings_that_finish_a_model_go_on_from_it_apart():
    finish = DAMAGE.finish
    jobs = [finishing_job(DAMAGE, finish, seed=seed, start=Path("first")) for seed in finish.seeds]
    assert [job.start for job in jobs] == ["first", "first"]
    assert len({job.seed for job in jobs} | {DAMAGE.job.seed}) == 3
    assert not {*finish.seeds} & {*PARTNER.finish.seeds}
    assert all(job.classes == DAMAGE.job.classes and job.total_steps == finish.steps for job in jobs)


def test_what_finishes_a_model_is_averaged(model_folder: Path, tmp_path: Path):
    card = registry.read(model_folder).card
    for i, place in enumerate(("", "finish-1", "finish-2")):
        MaskRCNN(Config.from_dict(card.config), seed=i).save(tmp_path / "w.h5")
        fresh = msgspec.structs.replace(card, id="", created="", weights_sha256="")
        registry.register(tmp_path / place / "models", fresh, tmp_path / "w.h5")
    mean = bundle._network(tmp_path).arrays()
    first, second = (MaskRCNN(Config.from_dict(card.config), seed=i).arrays() for i in (1, 2))
    for name, array in mean.items():
        np.testing.assert_allclose(array, (first[name] + second[name]) / 2, atol=1e-6)


def test_a_recipe_is_trained_then_finished_and_what_is_there_is_not_done_again(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    runs = []

    def run(job, dataset, folders, *, say, stop):
        runs.append((job, len(dataset.photos)))
        say("finished")
        card = msgspec.structs.replace(registry.read(model_folder).card, id="", name=job.name, weights_sha256="")
        registry.register(folders.models, card, model_folder / "weights.h5")

    monkeypatch.setattr(trainer, "run", run)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the process keeps its own
    source = msgspec.structs.replace(WHOLE.photo, split="train", attributes={"source": "undamaged"})
    (tmp_path / "dataset.json").write_bytes(msgspec.json.encode(Dataset((AnnotatedPhoto(source, ()),), ())))
    for _ in range(2):
        _train(DAMAGE, tmp_path, tmp_path)
    first = registry.models(tmp_path / "models")[0]
    assert [job.seed for job, _ in runs] == [DAMAGE.job.seed, *DAMAGE.finish.seeds]
    assert [job.start for job, _ in runs] == ["imagenet", str(first.folder), str(first.folder)]
    assert [photos for _, photos in runs] == [1, 4, 4]
    assert len(bundle._last(tmp_path)) == 2


def test_a_finish_without_a_model_yet_is_told_before_anything_is_averaged(tmp_path: Path):
    (tmp_path / "finish-1").mkdir()
    with pytest.raises(ModelError, match=r"There is no model in .*finish-1"):
        bundle._network(tmp_path)


def test_damages_are_counted_by_label_and_by_size():
    one = photo("p", region(0, 0, 50), region(90, 90, 5, label="scratch"))
    seen = quality.sights([one], {"p": [region(0, 0, 50, score=0.9)]})
    assert quality.recall(seen, 0.5, label="scratch")[::3] == (0.0, 1)
    assert quality.recall(seen, 0.5, least=0.05)[::3] == (1.0, 1)
    metrics = bundle.damage_metrics([one], {"p": (region(0, 0, 50, score=0.9),)}, threshold=0.5)
    assert [share["photos"] for share in metrics["recall_by_label"].values()] == [1, 1]
    assert sum(share["photos"] for share in metrics["recall_by_size"].values()) == 2
