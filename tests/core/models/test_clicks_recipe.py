"""The recipe of the click network: views, truths, simulated clicks, training that resumes, the same network in ONNX."""

import numpy as np
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Polygon, Region
from cardamage_core.clicks.network import ClickNetwork
from cardamage_core.clicks.views import GRID, SIDE, View
from cardamage_core.models.recipes.clicks import crops
from cardamage_core.models.recipes.clicks.recipe import noc
from cardamage_core.runtime.click_graphs import SIZES, build_click_graphs
from cardamage_core.runtime.sessions import open_session

SQUARE = ((100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0))


def test_a_truth_is_the_share_of_each_cell():
    mask = crops.truth((SQUARE,), View(0.0, 0.0, 400.0))
    assert mask.shape == (GRID, GRID)
    assert mask[16:32, 16:32].min() == 1.0
    assert mask.sum() == pytest.approx(256, rel=0.1)
    assert not crops.truth((SQUARE,), View(500.0, 500.0, 100.0)).any()


def photo(label="dent", ring=SQUARE):
    region = Region("r", Polygon((ring,)), label)
    return AnnotatedPhoto(Photo("p", "p.jpg", "p.jpg", 640, 480, attributes={"source": "bilgi"}), (region,))


def test_every_view_shows_most_of_its_region():
    pieces = crops.pieces_of([photo()], count=60, seed=0)
    assert len(pieces) == 60
    whole = sum(piece.view[2] == 640.0 for piece in pieces)
    assert 10 < whole < 35
    for piece in pieces:
        seen = crops.truth(piece.rings, View(*piece.view)).sum() * (piece.view[2] / GRID) ** 2
        assert seen > 0.5 * 100 * 100


def test_specks_are_not_learned_from_and_rare_labels_come_more_often():
    speck = photo("rare", ((1.0, 1.0), (3.0, 1.0), (3.0, 3.0)))
    assert crops.pieces_of([speck], count=5, seed=0) == []
    labels = [p.label for p in crops.pieces_of([*[photo()] * 16, photo("rare")], count=400, seed=0)]
    assert 40 < labels.count("rare") < 140, "a fifth instead of a seventeenth"


def test_clicks_until_a_goal_are_averaged_by_kind(tmp_path):
    lines = (
        '{"kind": "dent", "method": "network", "noc": [4, 8]}',
        '{"kind": "dent", "method": "network", "noc": [6, 20]}',
        '{"kind": "dent", "method": "colour", "noc": [20, 20]}',
    )
    (tmp_path / "rows").write_text("\n".join(lines), "utf-8")
    assert noc(tmp_path / "rows") == {"dent": {"regions": 2, "noc85": 5.0, "noc90": 14.0}}


def arrays(rng):
    """Weights as a new network has them, but for statistics that differ from cell to cell."""
    found = {}
    for graph in build_click_graphs():
        for name, shape in graph.weights.items():
            scale = (2 / np.prod(shape[:-1])) ** 0.5 if len(shape) > 1 else 0.1
            found[name] = rng.normal(0, scale, shape).astype(np.float32)
            if name.endswith(("gamma", "moving_variance")):
                found[name] = rng.uniform(0.5, 1.5, shape).astype(np.float32)
    return found


def test_a_network_answers_a_view_and_keeps_its_features():
    network = ClickNetwork(arrays(np.random.default_rng(0)))
    image = np.random.default_rng(1).integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    guide = np.zeros((GRID, GRID, 3), np.float32)
    first = network.mask(image, guide)
    assert first.shape == (GRID, GRID)
    assert 0 <= first.min() <= first.max() <= 1
    guide[20:30, 20:30, 0] = 1
    assert np.abs(network.mask(image, guide) - first).max() > 1e-4
    assert len(network._kept) == 1


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Three steps on views of noise whose brighter half is inside."""
    training = pytest.importorskip("cardamage_core.models.recipes.clicks.training", exc_type=ImportError)
    out = tmp_path_factory.mktemp("clicks")
    rng = np.random.default_rng(0)
    for split in ("train", "val"):
        shard = out / split / "000"
        shard.mkdir(parents=True)
        for name, (side, channels) in SIZES.items():
            np.save(shard / f"{name}.npy", rng.normal(size=(16, side, side, channels)).astype(np.float16))
        truths = np.zeros((16, GRID, GRID), np.uint8)
        truths[:, 10:40, 20:50] = 255
        np.save(shard / crops.TRUTHS, truths)
        (shard / crops.DONE).write_text('["dent"' + ', "dent"' * 15 + "]", "utf-8")
    stages = (training.Stage(2, 1e-3, (1,)), training.Stage(1, 1e-4, (1,)))
    told = []
    made = training.Training(out, stages=stages)
    made.run(say=lambda kind, **fields: told.append(fields), stop=lambda: False)
    return training, out, stages, made, told


def test_a_training_tells_how_far_it_is_and_goes_on_from_its_checkpoint(trained):
    training, out, stages, made, told = trained
    assert [one["step"] for one in told] == [3]
    assert len(told[0]["iou_by_clicks"]) == 5
    again = training.Training(out, stages=stages)
    assert again.step == 3
    for name, array in made.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])


def test_the_decoder_in_onnx_is_the_one_that_was_trained(trained):
    _, _, _, made, _ = trained
    graph = build_click_graphs().decoder
    assert set(graph.weights) == set(made.arrays())
    rng = np.random.default_rng(2)
    inputs = {name: rng.normal(size=(2, n, n, c)).astype(np.float32) for name, (n, c) in SIZES.items()}
    inputs["guide"] = rng.uniform(size=(2, GRID, GRID, 3)).astype(np.float32)
    session = open_session(graph.model(made.arrays()), "onnxruntime")
    (found,) = session({name: np.ascontiguousarray(a.transpose(0, 3, 1, 2)) for name, a in inputs.items()})
    wanted = np.asarray(made.decoder(list(inputs.values()), training=False))
    np.testing.assert_allclose(found[:, 0], wanted[..., 0], atol=2e-3)


def test_spoiled_masks_stay_probabilities(trained):
    training = trained[0]
    truth = np.zeros((GRID, GRID), np.float32)
    truth[10:40, 20:50] = 1
    for seed in range(20):
        mask = training.spoiled(truth, np.random.default_rng(seed))
        assert mask.shape == truth.shape
        assert 0 <= mask.min() <= mask.max() <= 1
