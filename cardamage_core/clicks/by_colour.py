"""Outlines what is clicked by its colours alone: GrabCut (Rother 2004) seeded by clicks, where no model is there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..annotations.model import Ring
from ..annotations.outline_assist import OutlineError
from ..inference import polygons
from .views import Click, View, around, cut, whole

CELLS = 200  # of the view's side
SEED = 0.02  # of the view's side: radius of what belongs to a click for sure
NEAR = 0.25  # of the photo's side: how far from a first click the region is taken to reach at most
ROUNDS = 2


def outline(photo: np.ndarray, clicks: Sequence[Click]) -> tuple[Ring, ...]:
    """The rings of the piece around the inside clicks. Raises OutlineError where nothing stands out."""
    view, mask = segmented(photo, clicks)
    rings = polygons.outline(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0), view.box)
    if not rings:
        raise OutlineError("Nothing stands out there.", "Click again, or use the polygon tool (P).")
    return rings


def segmented(photo: np.ndarray, clicks: Sequence[Click]) -> tuple[View, np.ndarray]:
    """A view around the clicks and the mask (CELLS, CELLS) bool in it."""
    height, width = photo.shape[:2]
    view = _view(clicks, width, height)
    image = cut(photo, view, CELLS, outside=127)
    known = np.full((CELLS, CELLS), cv2.GC_PR_BGD, np.uint8)
    known[cut(np.ones((height, width), np.uint8), view, CELLS, outside=0) == 0] = cv2.GC_BGD
    radius = max(2, round(SEED * CELLS))
    cells = [(tuple(int(v / 64 * CELLS) for v in view.cells(one.at)), one.inside) for one in clicks]
    for cell, inside in cells:
        if inside:
            cv2.circle(known, cell, 6 * radius, int(cv2.GC_PR_FGD), -1)
    for cell, inside in cells:
        cv2.circle(known, cell, radius, int(cv2.GC_FGD if inside else cv2.GC_BGD), -1)
    known[[0, -1]] = known[:, [0, -1]] = cv2.GC_BGD
    cv2.setRNGSeed(0)
    cv2.grabCut(image, known, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.isin(known, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    found = np.asarray(cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    return view, _touched(found, [cell for cell, inside in cells if inside])


def _view(clicks: Sequence[Click], width: int, height: int) -> View:
    reach = NEAR * max(width, height)
    xs, ys = zip(*(one.at for one in clicks), strict=True)
    view = around((min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach), 1.0)
    return min(view, whole(width, height), key=lambda one: one.side)


def _touched(mask: np.ndarray, cells: Sequence[tuple[int, ...]]) -> np.ndarray:
    """The pieces that hold one of the cells (column, row)."""
    pieces = cv2.connectedComponents(mask)[1]
    kept = {int(pieces[min(CELLS - 1, max(0, y)), min(CELLS - 1, max(0, x))]) for x, y in cells} - {0}
    return np.isin(pieces, list(kept))
