"""A drawing of a car from five sides whose panels are coloured by their damaged share.

The drawing is a list of polygons in one coordinate system (x right, y down), which `svg` turns into text and the
report's PDF writer draws itself. The car's left is told from its right only where a person ticked the view of a photo
or named the panel so; otherwise the panel is hatched on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

from .. import geometry
from ..geometry import Point
from .claim import ClaimFigure, PanelFigure, Side

WIDTH, HEIGHT = 430.0, 330.0
View = Literal["left", "right", "front", "rear", "top"]
Style = Literal["body", "glass", "dark", "line"]

# Steps of the damaged share (from, colour): dark enough on white to be told apart in print, also in grey.
SCALE = ((20.0, "#b3261e"), (5.0, "#e8743b"), (0.05, "#f7c948"))
SEEN, UNSEEN, GLASS, DARK, LINE = "#dfe9e2", "#ffffff", "#eef2f6", "#c9ced6", "#5b6470"


class Shape(NamedTuple):
    """One polygon of the drawing; `panel` and `side` say which panel it is, "" for what is none."""

    ring: tuple[Point, ...]
    panel: str = ""
    side: Side = ""
    style: Style = "body"


class Painted(NamedTuple):
    """A polygon with its colour; `hatched` where the side was not told; `figure` is the panel's."""

    ring: tuple[Point, ...]
    fill: str
    hatched: bool
    figure: PanelFigure | None


class Caption(NamedTuple):
    """Where the name of a view stands: centre of its base line."""

    view: View
    x: float
    y: float


CAPTIONS = (
    Caption("left", 215, 12),
    Caption("top", 215, 112),
    Caption("right", 215, 222),
    Caption("front", 45, 112),
    Caption("rear", 385, 112),
)

# The car seen from its left side, front at the left: 220 wide, 75 high. The right side is its mirror image.
_SIDE: tuple[tuple[str, Style, int, tuple[Point, ...]], ...] = (
    ("", "body", 2, ((3, 52), (4, 40), (12, 34), (52, 28), (84, 6), (110, 2), (150, 3), (178, 12), (196, 27), (214, 31),
                     (217, 44), (216, 58), (206, 62), (10, 62), (4, 60))),
    ("front bumper", "body", 1, ((2, 44), (14, 44), (19, 52), (18, 62), (7, 62), (2, 57))),
    ("hood", "body", 1, ((14, 35), (54, 28), (62, 31), (28, 37))),
    ("windscreen", "glass", 0, ((56, 28), (82, 9), (86, 9), (64, 30))),
    ("front fender", "body", 1, ((16, 39), (62, 32), (63, 60), (58, 60), (52, 48), (40, 44), (28, 48), (22, 56),
                                 (17, 48))),
    ("front door", "body", 0, ((65, 31), (108, 31), (109, 60), (66, 60))),
    ("rear door", "body", 0, ((111, 31), (152, 31), (154, 40), (146, 50), (144, 60), (111, 60))),
    ("", "glass", 0, ((69, 29), (88, 10), (107, 7), (108, 29))),
    ("", "glass", 0, ((111, 29), (111, 7), (138, 7), (150, 29))),
    ("quarter panel", "body", 1, ((156, 31), (188, 29), (203, 34), (203, 44), (197, 54), (184, 44), (168, 45),
                                  (158, 58), (150, 58), (157, 42))),
    ("rear window", "glass", 0, ((152, 28), (142, 7), (172, 13), (186, 27))),
    ("tailgate", "body", 1, ((190, 27), (214, 31), (216, 42), (206, 42), (205, 32))),
    ("rear bumper", "body", 1, ((203, 46), (217, 45), (217, 58), (207, 62), (199, 62), (200, 52))),
    ("rocker", "body", 0, ((66, 61), (145, 61), (145, 65), (66, 65))),
    ("roof", "body", 0, ((88, 8), (110, 3), (140, 3), (172, 11), (140, 6), (108, 6))),
    ("front lamp", "body", 1, ((9, 37), (22, 36), (19, 42), (6, 43))),
    ("rear lamp", "body", 1, ((208, 33), (216, 33), (217, 43), (207, 42))),
    ("mirror", "body", 1, ((66, 25), (75, 23), (77, 29), (67, 30))),
)  # fmt: skip
_WHEELS = (("wheel", 40.0), ("wheel", 177.0))  # centres along the side, 60 down

# From the front: 90 wide, 75 high; the car's left is at the viewer's right. Half of it, mirrored at x = 45.
_FRONT: tuple[tuple[str, Style, int, tuple[Point, ...]], ...] = (
    ("", "body", 2, ((6, 62), (5, 36), (14, 26), (22, 6), (45, 3), (68, 6), (76, 26), (85, 36), (84, 62))),
    ("roof", "body", 0, ((22, 7), (45, 4), (68, 7), (66, 10), (24, 10))),
    ("windscreen", "glass", 0, ((24, 11), (66, 11), (73, 27), (17, 27))),
    ("hood", "body", 0, ((16, 29), (74, 29), (70, 38), (20, 38))),
    ("front bumper", "body", 1, ((6, 46), (84, 46), (84, 63), (6, 63))),
    ("", "dark", 0, ((28, 40), (62, 40), (60, 45), (30, 45))),
)
_REAR: tuple[tuple[str, Style, int, tuple[Point, ...]], ...] = (
    ("", "body", 2, ((6, 62), (5, 36), (14, 26), (22, 6), (45, 3), (68, 6), (76, 26), (85, 36), (84, 62))),
    ("roof", "body", 0, ((22, 7), (45, 4), (68, 7), (66, 10), (24, 10))),
    ("rear window", "glass", 0, ((24, 11), (66, 11), (72, 26), (18, 26))),
    ("tailgate", "body", 0, ((19, 28), (71, 28), (68, 46), (22, 46))),
    ("rear bumper", "body", 1, ((6, 48), (84, 48), (84, 63), (6, 63))),
)
_LAMP = ((8, 37), (20, 39), (25, 45), (8, 45))
_REAR_LAMP = ((8, 32), (17, 30), (19, 46), (8, 46))
_MIRROR = ((3, 24), (12, 24), (12, 31), (4, 31))
_TYRE = ((8, 50), (21, 50), (21, 73), (8, 73))

# From above, front at the left: 220 wide, 90 high; the car's left is below. Mirrored at y = 45 where a side is.
_TOP: tuple[tuple[str, Style, int, tuple[Point, ...]], ...] = (
    (
        "",
        "body",
        2,
        (
            (3, 45),
            (6, 16),
            (30, 6),
            (120, 3),
            (196, 6),
            (215, 18),
            (217, 45),
            (215, 72),
            (196, 84),
            (120, 87),
            (30, 84),
            (6, 74),
        ),
    ),
    ("front bumper", "body", 1, ((3, 45), (5, 15), (13, 12), (11, 45), (13, 78), (5, 75))),
    ("hood", "body", 0, ((14, 18), (62, 14), (60, 45), (62, 76), (14, 72))),
    ("windscreen", "glass", 0, ((65, 14), (86, 21), (84, 45), (86, 69), (65, 76), (63, 45))),
    ("roof", "body", 0, ((89, 21), (148, 21), (150, 45), (148, 69), (89, 69), (87, 45))),
    ("rear window", "glass", 0, ((151, 21), (174, 15), (178, 45), (174, 75), (151, 69), (153, 45))),
    ("tailgate", "body", 0, ((177, 16), (206, 17), (208, 45), (206, 73), (177, 74), (181, 45))),
    ("rear bumper", "body", 1, ((208, 15), (216, 19), (218, 45), (216, 71), (208, 75), (211, 45))),
)
_TOP_LEFT: tuple[tuple[str, Style, int, tuple[Point, ...]], ...] = (
    ("front fender", "body", 0, ((16, 75), (62, 79), (64, 85), (30, 83))),
    ("front door", "body", 0, ((66, 79), (108, 74), (108, 86), (66, 85))),
    ("rear door", "body", 0, ((110, 74), (150, 74), (152, 86), (110, 86))),
    ("quarter panel", "body", 0, ((153, 74), (178, 78), (204, 76), (196, 83), (154, 86))),
)
_ALIASES = {
    "bonnet": "hood", "windshield": "windscreen", "trunk": "tailgate", "headlamp": "front lamp",
    "headlight": "front lamp", "taillight": "rear lamp", "tail lamp": "rear lamp", "back bumper": "rear bumper",
    "wing": "front fender", "fender": "front fender", "sill": "rocker", "tyre": "wheel", "tire": "wheel",
}  # fmt: skip
OFFSETS: dict[View, Point] = {
    "left": (105, 16), "top": (105, 117), "right": (105, 227), "front": (0, 122), "rear": (340, 122),
}  # fmt: skip


def shapes() -> tuple[Shape, ...]:
    """The whole drawing, without figures."""
    found = [*_side_view("left"), *_side_view("right"), *_top_view()]
    found += _end_view("front", _FRONT, _LAMP, "front lamp") + _end_view("rear", _REAR, _REAR_LAMP, "rear lamp")
    return tuple(found)


def known_panels() -> frozenset[str]:
    """The names of the panels that are drawn."""
    return frozenset(shape.panel for shape in shapes() if shape.panel)


def painted(figure: ClaimFigure) -> tuple[Painted, ...]:
    """The drawing with each panel in the colour of its share; both sides are hatched where the side is not told."""
    by_panel: dict[str, list[PanelFigure]] = {}
    for one in figure.panels:
        by_panel.setdefault(drawn_as(one.panel), []).append(one)
    return tuple(_paint(shape, by_panel.get(shape.panel, ())) for shape in shapes())


def drawn_as(panel: str) -> str:
    """The name that a panel has in the drawing."""
    plain = panel.casefold().replace("_", " ").strip()
    return _ALIASES.get(plain, plain)


def _paint(shape: Shape, figures: Sequence[PanelFigure]) -> Painted:
    possible = [one for one in figures if not shape.side or one.side in (shape.side, "")]
    best = max(possible, key=lambda one: (one.percent, one.side), default=None)
    if best is None:
        fills = {"glass": GLASS, "dark": DARK, "body": UNSEEN, "line": UNSEEN}
        return Painted(shape.ring, fills[shape.style], False, None)
    is_untold = bool(shape.side) and not best.side
    return Painted(shape.ring, colour_of(best.percent), is_untold and best.percent >= SCALE[-1][0], best)


def colour_of(percent: float) -> str:
    """The colour of a damaged share; of a panel that was seen whole for 0."""
    return next((colour for least, colour in SCALE if percent >= least), SEEN)


def _side_view(view: Literal["left", "right"]) -> list[Shape]:
    dx, dy = OFFSETS[view]
    found = []
    for panel, style, rounds, ring in _SIDE:
        found.append(Shape(_placed(ring, rounds, dx, dy, mirror=220.0 if view == "right" else None), panel,
                           _side_of(panel, view), style))  # fmt: skip
    for panel, x in _WHEELS:
        x = 220 - x if view == "right" else x
        tyre_and_rim: tuple[tuple[float, str, Style], ...] = ((14.0, panel, "body"), (7.0, "", "dark"))
        for radius, name, style in tyre_and_rim:
            ring = geometry.ellipse_ring(x + dx, 60 + dy, radius, radius, points=36)
            found.append(Shape(ring, name, view if name else "", style))
    return found


def _top_view() -> list[Shape]:
    dx, dy = OFFSETS["top"]
    found = [Shape(_placed(ring, rounds, dx, dy), panel, "", style) for panel, style, rounds, ring in _TOP]
    for panel, style, rounds, ring in _TOP_LEFT:
        found.append(Shape(_placed(ring, rounds, dx, dy), panel, "left", style))
        upper = tuple((x, 90 - y) for x, y in ring)
        found.append(Shape(_placed(upper, rounds, dx, dy), panel, "right", style))
    return found


def _end_view(
    view: Literal["front", "rear"],
    parts: Iterable[tuple[str, Style, int, tuple[Point, ...]]],
    lamp: tuple[Point, ...],
    lamp_name: str,
) -> list[Shape]:
    """Seen from the front the car's left is at the viewer's right, seen from the rear at the left."""
    dx, dy = OFFSETS[view]
    found = [Shape(_placed(ring, rounds, dx, dy), panel, "", style) for panel, style, rounds, ring in parts]
    lamps = _pair(view, lamp, lamp_name)
    return [*_pair(view, _TYRE, "wheel"), *found, *lamps, *(_pair(view, _MIRROR, "mirror") if view == "front" else ())]


def _pair(view: Literal["front", "rear"], ring: tuple[Point, ...], name: str) -> list[Shape]:
    dx, dy = OFFSETS[view]
    sides: tuple[Side, Side] = ("right", "left") if view == "front" else ("left", "right")
    rounds = 0 if name == "wheel" else 1
    return [
        Shape(_placed(ring, rounds, dx, dy), name, sides[0]),
        Shape(_placed(ring, rounds, dx, dy, mirror=90.0), name, sides[1]),
    ]


def _side_of(panel: str, view: Literal["left", "right"]) -> Side:
    """Bumpers, hood, roof and glass of the ends are the same panel on both sides."""
    both = ("front bumper", "rear bumper", "hood", "windscreen", "rear window", "tailgate", "roof", "")
    return "" if panel in both else view


def _placed(
    ring: Sequence[Point], rounds: int, dx: float, dy: float, *, mirror: float | None = None
) -> tuple[Point, ...]:
    points = geometry.rounded_ring(ring, rounds)
    return tuple(((mirror - x if mirror is not None else x) + dx, y + dy) for x, y in points)


def svg(figure: ClaimFigure, captions: Mapping[View, str], *, titles: Mapping[str, str] | None = None) -> str:
    """The drawing as SVG. `captions` name the views, `titles` the panels (told when the pointer rests on one)."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img">',
        '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="2" height="5" fill="#ffffff" fill-opacity="0.75"/></pattern></defs>',
    ]
    for one in painted(figure):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in one.ring) + "Z"
        name = (titles or {}).get(one.figure.panel, one.figure.panel) if one.figure else ""
        title = f"<title>{escape(name)}: {one.figure.percent:.1f} %</title>" if one.figure else ""
        lines.append(f'<path d="{path}" fill="{one.fill}" stroke="{LINE}" stroke-width="0.7">{title}</path>')
        if one.hatched:
            lines.append(f'<path d="{path}" fill="url(#hatch)" stroke="none" pointer-events="none"/>')
    for caption in CAPTIONS:
        lines.append(
            f'<text x="{caption.x:.0f}" y="{caption.y:.0f}" font-size="9" fill="{LINE}" text-anchor="middle" '
            f'font-family="sans-serif">{escape(captions.get(caption.view, caption.view))}</text>'
        )
    return "\n".join([*lines, "</svg>"])
