"""Names that are too long, or not UTF-8, are problems in the list; the rest comes in."""

import json
import os
import sys

import pytest
from PIL import Image

from cardamage_core import files, formats
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Rectangle, Region
from cardamage_core.commands import main
from cardamage_core.errors import FormatError, PhotoError, ProjectError
from cardamage_core.imaging import size
from cardamage_core.project import Project, data_problems, import_apply, import_plan

ODD = os.fsdecode(b"caf\xe9.jpg")
SHAPE = {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}, "region_attributes": {}}
BYTES = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")


def annotations(path, *names):
    entries = {name: {"filename": name, "size": 1, "regions": [SHAPE], "file_attributes": {}} for name in names}
    path.write_text(json.dumps(entries))
    return path


@pytest.mark.parametrize("name", ["x" * 300, "ü" * 140 + ".jpg", "🚗" * 70 + ".jpg", "a" * 5000, "a\0b.jpg"])
def test_a_name_that_no_file_can_have_is_a_missing_photo_everywhere(tmp_path, name, capsys):
    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    file = annotations(tmp_path / "via.json", name, "a.jpg")
    assert main(["import", str(tmp_path / "p"), str(file)]) == 0
    assert main(["check", str(tmp_path / "p"), "--repair"]) == 0
    for kind in formats.WRITABLE:
        assert main(["export", str(tmp_path / "p"), str(tmp_path / kind), "--format", kind, "--copy-photos"]) == 0
    with Project.open(tmp_path / "p") as project:
        assert [(photo.regions, photo.missing) for photo in project.photos()] == [(1, True), (1, False)]
        list(project.file_problems())
    capsys.readouterr()


def test_a_path_that_is_too_long_holds_no_photo(tmp_path):
    with pytest.raises(PhotoError, match="is missing"):
        size(tmp_path / ("x" * 300))
    assert not files.is_there("x" * 300)
    assert not files.is_there("a\0b")


def test_names_of_exported_files_are_short_enough_also_in_bytes(tmp_path):
    region = Region("r", Rectangle(1.0, 2.0, 3.0, 4.0), "dent")
    photos = [
        AnnotatedPhoto(Photo(key, "p", name, 9, 9), (region,)) for key, name in (("1", "🚗" * 200), ("2", "🚗" * 201))
    ]
    formats.write(Dataset(tuple(photos)), tmp_path / "out", format="labelme")
    assert len(list((tmp_path / "out").glob("*.json"))) == 2


@BYTES
def test_photos_of_a_folder_come_in_beside_one_with_a_name_that_is_not_utf_8(tmp_path):
    for name in ("a.jpg", ODD):
        Image.new("RGB", (20, 10)).save(tmp_path / name)
    (tmp_path / os.fsdecode(b"sub\xff")).mkdir()
    plan = import_plan.plan(tmp_path)
    assert [one.photo.name for one in plan.dataset.photos] == ["a.jpg"]
    (problem,) = plan.problems
    assert problem.code == "unusable-name"
    problem.text.encode()
    with Project.create(tmp_path / "p") as project:
        assert import_apply.apply(project, plan).photos == 1


def test_links_in_a_circle_beside_photos_are_passed_over(tmp_path):
    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").symlink_to("c.jpg")
    (tmp_path / "c.jpg").symlink_to("b.jpg")
    assert [one.photo.name for one in import_plan.plan(tmp_path).dataset.photos] == ["a.jpg"]


@BYTES
def test_where_no_photo_has_a_usable_name_it_is_said(tmp_path):
    Image.new("RGB", (20, 10)).save(tmp_path / ODD)
    with pytest.raises(FormatError, match=r"without usable names: .*udce9"):
        import_plan.plan(tmp_path)
    with pytest.raises(FormatError, match="No photo has a name"):
        import_plan.plan_photos([tmp_path / ODD])
    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    plan = import_plan.plan_photos([tmp_path / ODD, tmp_path / "a.jpg"])
    assert [one.photo.name for one in plan.dataset.photos] == ["a.jpg"]


@BYTES
def test_label_files_with_such_names_are_left_out_of_a_folder(tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [dent]")
    for stem in ("a", ODD.removesuffix(".jpg")):
        Image.new("RGB", (20, 10)).save(tmp_path / f"{stem}.jpg")
        (tmp_path / "labels" / f"{stem}.txt").write_text("0 0.1 0.1 0.5 0.1 0.5 0.5\n")
    plan = import_plan.plan(tmp_path)
    with Project.create(tmp_path / "p") as project:
        import_apply.apply(project, plan)
        assert [photo.name for photo in project.photos()] == ["a.jpg"]
    assert "unusable-name" in {problem.code for problem in plan.problems}


@BYTES
def test_a_file_of_such_a_name_comes_in_and_a_folder_of_such_a_name_is_explained(tmp_path):
    folder = tmp_path / os.fsdecode(b"f\xe9")
    folder.mkdir()
    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    file = annotations(tmp_path / os.fsdecode(b"via\xe9.json"), "a.jpg")
    with Project.create(folder / "p") as project:
        import_apply.apply(project, import_plan.plan(file))
        assert project.undo_text == "Import via\\udce9.json"
        Image.new("RGB", (20, 10)).save(folder / "b.jpg")
        with pytest.raises(ProjectError, match="is not UTF-8"):
            import_apply.apply(project, import_plan.plan_photos([folder / "b.jpg"]))
        Image.new("RGB", (20, 10)).save(folder / "p" / "c.jpg")  # inside the project it is kept by its name alone
        import_apply.apply(project, import_plan.plan_photos([folder / "p" / "c.jpg"]))
        assert [photo.missing for photo in project.photos()] == [False, False]


@pytest.mark.parametrize("size", [("width", 10**12), ("height", 29_000_000), ("height", -1)])
def test_a_photo_of_an_impossible_size_in_a_project_is_damage_and_no_crash(tmp_path, size):
    with Project.create(tmp_path / "p") as project:
        project.add([AnnotatedPhoto(Photo("p", "a.jpg", "a.jpg", 10, 10))], [], "Import")
        with project._store.transaction():
            project._store.execute(f"UPDATE photos SET value=json_set(value, '$.{size[0]}', {size[1]})")
        with pytest.raises(ProjectError, match="damaged"):
            project.dataset()


def test_files_beside_a_photo_that_vanishes_between_two_looks_are_no_crash(tmp_path):
    one = AnnotatedPhoto(Photo("p", str(tmp_path / "x" / ("y" * 300)), "a.jpg", 10, 10, size=5))
    assert [f.code for f in data_problems.photo_file_problems([one], folder=tmp_path)] == []


@pytest.mark.parametrize("kind", formats.WRITABLE)
@pytest.mark.parametrize("size", [(0, 9), (9, 0)])
def test_a_photo_with_a_side_of_nothing_is_written_as_one_of_unknown_size(tmp_path, kind, size):
    region = Region("r", Rectangle(1.0, 2.0, 3.0, 4.0), "dent")
    formats.write(
        Dataset((AnnotatedPhoto(Photo("1", "a.jpg", "a.jpg", *size), (region,)),)), tmp_path / "out", format=kind
    )
