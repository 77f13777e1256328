"""The examples of docs/python.md, run as they stand there, and the functions that they call."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import cardamage_core
from cardamage_core import api, assess, evaluate, open_project, predict, read, write
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Photo, Rectangle, Region
from cardamage_core.demo import samples
from cardamage_core.errors import CarDamageError, FormatError, ModelError, PhotoError, ProjectError, ProjectLockedError
from cardamage_core.models import registry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
EXAMPLES = dict(re.findall(r"^## (.+?)\n+```python\n(.+?)```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The annotation files of three drawn photos: a scratch and broken glass, a scratch, a dent."""
    return samples.draw_splits(tmp_path_factory.mktemp("drawn"), {"train": 1, "val": 1, "new": 1})


@pytest.fixture
def model(model_folder, monkeypatch):
    """A tiny model of dents and scratches in the box."""
    model = registry.read(model_folder)
    monkeypatch.setattr(registry, "bundled", lambda: [model])
    return model


@pytest.fixture
def folder(drawn, model, tmp_path, monkeypatch):
    """A present folder as the page assumes it: `photos` with annotations, and the project `cars` with a model."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for file in drawn["train"].parent.iterdir():
        (tmp_path / "photos" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "photos" / "claim.jpg").write_bytes((drawn["val"].parent / "val_001.jpg").read_bytes())
    with open_project("cars", create=True) as project:
        for split in ("train", "val", ""):
            data = read(drawn[split or "new"])
            (one,) = data.photos
            photo = msgspec.structs.replace(one.photo, split=split)
            project.add([AnnotatedPhoto(photo, one.regions)], data.labels, "Import")
        registry.register(project.models_folder, msgspec.structs.replace(model.card, id="scratches"), model.weights)
    return tmp_path


def run(title):
    """The names that an example leaves behind."""
    names = {}
    exec(compile(EXAMPLES[title], f"{PAGE.name}: {title}", "exec"), names)
    return names


def test_there_are_five_examples_of_about_ten_lines():
    assert [5 <= len(code.splitlines()) <= 12 for code in EXAMPLES.values()] == [True] * 5


def test_how_much_of_the_car_is_damaged(folder, model, capsys):
    names = run("How much of the car is damaged?")
    (one,) = names["found"].photos
    said = capsys.readouterr().out.splitlines()
    assert len(said) - 2 == len(one.regions) > 0
    assert all(re.fullmatch(rf"(dent|scratch) [\d.]+ {model.card.id}", line) for line in said[:-2])
    assert said[-2].startswith("claim.jpg ")
    assert said[-1] == names["damage"].explanation
    assert (one.photo.width, one.photo.height) == (480, 360)


def test_the_photos_of_a_project(folder, capsys):
    names = run("The photos of a project")
    counts, *photos = capsys.readouterr().out.splitlines()
    assert counts == "{'car': 3, 'broken glass': 1, 'scratch': 2, 'dent': 1}"
    assert [line.split()[0] for line in photos] == ["train_001.jpg", "val_001.jpg", "new_001.jpg"]
    assert photos[2].endswith(f"{names['damage'].percent} dent")
    assert 0 < names["damage"].percent < 20


def test_from_one_format_to_another(folder, capsys):
    run("From one format to another")
    assert "'car': 1, 'broken glass': 1, 'scratch': 1" in capsys.readouterr().out
    document = json.loads(Path("export/annotations.json").read_text())
    assert (len(document["images"]), len(document["annotations"])) == (1, 3)
    assert (folder / "export" / "yolo" / "images" / "train" / "train_001.jpg").is_file()


def test_how_good_is_a_model(folder, capsys):
    metrics = run("How good is a model?")["metrics"]
    assert "100%" in capsys.readouterr().out
    assert (metrics.photos, metrics.truth, metrics.mask_ap50_by_class.keys()) == (1, 1, {"scratch"})
    assert metrics.predicted > 0
    assert metrics.mask_ap50_by_class["scratch"] == metrics.mask_ap50 < 0.1  # the model was taught nothing
    assert metrics.threshold == 0.9  # the project's


def test_predictions_to_correct_by_hand(folder, capsys):
    found = run("Predictions to correct by hand")["found"]
    with open_project("cars") as project:
        (one,) = project.dataset([""]).photos
        proposed = [region for region in one.regions if region.origin.kind == "predicted"]
        assert [region.id for region in proposed] == [region.id for region in found.photos[0].regions]
        assert len(proposed) > 0
        assert project.undo().text == "Predict damage"
        assert len(project.regions(one.photo.id)) == 2


@pytest.fixture
def known(tmp_path):
    """A photo of known size with a car of 100 px² and a dent of 10."""
    car, dent = Rectangle(5.0, 5.0, 10.0, 10.0), Rectangle(7.0, 7.0, 5.0, 2.0)
    photo = Photo("p", str(tmp_path / "a.jpg"), "a.jpg", 20, 20)
    regions = (Region("c", car, "car"), Region("d", dent, "dent"))
    return Dataset((AnnotatedPhoto(photo, regions),), (Label("car", "#ffffff", role="car"), Label("dent", "#ff0000")))


def test_a_figure_is_in_percent_of_the_car(known):
    damage = assess(known.photos[0], known.labels, threshold=0.5)
    assert (damage.percent, damage.words, damage.by_label) == (10.0, "of the car", {"dent": 10.0})


def test_photos_are_matched_by_their_paths(known):
    again = msgspec.structs.replace(known.photos[0], photo=msgspec.structs.replace(known.photos[0].photo, id="other"))
    metrics = evaluate(known, Dataset((again,)), threshold=0.5)
    assert (metrics.mask_ap50, metrics.predicted) == (1.0, 2)
    with pytest.raises(CarDamageError, match=r"1 photo to measure on were not predicted\. The first is .*a\.jpg"):
        evaluate(known, Dataset(()), threshold=0.5)


def test_a_photo_is_never_written_over(known, photo):
    one = AnnotatedPhoto(msgspec.structs.replace(known.photos[0].photo, path=str(photo)), known.photos[0].regions)
    before = photo.read_bytes()
    with pytest.raises(ProjectError, match="It is a photo"):
        write(Dataset((one,), known.labels), photo, format="coco")
    assert photo.read_bytes() == before
    target = photo.with_name("out.json")
    write(known, target)
    write(known, target, format="coco")
    assert len(json.loads(target.read_text())["annotations"]) == 2


def test_photos_without_annotations_can_be_read(photo):
    (one,) = read(photo.parent).photos
    assert (one.photo.path, one.photo.width, one.photo.height, one.regions) == (str(photo), 96, 64, ())


def test_predictions_keep_the_ids_of_a_data_set_and_the_model_stays_loaded(model, photo):
    data = read(photo.parent)
    first = predict(data, model, min_score=0.2)
    loaded = api._outliner.cache_info()
    second = predict([str(photo)], model.folder)
    assert first.photos[0].photo == data.photos[0].photo
    assert second.photos[0].photo.name == photo.name
    assert api._outliner.cache_info().hits == loaded.hits + 1
    scores = [region.origin.score for region in second.photos[0].regions]
    assert scores == sorted(scores, reverse=True)
    assert [s for s in scores if s >= 0.2] == [region.origin.score for region in first.photos[0].regions]
    assert [label.name for label in second.labels] == ["dent", "scratch"]


def test_a_script_can_stop_a_long_prediction(model, photo):
    def stop(share):
        raise KeyboardInterrupt(share)

    with pytest.raises(KeyboardInterrupt, match=r"0\.5"):
        predict([photo, photo], progress=stop)


def test_what_is_missing_is_told(model, photo, tmp_path, monkeypatch):
    with pytest.raises(PhotoError, match=r"absent\.jpg"):
        predict(tmp_path / "absent.jpg")
    with pytest.raises(ModelError, match="There is no model “nothing”"):
        predict(photo, "nothing")
    monkeypatch.setattr(registry, "bundled", list)
    with pytest.raises(ModelError, match="No model came with this installation"):
        predict(photo)
    with pytest.raises(ProjectError, match="is not a CarDamage project"):
        open_project(tmp_path)
    with pytest.raises(FormatError):
        read(photo.with_name("notes.txt").write_text("bonnet") and photo.with_name("notes.txt"))


def test_a_project_that_is_open_elsewhere_can_be_read(tmp_path):
    with open_project(tmp_path / "cars", create=True):
        with pytest.raises(ProjectLockedError):
            open_project(tmp_path / "cars")
        with open_project(tmp_path / "cars", read_only=True) as reader:
            assert reader.photos() == ()


def test_importing_the_package_loads_nothing_and_predicting_no_keras(photo, model):
    code = "import sys, cardamage_core; print(len([m for m in sys.modules if m.startswith('cardamage_core.')])); "
    code += f"cardamage_core.predict({str(photo)!r}, {str(model.folder)!r}); "
    code += "print(sorted({'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "1\n[]\n", done.stderr


def test_every_function_of_the_face_explains_itself():
    assert set(cardamage_core.__all__) - {"__version__"} == {
        name for name in dir(api) if getattr(getattr(api, name), "__module__", "") == api.__name__ and name[0] != "_"
    }
    assert all(getattr(cardamage_core, name).__doc__ for name in cardamage_core.__all__ if name != "__version__")
    with pytest.raises(AttributeError, match="has no attribute 'train'"):
        _ = cardamage_core.train


def test_the_engine_is_imported_as_ever():
    code = "from cardamage_core.mrcnn import Config, MaskRCNN; print(Config.__name__, MaskRCNN.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "Config MaskRCNN\n", done.stderr
