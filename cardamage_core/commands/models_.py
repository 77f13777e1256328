"""`cardamage models`: which models does a project have?"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from ..models import registry
from ..models.registry import Model
from ..project import Project
from . import Output


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where to look."""
    parser.add_argument("project", type=Path, metavar="PROJECT")


def run(args: argparse.Namespace, out: Output) -> int:
    """List the models, newest first."""
    with Project.open(args.project, read_only=True) as project:
        found = registry.models(project.models_folder)
    cards = [msgspec.to_builtins(model.card) | {"folder": str(model.folder)} for model in found]
    out.report({"models": cards}, "\n".join(map(_line, found)) or "No models yet: train one with `cardamage train`.")
    return 0


def _line(model: Model) -> str:
    card = model.card
    loss = f" · validation loss {card.metrics['loss']:.3f}" if "loss" in card.metrics else ""
    return f"{card.id}  {card.name} · {card.preset} · {', '.join(card.classes)} · {card.created[:16]}{loss}"
