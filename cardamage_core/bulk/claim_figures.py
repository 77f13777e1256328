"""What a bulk assessment's table says of a claim: the best view of each panel and the largest share, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ..annotations.model import Photo
from ..assessment.claim import claim_figure, verdict
from ..assessment.damage import NOT_AN_ESTIMATE, Damage
from .table import Row


def document(claim: str, rows: Iterable[Row]) -> dict[str, Any]:
    """The claim for machines: its figure, the verdict in words, and every photo with its damage or problem."""
    rows = list(rows)
    known = [(_sized(row), _damage(row)) for row in rows if row.damage]
    figure = claim_figure(known, {})
    numbers = {photo.id: number for number, (photo, _) in enumerate(known, 1)}
    failed = [{"photo": row.photo, "problem": row.problem} for row in rows if row.status == "failed"]
    return {
        "claim": claim,
        "figure": msgspec.to_builtins(figure),
        "verdict": verdict(figure, numbers) if known else "No photo of this claim could be examined.",
        "note": NOT_AN_ESTIMATE,
        "photos": [_photo(row, numbers[row.photo]) for row in rows if row.damage],
        "failed": failed,
    }


def _photo(row: Row, number: int) -> dict[str, Any]:
    return {
        "photo": row.photo,
        "number": number,
        "sha256": row.sha256,
        "damage": msgspec.to_builtins(_damage(row)),
        "regions": [
            {"label": one.label, "role": one.role, "score": round(one.score, 4), "of_car": one.of_car}
            for one in row.regions
        ],
    }


def _sized(row: Row) -> Photo:
    return Photo(row.photo, row.photo, row.photo, row.width, row.height)


def _damage(row: Row) -> Damage:
    return msgspec.json.decode(row.damage, type=Damage)
