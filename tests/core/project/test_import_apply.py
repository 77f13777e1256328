"""Do annotations and photos come in, once, wherever the photos lie, and all or nothing?"""

import itertools
import json

import pytest
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations import edits
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Polygon, Region
from cardamage_core.errors import FormatError
from cardamage_core.formats import source
from cardamage_core.project import Project, import_apply, import_plan
from cardamage_core.project.import_plan import ImportStoppedError


def photo(path, size=(40, 30), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "gray").save(path, **options)
    return path


def via(path, *names, points=((1, 1), (9, 1), (9, 9)), sizes=None):
    shape = {"name": "polygon", "all_points_x": [x for x, _ in points], "all_points_y": [y for _, y in points]}
    regions = {"0": {"shape_attributes": shape, "region_attributes": {"name": "dent"}}}
    entries = [
        {"filename": name, "size": size, "regions": regions}
        for name, size in zip(names, sizes or [0] * 9, strict=False)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({f"{i}{entry['filename']}": entry for i, entry in enumerate(entries)}))
    return path


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "project") as project:
        yield project


def bring_in(project, path, **options):
    return import_apply.apply(project, import_plan.plan(path, **options))


def test_photos_beside_the_file_come_in_with_their_size_regions_and_split(project, tmp_path):
    photo(tmp_path / "in" / "a.jpg")
    summary = bring_in(project, via(tmp_path / "in" / "v.json", "a.jpg", "gone.jpg"), split="train")
    assert (summary.photos, summary.regions, summary.labels, summary.missing) == (2, 2, ("dent",), 1)
    assert [problem.code for problem in summary.problems] == ["missing-photo"]
    first, second = (project.photo(one.id) for one in project.photos())
    assert (first.name, first.width, first.height, first.split) == ("a.jpg", 40, 30, "train")
    assert project.path_of(first) == tmp_path / "in" / "a.jpg"
    assert (second.width, project.path_of(second)) == (0, tmp_path / "in" / "gone.jpg")
    assert project.undo_text == "Import v.json"
    project.undo()
    assert project.photos() == ()


def test_photos_are_found_in_the_named_folder_and_below(project, tmp_path):
    photo(tmp_path / "pictures" / "deep" / "A b#(1).JPG")
    plan = import_plan.plan(via(tmp_path / "v.json", "a b#(1).jpg"), photos=tmp_path / "pictures")
    assert (plan.found, plan.missing) == (1, 0)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "/etc/secret.jpg",
        "..\\secret.jpg",
        "https://example.org/x/secret.jpg?y=1",
        "..",
        "a\0b",
        "../..",
    ],
)
def test_names_that_lead_elsewhere_stay_inside_the_folder(tmp_path, name):
    photo(tmp_path / "secret.jpg")
    plan = import_plan.plan(via(tmp_path / "in" / "v.json", name))
    assert plan.missing == 1
    assert (tmp_path / "in") in type(tmp_path)(plan.dataset.photos[0].photo.path).parents
    photo(tmp_path / "in" / "sub" / "secret.jpg")
    assert import_plan.plan(via(tmp_path / "in" / "v.json", name)).found == ("secret" in name)


def test_among_files_of_one_name_the_size_and_then_the_folder_decides(tmp_path):
    photo(tmp_path / "one" / "a.png", (5, 5))
    second = photo(tmp_path / "two" / "a.png", (50, 50))
    names = ("a.png", "two/a.png", "a.png")
    plan = import_plan.plan(via(tmp_path / "v.json", *names, sizes=[second.stat().st_size, 0, 0]))
    assert [one.photo.width for one in plan.dataset.photos] == [50, 50, 5]


def test_importing_the_same_file_again_changes_nothing(project, tmp_path):
    photo(tmp_path / "a.jpg")
    file = via(tmp_path / "v.json", "a.jpg")
    bring_in(project, file)
    regions = project.regions(project.photos()[0].id)
    again = bring_in(project, file)
    assert (again.photos, again.known, again.edit) == (0, 1, None)
    assert [(problem.code, problem.photo) for problem in again.problems] == [("known-photo", project.photos()[0].id)]
    assert len(project.photos()) == 1
    assert project.regions(project.photos()[0].id) == regions


def test_photos_that_came_without_regions_get_them_from_a_later_file(project, tmp_path):
    photo(tmp_path / "in" / "a.jpg")
    assert bring_in(project, tmp_path / "in").photos == 1
    (before,) = project.photos()
    summary = bring_in(project, via(tmp_path / "in" / "v.json", "a.jpg"))
    (after,) = project.photos()
    assert (after.id, after.regions, summary.regions) == (before.id, 1, 1)


def test_a_lost_photo_is_found_by_importing_again_with_its_folder(project, tmp_path):
    file = via(tmp_path / "v.json", "a.jpg")
    bring_in(project, file)
    assert project.photos()[0].missing
    photo(tmp_path / "elsewhere" / "a.jpg")
    bring_in(project, file, photos=tmp_path / "elsewhere")
    (one,) = project.photos()
    assert not one.missing
    assert project.path_of(project.photo(one.id)) == tmp_path / "elsewhere" / "a.jpg"


def test_photos_in_the_project_folder_are_kept_relative_to_it(project):
    photo(project.folder / "photos" / "a.jpg")
    bring_in(project, project.folder / "photos")
    assert project.photo(project.photos()[0].id).path == "photos/a.jpg"


def test_a_folder_with_one_annotation_file_is_that_file(project, tmp_path):
    photo(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "settings.json").write_text('{"a": 1}')
    via(tmp_path / "in" / "v.json", "a.jpg")
    assert bring_in(project, tmp_path / "in").regions == 1


def test_a_folder_with_several_files_or_nothing_is_explained(tmp_path):
    via(tmp_path / "in" / "v.json", "a.jpg")
    via(tmp_path / "in" / "w.json", "a.jpg")
    with pytest.raises(FormatError, match="several"):
        import_plan.plan(tmp_path / "in")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="no photos"):
        import_plan.plan(tmp_path / "empty")


def test_a_single_photo_and_a_list_of_photos_come_in(project, tmp_path):
    paths = [photo(tmp_path / name) for name in ("a.jpg", "b.png")]
    assert bring_in(project, paths[0]).photos == 1
    summary = import_apply.apply(project, import_plan.plan_photos(paths))
    assert (summary.photos, summary.known) == (1, 1)
    assert project.photo(project.photos()[0].id).size == paths[0].stat().st_size


def test_an_unreadable_photo_comes_in_with_a_problem(tmp_path):
    photo(tmp_path / "good.jpg")
    (tmp_path / "bad.jpg").write_text("no photo")
    plan = import_plan.plan(via(tmp_path / "v.json", "good.jpg", "bad.jpg"))
    assert (plan.found, plan.missing) == (1, 1)
    assert [problem.code for problem in plan.problems] == ["unreadable-photo", "missing-photo"]


def test_regions_drawn_on_the_stored_photo_are_reported_and_turn_on_request(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(tmp_path / "a.jpg", (40, 30), exif=exif)  # displayed 30 × 40
    file = via(tmp_path / "v.json", "a.jpg", points=((35, 2), (39, 2), (39, 8)))
    plan = import_plan.plan(file)
    assert [problem.code for problem in plan.problems] == ["stored-orientation", "outside"]
    assert plan.dataset.photos[0].regions[0].shape == Polygon((((35.0, 2.0), (39.0, 2.0), (39.0, 8.0)),))
    plan = import_plan.plan(file, turn="evident")
    assert plan.problems == ()
    assert plan.dataset.photos[0].regions[0].shape == Polygon((((28.0, 35.0), (28.0, 39.0), (22.0, 39.0)),))


@pytest.mark.parametrize(
    ("points", "codes"), [(((2, 35), (9, 35), (9, 39)), []), (((1, 1), (9, 1), (9, 9)), ["turn-unsure"])]
)
def test_regions_on_a_turned_photo_stay_where_they_fit_and_doubt_is_said(tmp_path, points, codes):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(tmp_path / "a.jpg", (40, 30), exif=exif)
    plan = import_plan.plan(via(tmp_path / "v.json", "a.jpg", points=points))
    assert [problem.code for problem in plan.problems] == codes
    assert plan.dataset.photos[0].regions[0].shape == Polygon((tuple((float(x), float(y)) for x, y in points),))


@pytest.mark.parametrize(("turn", "first"), [("", (1.0, 1.0)), ("evident", (1.0, 1.0)), ("all", (29.0, 1.0))])
def test_where_the_evidence_is_not_enough_only_the_user_turns(tmp_path, turn, first):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(tmp_path / "a.jpg", (40, 30), exif=exif)
    plan = import_plan.plan(via(tmp_path / "v.json", "a.jpg"), turn=turn)
    assert plan.dataset.photos[0].regions[0].shape.rings[0][0] == first
    assert [problem.code for problem in plan.problems] == ([] if turn == "all" else ["turn-unsure"])


def test_a_stopped_import_leaves_nothing(project, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        photo(tmp_path / name)
    file = via(tmp_path / "v.json", "a.jpg", "b.jpg")
    with pytest.raises(ImportStoppedError):
        import_plan.plan(file, cancelled=lambda: True)
    answers = iter([False, False, False, True])
    with pytest.raises(ImportStoppedError):
        import_apply.apply(project, import_plan.plan(file), cancelled=lambda: next(answers))
    assert project.photos() == ()
    assert project.labels() == ()
    assert project.history() == ()


@pytest.mark.parametrize("stage", range(1, 7))
def test_an_import_stops_between_the_stages_of_reading(tmp_path, stage):
    photo(tmp_path / "a.jpg")
    file = via(tmp_path / "v.json", "a.jpg")
    asked = itertools.count(1)
    with pytest.raises(ImportStoppedError):
        import_plan.plan(file, cancelled=lambda: next(asked) == stage)
    assert next(asked) == stage + 1  # nothing went on after the answer


def test_of_several_ticked_boxes_the_first_is_proposed_with_a_problem(project, tmp_path):
    photo(tmp_path / "a.jpg")
    shape = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}
    ticked = {"type": {"rust": False, "dent": True, "scratch": True}}
    region = {"shape_attributes": shape, "region_attributes": ticked}
    entry = {"filename": "a.jpg", "size": 0, "regions": [region], "file_attributes": {}}
    (tmp_path / "v.json").write_text(json.dumps({"a.jpg0": entry}))
    summary = bring_in(project, tmp_path / "v.json")
    found = [problem for problem in summary.problems if problem.code == "several-ticked"]
    assert [problem.text for problem in found] == ["A region of a.jpg has dent, scratch ticked; “dent” was taken."]
    (summary,) = project.photos()
    assert found[0].photo == summary.id
    (stored,) = project.regions(summary.id)
    assert (stored.label, stored.attributes) == ("dent", ticked)
    formats.write(project.dataset(), tmp_path / "out.json", format="via2")
    (written,) = json.loads((tmp_path / "out.json").read_text()).values()
    assert written["regions"] == [region]


def test_a_problem_about_a_region_of_the_file_leads_to_its_photo(project, tmp_path):
    file = via(tmp_path / "v.json", "a.jpg", "b.jpg")
    entries = json.loads(file.read_text())
    entries["1b.jpg"]["regions"]["1"] = {"shape_attributes": {}, "region_attributes": {}}
    file.write_text(json.dumps(entries))
    found = [one for one in bring_in(project, file).problems if one.code == "unreadable-region"]
    assert [project.photo(one.photo).name for one in found] == ["b.jpg"]


def test_a_file_of_definitions_alone_brings_labels_and_says_so(project, tmp_path):
    definition = {"type": "radio", "options": {"dent": "", "rust": ""}}
    (tmp_path / "attributes.json").write_text(json.dumps({"region": {"type": definition}, "file": {}}))
    assert bring_in(project, tmp_path / "attributes.json").text == "attributes.json defines labels: dent, rust."
    assert [label.name for label in project.labels()] == ["dent", "rust"]


def test_progress_ends_at_the_total(project, tmp_path):
    photo(tmp_path / "a.jpg")
    seen = []
    plan = import_plan.plan(via(tmp_path / "v.json", "a.jpg"), progress=lambda *state: seen.append(state))
    import_apply.apply(project, plan, progress=lambda *state: seen.append(state))
    assert seen[-1] == (1.0,)
    plans = [share for (share,) in seen[:-1]]
    assert (plans, plans[-1]) == (sorted(plans), 1.0)


def test_how_far_the_parser_is_shows_while_one_large_file_is_read(tmp_path):
    shape = {"name": "point", "cx": 1, "cy": 1}
    regions = {str(i): {"shape_attributes": shape, "region_attributes": {"name": "dent"}} for i in range(1000)}
    (tmp_path / "v.json").write_text(json.dumps({"a.jpg0": {"filename": "a.jpg", "size": 0, "regions": regions}}))
    seen = []
    import_plan.plan(tmp_path / "v.json", progress=seen.append)
    read, parsed = (import_plan.READ * share for share in (source.READ, source.PARSED))
    assert len([share for share in seen if read < share < parsed]) > 3  # 3001 objects, told every 500
    for stop in range(3, 6):
        asked = itertools.count(1)
        with pytest.raises(ImportStoppedError):
            import_plan.plan(tmp_path / "v.json", cancelled=lambda: next(asked) > stop)  # noqa: B023


@pytest.mark.parametrize("kind", ["via2-csv", "cvat", "coco"])
def test_how_far_it_is_shows_in_other_formats_too(tmp_path, kind):
    shape = Polygon((((1.0, 1.0), (9.0, 1.0), (9.0, 9.0)),))
    regions = tuple(Region(f"{i}", shape, "dent") for i in range(1200))
    formats.write(Dataset((AnnotatedPhoto(Photo("1", "a.jpg", "a.jpg"), regions),)), tmp_path / "v", format=kind)
    seen = []
    import_plan.plan(tmp_path / "v", progress=seen.append)
    assert len({share for share in seen if 0 < share < import_plan.READ}) > 3
    assert seen == sorted(seen)


def test_two_imports_of_files_with_equal_keys_do_not_mix(project, tmp_path):
    for folder in ("one", "two"):
        photo(tmp_path / folder / "a.jpg")
        bring_in(project, via(tmp_path / folder / "v.json", "a.jpg"))
    assert [one.regions for one in project.photos()] == [1, 1]


def test_the_seed_goes_through_a_project_and_out_again_unchanged(project, shared, tmp_path):
    seed = shared / "data" / "seed"
    for split in ("train", "val"):
        bring_in(project, seed / split / "via_region_data.json", split=split)
        formats.write(project.dataset([split]), tmp_path / "out.json", format="via1")
        source = json.loads((seed / split / "via_region_data.json").read_text())
        assert json.dumps(json.loads((tmp_path / "out.json").read_text())) == json.dumps(source)
    assert len(project.photos()) == 641 + 275
    assert not any(one.missing for one in project.photos())
    assert project.label_counts() == {"damage": 947}


def test_an_edited_seed_comes_back_the_same_after_export_and_import(project, shared, tmp_path):
    bring_in(project, shared / "data" / "seed" / "val" / "via_region_data.json")
    photo_id = project.photos()[0].id
    before = project.regions(photo_id)
    drawn = edits.draw(Polygon((((1.25, 2.0), (30.0, 4.5), (20.0, 40.0)),)), "scratch")
    moved = edits.move_vertex(before[0], 0, 2, (99.5, 88.25))
    project.edit_regions(photo_id, before, (moved, drawn), "Edit")
    formats.write(project.dataset(), tmp_path / "out.json", format="via1")
    again = formats.read(tmp_path / "out.json")
    for ours, theirs in zip(project.dataset().photos, again.photos, strict=True):
        assert [(r.shape, r.label, r.attributes) for r in ours.regions] == [
            (r.shape, r.label, r.attributes) for r in theirs.regions
        ]
