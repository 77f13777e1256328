"""`cardamage evaluate`: judges a model on annotated photos of a project, or two against each other."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from ..errors import JobError
from ..evaluation import report
from ..evaluation.comparison import Comparison
from ..evaluation.evaluation import Evaluation
from ..evaluation.mistakes import KINDS
from ..jobs import evaluation_work, evaluations, founding_table
from ..models import registry
from ..models.registry import Model
from ..project import Project
from ..project.outputs import Outputs
from ..text import count
from . import Output, add_threshold, force_argument
from .terminal import bar_for, table

WORST = 10  # photos that are listed


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--model", metavar="M", help="a model's folder, id or name (default: the one in the box)")
    parser.add_argument("--against", metavar="M", help="a second model: is it better on the same photos?")
    parser.add_argument(
        "--table",
        action="append",
        default=[],
        metavar="[ROW=]M",
        help="measure the founding project's table again: a model for all rows, or for one of all, body, scratched,"
        " windshield, totaled; may be given several times",
    )
    parser.add_argument(
        "--split",
        default="",
        metavar="SPLIT",
        help="photos to judge by, `all` for every photo (default: those held back in the training)",
    )
    parser.add_argument(
        "--write",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write the result as .html (with charts), .csv or .json; may be given several times",
    )
    add_threshold(parser, "from which score on masks count (default: the project's, else the model's own)")
    force_argument(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Predict the photos of a split and judge; photos that cannot be read are named and left out."""
    if args.table:
        return _table(args, out)
    with Project.open(args.project, read_only=True) as project:
        Outputs(project.paths(), project=project.folder, replace=args.force).check(args.write)
        dataset, folder = project.dataset(), project.folder
        own = project.threshold if project.has_threshold else None
        models = [_model(args.model, project.models_folder)]
        models += [registry.find(args.against, project.models_folder)] if args.against else []
    split = args.split or (evaluations.photos_of(dataset, models[0], "")[1] if args.against else "")
    made = []
    for model in models:
        threshold = _threshold(model, args.threshold, own)
        made.append(_folder(folder, model, dataset, split, threshold, out))
    try:
        return _judge(made, args.write, out)
    finally:
        for path, kept in made:
            if not kept:
                shutil.rmtree(path, ignore_errors=True)


def _table(args: argparse.Namespace, out: Output) -> int:
    """The founding table; `--write` knows .md, too, for a page of documents."""
    for path in args.write:
        founding_table.check_name(path)
    with Project.open(args.project, read_only=True) as project:
        Outputs(project.paths(), project=project.folder, replace=args.force).check(args.write)
        dataset, folder = project.dataset(), project.folder
        models = dict(founding_table.model_of(text, project.models_folder) for text in args.table)
    with bar_for(out) as bar:
        value = founding_table.measure(folder, dataset, models, split=args.split or "val", say=bar.show)
    for path in args.write:
        founding_table.write(value, path)
    out.report(msgspec.to_builtins(value), founding_table.as_markdown(value))
    return 0


def _judge(made: list[tuple[Path, bool]], write: list[Path], out: Output) -> int:
    values = [_carried_out(path, out) for path, _ in made]
    result: Evaluation | Comparison = values[0]
    if len(values) > 1:
        result = evaluations.compared(made[0][0], made[1][0])
    for path in write:
        report.write(result, path)
        out.progress(f"Written: {path}")
    document: dict[str, Any] = msgspec.to_builtins(result)
    text = _comparison_text(result) if isinstance(result, Comparison) else _text(result)
    left_out = [note for value in values for note in value.notes if "left out" in note]
    out.report(document | {"folders": [str(path) for path, kept in made if kept]}, text)
    return 1 if left_out else 0


def _model(name: str | None, models_folder: Path) -> Model:
    return registry.find(name, models_folder) if name else registry.default()


def _threshold(model: Model, given: float | None, own: float | None) -> float:
    if given is not None:
        return given
    return own if own is not None else evaluations.threshold_of(model.card)


def _folder(project: Path, model: Model, dataset: Any, split: str, threshold: float, out: Output) -> tuple[Path, bool]:
    """Where the evaluation goes, and whether it stays: not in a project that cannot be written to."""
    try:
        return evaluations.create(project, model, dataset, split_name=split, threshold=threshold), True
    except JobError as error:
        out.progress(f"{error.title} {error.detail} The evaluation is not kept.")
        path = Path(tempfile.mkdtemp(prefix="cardamage-"))
        return evaluations.create(path, model, dataset, split_name=split, threshold=threshold), False


def _carried_out(folder: Path, out: Output) -> Evaluation:
    with bar_for(out) as bar:
        value = evaluation_work.carry_out(folder, say=bar.show, stop=lambda: False)
    assert value is not None, "nobody stops it"
    return value


def _text(value: Evaluation) -> str:
    rows = [(f.title, f.text, f.interval, f.count) for f in value.figures if f.value is not None]
    bad = [one for one in value.photos if one.mistakes]
    lines = [
        f"{count(len(value.photos), 'photo')} ({value.split}), {count(value.truth, 'annotated damage')},"
        f" {count(value.predicted, 'prediction')}; masks count from {value.threshold:.2f}.",
        *value.notes,
        "",
        table(
            ("measure", value.model_name, "95 % interval", "of"), rows, right=(value.model_name, "95 % interval", "of")
        ),
        "",
    ]
    if value.suggested_threshold is not None:
        lines += [f"Suggested threshold: {value.suggested_threshold:.2f}. {value.suggestion}", ""]
    lines += (
        [f"Worst photos of {len(bad)} with a mistake ({', '.join(KINDS)}):"] if bad else ["No photo has a mistake."]
    )
    lines += [f"  {one.name}: {one.text}" for one in bad[:WORST]]
    return "\n".join(lines)


def _comparison_text(value: Comparison) -> str:
    rows = [
        (d.figure.title, d.figure.measure.scale.text(d.a), d.figure.text, report.difference_text(d), d.verdict)
        for d in value.differences
        if d.change is not None
    ]
    lines = [
        f"A is {value.a}, B is {value.b}, on the same {count(value.photos, 'photo')}.",
        *value.notes,
        "",
        table(("measure", "A", "B", "B − A", ""), rows, right=("A", "B", "B − A")),
        "",
        report.verdict(value),
        *(f"Better: {each.a.name}: {each.a.text} → {each.b.text}" for each in value.better[:WORST]),
        *(f"Worse: {each.a.name}: {each.a.text} → {each.b.text}" for each in value.worse[:WORST]),
    ]
    return "\n".join(lines)
