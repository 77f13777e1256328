"""What the runs of the founding table teach, whom, and how their rows come together; nothing is trained here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cardamage_core.annotations.model import AnnotatedPhoto, Dataset, Photo, Rectangle, Region
from cardamage_core.evaluation.figures import Figure
from cardamage_core.jobs.founding_table import ROWS, FoundingTable, Row
from cardamage_core.models.recipes import founding
from cardamage_core.models.recipes.founding import Run
from cardamage_core.training.job import check


def photo(name: str, *labels: str, severity: str = "minor") -> AnnotatedPhoto:
    regions = tuple(Region(f"{name} {i}", Rectangle(10, 10, 20, 20), label) for i, label in enumerate(labels))
    made = Photo(name, f"/nowhere/{name}", name, 100, 100, split="train", attributes={"severity": severity})
    return AnnotatedPhoto(made, regions)


DATASET = Dataset((photo("clean"), photo("glass", "win", "dist"), photo("wreck", "dist", severity="severe")), ())


def names(run: Run) -> list[str]:
    return [one.photo.name for one in founding.photos_of(DATASET, run).photos]


def test_each_row_learns_from_its_own_photos():
    assert names(Run("Windshield", 15)) == ["glass"]
    assert names(Run("Totaled", 15)) == ["wreck"]
    assert names(Run("All", 15)) == names(Run(founding.TOGETHER, 15)) == ["glass", "wreck"]


def test_a_row_is_one_class_and_the_common_model_tells_types_apart():
    jobs = {title: Run(title, 50).job() for title in founding.ORDER}
    for job in jobs.values():
        check(job)
        assert (job.start, job.total_steps, job.batch, job.preset) == ("imagenet", 5000, 2, "light")
    assert jobs["Windshield"].classes[0].labels == ("win",)
    assert jobs["All"].classes[0].labels == ()
    assert jobs[founding.TOGETHER].class_names == ("body", "scratched", "windshield")


def row(title: str, model: str) -> Row:
    rule = next(rule for rule in ROWS if rule.title == title)
    return Row(rule, model, 1, 1, *map(Figure, ("found_share", "right_share", "any_mask_ap50", "alarm_share")))


def test_what_is_measured_already_is_not_trained_again_and_rows_stand_in_order(tmp_path: Path):
    (tmp_path / "rows").mkdir()
    for title, epochs in (("Totaled", 15), ("All", 50), ("All", 15)):
        run = Run(title, epochs)
        table = FoundingTable((row(title, run.name),), "2026-11-29", "a machine", 1.0, 150, ())
        (tmp_path / "rows" / f"{run.name}.json").write_bytes(msgspec.json.encode(table))
        assert founding.carry_out(run, tmp_path / "no data", tmp_path)
    text = founding.as_text(tmp_path)
    assert [line.split("|")[-2].strip() for line in text.splitlines() if "epochs |" in line and line[2] in "AT"] == [
        "All, 15 epochs",
        "All, 50 epochs",
        "Totaled, 15 epochs",
    ]
