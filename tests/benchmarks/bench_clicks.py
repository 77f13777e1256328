"""Clicks to an outline on held-out regions: python tests/benchmarks/bench_clicks.py DATASET [MODEL_FOLDER] [--each N]

DATASET is the dataset.json that the recipe `clicks` leaves in its folder. NoC is the mean number of clicks until the
outline's IoU with the annotated region reaches 0.85 or 0.90, at most 20 (Sofiiuk et al. 2021). A click lies in the
middle of the largest error. Clicks of the lasso and of plain polygons are anchors on the annotated outline: three
evenly spaced, each further one where the line between its neighbours is farthest from the outline.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import cv2
import msgspec
import numpy as np
from shapely.geometry import LinearRing, LineString, Point

from cardamage_core import imaging
from cardamage_core.annotations import outline_assist, shapes
from cardamage_core.annotations.model import AnnotatedPhoto
from cardamage_core.clicks import by_colour, network, simulation
from cardamage_core.clicks.views import Click
from cardamage_core.clicks.zooming import Zooming
from cardamage_core.errors import CarDamageError
from cardamage_core.models import registry
from cardamage_core.models.recipes import sources

MOST = 20
GOALS = (0.85, 0.90)
SIDE = 640  # of the masks that are compared
PANELS = "bumper door hood trunk tailgate wing mirror wheel"
KINDS = {  # words in labels, by the kind in the table; the first that fits
    "glass": ("glass", "window", "cam_"),
    "lamp": ("light", "lamp", "far_"),
    "dent": ("gocuk", "kaput", "damage"),
    "scratch": ("cizik", "astar"),
    "broken part": ("kirik",),
    "panel": tuple(PANELS.split()),
}


def main() -> None:
    """Print the table, and one JSON line for each region and method with --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("model", type=Path, nargs="?", default=registry.click_network())
    parser.add_argument("--each", type=int, default=40, help="regions of each source and kind")
    parser.add_argument("--split", default="test")
    parser.add_argument("--methods", default="network,colour,lasso,polygon")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    photos = msgspec.json.decode(given.dataset.read_bytes(), type=list[AnnotatedPhoto])
    net = network.ClickNetwork.open(given.model) if given.model else None
    rows = []
    for group, chosen in sorted(regions(photos, given.split, given.each).items()):
        for one, region in chosen:
            photo = imaging.load(Path(one.photo.path))
            for method in given.methods.split(","):
                row = {"source": group[0], "kind": group[1], "method": method, "label": region.label}
                rows.append(row | measure(method, photo, shapes.outline(region.shape), net))
        print(json.dumps(group), len(chosen), flush=True)
    if given.out:
        given.out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    table(rows)


def regions(photos, split, each):
    """The regions to judge by, by (source, kind): evenly chosen, those that are at least 16 pixels long."""
    found = defaultdict(list)
    for one in photos:
        if one.photo.split == split and sources.source_of(one) in ("bilgi", "carparts", "igor", "metallo"):
            for region in one.regions:
                x0, y0, x1, y1 = shapes.bounds(region.shape)
                kind = kind_of(sources.source_of(one), region.label)
                if kind and max(x1 - x0, y1 - y0) >= 16 and shapes.area(region.shape).area >= 64:
                    found[sources.source_of(one), kind].append((one, region))
    return {group: many[:: max(1, len(many) // each)][:each] for group, many in found.items()}


def kind_of(source, label):
    """The kind in the table, "" for what is left out."""
    for kind, words in KINDS.items():
        if any(word in label for word in words):
            return kind
    return ""


def measure(method, photo, rings, net):
    """Clicks until each goal, IoU after 1 … MOST clicks, and seconds a click."""
    scale = min(1.0, SIDE / max(photo.shape[:2]))
    truth = raster(rings, photo.shape, scale)
    began = time.monotonic()
    follow = traced if method in ("lasso", "polygon") else clicked
    curve = follow(method, photo, rings if follow is traced else net, truth, scale)
    seconds = (time.monotonic() - began) / len(curve)
    noc = [next((i + 1 for i, value in enumerate(curve) if value >= goal), MOST) for goal in GOALS]
    reached = [max(curve) >= goal for goal in GOALS]
    return {"noc": noc, "curve": [round(v, 3) for v in curve], "reached": reached, "s": seconds}


def clicked(method, photo, net, truth, scale):
    outline = Zooming(net, photo).outline if method == "network" else lambda clicks: by_colour.outline(photo, clicks)
    found, clicks, curve = np.zeros_like(truth), [], []
    for _ in range(MOST):
        click = simulation.next_click(truth, found)
        if click is None:
            break
        clicks.append(Click((click[0] / scale, click[1] / scale), click[2]))
        try:
            found = raster(outline(tuple(clicks)), photo.shape, scale)
        except CarDamageError:
            found = np.zeros_like(truth)
        curve.append(simulation.iou(truth, found))
        if curve[-1] >= max(GOALS):
            break
    return curve


def traced(method, photo, rings, truth, scale):
    """Anchors on the longest ring: three evenly spaced, each further one where the line is farthest from the outline.

    Between anchors the line follows edges ("lasso") or is straight ("polygon", what drawing by hand takes).
    """
    ring = np.array(max(rings, key=len), float)
    closed = LinearRing(ring)
    radius = float(np.ptp(ring, axis=0).max())
    tracers, paths = {}, {}

    def path(a, b):
        if (a, b) not in paths:
            start, end = point(closed, a), point(closed, b)
            if method == "lasso":
                if a not in tracers:
                    tracers[a] = outline_assist.Scissors(photo, start, radius=radius)
                paths[a, b] = tracers[a].path(end)
            else:
                paths[a, b] = (start, end)
        return paths[a, b]

    anchors, curve = [0.0, closed.length / 3, 2 * closed.length / 3], [0.0, 0.0]
    while True:
        pieces = list(zip(anchors, [*anchors[1:], anchors[0]], strict=True))
        line = [p for a, b in pieces for p in path(a, b)[:-1]]
        curve.append(simulation.iou(truth, raster((tuple(line),), photo.shape, scale)))
        if curve[-1] >= max(GOALS) or len(curve) == MOST:
            return curve
        anchors = sorted({*anchors, max(farthest(closed, a, b, path(a, b)) for a, b in pieces)[1]})
        if len(anchors) < len(curve) + 1:  # the line lies on the outline: nothing is left to correct
            return curve


def point(closed, at):
    found = closed.interpolate(at % closed.length)
    return (found.x, found.y)


def farthest(closed, a, b, way):
    """How far the line between two anchors is from the outline at most, and where on the outline that is."""
    until = b if b > a else b + closed.length
    line = LineString(way)
    along = np.linspace(a, until, 41)[1:-1]
    apart = [line.distance(Point(*point(closed, at))) for at in along]
    worst = int(np.argmax(apart))
    return apart[worst], float(along[worst] % closed.length)


def raster(rings, shape, scale):
    mask = np.zeros((max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))), np.uint8)
    corners = [np.round((np.array(ring) * scale - 0.5) * 16).astype(np.int32) for ring in rings if len(ring) >= 3]
    if corners:
        cv2.fillPoly(mask, corners, 1, shift=4)
    return mask.astype(bool)


def table(rows):
    groups = defaultdict(list)
    for row in rows:
        groups[row["kind"], row["source"], row["method"]].append(row)
        groups[row["kind"], "all", row["method"]].append(row)
    heads = f"{'n':>4} {'NoC85':>6} {'NoC90':>6} {'>20':>5} {'IoU 1':>6} {'IoU 3':>6} ms"
    print(f"{'kind':12} {'source':9} {'method':8} {heads}")
    for (kind, source, method), some in sorted(groups.items()):
        noc = np.mean([row["noc"] for row in some], axis=0)
        missed = np.mean([not row["reached"][0] for row in some])
        at = [np.mean([row["curve"][min(i, len(row["curve"])) - 1] for row in some]) for i in (1, 3)]
        ms = 1000 * np.median([row["s"] for row in some])
        print(
            f"{kind:12} {source:9} {method:8} {len(some):4} {noc[0]:6.2f} {noc[1]:6.2f} {missed:5.0%} {at[0]:6.2f}"
            f" {at[1]:6.2f} {ms:.0f}"
        )


if __name__ == "__main__":
    main()
