"""`cardamage check PROJECT`: say what looks wrong with a project's data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..annotations import checks
from ..annotations.model import Finding
from ..project import Project
from ..words import count
from . import Output

SHOWN = 5  # findings of one kind


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("project", type=Path, help="the project's folder")


def run(args: argparse.Namespace, out: Output) -> int:
    """List the findings; having some is no failure."""
    with Project.open(args.project, read_only=True) as project:
        dataset = project.dataset()
    findings = checks.findings(dataset)
    regions = sum(len(one.regions) for one in dataset.photos)
    document = {"photos": len(dataset.photos), "regions": regions, "findings": as_documents(findings)}
    text = f"{count(len(dataset.photos), 'photo')} with {count(regions, 'region')}, {count(len(findings), 'finding')}."
    out.report(document, "\n".join([text, *counted(findings)]))
    return 0


def counted(findings: Sequence[Finding]) -> list[str]:
    """Lines for people: each kind with its number and its first few."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.code, []).append(finding)
    lines = []
    for code, found in kinds.items():
        lines.append(f"{code}: {len(found)}")
        lines += [f"  {finding.text}" for finding in found[:SHOWN]]
        lines += [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return lines


def as_documents(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings for machines."""
    return [msgspec.to_builtins(finding) for finding in findings]
