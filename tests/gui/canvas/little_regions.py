"""Small regions to try gestures on."""

from cardamage_core.annotations.model import Circle, Dot, Label, Polygon, Polyline, Rectangle, Region

LABELS = (
    Label("dent", "#56B4E9", "1"),
    Label("scratch", "#E69F00", "2"),
    Label("car", "#FFFFFF", "9", "car"),
)
SQUARE = ((10.0, 10.0), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0))


def square(region_id="a", *, at=(0.0, 0.0), label="dent"):
    """40 × 40 pixels, its first corner at (10, 10) + at."""
    return Region(region_id, Polygon((tuple((x + at[0], y + at[1]) for x, y in SQUARE),)), label)


def with_hole(region_id="h"):
    """The square with a hole from (20, 20) to (40, 40)."""
    hole = ((20.0, 20.0), (40.0, 20.0), (40.0, 40.0), (20.0, 40.0))
    return Region(region_id, Polygon((SQUARE, hole)), "dent")


def line(region_id="l"):
    """An open line along y = 5."""
    return Region(region_id, Polyline(((0.0, 5.0), (100.0, 5.0))), "scratch")


def dot(region_id="d"):
    """A point at (70, 70)."""
    return Region(region_id, Dot(70.0, 70.0), "scratch")


def rectangle(region_id="r"):
    """From (10, 10) to (50, 30)."""
    return Region(region_id, Rectangle(10.0, 10.0, 40.0, 20.0), "dent")


def circle(region_id="c"):
    """Around (100, 100), radius 20."""
    return Region(region_id, Circle(100.0, 100.0, 20.0), "dent")
