"""Do photos travel with an export, safely named, never over others, and turned as their regions are?"""

import json

import numpy as np
import pytest
import yaml
from PIL import Image

from cardamage_core import formats
from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Polygon, Rectangle, Region
from cardamage_core.errors import FormatError

DENT = Region("r", Polygon((((1.0, 1.0), (9.0, 1.0), (9.0, 5.0)),)), "dent")


def photo(path, size=(20, 10), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "gray").save(path, **options)
    return path


def turned(path):
    """As a phone held upright saves it: 20 × 10 pixels, the left half red, to be turned right by a quarter (EXIF 6)."""
    pixels = np.full((10, 20, 3), 128, np.uint8)
    pixels[:, :10] = (255, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = 6
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def of(path, name="", number=1, split="", width=20, height=10, **more):
    one = Photo(str(number), str(path), name or path.name, width, height, split=split, **more)
    return AnnotatedPhoto(one, (DENT,))


def written(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def codes(problems):
    return [problem.code for problem in problems if not problem.code.startswith("lost-")]


def test_yolo_gets_its_photos_beside_the_labels_in_each_split(tmp_path):
    first, second = photo(tmp_path / "in" / "a.jpg"), photo(tmp_path / "in" / "b.png")
    data = Dataset((of(first, split="train"), of(second, number=2, split="val")))
    assert codes(formats.write(data, tmp_path / "out", format="yolo", copy_photos=True)) == []
    assert written(tmp_path / "out") == [
        "data.yaml", "images/train/a.jpg", "images/val/b.png", "labels/train/a.txt", "labels/val/b.txt",
    ]  # fmt: skip
    assert (tmp_path / "out/images/train/a.jpg").read_bytes() == first.read_bytes()
    again = formats.read(tmp_path / "out")
    assert [(one.photo.name, one.photo.split, len(one.regions)) for one in again.photos] == [
        ("a.jpg", "train", 1),
        ("b.png", "val", 1),
    ]


@pytest.mark.parametrize(
    ("splits", "folders"),
    [
        (["train", "val", "test"], {"train": "images/train", "val": "images/val", "test": "images/test"}),
        (["", ""], {"train": "images/train", "val": "images/train"}),
        (["val"], {"train": "images/val", "val": "images/val"}),
    ],
)
def test_data_yaml_names_only_folders_that_are_there_seen_from_itself(tmp_path, splits, folders):
    names = [photo(tmp_path / "in" / f"{i}.jpg") for i, _ in enumerate(splits)]
    data = Dataset(tuple(of(path, number=i, split=split) for i, (path, split) in enumerate(zip(names, splits))))  # noqa: B905
    problems = formats.write(data, tmp_path / "out", format="yolo", copy_photos=True)
    lacking = [problem.text.split(";")[0] for problem in problems if problem.code == "no-split"]
    assert lacking == [f"No photo is in {key}" for key, folder in folders.items() if not folder.endswith(key)]
    found = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())
    assert {key: found[key] for key in folders} == folders
    assert "path" not in found  # trainers would take it for a folder below the one they were started in
    assert all((tmp_path / "out" / folder).is_dir() for folder in folders.values())


def test_what_reaches_outside_is_cut_off_for_yolo_and_said(tmp_path):
    path = photo(tmp_path / "a.jpg")
    region = Region("r", Rectangle(-5.0, 2.0, 15.0, 4.0), "dent")
    data = Dataset((AnnotatedPhoto(of(path).photo, (region, DENT)),))
    assert "1 region that reaches outside its photo" in " ".join(
        loss.text for loss in formats.losses(data, format="yolo")
    )
    formats.write(data, tmp_path / "out", format="yolo")
    first, second = (tmp_path / "out/labels/train/a.txt").read_text().splitlines()
    values = [float(word) for word in first.split()[1:]]
    assert (min(values[::2]), max(values[::2]), min(values[1::2]), max(values[1::2])) == (0.0, 0.5, 0.2, 0.6)
    assert second == "0 0.05 0.1 0.45 0.1 0.45 0.5"


def test_voc_gets_jpegs_whatever_the_photos_are(tmp_path):
    data = Dataset((of(photo(tmp_path / "in" / "a.JPEG")), of(photo(tmp_path / "in" / "b.png"), number=2)))
    problems = formats.write(data, tmp_path / "out", format="voc", copy_photos=True)
    assert codes(problems) == ["photo-converted"]
    assert [path.name for path in sorted((tmp_path / "out/JPEGImages").iterdir())] == ["a.jpg", "b.jpg"]
    assert (tmp_path / "out/JPEGImages/a.jpg").read_bytes() == (tmp_path / "in/a.JPEG").read_bytes()
    with Image.open(tmp_path / "out/JPEGImages/b.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (20, 10))


@pytest.mark.parametrize("kind", ["yolo", "voc", "labelme", "coco", "via1", "via2-csv", "cvat"])
@pytest.mark.parametrize("ending", [".jpg", ".png"])
def test_photos_that_exif_turns_are_written_as_displayed(tmp_path, kind, ending):
    path = turned(tmp_path / "in" / f"a{ending}")
    data = Dataset((of(path, width=10, height=20),))
    problems = formats.write(data, tmp_path / "out" / "out", format=kind, copy_photos=True)
    assert "photo-turned" in codes(problems)
    (copy,) = (p for p in (tmp_path / "out").rglob("a.*") if p.suffix in (".jpg", ".png") and "Seg" not in str(p))
    with Image.open(copy) as image:
        assert (image.size, image.getexif().get(0x0112, 1)) == ((10, 20), 1)
        red, _, blue = image.convert("RGB").getpixel((5, 4))
    assert red > 200 > 50 > blue  # what lay left in the file lies above
    again = formats.read_with_problems(tmp_path / "out" / "out", photos=tmp_path / "out").dataset
    assert [one.photo.name for one in again.photos] == [copy.name]
    if kind.startswith("via"):
        assert again.photos[0].photo.size == copy.stat().st_size  # VIA looks for both


def test_names_are_harmless_and_files_beside_the_annotations_carry_them(tmp_path):
    path = photo(tmp_path / "in" / "a.jpg")
    names = ["../../etc/a.jpg", "https://example.org/x/a.jpg?y=1", "con.jpg", "b"]
    data = Dataset(tuple(of(path, name, number=i) for i, name in enumerate(names)))
    formats.write(data, tmp_path / "out" / "via.json", format="via2", copy_photos=True)
    assert written(tmp_path / "out") == ["_con.jpg", "a-2.jpg", "a.jpg", "b.jpg", "via.json"]
    entries = json.loads((tmp_path / "out" / "via.json").read_text()).values()
    assert [entry["filename"] for entry in entries] == ["a.jpg", "a-2.jpg", "_con.jpg", "b.jpg"]
    assert written(tmp_path / "in") == ["a.jpg"]


def test_other_photos_are_never_overwritten_and_nothing_is_written_then(tmp_path):
    path = photo(tmp_path / "in" / "a.jpg")
    other = photo(tmp_path / "out" / "images/train/a.jpg", (5, 5)).read_bytes()
    with pytest.raises(FormatError, match=r"a\.jpg is there already"):
        formats.write(Dataset((of(path),)), tmp_path / "out", format="yolo", copy_photos=True)
    assert written(tmp_path / "out") == ["images/train/a.jpg"]
    assert (tmp_path / "out/images/train/a.jpg").read_bytes() == other


def test_the_same_photos_may_lie_there_already_as_in_their_own_folder(tmp_path):
    path = photo(tmp_path / "in" / "a.jpg")
    for _ in range(2):
        formats.write(Dataset((of(path),)), tmp_path / "in" / "via.json", format="via1", copy_photos=True)
        assert written(tmp_path / "in") == ["a.jpg", "via.json"]
    other = Dataset((of(turned(path), width=10, height=20),))
    with pytest.raises(FormatError, match="there already"):
        formats.write(other, tmp_path / "in" / "v.json", format="via1", copy_photos=True)
    assert written(tmp_path / "in") == ["a.jpg", "via.json"]


def test_photos_that_are_missing_or_damaged_are_told_and_the_rest_goes(tmp_path):
    good, bad = photo(tmp_path / "in" / "a.jpg"), tmp_path / "in" / "b.jpg"
    bad.write_bytes(b"not a photo")
    gone = of(tmp_path / "c.jpg", number=3, width=0)
    problems = formats.write(
        Dataset((of(good), of(bad, number=2), gone)), tmp_path / "out", format="labelme", copy_photos=True
    )
    told = [problem for problem in problems if problem.code == "photo-not-copied"]
    assert [(one.text, one.severity) for one in told] == [
        ("2 photos are missing or unreadable: not copied.", "error"),
    ]
    assert written(tmp_path / "out") == ["a.jpg", "a.json", "b.json", "c.json"]


def test_a_copy_that_is_stopped_leaves_nothing(tmp_path):
    class StoppedError(Exception):
        pass

    seen = []

    def tell(share):
        seen.append(share)
        if len(seen) == 3:
            raise StoppedError

    data = Dataset(tuple(of(photo(tmp_path / "in" / f"{i}.jpg"), number=i) for i in range(4)))
    with pytest.raises(StoppedError):
        formats.write(data, tmp_path / "out", format="yolo", copy_photos=True, tell=tell)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert seen == [0.0, 0.125, 0.25]


def test_what_becomes_of_the_photos_is_said_before():
    assert formats.photo_note(format="via1", copy_photos=False) == ""
    assert "images/SPLIT/NAME" in formats.photo_note(format="yolo", copy_photos=False)
    assert "turns are written as displayed" in formats.photo_note(format="voc", copy_photos=True)


@pytest.mark.parametrize(("format_", "copies", "more"), [("via1", False, 0), ("via1", True, 3), ("labelme", False, 3)])
def test_a_preview_says_more_only_where_each_photo_has_a_file_of_its_own(tmp_path, format_, copies, more):
    data = Dataset(tuple(of(tmp_path / f"{i}.jpg", number=i) for i in range(5)))
    shown = formats.preview(data, tmp_path / "out.json", format=format_, copy_photos=copies)
    assert [line for line in shown if "the same" in line] == ([f"… the same for {more} more photos"] if more else [])
