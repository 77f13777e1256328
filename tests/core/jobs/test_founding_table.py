"""The founding table on predictions written by hand: its measure beside ours, which looks where the mask is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Origin, Photo, Rectangle, Region
from cardamage_core.errors import JobError
from cardamage_core.jobs import evaluations, founding_table
from cardamage_core.models import registry


def photo(name: str, split: str, *labels: str, severity: str = "minor") -> AnnotatedPhoto:
    regions = tuple(Region(f"{name} {i}", Rectangle(10, 10, 20, 20), label) for i, label in enumerate(labels))
    made = Photo(name, f"/nowhere/{name}", name, 100, 100, split=split, attributes={"severity": severity})
    return AnnotatedPhoto(made, regions)


PHOTOS = (
    photo("t1", "train", "dist"),
    photo("right", "val", "dist", severity="severe"),
    photo("elsewhere", "val", "scra"),
    photo("clean", "val"),
)
DATASET = Dataset(PHOTOS, tuple(Label(name, "#ffffff") for name in ("dist", "scra", "win")))


def guess(x: float, score: float) -> Region:
    return Region("", Rectangle(x, 10, 20, 20), "dent", origin=Origin("predicted", model="m", score=score))


FOUND = {"right": (guess(10, 0.95),), "elsewhere": (guess(70, 0.95),), "clean": (guess(70, 0.5),)}


@pytest.fixture
def looked(monkeypatch):
    """The model in the box, as if it had said this."""

    def predict(folder: Path, *_: object, **__: object) -> bool:
        lines = [msgspec.json.encode(evaluations.Seen(name, regions)) for name, regions in FOUND.items()]
        (folder / "predictions.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        return True

    monkeypatch.setattr(evaluations, "_predict", predict)


def test_a_mask_anywhere_counts_for_the_founder_and_not_for_us(tmp_path: Path, looked):
    table = founding_table.measure(tmp_path, DATASET, {"": registry.default()}, say=lambda *_: None)
    rows = {row.rule.title: row for row in table.rows}
    assert list(rows) == ["All", "Body", "Scratched", "Totaled"]  # no windshield in these photos
    assert (rows["All"].train, rows["All"].validation, table.undamaged) == (1, 2, 1)
    assert (rows["All"].found.value, rows["All"].right.value) == (1.0, 0.5)
    assert (rows["Scratched"].found.value, rows["Scratched"].right.value) == (1.0, 0.0)
    assert (rows["Body"].mask_ap50.value, rows["Scratched"].mask_ap50.value) == (1.0, 0.0)
    assert rows["Totaled"].validation == 1
    assert rows["All"].alarms.value == 0.0  # its mask is below 0.9
    text = founding_table.as_markdown(table)
    assert "| Scratched | 0 | 1 | 0.84 / 0.51 | 100 % (100 … 100 %) | 0 %" in text


def test_a_row_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(JobError, match="no row “roof”"):
        founding_table.measure(tmp_path, DATASET, {"roof": registry.default()}, say=lambda *_: None)


def test_rows_and_models_are_named_on_the_command_line(tmp_path: Path):
    assert founding_table.model_of("Body=damage", tmp_path)[0] == "body"
    assert founding_table.model_of("damage", tmp_path)[0] == ""
