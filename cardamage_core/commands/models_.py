"""`cardamage models`: lists, imports, shares, renames and deletes models, or exports one as ONNX."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ..models import at_threshold, library, registry
from ..models.registry import Model, ModelCard
from ..project import Project, trash
from ..text import count
from . import Output

USAGE = """cardamage models [PROJECT]
       cardamage models import FILE [--project PROJECT] [--classes A,B] [--name NAME]
       cardamage models keep MODEL --project PROJECT
       cardamage models share MODEL FILE [--project PROJECT]
       cardamage models rename MODEL NAME [--project PROJECT]
       cardamage models delete MODEL [--project PROJECT]
       cardamage models export MODEL DIR [--project PROJECT]"""
OTHERS = (0.2, 0.5)  # thresholds that are told beside the model's own
VERBS = ("import", "keep", "share", "rename", "delete", "export")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where to look, or what to export."""
    parser.usage = USAGE
    parser.add_argument("what", nargs="*", metavar="PROJECT | VERB MODEL …")
    parser.add_argument("--project", type=Path, help="the project that has the model, or gets it (import: the library)")
    parser.add_argument("--classes", default="", metavar="A,B", help="names of the classes of an imported weights file")
    parser.add_argument("--name", default="", help="what an imported weights file is called")
    parser.set_defaults(misused=parser.error)


def run(args: argparse.Namespace, out: Output) -> int:
    """List the models, newest first, or export one."""
    match args.what:
        case ["export", model, folder]:
            return _export(model, Path(folder), args.project, out)
        case ["import", path]:
            return _import(Path(path), args, out)
        case ["keep" | "delete" as verb, model]:
            return _change(verb, model, "", args.project, out)
        case ["share" | "rename" as verb, model, value]:
            return _change(verb, model, value, args.project, out)
        case []:
            return _list(None, out)
        case [project] if project not in VERBS:
            return _list(Path(project), out)
    args.misused(f"Name a project, or one of {', '.join(VERBS)} with what it needs; see --help.")
    return 2


def _import(path: Path, args: argparse.Namespace, out: Output) -> int:
    from ..jobs.model_import import import_model

    classes = tuple(filter(None, map(str.strip, args.classes.split(","))))
    folder = _models_of(args.project) or library.folder()
    model = import_model(path, folder, classes=classes, name=args.name)
    out.report(_document(model), f"{model.card.id} is in {model.folder}.")
    return 0


def _change(verb: str, name: str, value: str, project: Path | None, out: Output) -> int:
    model = registry.find(name, _models_of(project))
    match verb:
        case "keep":
            model = library.keep(model)
            text = f"{model.card.id} is in the library: every project sees it."
        case "share":
            text = f"{model.card.id} was written to {library.export(model, Path(value))}."
        case "rename":
            model = library.rename(model, value)
            text = f"{model.card.id} is called “{model.card.name}” now."
        case _:
            text = f"{model.card.id} was deleted{_deleted(model, project)}."
    out.report(_document(model), text)
    return 0


def _deleted(model: Model, project: Path | None) -> str:
    """Delete it, and say where it lies now."""
    if project is not None and not library.is_kept(model) and not library.is_bundled(model):
        return f"; it lies in the trash: {trash.put(model.folder)}"
    library.remove(model)
    return ""


def _models_of(path: Path | None) -> Path | None:
    if path is None:
        return None
    with Project.open(path, read_only=True) as project:
        return project.models_folder


def _document(model: Model) -> dict[str, Any]:
    card: dict[str, Any] = msgspec.to_builtins(model.card)
    return card | {"folder": str(model.folder)}


def _list(path: Path | None, out: Output) -> int:
    found = registry.available(_models_of(path))
    cards = list(map(_document, found))
    out.report({"models": cards}, "\n\n".join(map(_text, found)) or "No models: train one with `cardamage train`.")
    return 0


def _export(name: str, folder: Path, project_folder: Path | None, out: Output) -> int:
    from ..runtime.export import export_model

    model = registry.find(name, _models_of(project_folder))
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
    lines += _measured(card)
    lines += [
        f"Learned from {one.name}: {count(one.photos, 'photo')}, licence {one.licence} ({one.credit})."
        for one in card.sources
    ]
    lines += [f"Begun from {card.parent}. Made by: {card.command}"] if card.command else []
    return "\n    ".join(lines)


def _measured(card: ModelCard) -> Iterator[str]:
    """What the model's own threshold and two others trade, one line; none where it was not measured."""
    points = [at_threshold.at(card, threshold) for threshold in sorted({*OTHERS, card.threshold or OTHERS[0]})]
    told = [
        f"{100 * one.right:.0f} / {100 * one.alarms:.0f} / {100 * one.small:.0f} from {one.threshold:.2f} on"
        f"{' (its threshold)' if one.threshold == card.threshold else ''}"
        for one in points
        if one is not None
    ]
    if told:
        yield f"Right masks, false alarms, small damages found of 100, on photos it never saw: {', '.join(told)}."
