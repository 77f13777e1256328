"""Builds the value of a report from an open claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..annotations.confidence import band_of
from ..annotations.model import Label, Photo, Region, Role
from ..assessment import spread
from ..assessment.areas import area_of
from ..assessment.claim import PanelFigure, Side, claim_figure, range_text, verdict
from ..assessment.damage import Damage, FindingShare, Tally, role_of
from ..claims.claim import Claim
from ..claims.model import Decision, Finding, PhotoWarning
from ..claims.records import VIEW
from ..models import at_threshold, registry
from ..models.registry import ModelCard
from ..version import __version__
from ..words import Words, words_of
from .data import (
    VERSION,
    DecisionRow,
    FindingRow,
    Measure,
    ModelPart,
    PanelRow,
    PhotoPart,
    Range,
    ReportData,
    Warned,
)  # fmt: skip
from .data import Field as FieldRow

MEASURES = ("right_mask", "false_alarms", "recall", "recall_of_small", "silhouette_iou_carparts", "panels")
UNTOLD = ("sha256", "size", "outline", "id", "origin", "review")  # of a decision: long, or told elsewhere


def build(claim: Claim, *, language: str = "en", threshold: float | None = None) -> ReportData:
    """What a report of the claim says now. CarDamageError for a language that there is no file of."""
    words = words_of(language)
    score = claim.project.threshold if threshold is None else threshold
    photos = claim.photos()
    damages = {photo.id: claim.project.damage(photo.id, threshold=score) for photo in photos}
    numbers = claim.photo_numbers()
    figure = claim_figure([(photo, damages[photo.id]) for photo in photos], sides_of(claim))
    findings = claim.findings(score)
    record = claim.record
    parts = tuple(
        _photo(photo, numbers[photo.id], claim, damages[photo.id], [f for f in findings if f.photo == photo.id], words)
        for photo in photos
    )
    return ReportData(
        version=VERSION,
        language=words.language,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        program=f"CarDamage {__version__}",
        claim=claim.id,
        state=record.state,
        fields=_fields(claim, words),
        verdict=verdict(figure, numbers, words),
        figure=figure,
        panels=tuple(_panel(one, numbers, words) for one in figure.panels),
        photos=parts,
        warnings=tuple(_refused(one, words) for one in claim.refused),
        threshold=score,
        method=_method(score, words),
        models=_models(claim, photos, score, words),
        versions=registry.versions(),
        decisions=tuple(_decision(one, numbers, findings, words) for one in claim.log),
        log_head=claim.log_hash,
        log_trouble=" ".join(one.text for one in claim.problems() if one.code == "claim-log"),
        limits=words("subtitle"),
    )


def sides_of(claim: Claim) -> dict[str, Side]:
    """Which side of the car photos show, by the checklist of views that a person ticked."""
    sides: dict[str, Side] = {}
    for view, photo in claim.record.views.items():
        for side in ("left", "right"):
            if side in view.split():
                sides[photo] = side
    return sides


def _fields(claim: Claim, words: Words) -> tuple[FieldRow, ...]:
    given = msgspec.structs.asdict(claim.record.fields)
    rows = [FieldRow(key, words(f"field.{key}"), str(value)) for key, value in given.items() if value]
    return (*rows, FieldRow("state", words("field.state"), words.name("state", claim.record.state)))


def _panel(one: PanelFigure, numbers: Mapping[str, int], words: Words) -> PanelRow:
    share = Range(one.percent, one.low, one.high)
    return PanelRow(one.panel, words.name("panel", one.panel), one.side, share, numbers[one.photo], one.cut_off)


def _photo(
    photo: Photo, number: int, claim: Claim, damage: Damage, findings: Sequence[Finding], words: Words
) -> PhotoPart:
    look, regions = claim.project.looks().get(photo.id), claim.regions(photo.id)
    problem = look.problem if look is not None and not regions else ""
    state = (
        "failed" if problem or damage.reason == "failed" else "untouched" if not regions and not look else "assessed"
    )
    views = [words.name("ticked", view) for view, ticked in claim.record.views.items() if ticked == photo.id]
    return PhotoPart(
        number=number,
        id=photo.id,
        name=photo.name,
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        state=state,  # type: ignore[arg-type]
        figure=figure_text(damage, words),
        share=Range(damage.percent, damage.low, damage.high),
        denominator=damage.denominator,
        determined=damage.determined,
        reason=damage.reason,
        counted=counted_text(damage.tally, words) if state == "assessed" else "",
        problem=problem,
        views=tuple(views),
        blurred=any(role_of(r, _roles(claim.labels())) == "private" for r in regions),
        findings=tuple(_finding(one, damage.findings.get(one.region.id, FindingShare()), words) for one in findings),
        warnings=tuple(_warned(one, words) for one in claim.warnings(photo=photo.id)),
    )


def _warned(one: PhotoWarning, words: Words) -> Warned:
    """The sentence with its measured value is English; other languages have one for each code."""
    return Warned(one.code, words.name("warning", one.code) if words.has(f"warning.{one.code}") else one.text,
                  one.severity)  # fmt: skip


def _refused(one: PhotoWarning, words: Words) -> Warned:
    """A file that did not come in: the sentence with the reason is English, other languages say which it is."""
    told = words("refused.file", name=one.name) if one.name and words.has("refused.file") else one.text
    return Warned(one.code, told, one.severity)


def _roles(labels: Sequence[Label]) -> dict[str, Role]:
    return {label.name: label.role for label in labels}


def figure_text(damage: Damage, words: Words) -> str:
    """The figure in words, or why there is none; without a car the share of the photo stands beside that."""
    why = words(f"short.{damage.reason}")
    if damage.percent is None:
        return f"{words('not determined')}: {why}"
    share = range_text(damage.percent, damage.low, damage.high, words)
    if not damage.determined:
        return f"{words('not determined')}: {why} ({share} {words('of.photo')})"
    return f"{share} {words('of.visible car' if damage.reason == 'cut off' else 'of.car')}"


def counted_text(tally: Tally, words: Words) -> str:
    """What was counted and what was not."""
    parts = {
        "rejected": tally.rejected, "earlier": tally.earlier, "reflections": tally.reflections, "below": tally.below,
        "beside": tally.beside,
    }  # fmt: skip
    out = [words(f"left.{key}", number=n, threshold=words.decimal(tally.threshold, 2)) for key, n in parts.items() if n]
    counted = (
        words("counted", findings=words.count(tally.counted, "finding")) if tally.counted else words("counted.none")
    )
    return f"{counted} {words('left out', what=', '.join(out))}" if out else counted


def _finding(one: Finding, shares: FindingShare, words: Words) -> FindingRow:
    region, panel = one.region, shares.panel
    return FindingRow(
        number=one.number,
        label=words.name("label", region.label),
        panel=words.name("panel", panel) if panel else "",
        severity=words.name("severity", one.severity),
        of_car=_ranged(shares.of_car, region),
        of_panel=_ranged(shares.of_panel, region),
        of_photo=_ranged(shares.of_photo, region),
        decision=words.name("decision", one.state),
        cause=words.name("cause", one.cause),
        operation=words.name("operation", one.operation),
        score=region.origin.score if region.origin.kind == "predicted" else None,
        model=region.origin.model,
        note=one.note,
        usual_cause=one.cause == "this event",
        counts=one.counts,
        region=region.id,
    )


def _ranged(share: float | None, region: Region) -> Range:
    """A share with what the inner and the outer outline of its region would make of it."""
    band, area = band_of(region), area_of(region.shape).area
    if share is None or band is None or area <= 0:
        return Range(share, share, share)
    outer, inner = (area_of(shape).area / area for shape in band)
    return Range(share, share * min(1.0, inner), min(100.0, share * max(1.0, outer)))


def _method(threshold: float, words: Words) -> tuple[str, ...]:
    coverage = words("method.coverage", inside=spread.MEASURED[0], photos=spread.MEASURED[1])
    return (
        words("method.models", threshold=words.decimal(threshold, 2)),
        words("method.share"),
        words("method.range", coverage=coverage),
        words("method.limits"),
    )


def _models(claim: Claim, photos: Sequence[Photo], score: float, words: Words) -> tuple[ModelPart, ...]:
    """The models that looked at the photos or outlined what is on them."""
    looks = claim.project.looks().values()
    ids = {region.origin.model for photo in photos for region in claim.regions(photo.id)} | {one.model for one in looks}
    known = {one.card.id: one.card for one in registry.available(claim.folder.parent.parent / "models")}
    return tuple(_model(name, known.get(name), score, words) for name in sorted(ids - {""}))


def _model(name: str, card: ModelCard | None, score: float, words: Words) -> ModelPart:
    if card is None:
        return ModelPart(name, name, "")
    threshold = words.decimal(score, 2)
    return ModelPart(
        id=card.id,
        name=card.name,
        sha256=card.weights_sha256,
        threshold=card.threshold,
        summary=card.summary,
        measures=tuple(
            Measure(code, words(f"measure.{code}", value=words.decimal(100 * value, 0), threshold=threshold))
            for code, value in _measures(card, score).items()
            if value is not None
        ),
        weaknesses=tuple(words.name("weakness", text) for text in card.weaknesses),
    )


def _measures(card: ModelCard, score: float) -> dict[str, float | None]:
    """What the card has measured; of damage where predictions count from this score on, else it would not hold."""
    found = {code: _measured(card.metrics.get(code)) for code in MEASURES}
    if card.threshold is None or score == card.threshold:
        return found
    here = at_threshold.at(card, score)
    right, alarms, small = (here.right, here.alarms, here.small) if here else (None, None, None)
    return found | {"right_mask": right, "false_alarms": alarms, "recall": None, "recall_of_small": small}


def _measured(metric: Any) -> float | None:
    """The number of one entry of a card's metrics, whichever way it is kept."""
    if isinstance(metric, Mapping):
        metric = metric.get("value", metric.get("mask_ap50"))
    return float(metric) if isinstance(metric, int | float) else None


def _decision(one: Decision, numbers: Mapping[str, int], findings: Sequence[Finding], words: Words) -> DecisionRow:
    number = next((finding.number for finding in findings if finding.region.id == one.region), "")
    photo = numbers.get(one.photo)
    return DecisionRow(
        time=one.time,
        who=one.who,
        what=words.name("what", "drawn" if _is_drawn(one) else one.what),
        photo=words("photo", number=photo) if photo else "",
        finding=number,
        detail=_detail(*(_short(_with_views(side, numbers, words), words) for side in (one.before, one.after))),
    )


def _with_views(value: Any, numbers: Mapping[str, int], words: Words) -> Any:
    """What a decision changed, with views called as in the language and their photos by number."""
    if not isinstance(value, Mapping):
        return value
    return dict(_view(*item, numbers, words) if item[0].startswith(VIEW) else item for item in value.items())


def _view(key: str, photo: str, numbers: Mapping[str, int], words: Words) -> tuple[str, str]:
    title = f"{words('views')} {words.name('ticked', key.removeprefix(VIEW))}"
    return title, words("photo", number=numbers[photo]) if photo in numbers else photo


def _is_drawn(one: Decision) -> bool:
    return one.what == "outlined" and isinstance(one.after, Mapping) and one.after.get("origin") == "drawn"


def _detail(before: str, after: str) -> str:
    """Both, without the title once more where it is one fact that changed."""
    title = before.partition(": ")[0] + ": "
    if before.count(": ") == 1 == after.count(": ") and after.startswith(title):
        after = after.removeprefix(title)
    return f"{before} → {after}" if before and after else after or before


def _short(value: Any, words: Words) -> str:
    if isinstance(value, Mapping):
        told = [
            f"{_title(key, words)}: {words.name(key, inner) if isinstance(inner, str) else inner}"[:200]
            for key, inner in value.items()
            if key not in UNTOLD and _is_short(inner)
        ]
        return _listed(value, words) or ", ".join(told)
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (_short(one, words) for one in value)))[:200]
    return "" if value is None else str(value)[:200]


def _listed(value: Mapping[str, Any], words: Words) -> str:
    """What models outlined, which files did not come in, or those of a report; "" for all else."""
    if isinstance(regions := value.get("regions"), list):
        outlines, models = words.count(len(regions), "outline"), ", ".join(map(str, value.get("models", ())))
        return words("outlined by", outlines=outlines, models=models)
    if isinstance(refused := value.get("refused"), list):
        return words("refused", files=" ".join(map(str, refused)))
    return ", ".join(map(str, written)) if isinstance(written := value.get("files"), list) else ""


def _title(key: str, words: Words) -> str:
    """What a fact is called that a decision changed: a field of the claim or a column of the findings."""
    return next((words(f"{kind}.{key}") for kind in ("field", "column") if words.name(kind, key) != key), key)


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) and value != ""
