"""How does an outline get fewer vertices, or rounder corners?"""

from __future__ import annotations

import msgspec

from .. import geometry
from .edits import Regions
from .model import Polygon, Polyline, Region, Ring
from .shapes import vertex_count


def reshaped(region: Region, *, tolerance: float, rounds: int = 0) -> Region:
    """Corners rounded `rounds` times, then vertices dropped that lie within `tolerance` pixels of the new line.

    Only polygons and lines change. A ring that would vanish stays as it was.
    """
    match region.shape:
        case Polygon(rings=rings):
            return _with(region, Polygon(tuple(_ring(ring, tolerance, rounds) for ring in rings)))
        case Polyline(points=points):
            return _with(region, Polyline(geometry.simplify_line(points, tolerance)))
        case _:
            return region


def saved(before: Regions, after: Regions) -> tuple[int, int]:
    """How many vertices there were and are."""
    return (sum(vertex_count(region.shape) for region in before), sum(vertex_count(region.shape) for region in after))


def _ring(ring: Ring, tolerance: float, rounds: int) -> Ring:
    rounded = geometry.rounded_ring(ring, rounds)
    return geometry.simplify_ring(rounded, tolerance) if tolerance > 0 else rounded


def _with(region: Region, shape: Polygon | Polyline) -> Region:
    return msgspec.structs.replace(region, shape=shape)
