"""Photos from folders, files and archives: whatever is refused is told, and never ends the rest."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from cardamage_core.claims import archives, intake


def jpeg(grey: int = 90) -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).point(lambda value: (value + grey) % 256).save(data, "JPEG")
    return data.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG file that says how large it is and then ends."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT"]
    parts = [struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def taken(tmp_path: Path, *sources: Path) -> tuple[list[str], list[str]]:
    """The names of the photos and what was said of the rest."""
    found = intake.take(sources, tmp_path / "claim")
    copies = sorted(path.name for path in (tmp_path / "claim" / "photos").iterdir())
    assert copies == sorted(Path(photo.path).name for photo in found.photos)
    return [photo.name for photo in found.photos], [one.text for one in found.refused]


def test_what_is_no_photo_is_told_and_the_rest_comes_in(tmp_path: Path):
    folder = tmp_path / "in"
    (folder / "more").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(jpeg())
    (folder / "more" / "a.jpg").write_bytes(jpeg(7))
    (folder / "text.jpg").write_text("hello")
    (folder / "cut.jpg").write_bytes(jpeg()[:-300])
    (folder / "huge.png").write_bytes(png_header(20_000, 10_000))
    (folder / "list.pdf").write_text("x")
    (folder / ".DS_Store").write_text("x")
    names, said = taken(tmp_path, folder, tmp_path / "gone.jpg")
    assert names == ["a.jpg", "a-2.jpg"]
    assert said == [
        "list.pdf in in is no photo and was left out.",
        "cut.jpg is damaged or cut off.",
        "huge.png is too large: 200 megapixels, at most 120 are opened.",
        "text.jpg is not an image that can be read.",
        "gone.jpg was left out: it cannot be read (No such file or directory).",
    ]


def test_a_hostile_archive_gives_its_photos_and_nothing_else(tmp_path: Path):
    path = tmp_path / "claim.zip"
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub/good.jpg", jpeg())
        archive.writestr("../out.jpg", jpeg())
        archive.writestr("/etc/absolute.jpg", jpeg())
        archive.writestr("C:\\drive.jpg", jpeg())
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.zip", b"PK")
        archive.writestr("bomb.bmp", bytes(30_000_000))
        archive.writestr("__MACOSX/._good.jpg", b"x")
    names, said = taken(tmp_path, path)
    assert names == ["good.jpg"]
    reasons = {text.split("“")[1].split("”")[0]: text.split("out: ")[1] for text in said if "“" in text}
    assert {name: reason.split(" ")[-1] for name, reason in reasons.items()} == {
        "../out.jpg": "archive.",
        "/etc/absolute.jpg": "archive.",
        "C:\\drive.jpg": "archive.",
        "bomb.bmp": "size.",
        "link.jpg": "link.",
    }
    assert "inner.zip in claim.zip is an archive inside another and was not opened." in said
    assert len(said) == 6
    assert not (tmp_path / "out.jpg").exists()


def test_an_archive_of_very_many_files_is_refused_before_its_directory_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.jpg", b"")
    end = bytearray(path.read_bytes())
    place = end.rfind(b"PK\x05\x06")
    (tmp_path / "lies.zip").write_bytes(end[: place + 10] + struct.pack("<H", 60_000) + end[place + 12 :])
    (tmp_path / "none.zip").write_bytes(b"no archive at all")
    (tmp_path / "a.jpg").write_bytes(jpeg())
    monkeypatch.setattr(archives, "MOST_ENTRIES", 20)
    names, said = taken(tmp_path, path, tmp_path / "lies.zip", tmp_path / "none.zip", tmp_path / "a.jpg")
    assert names == ["a.jpg"]
    assert said == [
        "many.zip was left out: it holds 30 files, at most 20 are unpacked.",
        "lies.zip was left out: it holds 60,000 files, at most 20 are unpacked.",
        "none.zip was left out: it is no archive that can be read (it does not end as one).",
    ]


def test_an_archive_that_would_fill_the_disk_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.jpg", jpeg(number))
    monkeypatch.setattr(archives, "MOST_UNPACKED", 2 * len(jpeg()) + 100)
    names, said = taken(tmp_path, path)
    assert names == ["0.jpg", "1.jpg"]
    assert said[0].endswith("the rest was left out.")


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a/b\\c.jpg", "a_b_c.jpg"), ("con.jpg", "_con.jpg"), ("..", "photo"), ("x" * 300 + ".jpg", "x" * 116 + ".jpg")],
)
def test_names_become_such_as_every_system_takes(name: str, safe: str):
    assert intake.safe_name(name) == safe


def test_heic_comes_in(tmp_path: Path, shared: Path):
    names, said = taken(tmp_path, shared / "data" / "odd_images" / "hopper.heif")
    assert (names, said) == (["hopper.heif"], [])
