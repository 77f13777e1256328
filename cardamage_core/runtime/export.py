"""Exports a model as three ONNX files with a README that says how they are used without this program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import files
from ..errors import ModelError
from ..models import registry
from ..models.registry import Model
from ..mrcnn import Config, EngineError
from .graph import OPSET
from .graphs import build_graphs, pooled_levels
from .network import read_models

NAMES = ("trunk.onnx", "box_head.onnx", "mask_head.onnx")
PARTNERS = tuple(f"partner_{name}" for name in NAMES)  # of the second network of a model that has one
README = "README.md"


def export_model(model: Model, folder: Path) -> list[Path]:
    """Write the three graphs, those of a partner, the card and a README into an empty or new folder; their paths.

    Raises ModelError where the weights do not fit the card, and for a folder that holds something.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"{folder} is not an empty folder.", "Name one that is empty or does not exist.")
    model.verify()
    try:
        config = Config.from_dict(model.card.config)
        models = list(read_models(model.weights, config))
        models += read_models(model.weights, config, partner=True) if model.card.partner else []
    except EngineError as error:
        raise ModelError(f"The model {model.folder} cannot be exported.", f"{error.title} {error.detail}") from error
    names = (*NAMES, *PARTNERS)[: len(models)]
    for name, graph in zip(names, models, strict=True):
        files.write_atomic(folder / name, graph.SerializeToString())
    files.write_atomic(folder / registry.CARD, (model.folder / registry.CARD).read_bytes())
    files.write_atomic(folder / README, readme(model, config).encode())
    return [folder / name for name in (*names, registry.CARD, README)]


def readme(model: Model, config: Config) -> str:
    """Inputs, outputs, order of work and numbers of an exported model, in Markdown."""
    matterport = config.box_grid == "matterport"
    unit = (
        "canvas pixels, of (y2, x2) one less, divided by (h - 1, w - 1)"
        if matterport
        else "canvas pixels divided by (h, w)"
    )
    return TEMPLATE.format(
        name=model.card.name,
        id=model.card.id,
        opset=OPSET,
        tables="\n".join(_tables(config)),
        classes=", ".join(f"{i} {name}" for i, name in enumerate(("background", *model.card.classes))),
        unit=unit,
        corner="the middle" if matterport else "the top left corner",
        strides=", ".join(map(str, config.anchor_strides)),
        levels=", ".join(f"p{level}" for level in pooled_levels(config)),
        regions=MATTERPORT_REGIONS if matterport else REGIONS,
        c=config,
        rpn_std=_numbers(config.rpn_box_std),
        std=_numbers(config.box_std),
        mean=_numbers(config.pixel_mean),
        sizes=_numbers(config.anchor_sizes),
        ratios=_numbers(config.anchor_ratios),
        canvas=_canvas(config),
        rule=RULES[config.detection_rule],
        rivals="" if config.detection_rule == "object" else " within a class,",
        looks=_looks(model),
        empty="ends the list of its class" if matterport else "is left out as well",
        scaled="bilinearly, down to whole values"
        if matterport
        else "bilinearly, by averages of blocks where it halves",
    )


def _tables(config: Config) -> list[str]:
    lines = []
    for name, graph in zip(NAMES, build_graphs(config), strict=True):
        lines += [f"### {name}", "", "| | name | shape (float32) | |", "|---|---|---|---|"]
        for kind, values in (("input", graph.inputs), ("output", graph.outputs)):
            lines += [f"| {kind} | {v.name} | {' × '.join(map(str, v.axes))} | {v.text} |" for v in values]
        lines.append("")
    return lines


def _looks(model: Model) -> str:
    """How several looks become one answer, "" for a model that looks once."""
    card = model.card
    lines = [
        "   The graphs `partner_…` are a second network, with the same inputs, outputs and numbers."
    ] * card.partner
    if card.mirror_side is not None:
        lines += [
            f"   The photo's mirror image is looked at, too, scaled to {card.mirror_side} pixels on its longer side;",
            "   boxes and masks found on it are mirrored back.",
        ]
    return "\n".join(["9. **Several looks.**", *lines, LOOKS, ""]) if lines else ""


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _canvas(config: Config) -> str:
    if config.canvas == "square":
        return f"{-(-config.image_max_side // 64) * 64} pixels on both sides"
    floor = min(config.canvas_floor, config.image_max_side)
    return f"each side that of the photo, at least {floor}, rounded up to a multiple of {config.canvas_step}"


REGIONS = """\
    first = clip(((a + (b - a) / 2S) · n - 1/2) / (n - 1), 0, 0.999999)
    last  = clip(((b - (b - a) / 2S) · n - 1/2) / (n - 1), 0, 0.999999)
    step  = (last - first) · (n - 1) / (S - 1)
    input from s · (first · (n - 1) + 1/2 - step / 2) to s · (last · (n - 1) + 1/2 + step / 2)

   That is the region in canvas pixels, but for samples beyond the middles of the border's cells, which are moved in."""

MATTERPORT_REGIONS = """\
    step  = (b - a) · (n - 1) / (S - 1)
    input from s · (a · (n - 1) + 1/2 - step / 2) to s · (b · (n - 1) + 1/2 + step / 2)

   `inside` is 1 for samples i, j = 0 … S - 1 whose positions a · (n - 1) + i · step, in float32, lie within 0 and
   n - 1 on both axes, else 0, in the order of the regions as given."""

RULES = {
    "likeliest": "takes its likeliest class, whose probability is its score,",
    "foreground": "takes its likeliest class but the background, whose probability is its score,",
    "object": "takes its likeliest class but the background; its score is 1 - the background's probability. It",
}

LOOKS = """\
   Detections of all looks, best first: each joins, of the groups that have none of its look, the one whose mean box it
   overlaps most, by an IoU above 0.5, or begins one. A group's box and mask (moved into that box) are means weighted by
   score, its class that of its best; its score is the sum of its scores divided by the number of looks."""

TEMPLATE = """\
# {name}

The model `{id}` of CarDamage as three ONNX graphs (opset {opset}); `card.json` says what it learned from and how good
it is. Classes: {classes}.

## Graphs

A level pN has stride 2**N: its height and width are the canvas's divided by that. A level may have no regions.

{tables}
## Order of work

Boxes are (y1, x1, y2, x2). In the network they are normalised: {unit}.

1. **Canvas.** Scale the photo (RGB, as displayed) {scaled}.
   Its shorter side becomes {c.image_min_side} pixels where it is shorter, its longer side at most {c.image_max_side}.
   Put it into {corner} of a canvas of zeros, {canvas}.
   Then (pixel - ({mean})) / {c.pixel_scale:g}.
2. **trunk.onnx** on the canvas.
3. **Anchors**, in the order of `scores`: for each level (strides {strides}; sizes {sizes}), row, column and
   ratio ({ratios}) the box around (row · stride, column · stride) with height size / √ratio and width size · √ratio.
4. **Proposals.** The {c.proposals_before_nms} anchors with the highest scores, moved by delta · ({rpn_std}):
   the centre by (dy · height, dx · width), the sides times exp(dh) and exp(dw), dh and dw at most log(1000 / 16).
   They are cut to the canvas. Greedy non-maximum suppression drops what overlaps a better one by an IoU above
   {c.rpn_nms_threshold:g}; the first {c.proposals_inference} are kept, but for empty ones.
5. **Regions** for a head. A region belongs to level 4 + round(log2(side / {c.roi_level_size:g})), kept within {levels},
   where side is √(height · width) in canvas pixels. Input `regionsN` takes those of level N, and outputs come in the
   order of the levels, finest first. Along each axis, with the region from a to b (normalised), n cells of stride s,
   and S samples ({c.pool_size} for the box head, {c.mask_pool_size} for the mask head):

{regions}
6. **box_head.onnx** on {levels} and the proposals.
7. **Detections.** Each region {rule} and moves by that class's delta · ({std}),
   as in 4, but is cut to the photo's part of the canvas. Left out are the background, scores below the threshold
   and,{rivals} boxes that overlap a better one by an IoU of {c.detection_nms_threshold:g} or more; a box cut to
   nothing {empty}. At most {c.detection_max} remain, best first.
8. **mask_head.onnx** on the detections' boxes as regions: the mask of the detection's class spans its box; a pixel is
   inside from 0.5 on.
{looks}
`calibration` in `card.json`, where there is one, turns scores into shares of detections that were right, between its
points in a straight line. The threshold for scores was {c.detection_min_score:g} in training; `threshold` in
`card.json`, where there is one, is the better choice, of calibrated scores.
"""
