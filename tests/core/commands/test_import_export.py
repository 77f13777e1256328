"""Do import, check and export work from the command line?"""

import json

import pytest
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.model import AnnotatedPhoto, Photo
from cardamage_core.commands import main, terminal
from cardamage_core.project import Project, import_apply

REGION = {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 30, "height": 4}, "region_attributes": {}}


@pytest.fixture
def file(tmp_path):
    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    entry = {
        "fileref": "",
        "size": 9,
        "filename": "a.jpg",
        "base64_img_data": "",
        "file_attributes": {},
        "regions": {"0": REGION},
    }
    path = tmp_path / "via.json"
    path.write_text(json.dumps({"a.jpg9": entry}))
    return path


def document(capsys, *arguments):
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_file_goes_in_is_checked_and_comes_out_again(capsys, file, tmp_path):
    project = tmp_path / "p"
    came_in = document(capsys, "import", project, file, "--split", "val")
    assert (came_in["photos"], came_in["regions"], came_in["labels"]) == (1, 1, ["damage"])
    checked = document(capsys, "check", project)
    assert [problem["code"] for problem in checked["problems"]] == ["outside", "wrong-size"]
    written = document(capsys, "export", project, tmp_path / "out.json", "--format", "via1")
    assert (written["photos"], written["regions"]) == (1, 1)
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(file.read_text())
    assert document(capsys, "export", project, tmp_path / "none.json", "--split", "train")["photos"] == 0


def test_an_import_that_is_interrupted_leaves_no_new_project(capsys, file, tmp_path, monkeypatch):
    def interrupted(*_project_and_plan, progress):
        progress(0.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(import_apply, "apply", interrupted)
    monkeypatch.setattr(terminal, "A_MOMENT", 0.0)
    assert main(["import", str(tmp_path / "p"), str(file)]) == 130
    assert "Reading via.json: 0%" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()
    monkeypatch.undo()
    document(capsys, "import", tmp_path / "p", file)
    monkeypatch.setattr(import_apply, "apply", interrupted)
    assert main(["import", str(tmp_path / "p"), str(file)]) == 130
    assert document(capsys, "check", tmp_path / "p")["photos"] == 1


def test_an_import_that_comes_second_leaves_the_project_of_the_first_alone(capsys, file, tmp_path, monkeypatch):
    begin, first = Project.open_or_create, []

    def second(folder):  # somebody else begins between our look at the folder and our lock
        monkeypatch.undo()
        first.append(begin(folder))
        first[0].add([AnnotatedPhoto(Photo("p", "b.jpg", "b.jpg"))], [], "Import")
        return begin(folder)

    monkeypatch.setattr(Project, "open_or_create", second)
    assert main(["import", str(tmp_path / "p"), str(file)]) == 1
    assert "open in another" in capsys.readouterr().err
    first[0].close()
    with Project.open(tmp_path / "p") as project:
        assert [photo.name for photo in project.photos()] == ["b.jpg"]


def test_people_get_sentences(capsys, file, tmp_path):
    assert main(["import", str(tmp_path / "p"), str(file)]) == 0
    said = capsys.readouterr().out
    assert "1 photo with 1 region came in from via.json. Labels: damage (1)." in said
    assert (
        "outside: 1\n  A region “damage” of a.jpg reaches outside the photo: 1, 2 to 31, 6 on 20 × 10 pixels." in said
    )


def test_a_file_that_is_none_of_ours_makes_no_project(capsys, tmp_path):
    (tmp_path / "x.json").write_text('{"pictures": []}')
    assert main(["import", str(tmp_path / "p"), str(tmp_path / "x.json")]) == 1
    assert "x.json is not an annotation file" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("command", [("export", "{project}", "{out}"), ("check", "{project}", "--html", "{out}")])
def test_neither_the_project_nor_a_photo_is_written_over_and_other_files_only_when_told(
    capsys, file, tmp_path, command
):
    project = tmp_path / "p"
    document(capsys, "import", project, file)
    (tmp_path / "linked").symlink_to(project / "project.cardamage")
    for out in (project / "project.cardamage", tmp_path / "linked", tmp_path / "a.jpg", project / "jobs" / "x"):
        before = out.read_bytes() if out.exists() else None
        arguments = [one.format(project=project, out=out) for one in command]
        assert main([*arguments, "--force"]) == 1
        assert "is not written over" in capsys.readouterr().err
        assert (out.read_bytes() if out.exists() else None) == before
    out = tmp_path / "old"
    out.write_text("mine")
    arguments = [one.format(project=project, out=out) for one in command]
    assert main(arguments) == 1
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert main([*arguments, "--force"]) == 0
    assert out.read_text() != "mine"


def test_a_folder_of_files_replaces_none_unless_told(capsys, file, tmp_path):
    document(capsys, "import", tmp_path / "p", file)
    arguments = ["export", str(tmp_path / "p"), str(tmp_path / "out"), "--format", "labelme"]
    assert main(arguments) == 0
    (tmp_path / "out" / "a.json").write_text("mine")
    assert main(arguments) == 1
    assert (tmp_path / "out" / "a.json").read_text() == "mine"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.json"]
    assert main([*arguments, "--force"]) == 0
    assert (tmp_path / "out" / "a.json").read_text() != "mine"


def test_exporting_what_is_no_project_is_explained(capsys, tmp_path):
    assert main(["export", str(tmp_path), str(tmp_path / "out.json")]) == 1
    assert "is not a CarDamage project" in capsys.readouterr().err


def via(path, *labels, attribute="cls"):
    regions = [
        {"shape_attributes": REGION["shape_attributes"], "region_attributes": {attribute: one}} for one in labels
    ]
    path.write_text(json.dumps({"a.jpg9": {"filename": "a.jpg", "size": 9, "regions": regions, "file_attributes": {}}}))
    return path


def test_names_are_mapped_and_roles_given_as_asked(capsys, tmp_path):
    Image.new("RGB", (20, 10)).save(tmp_path / "a.jpg")
    file = via(tmp_path / "v.json", "Dent", "dent", "bonnet", "hull")
    names = ["--map", "Dent=dent", "--role", "hull=car"]
    came_in = document(capsys, "import", tmp_path / "p", file, *names)
    assert came_in["labels"] == ["dent", "bonnet", "hull"]
    with Project.open(tmp_path / "p", read_only=True) as project:
        assert {label.name: label.role for label in project.labels()} == {
            "dent": "damage", "bonnet": "part", "hull": "car",
        }  # fmt: skip


def test_spellings_of_one_label_are_reported_and_left_alone(capsys, tmp_path):
    came_in = document(capsys, "import", tmp_path / "p", via(tmp_path / "v.json", "Dent", "dent", "dent"))
    assert came_in["labels"] == ["Dent", "dent"]
    alike = [problem["text"] for problem in came_in["problems"] if problem["code"] == "label-alike"]
    assert alike == ["“Dent” (1) and “dent” (2) look like one label."]


def test_the_attribute_of_the_label_can_be_named_also_when_its_name_is_the_label(capsys, tmp_path):
    file = via(tmp_path / "v.json", "yes", attribute="Front")
    came_in = document(capsys, "import", tmp_path / "p", file, "--label-attribute", "*")
    assert came_in["labels"] == ["Front"]
    written = document(capsys, "export", tmp_path / "p", tmp_path / "out.json", "--format", "via2")
    assert written["regions"] == 1
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(file.read_text())


@pytest.mark.parametrize("kind", formats.WRITABLE)
def test_every_format_is_written_from_a_project_and_comes_in_again(capsys, file, tmp_path, kind):
    document(capsys, "import", tmp_path / "p", file)
    document(capsys, "export", tmp_path / "p", tmp_path / "out" / "out", "--format", kind)
    came_in = document(capsys, "import", tmp_path / "again", tmp_path / "out" / "out", "--photos", tmp_path)
    assert came_in["regions"] == (0 if kind == "via2-attributes" else 1)
    assert came_in["missing"] == 0


def test_what_cannot_be_held_is_said_before_writing(capsys, file, tmp_path):
    document(capsys, "import", tmp_path / "p", file)
    assert main(["export", str(tmp_path / "p"), str(tmp_path / "out.json"), "--format", "coco"]) == 0
    assert capsys.readouterr().err == "1 rectangle: COCO JSON has no place for this; they become polygons.\n"


def test_settings_and_definitions_of_a_via_2_project_go_through(capsys, shared, tmp_path):
    source = shared / "data" / "metallo" / "train" / "car-damage-train.json"
    document(capsys, "import", tmp_path / "p", source)
    document(capsys, "export", tmp_path / "p", tmp_path / "out.json", "--format", "via2-project")
    assert json.dumps(json.loads((tmp_path / "out.json").read_text())) == json.dumps(json.loads(source.read_text()))
    with Project.open(tmp_path / "p") as project:
        project.undo()
        assert (project.extra(), project.photos()) == ({}, ())
