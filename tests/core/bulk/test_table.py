"""Does the table keep every photo once, whatever was interrupted, and say what its documentation says?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("pyarrow", reason="needs the extra `ray`: pip install 'cardamage-workbench[ray]'")

from cardamage_core.bulk import table
from cardamage_core.bulk.manifest import Item
from cardamage_core.bulk.table import Collector, Conditions, Outline, Row, Table
from cardamage_core.errors import FormatError, ProjectError

UNDER = Conditions({"m-1": "00"}, 0.3)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "ray.md"


def row(number: int, **changes: object) -> Row:
    outline = Outline("dent", "damage", 0.5, None, ((0.0, 0.0, 4.0, 0.0, 4.0, 4.0),))
    usual = Row(f"/{number}.jpg", "A", "assessed", width=4, height=3, percent=1.5, regions=(outline,))
    return msgspec.structs.replace(usual, **changes)


def test_rows_come_back_as_they_were_stored(tmp_path):
    rows = [row(1), row(2, status="failed", problem="No photo.", percent=None, regions=())]
    Table(tmp_path, UNDER).add(rows)
    assert list(Table(tmp_path, UNDER).rows()) == rows
    assert Table(tmp_path, UNDER).failed == 1


def test_a_photo_is_stored_once_however_often_it_comes(tmp_path):
    made = Table(tmp_path, UNDER)
    made.add([row(1), row(2)])
    made.add([row(2), row(3), row(3)])
    again = Table(tmp_path, UNDER)
    again.add([row(1), row(4)])
    assert sorted(one.photo for one in Table(tmp_path, UNDER).rows()) == ["/1.jpg", "/2.jpg", "/3.jpg", "/4.jpg"]
    assert again.done >= {Item("/4.jpg", "A")}


def test_a_part_that_a_crash_damaged_is_put_aside_and_its_photos_are_open_again(tmp_path):
    made = Table(tmp_path, UNDER)
    made.add([row(1)])
    made.add([row(2)])
    part = sorted(made.folder.glob("part-*"))[0]
    part.write_bytes(part.read_bytes()[:100])
    assert Table(tmp_path, UNDER).done == {Item("/2.jpg", "A")}
    assert [path.suffix for path in sorted(made.folder.iterdir())].count(".damaged") == 1


def test_photos_that_failed_can_be_tried_again(tmp_path):
    made = Table(tmp_path, UNDER)
    made.add([row(1), row(2, status="failed")])
    made.add([row(3, status="failed")])
    assert made.forget_failed() == 2
    assert made.done == Table(tmp_path, UNDER).done == {Item("/1.jpg", "A")}


def test_rows_of_other_models_do_not_mix(tmp_path):
    Table(tmp_path, UNDER)
    with pytest.raises(ProjectError, match="made by other models or with another threshold"):
        Table(tmp_path, msgspec.structs.replace(UNDER, threshold=0.4))


def test_what_is_no_part_is_refused(tmp_path):
    import pyarrow
    from pyarrow import parquet

    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    parquet.write_table(pyarrow.table({"photo": [1]}), tmp_path / "b.parquet")
    for name in ("a.parquet", "b.parquet", "none.parquet"):
        with pytest.raises(FormatError, match="no part of an assessment"):
            table.read_part(tmp_path / name)


def test_a_collector_hands_on_full_parts_and_the_rest_when_asked():
    parts: list[int] = []
    collector = Collector(lambda rows: parts.append(len(rows)))
    for _ in range(table.ROWS + 2):
        collector.take([row(1)])
    assert parts == [table.ROWS]
    collector.flush()
    collector.flush()
    assert parts == [table.ROWS, 2]


def test_the_schema_is_the_documented_one():
    documented = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", DOCS.read_text("utf-8"), re.M))
    names = re.compile(r"\b(item|element): ")  # of elements, which differ between versions of pyarrow
    assert documented == {field.name: names.sub("", str(field.type)) for field in table.schema()}
