"""`cardamage models`: lists the models in the box and a project's, or exports one as ONNX."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from ..models import registry
from ..models.registry import Model
from ..project import Project
from . import Output

USAGE = "cardamage models [PROJECT]\n       cardamage models export MODEL DIR [--project PROJECT]"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where to look, or what to export."""
    parser.usage = USAGE
    parser.add_argument("what", nargs="*", metavar="PROJECT | export MODEL DIR")
    parser.add_argument("--project", type=Path, help="look the model to export up in this project, by its id or name")
    parser.set_defaults(misused=parser.error)


def run(args: argparse.Namespace, out: Output) -> int:
    """List the models, newest first, or export one."""
    match args.what:
        case ["export", model, folder]:
            return _export(model, Path(folder), args.project, out)
        case []:
            return _list(None, out)
        case [project] if project != "export":
            return _list(Path(project), out)
    args.misused("Name a project, or: export MODEL DIR.")
    return 2


def _list(path: Path | None, out: Output) -> int:
    folder = None
    if path is not None:
        with Project.open(path, read_only=True) as project:
            folder = project.models_folder
    found = registry.available(folder)
    cards = [msgspec.to_builtins(model.card) | {"folder": str(model.folder)} for model in found]
    out.report({"models": cards}, "\n\n".join(map(_text, found)) or "No models: train one with `cardamage train`.")
    return 0


def _export(name: str, folder: Path, project_folder: Path | None, out: Output) -> int:
    from ..runtime.export import export_model

    models_folder = None
    if project_folder is not None:
        with Project.open(project_folder, read_only=True) as project:
            models_folder = project.models_folder
    model = registry.find(name, models_folder)
    written = export_model(model, folder)
    document = {"model": model.card.id, "folder": str(folder), "files": [path.name for path in written]}
    names = ", ".join(path.name for path in written)
    out.report(document, f"{model.card.id} is in {folder}: {names}. README.md says how the graphs are used.")
    return 0


def _text(model: Model) -> str:
    """What a person should know of a model before choosing it."""
    card = model.card
    loss = f" · validation loss {card.metrics['loss']:.3f}" if "loss" in card.metrics else ""
    lines = [f"{card.id}  {card.name} · {card.preset} · {', '.join(card.classes)} · {card.created[:16]}{loss}"]
    lines += [card.summary] if card.summary else []
    lines += [f"Weak: {text}" for text in card.weaknesses]
    lines += [
        f"Learned from {one.name}: {one.photos} photos, licence {one.licence} ({one.credit})." for one in card.sources
    ]
    return "\n    ".join(lines)
