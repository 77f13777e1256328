"""Do import, check and export work from the command line?"""

import json

import pytest
from PIL import Image

from cardamage_core.commands import main

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
    assert [finding["code"] for finding in checked["findings"]] == ["outside"]
    written = document(capsys, "export", project, tmp_path / "out.json", "--format", "via1")
    assert (written["photos"], written["regions"]) == (1, 1)
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(file.read_text())
    assert document(capsys, "export", project, tmp_path / "none.json", "--split", "train")["photos"] == 0


def test_people_get_sentences(capsys, file, tmp_path):
    assert main(["import", str(tmp_path / "p"), str(file)]) == 0
    said = capsys.readouterr().out
    assert "1 photo with 1 region came in from via.json. Labels: damage (1)." in said
    assert (
        "outside: 1\n  A region “damage” of a.jpg reaches outside the photo: 1, 2 to 31, 6 on 20 × 10 pixels." in said
    )


def test_a_file_that_is_not_via_makes_no_project(capsys, tmp_path):
    (tmp_path / "x.json").write_text('{"images": [], "annotations": []}')
    assert main(["import", str(tmp_path / "p"), str(tmp_path / "x.json")]) == 1
    assert "x.json is not an annotation file" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_exporting_what_is_no_project_is_explained(capsys, tmp_path):
    assert main(["export", str(tmp_path), str(tmp_path / "out.json")]) == 1
    assert "is not a CarDamage project" in capsys.readouterr().err
