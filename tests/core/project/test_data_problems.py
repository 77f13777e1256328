"""Is what is wrong with photos and regions found, and mended without loss?"""

import pytest
from PIL import Image, ImageDraw

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Dot, Photo, Polygon, Rectangle, Region
from cardamage_core.annotations.shapes import area
from cardamage_core.project import Project
from cardamage_core.project.data_problems import photo_file_problems, repair, write_report

SQUARE = Polygon((((1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 9.0)),))
BOW = Polygon((((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)),))


def picture(path, seed=0, size=(96, 64), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, "navy")
    draw = ImageDraw.Draw(image)
    for i in range(6):
        x, y = (seed * 37 + i * 23) % 80, (seed * 53 + i * 31) % 50
        draw.rectangle((x, y, x + 14 + seed % 5, y + 12), fill=(40 * i, 255 - 30 * i, 20 * (seed % 12)))
    image.save(path, **options)
    return path


def one(path, *regions, name="", size=0, split="", photo_id=""):
    known = Photo(photo_id or path.name, str(path), name or path.name, 96, 64, size=size, split=split)
    return AnnotatedPhoto(known, regions)


def found(*photos, folder):
    return [(problem.code, problem.photo) for problem in photo_file_problems(photos, folder=folder)]


def test_sound_photos_have_no_problems(tmp_path):
    photos = [one(picture(tmp_path / f"{i}.png", i), split=split) for i, split in enumerate(("train", "val"))]
    assert found(*photos, folder=tmp_path) == []


def test_a_file_of_another_size_is_found(tmp_path):
    path = picture(tmp_path / "a.png")
    assert found(one(path, size=path.stat().st_size), folder=tmp_path) == []
    assert found(one(path, size=7), folder=tmp_path) == [("wrong-size", "a.png")]


def test_the_same_content_under_two_names_is_found_once(tmp_path):
    first, second = picture(tmp_path / "a.png"), tmp_path / "b.png"
    second.write_bytes(first.read_bytes())
    photos = [one(first, split="train"), one(second, split="val"), one(picture(tmp_path / "c.png", 3))]
    assert found(*photos, folder=tmp_path) == [("same-content", "b.png")]


def test_photos_that_look_the_same_matter_only_across_splits(tmp_path):
    first = picture(tmp_path / "a.png", 5)
    second = tmp_path / "b.jpg"
    Image.open(first).resize((120, 80)).save(second, quality=70)
    photos = [one(first, split="train"), one(second, split="val"), one(picture(tmp_path / "c.png", 9), split="val")]
    (problem,) = photo_file_problems(photos, folder=tmp_path)
    assert (problem.code, problem.photo) == ("near-duplicate", "b.jpg")
    assert problem.text == "b.jpg (val) looks like a.png (train)."
    assert found(one(first, split="val"), one(second, split="val"), folder=tmp_path) == []


def test_the_seed_s_leaks_between_train_and_val_are_found(shared):
    seed = shared / "data" / "seed"
    photos = [
        one(path, split=split, photo_id=f"{split}/{path.name}")
        for split in ("train", "val")
        for path in sorted((seed / split).glob("*.JPEG"))
    ]
    codes = [problem.code for problem in photo_file_problems(photos, folder=seed) if problem.severity == "warning"]
    assert len(codes) == 12
    assert set(codes) == {"same-content", "near-duplicate"}


def test_where_a_lost_photo_lies_is_told(tmp_path):
    there = picture(tmp_path / "set" / "elsewhere" / "a.png")
    lost = one(tmp_path / "set" / "gone" / "a.png")
    (problem,) = photo_file_problems([lost], folder=tmp_path)
    assert (problem.code, str(there) in problem.text) == ("lost-photo", True)


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "project") as project:
        yield project


def filled(project, *photos):
    project.add(photos, (), "Fill")
    return project


def test_safe_problems_are_mended_in_one_step_that_can_be_undone(project, tmp_path):
    path = picture(tmp_path / "a.png")
    regions = (
        Region("a", SQUARE, "dent"),
        Region("b", SQUARE, "dent"),  # twice
        Region("c", SQUARE, "dent", {"side": "left"}),  # says more
        Region("d", Rectangle(3.0, 3.0, 0.0, 9.0), "dent"),  # nothing
        Region("e", BOW, "dent"),
        Region("f", Dot(3.0, 3.0), "dent"),
    )
    filled(project, one(path, *regions, photo_id="p"))
    result = repair(project)
    assert result.counts == {"region-twice": 1, "no-area": 1, "self-crossing": 1}
    after = project.regions("p")
    assert [region.id for region in after] == ["a", "c", "e", "f"]
    assert len(after[2].shape.rings) == 2
    assert area(after[2].shape).area == area(BOW).area == 50.0
    assert repair(project).edit is None
    project.undo()
    assert project.regions("p") == regions


def test_a_lost_photo_of_the_right_size_is_taken_again_and_another_is_not(project, tmp_path):
    there = picture(project.folder / "photos" / "a.png")
    picture(project.folder / "photos" / "b.png", 4)
    gone = [one(tmp_path / "x" / "gone" / name, name=name, photo_id=name, size=size)
            for name, size in (("a.png", there.stat().st_size), ("b.png", 3))]  # fmt: skip
    filled(project, *gone)
    assert repair(project).counts == {"lost-photo": 1}
    assert project.photo("a.png").path == "photos/a.png"
    assert (project.photo("a.png").width, project.photo("b.png").path) == (96, gone[1].photo.path)


@pytest.mark.parametrize(("turn", "counts"), [("evident", 1), ("all", 2)])
def test_regions_on_stored_photos_are_turned_when_asked_and_only_once(project, tmp_path, turn, counts):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = picture(tmp_path / "a.jpg", size=(40, 30), exif=exif)  # displayed 30 × 40
    evident, unsure = (
        Region("r", Rectangle(35.0, 2.0, 4.0, 6.0), "dent"),
        Region("s", Rectangle(1.0, 1.0, 2.0, 2.0), "x"),
    )
    photos = [
        AnnotatedPhoto(Photo("1", str(path), "a.jpg", 30, 40), (evident,)),
        AnnotatedPhoto(Photo("2", str(path), "a.jpg", 30, 40), (unsure,)),
    ]
    filled(project, *photos)
    assert repair(project).counts == {}
    assert sum(repair(project, turn=turn).counts.values()) == counts
    assert project.regions("1")[0].shape == Rectangle(22.0, 35.0, 6.0, 4.0)
    codes = [code for code, _ in found(*project.dataset().photos, folder=tmp_path)]
    assert codes == (["turn-unsure"] if turn == "evident" else [])
    assert repair(project, turn=turn).edit is None


def test_the_page_escapes_what_came_from_files(tmp_path):
    path = tmp_path / "<script>.png"
    dataset = Dataset((one(path, Region("r", SQUARE, "<b>")),))
    problems = photo_file_problems([one(picture(path), size=3)], folder=tmp_path)
    write_report(tmp_path / "out.html", dataset, problems, title="a & b")
    page = (tmp_path / "out.html").read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;.png" in page
    assert "a &amp; b" in page
    assert "File of another size than noted" in page
