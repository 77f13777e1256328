"""Are lists of photos read as they are meant, and refused in words where they are not?"""

from __future__ import annotations

import pytest

from cardamage_core.bulk import manifest
from cardamage_core.bulk.manifest import Item
from cardamage_core.errors import FormatError


def test_a_csv_names_photos_and_claims_relative_to_its_folder(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("\ufeffClaim,Photo\nA1,x/1.jpg\nA1,/abs/2.jpg\n,3.jpg\n", "utf-8")
    items, doubled = manifest.read(path)
    assert items == [Item(f"{tmp_path}/x/1.jpg", "A1"), Item("/abs/2.jpg", "A1"), Item(f"{tmp_path}/3.jpg")]
    assert doubled == 0


def test_a_photo_listed_twice_is_assessed_once_for_each_claim(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("photo,claim\n1.jpg,A\n1.jpg,A\n./1.jpg,A\n1.jpg,B\n", "utf-8")
    items, doubled = manifest.read(path)
    assert [item.claim for item in items] == ["A", "B"]
    assert doubled == 2


def test_a_text_has_a_path_a_line(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("/a b.jpg\n\n/c,d.jpg\n", "utf-8")
    assert manifest.read(path)[0] == [Item("/a b.jpg"), Item("/c,d.jpg")]


def test_parquet_is_read_too(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    made = arrow.table({"path": ["/1.jpg", None, "/2.jpg"], "claim": [7, 7, None], "other": [1.0, 2.0, 3.0]})
    parquet.write_table(made, tmp_path / "list.parquet")
    assert manifest.read(tmp_path / "list.parquet")[0] == [Item("/1.jpg", "7"), Item("/2.jpg")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"file,claim\n1.jpg,2\n", "no column"),
        ("a.csv", b"photo\n", "lists no photos"),
        ("a.csv", b"photo\nx\0y\n", "no path"),
        ("a.csv", b"photo\n\xff\xfe\n", "no text in UTF-8"),
        ("a.csv", b'photo\n"' + b"x" * 200_000 + b"\n", "no CSV file|no path"),
        ("a.txt", b"\n\n", "lists no photos"),
        ("a.txt", b"/" + b"x" * 5000, "no path"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=said):
        manifest.read(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing else", b"PAR1" + bytes(100) + b"PAR1"])
def test_damaged_parquet_is_refused_in_words(tmp_path, content):
    pytest.importorskip("pyarrow")
    (tmp_path / "list.parquet").write_bytes(content)
    with pytest.raises(FormatError, match="cannot be read as Parquet"):
        manifest.read(tmp_path / "list.parquet")
