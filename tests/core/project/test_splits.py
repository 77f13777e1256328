"""Are photos dealt to splits fairly, and look-alikes never parted?"""

import json

import pytest
from PIL import Image, ImageDraw

from cardamage_core.annotations.model import AnnotatedPhoto, Photo, Rectangle, Region
from cardamage_core.commands import main
from cardamage_core.errors import ProjectError
from cardamage_core.project import Project, splits


def photo(number, *labels, split=""):
    known = Photo(f"p{number}", f"{number}.png", f"{number}.png", 96, 64, split=split)
    return AnnotatedPhoto(known, tuple(Region(f"{number}{i}", Rectangle(1.0, 1.0, 9.0, 9.0), label)
                                       for i, label in enumerate(labels)))  # fmt: skip


def chosen(photos, groups=None, fixed=None, seed=0, **shares):
    alone = [[i] for i in range(len(photos))]
    return splits.chosen_splits(photos, groups or alone, shares, fixed=fixed or {}, seed=seed)


def test_shares_are_kept_and_rare_labels_are_on_both_sides():
    photos = [photo(i, "dent") for i in range(16)] + [photo(i, "lamp") for i in range(16, 20)]
    found = chosen(photos, train=0.75, val=0.25)
    assert (found.count("train"), found.count("val")) == (15, 5)
    assert (found[16:].count("train"), found[16:].count("val")) == (3, 1)
    assert found == chosen(photos, train=0.75, val=0.25)
    assert any(found != chosen(photos, seed=seed, train=0.75, val=0.25) for seed in (1, 2, 3))


def test_a_group_goes_to_one_side_and_follows_a_split_that_stands():
    photos = [photo(i) for i in range(10)]
    groups = [[0, 5, 9], [1], [2], [3], [4], [6], [7], [8]]
    found = chosen(photos, groups, train=0.8, val=0.2)
    assert found[0] == found[5] == found[9]
    assert (found.count("train"), found.count("val")) == (8, 2)
    assert chosen(photos, groups, fixed={5: "val"}, train=0.8, val=0.2)[9] == "val"
    assert chosen(photos, groups, fixed={5: "shown", 1: "val"}, train=0.8, val=0.2)[:2] == ["shown", "val"]


def test_shares_that_do_not_add_up_are_refused(tmp_path):
    with Project.create(tmp_path / "p") as project, pytest.raises(ProjectError, match="cannot be dealt"):
        splits.deal(project, {"train": 0.9, "val": 0.3}, step=lambda: None)


@pytest.fixture
def project(tmp_path):
    """Ten different pictures, and smaller copies of two of them."""
    photos = []
    for number in range(10):
        image = Image.new("RGB", (96, 64), "navy")
        draw = ImageDraw.Draw(image)
        for i in range(6):
            x, y = (number * 37 + i * 23) % 80, (number * 53 + i * 31) % 50
            draw.rectangle((x, y, x + 14, y + 12), fill=(40 * i, 255 - 30 * i, 20 * number))
        image.save(tmp_path / f"{number}.png")
        photos.append(f"{number}.png")
        if number < 2:
            image.resize((72, 48)).save(tmp_path / f"{number}-small.jpg")
            photos.append(f"{number}-small.jpg")
    with Project.create(tmp_path / "project") as project:
        known = [Photo(name, str(tmp_path / name), name, 96, 64) for name in photos]
        project.add([AnnotatedPhoto(one, ()) for one in known], (), "Fill")
    return tmp_path / "project"


def test_look_alikes_stay_together_and_one_step_takes_all_back(capsys, project):
    assert main(["split", str(project), "--val", "0.25", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"splits": {"train": 9, "val": 3}, "twins": 4, "changed": True}
    with Project.open(project) as opened:
        dealt = {one.name: one.split for one in opened.photos()}
        assert dealt["0.png"] == dealt["0-small.jpg"]
        assert dealt["1.png"] == dealt["1-small.jpg"]
        opened.undo()
        assert {one.split for one in opened.photos()} == {""}


def test_what_has_a_split_keeps_it_unless_asked_to_deal_again(capsys, project):
    assert main(["split", str(project), "--val", "0.5"]) == 0
    assert main(["split", str(project), "--val", "0", "--json"]) == 0
    assert '"changed": false' in capsys.readouterr().out
    assert main(["split", str(project), "--val", "0", "--again", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["splits"] == {"train": 12}


def test_shares_out_of_bounds_give_one_sentence(capsys, project):
    assert main(["split", str(project), "--val", "1.5"]) == 1
    assert "Shares lie between 0 and 1" in capsys.readouterr().err
