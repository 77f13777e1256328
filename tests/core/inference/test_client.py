"""Does a photo come back outlined, and is every failure one clear error that leaves nothing behind?"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import msgspec
import psutil
import pytest

from cardamage_core.annotations.shapes import bounds
from cardamage_core.errors import ModelError, PhotoError
from cardamage_core.inference.client import Predictor
from cardamage_core.models import registry


@pytest.fixture(scope="module")
def predictor(model_folder: Path):
    with Predictor(model_folder) as predictor:
        yield predictor


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def test_a_photo_is_outlined_in_its_own_pixels(predictor: Predictor, photo: Path):
    predictor.wait()
    assert predictor.ready
    regions = predictor.predict(photo, min_score=0.0)
    assert regions
    for region in regions:
        x0, y0, x1, y1 = bounds(region.shape)
        assert (x0 >= 0, y0 >= 0, x1 <= 96, y1 <= 64) == (True,) * 4
        assert region.origin.kind == "predicted"
        assert region.origin.model == registry.read(predictor.folders[0]).card.id
        assert region.label in ("dent", "scratch")
    scores = [region.origin.score for region in regions]
    assert scores == sorted(scores, reverse=True)


def test_the_same_photo_gives_the_same_outlines(predictor: Predictor, photo: Path):
    first, second = (predictor.predict(photo, min_score=0.0) for _ in range(2))
    assert [r.shape for r in first] == [r.shape for r in second]


def test_a_bad_photo_is_a_photo_error_and_the_next_one_is_served(predictor: Predictor, photo: Path, tmp_path: Path):
    truncated = tmp_path / "truncated.png"
    truncated.write_bytes(photo.read_bytes()[:500])
    for bad in (tmp_path / "missing.jpg", truncated):
        with pytest.raises(PhotoError, match=bad.name):
            predictor.predict(bad)
    assert predictor.predict(photo, min_score=0.0)


def test_a_killed_process_is_one_model_error_and_starts_anew(model_folder: Path, photo: Path):
    before = children()
    with Predictor(model_folder) as predictor:
        predictor.wait()
        (process,) = children() - before
        process.suspend()
        killer = threading.Timer(1, process.kill)  # while we wait for an answer
        killer.start()
        with pytest.raises(ModelError, match="ended unexpectedly"):
            predictor.predict(photo)
        killer.join()
        assert not predictor.ready
        assert predictor.predict(photo, min_score=0.0)
        assert predictor.ready
    assert children() == before


def test_a_process_that_does_not_answer_is_ended(model_folder: Path, photo: Path):
    before = children()
    predictor = Predictor(model_folder, start_seconds=0.01)
    with pytest.raises(ModelError, match="did not answer within 0 seconds"):
        predictor.predict(photo)
    assert children() == before


def test_closing_leaves_no_process_and_no_thread(model_folder: Path):
    processes, threads = children(), threading.active_count()
    predictor = Predictor(model_folder)
    predictor.start()
    assert len(children() - processes) == 1
    predictor.close()
    predictor.close()
    assert children() == processes
    assert threading.active_count() == threads


def test_a_folder_that_is_no_model_is_one_model_error(tmp_path: Path, photo: Path):
    before = children()
    with pytest.raises(ModelError, match="is not a model"):
        Predictor(tmp_path).predict(photo)
    assert children() == before


def test_damaged_weights_are_one_model_error(model_folder: Path, tmp_path: Path, photo: Path):
    weights = (model_folder / registry.WEIGHTS).read_bytes()
    (tmp_path / registry.CARD).write_bytes((model_folder / registry.CARD).read_bytes())
    (tmp_path / registry.WEIGHTS).write_bytes(weights[: len(weights) // 2])
    with pytest.raises(ModelError, match="damaged or changed"):
        Predictor(tmp_path).predict(photo)


def test_a_card_that_contradicts_its_network_is_one_model_error(model_folder: Path, tmp_path: Path, photo: Path):
    model = registry.read(model_folder)
    shutil.copy(model.weights, tmp_path / registry.WEIGHTS)
    card = msgspec.structs.replace(model.card, classes=("dent",))
    (tmp_path / registry.CARD).write_bytes(msgspec.json.encode(card))
    with pytest.raises(ModelError, match="names 1 classes, its network tells 2 apart"):
        Predictor(tmp_path).predict(photo)
