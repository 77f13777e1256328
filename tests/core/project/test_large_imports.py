"""A large file, which is never in memory as a whole, comes in as a small one does."""

import itertools
import json

import msgspec
import pytest
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.photo_pack import PhotoPack
from cardamage_core.errors import FormatError
from cardamage_core.formats import source
from cardamage_core.project import Project, import_apply, import_plan
from cardamage_core.project.import_plan import ImportStoppedError, NameMapping

POLYGON = {"name": "polygon", "all_points_x": [1, 30, 30.5, 1], "all_points_y": [2, 2, 40, 2]}
BOW_TIE = {"name": "polygon", "all_points_x": [0, 9, 9, 0], "all_points_y": [0, 9, 0, 9]}


def region(shape=POLYGON, **attributes):
    return {"shape_attributes": shape, "region_attributes": attributes or {"name": "dent"}}


def entry(name, *regions, as_list=False, **more):
    found = list(regions) if as_list else {str(i): one for i, one in enumerate(regions)}
    return {"filename": name, "size": 9, "regions": found, "file_attributes": {}} | more


def entries(**kind):
    return {
        "a.jpg9": entry("a.jpg", region(), region(BOW_TIE), **kind),
        "b.jpg9": entry(
            "b.jpg", region({"name": "rect", "x": -90, "y": 2, "width": 3, "height": 4}, name="Dent"), **kind
        ),
        "odd key": entry("c.jpg", region(POLYGON, name="dent", note="é “x”"), file_attributes={"n": 1.0}, **kind),
        "d.jpg9": entry("d.jpg", region(POLYGON, other={"x": True, "y": True}), region(), region(), **kind),
        "e.jpg9": entry("lost.jpg", **kind),
        "bad": 7,
        "worse": entry("f.jpg", 7, region(), **kind),
        "no name": {"filename": 3, "regions": {}},
    }


FILES = {
    "via1": entries(),
    "via2": entries(as_list=True),
    "list": [one for one in entries(as_list=True).values() if isinstance(one, dict) and one["filename"] != 3],
    "project": {
        "_via_settings": {"x": 1}, "_via_img_metadata": entries(as_list=True),
        "_via_attributes": {"region": {"name": {"type": "dropdown", "options": {"dent": "", "hail ": ""}}}, "file": {}},
        "_via_image_id_list": ["b.jpg9"],
    },
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for name in "abcdf":
        Image.new("RGB", (60, 50)).save(tmp_path / f"{name}.jpg")
    return tmp_path


def plain(plan):
    """A plan with ids that count, so that two can be compared."""
    ids = {}

    def short(key):
        return ids.setdefault(key, f"#{len(ids)}") if key else ""

    photos = [
        msgspec.to_builtins(one)
        | {"photo": msgspec.to_builtins(one.photo) | {"id": short(one.photo.id)}}
        | {"regions": [msgspec.to_builtins(r) | {"id": short(r.id)} for r in one.regions]}
        for one in plan.dataset.photos
    ]
    found = [(one.code, one.text, one.severity, short(one.photo), short(one.region)) for one in plan.problems]
    dataset = plan.dataset
    return photos, dataset.labels, dataset.extra, found, plan.found, plan.missing, plan.proposed


@pytest.mark.parametrize("mapping", [NameMapping(), NameMapping(names={"Dent": "dent"}, roles={"dent": "car"})])
@pytest.mark.parametrize("name", FILES)
def test_it_is_planned_and_comes_in_alike(folder, monkeypatch, name, mapping):
    file = folder / "via.json"
    file.write_text(json.dumps(FILES[name], ensure_ascii=False))
    small = import_plan.plan(file, split="train", mapping=mapping)
    monkeypatch.setattr(source, "LARGE_FILE", 0)
    large = import_plan.plan(file, split="train", mapping=mapping)
    assert isinstance(large.dataset.photos, PhotoPack)
    assert plain(large) == plain(small)
    renamed = NameMapping(names={"dent": "dings"})
    assert plain(import_plan.with_mapping(large, renamed)) == plain(import_plan.with_mapping(small, renamed))
    summaries = []
    for number, plan in enumerate((small, large)):
        with Project.create(folder / str(number)) as project:
            first = import_apply.apply(project, plan)
            again = import_apply.apply(project, plan)
            summaries.append([(one.photos, one.regions, one.labels, one.known, one.text) for one in (first, again)])
            formats.write(project.dataset(), folder / f"out{number}", format="via2")
            assert project.undo_text == "Import via.json"
            project.undo()
            assert project.photos() == ()
    assert summaries[0] == summaries[1]
    assert (folder / "out0").read_bytes() == (folder / "out1").read_bytes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": {"filename": "a.jpg", "regions": [1e999]}}', "cannot be used"),
        ('{"a": {"filename": "a.jpg", "regions": {}}', "is not JSON"),
        ('{"a": {"filename": "\\ud800", "regions": {}}}', "broken text"),
        ('{"a": {"filename": "a.jpg", "regions": ' + "[" * 99_999, "nested too deeply"),
        ('{"a": {"filename": "a.jpg", "regions": {}}, "b": {"x": "\\udfff"}}', "broken text"),
        ('{"pictures": [{"filename": 1}]}', "not an annotation file"),
    ],
)
def test_what_is_wrong_with_it_is_told(folder, monkeypatch, text, told):
    monkeypatch.setattr(source, "LARGE_FILE", 0)
    (folder / "via.json").write_text(text)
    with pytest.raises(FormatError, match=told):
        import_plan.plan(folder / "via.json")


def test_keys_that_stand_twice_are_told(folder, monkeypatch):
    monkeypatch.setattr(source, "LARGE_FILE", 0)
    one = json.dumps(entry("a.jpg", region()))
    (folder / "via.json").write_text(f'{{"a": {one}, "a": {one}}}')
    assert "repeated-key" in [problem.code for problem in import_plan.plan(folder / "via.json").problems]


def test_it_can_be_stopped_and_tells_how_far_it_is(folder, monkeypatch):
    monkeypatch.setattr(source, "LARGE_FILE", 0)
    (folder / "via.json").write_text(json.dumps({f"{i}": entry("a.jpg", region()) for i in range(2000)}))
    seen = []
    plan = import_plan.plan(folder / "via.json", progress=seen.append)
    assert seen == sorted(seen)
    assert (len({share for share in seen if share < 1}) > 10, seen[-1]) == (True, 1.0)
    for stop in (1, 10, 500, 3000):
        asked = itertools.count(1)
        with pytest.raises(ImportStoppedError):
            import_plan.plan(folder / "via.json", cancelled=lambda: next(asked) > stop)  # noqa: B023
    with Project.create(folder / "p") as project:
        asked = itertools.count(1)
        with pytest.raises(ImportStoppedError):
            import_apply.apply(project, plan, cancelled=lambda: next(asked) > 3000)
        assert (project.photos(), project.history()) == ((), ())


@pytest.mark.parametrize("kind", [kind for kind in formats.WRITABLE if formats.FORMATS[kind].suffix])
def test_large_files_of_other_formats_come_in_as_well(folder, monkeypatch, kind):
    (folder / "via.json").write_text(json.dumps(FILES["via1"]))
    dataset = formats.read(folder / "via.json")
    formats.write(dataset, folder / "out" / "file", format=kind)
    small = import_plan.plan(folder / "out" / "file", photos=folder)
    monkeypatch.setattr(source, "LARGE_FILE", 0)
    assert plain(import_plan.plan(folder / "out" / "file", photos=folder)) == plain(small)
