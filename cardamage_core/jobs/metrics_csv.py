"""Writes a training's numbers as `metrics.csv` in its folder, a line for each epoch, for spreadsheets and notebooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..training.metrics import COURSE, Chart, evaluated, in_chart

NAME = "metrics.csv"
PARTS = tuple(metric.key for metric in (*in_chart(Chart.LOSS), *in_chart(Chart.PARTS)))
COLUMNS = (
    "epoch",
    "step",
    *(f"train_{key}" for key in PARTS),
    *COURSE,
    *(f"val_{key}" for key in PARTS),
    "val_photos",
    *(metric.key for metric in evaluated()),
)


class MetricsFile:
    """Gathers the events of an epoch and appends its line at the validation; the same file after a resume."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._steps: list[Mapping[str, Any]] = []

    def take(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Learn of an event. An error of the disk is none of the training: its events hold the same numbers."""
        if kind == "step":
            self._steps.append(fields)
        elif kind == "validation":
            self._append(self._line(fields))
            self._steps.clear()

    def _line(self, validation: Mapping[str, Any]) -> dict[str, Any]:
        line: dict[str, Any] = {"epoch": validation.get("epoch"), "step": validation.get("step")}
        for key in PARTS:
            values = [step[key] for step in self._steps if isinstance(step.get(key), int | float)]
            line[f"train_{key}"] = sum(values) / len(values) if values else None
            line[f"val_{key}"] = validation.get(key)
        last = self._steps[-1] if self._steps else {}
        line |= {key: last.get(key) for key in COURSE}
        return line | {"val_photos": validation.get("photos")} | dict(validation.get("metrics") or {})

    def _append(self, line: Mapping[str, Any]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
        try:
            if not self._path.is_file():
                writer.writeheader()
            writer.writerow(line)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text.getvalue())
        except OSError:
            return
