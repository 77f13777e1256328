"""The founding table on predictions written by hand: its measure beside ours, which looks where the mask is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Label, Origin, Photo, Rectangle, Region
from cardamage_core.errors import CarDamageError, JobError
from cardamage_core.jobs import evaluation_work, evaluations, founding_table
from cardamage_core.jobs.founding_table import ROWS
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

    monkeypatch.setattr(evaluation_work, "_predict", predict)


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


def evaluated(folder: Path, split: str = "val") -> Path:
    made = evaluations.create(folder, registry.default(), DATASET, split_name=split, threshold=0.5)
    assert evaluation_work.carry_out(made, say=lambda *_: None, stop=lambda: False) is not None
    return made


def test_what_was_evaluated_fills_the_table_without_another_look(tmp_path: Path, looked):
    measured = founding_table.measure(tmp_path, DATASET, {"": registry.default()}, say=lambda *_: None)
    (first,) = evaluations.evaluations(tmp_path)
    expected = tuple(msgspec.structs.replace(row, evaluation=first.id) for row in measured.rows)
    assert founding_table.judged([first], DATASET).rows == expected
    newer = evaluated(tmp_path)  # with another threshold: the founder's counts
    expected = tuple(msgspec.structs.replace(row, evaluation=newer.name) for row in measured.rows)
    again = founding_table.judged(evaluations.evaluations(tmp_path), DATASET)
    assert (again.rows, again.undamaged) == (expected, 1)


def test_an_evaluation_of_a_model_that_is_gone_is_left_out_and_named(tmp_path: Path, looked):
    made = evaluated(tmp_path)
    request = msgspec.structs.replace(evaluations.request_of(made), model="x", model_folder=str(tmp_path / "gone"))
    there = evaluations.evaluations(tmp_path)
    gone = msgspec.structs.replace(there[0], request=msgspec.structs.replace(request, model_name="old"))
    assert "old is left out" in founding_table.judged([gone, *there], DATASET).notes[-1]
    with pytest.raises(JobError, match="No evaluation on the split “val”") as refused:
        founding_table.judged([gone], DATASET)
    assert "old is left out" in refused.value.detail


def test_a_model_stands_in_the_rows_whose_question_it_answers():
    def titles(*classes: str) -> list[str]:
        card = msgspec.structs.replace(registry.default().card, classes=list(classes), job={}, roles={})
        model = registry.default()._replace(card=card)
        return [rule.title for rule in ROWS if founding_table.suits(rule, model, DATASET)]

    assert titles("scra") == ["Scratched"]
    assert titles("scra", "dist") == ["All", "Body", "Scratched", "Totaled"]  # all that these photos show
    assert titles("damage") == ["All", "Body", "Scratched", "Windshield", "Totaled"]
    assert titles("car", "bonnet") == []


@pytest.mark.parametrize("suffix", founding_table.WRITERS)
def test_it_is_written_as_the_suffix_says(tmp_path: Path, looked, suffix: str):
    evaluated(tmp_path)
    table = founding_table.judged(evaluations.evaluations(tmp_path), DATASET)
    founding_table.write(table, tmp_path / f"table{suffix}")
    text = (tmp_path / f"table{suffix}").read_text("utf-8")
    assert "Scratched" in text
    assert "0.84" in text
    with pytest.raises(CarDamageError, match="no format for a table"):
        founding_table.write(table, tmp_path / "table.docx")


def test_a_row_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(JobError, match="no row “roof”"):
        founding_table.measure(tmp_path, DATASET, {"roof": registry.default()}, say=lambda *_: None)


def test_rows_and_models_are_named_on_the_command_line(tmp_path: Path):
    assert founding_table.model_of("Body=damage", tmp_path)[0] == "body"
    assert founding_table.model_of("damage", tmp_path)[0] == ""
