"""`metrics.csv`: a line for each epoch, also over a resume."""

from __future__ import annotations

import csv
from pathlib import Path

from cardamage_core.jobs.metrics_csv import NAME, MetricsFile


def test_a_line_for_each_epoch_means_over_its_steps(tmp_path: Path):
    for epoch in (1, 2):  # the second by another worker
        table = MetricsFile(tmp_path)
        table.take("step", {"step": 2 * epoch - 1, "loss": 3.0, "mask": 1.0, "learning_rate": 0.1})
        table.take("step", {"step": 2 * epoch, "loss": 1.0, "mask": 0.5, "learning_rate": 0.05, "gradient_norm": 2.0})
        table.take(
            "validation",
            {
                "epoch": epoch,
                "step": 2 * epoch,
                "loss": 1.5,
                "photos": 4,
                "metrics": {"mask_ap50": None, "box_ap50": 0.25},
            },
        )
    with (tmp_path / NAME).open() as file:
        first, second = csv.DictReader(file)
    assert (first["epoch"], second["epoch"], first["train_loss"], first["train_mask"]) == ("1", "2", "2.0", "0.75")
    assert (first["val_loss"], first["learning_rate"], first["gradient_norm"]) == ("1.5", "0.05", "2.0")
    assert (first["mask_ap50"], first["box_ap50"], first["val_photos"]) == ("", "0.25", "4")
